//! Ways to group users with nothing left to choose, and how each is fitted.

use std::path::Path;

use fenqun_base::{
    Assignment, Block, DataError, Fitted, Language, Matrix, Progress, Seed, Segmenter,
};
use fenqun_encoders::pca::Pca;
use fenqun_explain::{CardParams, Shape, feature_label, numbers};
use fenqun_profiles::{Profiles, ValueBasis};
use fenqun_segments::rfm::RfmSegment;
use fenqun_segments::{
    Density, Hierarchical, KMeans, LifetimeTiers, Rfm, RoundGrid, TwoAxes, ValueTiers,
};

use super::Shop;
use super::columns::{key_free_order, lifetime_columns, named_column, rfm, rfm_columns};
use super::notes::{Note, borders};
use super::taste::Tasting;
use crate::RunError;
use crate::config::{SegmentsConfig, Taste, VALUE_SCORE};
use crate::rules::{self, DefinitionFiles};
use crate::steps::blocks;
use crate::steps::models::Models;

/// A way to group users with nothing left to choose.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    TwoAxes { taste: Taste, axes: TwoAxes },
    KMeans { blocks: Vec<String>, k_means: KMeans },
    Hierarchical { blocks: Vec<String>, tree: Hierarchical },
    Density { blocks: Vec<String>, dimensions: usize, density: Density },
    ValueTiers { by: String, tiers: ValueTiers },
    Rfm(Rfm),
    Lifetime(LifetimeTiers),
    RoundGrid(RoundGrid),
    Rules(DefinitionFiles),
}

/// Users grouped one way.
pub(crate) struct FittedWay {
    pub assignment: Assignment,
    /// How much users belong to each segment, where the way says it.
    pub shares: Option<Matrix>,
    pub shape: Shape,
    /// Coordinates that can be drawn.
    pub space: Matrix,
    /// What the method looked at, where that is not `space`.
    pub seen: Option<Matrix>,
    notes: Vec<Note>,
}

impl Way {
    /// The way of a configuration that leaves no choice; paths in it are relative to `base`.
    pub(super) fn settled(config: &SegmentsConfig, base: &Path) -> Result<Self, RunError> {
        Ok(match config {
            SegmentsConfig::Hierarchical(it) => {
                Self::Hierarchical { blocks: it.blocks.clone(), tree: it.hierarchical.clone() }
            }
            SegmentsConfig::Density(it) => Self::Density {
                blocks: it.blocks.clone(),
                dimensions: it.dimensions,
                density: it.density.clone(),
            },
            SegmentsConfig::ValueTiers(it) => {
                Self::ValueTiers { by: it.by.clone(), tiers: it.tiers.clone() }
            }
            SegmentsConfig::Rfm(it) => Self::Rfm(it.rfm.clone()),
            SegmentsConfig::Lifetime(it) => Self::Lifetime(it.lifetime.clone()),
            SegmentsConfig::KMeans(it) => {
                Self::KMeans { blocks: it.blocks.clone(), k_means: it.k_means.clone() }
            }
            SegmentsConfig::RoundGrid(it) => Self::RoundGrid(it.grid()),
            SegmentsConfig::Rules(it) => Self::Rules(it.read(base)?),
            SegmentsConfig::TwoAxes(it) => {
                let axes = TwoAxes { tiers: it.tiers.clone(), ..TwoAxes::default() };
                Self::TwoAxes { taste: Taste::Categories, axes }
            }
        })
    }

    /// The same on those of its blocks that the shop has data for.
    pub(super) fn on_blocks_of(mut self, at_hand: &[Block]) -> Result<Self, RunError> {
        if let Self::KMeans { blocks, .. }
        | Self::Hierarchical { blocks, .. }
        | Self::Density { blocks, .. } = &mut self
        {
            *blocks = blocks::present(at_hand, blocks)?;
        }
        Ok(self)
    }

    /// The blocks that users are grouped by; none where it is columns of the profiles.
    pub fn blocks(&self) -> &[String] {
        match self {
            Self::KMeans { blocks, .. }
            | Self::Hierarchical { blocks, .. }
            | Self::Density { blocks, .. } => blocks,
            Self::TwoAxes { .. }
            | Self::ValueTiers { .. }
            | Self::Rfm(_)
            | Self::Lifetime(_)
            | Self::RoundGrid(_)
            | Self::Rules(_) => &[],
        }
    }

    /// What the comparison calls it.
    pub(super) fn name(&self, language: Language) -> String {
        match self {
            Self::TwoAxes { taste, .. } => language.pick(
                format!("value × taste ({})", taste.name()),
                format!("价值 × 偏好（{}）", taste.chinese()),
            ),
            Self::KMeans { blocks, .. } => format!("k-means ({})", blocks.join(" + ")),
            Self::Hierarchical { blocks, .. } => language.pick(
                format!("hierarchical ({})", blocks.join(" + ")),
                format!("层次聚类（{}）", blocks.join(" + ")),
            ),
            Self::Density { blocks, .. } => language.pick(
                format!("density ({})", blocks.join(" + ")),
                format!("密度聚类（{}）", blocks.join(" + ")),
            ),
            Self::ValueTiers { by, .. } => {
                let label = feature_label(by, language);
                language.pick(format!("tiers by {label}"), format!("按{label}分层"))
            }
            Self::Rfm(_) => language.pick("RFM grid", "RFM 网格").to_owned(),
            Self::Lifetime(_) => language.pick("lifetime value", "生命周期价值").to_owned(),
            Self::RoundGrid(_) => language
                .pick("value × text axes, round cuts", "价值 × 文本轴（整数分界）")
                .to_owned(),
            Self::Rules(_) => language.pick("rules", "规则").to_owned(),
        }
    }

    /// Names that segments have by themselves; empty where names are found.
    pub(super) fn names(&self, language: Language) -> Vec<String> {
        match self {
            Self::ValueTiers { by, tiers } => tier_names(by, tiers.n_tiers(), language),
            Self::Rfm(_) => RfmSegment::ALL.map(|it| it.name(language).to_owned()).to_vec(),
            Self::Rules(files) => {
                let definitions = files.definitions().definitions().iter();
                definitions.map(|definition| definition.title().to_owned()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether a user may be in no segment at all.
    pub fn may_leave_out(&self) -> bool {
        matches!(self, Self::Density { .. } | Self::Rules(_))
    }
}

impl FittedWay {
    fn new(assignment: Assignment, shape: Shape, space: Matrix) -> Self {
        Self { assignment, shares: None, shape, space, seen: None, notes: Vec::new() }
    }

    /// What a person should know of the fit.
    pub(super) fn remarks(&self, cards: &CardParams) -> Vec<String> {
        let language = cards.language;
        let mut remarks: Vec<String> =
            self.notes.iter().flat_map(|note| note.words(cards)).collect();
        let n_users = self.assignment.segments.len();
        let n_unassigned = n_users - self.assignment.sizes().iter().sum::<usize>();
        if n_unassigned > 0 {
            let n = numbers::whole(n_unassigned as f64);
            let share = numbers::percent(n_unassigned as f64 / n_users as f64);
            remarks.push(language.pick(
                format!("{n} users ({share}) are in no segment"),
                format!("{n} 位用户（{share}）不属于任何分群"),
            ));
        }
        remarks
    }
}

/// Fits a way on a shop: everything that is learned is learned here, from these profiles alone.
pub(crate) fn fit(
    way: &Way,
    shop: Shop<'_>,
    blocks: &[Block],
    seed: Seed,
    models: &Models,
) -> Result<FittedWay, RunError> {
    let order = key_free_order(shop.profiles);
    match way {
        Way::TwoAxes { taste, axes } => {
            let tasted = Tasting::of(*taste, shop)?.fit(seed, models)?;
            let space = beside_value(&shop.profiles.value_score, &tasted.coordinates)?;
            let model = fitted(axes, &space, &order, seed, models)?;
            let shape = Shape::TwoAxes {
                n_tiers: model.tiers().n_segments(),
                n_tastes: model.taste().n_segments(),
            };
            let shares = model.shares(&space)?;
            Ok(FittedWay { shares, ..FittedWay::new(model.assign(&space)?, shape, space) })
        }
        Way::KMeans { blocks: names, k_means } => {
            let space = blocks::chosen(blocks, names)?;
            let model = fitted(k_means, &space, &order, seed, models)?;
            let shares = model.shares(&space)?;
            Ok(FittedWay { shares, ..FittedWay::new(model.assign(&space)?, Shape::Flat, space) })
        }
        Way::Hierarchical { blocks: names, tree } => {
            let space = blocks::chosen(blocks, names)?;
            let model = fitted(tree, &space, &order, seed, models)?;
            let notes = model.n_summarised().map(Note::Summarised).into_iter().collect();
            Ok(FittedWay { notes, ..FittedWay::new(model.assign(&space)?, Shape::Flat, space) })
        }
        Way::Density { blocks: names, dimensions, density } => {
            let wide = blocks::chosen(blocks, names)?;
            let dimensions = (*dimensions).min(wide.n_columns()).min(wide.n_rows());
            let narrow = Pca { dimensions }.fit(&wide.select_rows(&order))?;
            models.keep("segments-pca", &narrow)?;
            let space = narrow.transform(&wide)?;
            let model = fitted(density, &space, &order, seed, models)?;
            let notes = model.n_sampled_from().map(|_| Note::Sampled(density.exact_up_to));
            let notes = notes.into_iter().collect();
            Ok(FittedWay { notes, ..FittedWay::new(model.assign(&space)?, Shape::Flat, space) })
        }
        Way::ValueTiers { by, tiers } => {
            let seen = named_column(shop.profiles, by)?;
            let model = fitted(tiers, &seen, &order, seed, models)?;
            let kind = shop.profiles.feature(by).map(|at| shop.profiles.features[at].kind);
            let cuts = model.thresholds().to_vec();
            let notes = vec![Note::Tiers { by: by.clone(), kind, cuts }];
            let shape = Shape::TwoAxes { n_tiers: model.n_segments(), n_tastes: 1 };
            let found = FittedWay::new(model.assign(&seen)?, shape, rfm(shop.profiles)?);
            Ok(FittedWay { seen: Some(seen), notes, ..found })
        }
        Way::Rfm(grid) => {
            let seen = rfm_columns(shop.profiles)?;
            let model = fitted(grid, &seen, &order, seed, models)?;
            let found = FittedWay::new(model.assign(&seen)?, Shape::Flat, rfm(shop.profiles)?);
            Ok(FittedWay { seen: Some(seen), ..found })
        }
        Way::Lifetime(tiers) => {
            let seen = lifetime_columns(shop.profiles)?;
            let model = fitted(tiers, &seen, &order, seed, models)?;
            let money = model.money().map(|money| Box::new(money.clone()));
            let notes = vec![Note::Converged(Box::new(model.purchases().clone()), money)];
            let shape = Shape::TwoAxes { n_tiers: model.n_segments(), n_tastes: 1 };
            let found = FittedWay::new(model.assign(&seen)?, shape, rfm(shop.profiles)?);
            Ok(FittedWay { seen: Some(seen), notes, ..found })
        }
        Way::RoundGrid(grid) => {
            let tasted = Tasting::along_texts(grid.axes.len() - 1, shop)?.fit(seed, models)?;
            let space = beside_value(&shop.profiles.value_score, &tasted.coordinates)?;
            let grid = over(grid, shop.profiles);
            let model = fitted(&grid, &space, &order, seed, models)?;
            let n_tiers = grid.axes[0].n_tiers();
            let shape = Shape::TwoAxes { n_tiers, n_tastes: model.n_segments() / n_tiers };
            let notes = vec![Note::Cut(borders(&grid, &model))];
            Ok(FittedWay { notes, ..FittedWay::new(model.assign(&space)?, shape, space) })
        }
        Way::Rules(files) => {
            let Shop { profiles, events, .. } = shop;
            let told = (events.catalogue(), events.texts());
            let segments = rules::check_for(files, profiles, told)?;
            models.keep("segments", files.definitions())?;
            let index = || {
                let silent = Progress::silent();
                rules::index_events(events, &profiles.users, profiles.as_of, &silent)
            };
            let facts = rules::facts_for(&segments, profiles, index)?;
            let notes = facts.events().map(|events| Note::unseen(&segments, events));
            let found = FittedWay::new(segments.assign(&facts)?, Shape::Flat, rfm(profiles)?);
            Ok(FittedWay { notes: notes.into_iter().collect(), ..found })
        }
    }
}

/// The value score as column 0, then taste.
pub(crate) fn beside_value(scores: &[f32], taste: &Matrix) -> Result<Matrix, DataError> {
    let value = Matrix::new(scores.len(), 1, scores.to_vec())?;
    Matrix::beside(&[&value, taste])
}

/// The grid as the value score of these profiles needs it: sums under a logarithm are made round as
/// sums, sums of ranks as they are.
pub(super) fn over(grid: &RoundGrid, profiles: &Profiles) -> RoundGrid {
    let mut grid = grid.clone();
    if let Some(value) = grid.axes.first_mut() {
        value.is_log = profiles.value_basis != ValueBasis::SpendRanks;
    }
    grid
}

/// Names of tiers of a column; none where the usual ones of value are right.
fn tier_names(by: &str, n_tiers: usize, language: Language) -> Vec<String> {
    let window =
        |rest: &str| rest.strip_suffix('d').is_some_and(|days| days.parse::<u32>().is_ok());
    if by == "spend" || by == VALUE_SCORE || by.strip_prefix("spend_").is_some_and(window) {
        return Vec::new();
    }
    let label = feature_label(by, language);
    let place = |tier: usize| match (n_tiers, tier) {
        (2 | 3, 0) => language.pick("High", "高").to_owned(),
        (3, 1) => language.pick("Middle", "中").to_owned(),
        (2 | 3, _) => language.pick("Low", "低").to_owned(),
        _ => language.pick(
            format!("Tier {} of {n_tiers}", tier + 1),
            format!("第 {} 档（共 {n_tiers} 档）", tier + 1),
        ),
    };
    (0..n_tiers).map(|tier| format!("{} · {label}", place(tier))).collect()
}

fn fitted<S: Segmenter>(
    params: &S,
    data: &Matrix,
    order: &[usize],
    seed: Seed,
    models: &Models,
) -> Result<S::Fitted, RunError> {
    let model = params.fit(&data.select_rows(order), seed).map_err(RunError::step("segments"))?;
    models.keep("segments", &model)?;
    Ok(model)
}

/// The group of every user, those in no segment being one more.
pub(crate) fn groups(assignment: &Assignment) -> Vec<u32> {
    let group = |(row, &segment): (usize, &u32)| match assignment.is_assigned(row) {
        true => segment,
        false => assignment.n_segments as u32,
    };
    assignment.segments.iter().enumerate().map(group).collect()
}
