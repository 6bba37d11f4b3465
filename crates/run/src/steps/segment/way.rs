//! Ways to group users with nothing left to choose, and how each is fitted.

use std::path::Path;

use fenqun_base::{
    Assignment, Block, DataError, Fitted, Language, Matrix, Progress, Seed, Segmenter,
};
use fenqun_encoders::pca::Pca;
use fenqun_explain::{Shape, numbers};
use fenqun_profiles::{Profiles, ValueBasis};
use fenqun_segments::lifetime::{BgNbdModel, GammaGammaModel};
use fenqun_segments::rfm::RfmSegment;
use fenqun_segments::{
    Density, Hierarchical, KMeans, LifetimeTiers, Rfm, RoundGrid, RoundGridModel, TwoAxes,
};

use super::Shop;
use super::columns::{key_free_order, lifetime_columns, rfm, rfm_columns};
use super::taste::Tasting;
use crate::RunError;
use crate::config::{SegmentsConfig, Taste};
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
    Rfm(Rfm),
    Lifetime(LifetimeTiers),
    RoundGrid(RoundGrid),
    Rules(DefinitionFiles),
}

/// Users grouped one way.
pub(crate) struct FittedWay {
    pub assignment: Assignment,
    pub shape: Shape,
    /// Coordinates that can be drawn.
    pub space: Matrix,
    /// What the method looked at, where that is not `space`.
    pub seen: Option<Matrix>,
    notes: Vec<Note>,
}

/// What a fit has to say of itself.
enum Note {
    /// The tree stands on a summary of so many users.
    Summarised(usize),
    /// The fit saw so many users.
    Sampled(usize),
    /// Both predictions converged.
    Converged(Box<BgNbdModel>, Option<Box<GammaGammaModel>>),
    /// Where each axis is cut, value first.
    Cut(Vec<Vec<f64>>),
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

    /// The blocks that users are grouped by; none where it is columns of the profiles.
    pub fn blocks(&self) -> &[String] {
        match self {
            Self::KMeans { blocks, .. }
            | Self::Hierarchical { blocks, .. }
            | Self::Density { blocks, .. } => blocks,
            Self::TwoAxes { .. }
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
        Self { assignment, shape, space, seen: None, notes: Vec::new() }
    }

    /// What a person should know of the fit.
    pub(super) fn remarks(&self, language: Language) -> Vec<String> {
        let mut remarks: Vec<String> =
            self.notes.iter().flat_map(|note| note.words(language)).collect();
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

impl Note {
    fn words(&self, language: Language) -> Vec<String> {
        match self {
            Self::Summarised(n_users) => {
                let n = numbers::whole(*n_users as f64);
                vec![language.pick(
                    format!("The tree stands on a k-means summary of {n} users"),
                    format!("层次树建立在 {n} 位用户的 k-means 摘要之上"),
                )]
            }
            Self::Sampled(n_users) => {
                let n = numbers::whole(*n_users as f64);
                vec![language.pick(
                    format!("Density was measured on a sample of {n} users"),
                    format!("密度在 {n} 位用户的样本上测量"),
                )]
            }
            Self::Converged(purchases, money) => {
                let money = money.as_ref().and_then(|money| money.convergence());
                let checks = [("BG/NBD", purchases.convergence()), ("Gamma-Gamma", money)];
                let told = checks.into_iter().filter_map(|(name, check)| Some((name, check?)));
                told.map(|(name, check)| format!("{name} {check}")).collect()
            }
            Self::Cut(axes) => {
                let listed = |cuts: &Vec<f64>| {
                    cuts.iter().map(f64::to_string).collect::<Vec<_>>().join(", ")
                };
                let value = axes.first().map(listed).unwrap_or_default();
                let tastes: Vec<String> = axes.iter().skip(1).map(listed).collect();
                vec![language.pick(
                    format!(
                        "Value is cut above {value}; axes of the texts above {}",
                        tastes.join("; ")
                    ),
                    format!("价值分界：{value}；文本轴分界：{}", tastes.join("；")),
                )]
            }
        }
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
            Ok(FittedWay::new(model.assign(&space)?, shape, space))
        }
        Way::KMeans { blocks: names, k_means } => {
            let space = blocks::chosen(blocks, names)?;
            let model = fitted(k_means, &space, &order, seed, models)?;
            Ok(FittedWay::new(model.assign(&space)?, Shape::Flat, space))
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
            let assignment = rules::place(&segments, profiles, index)?;
            Ok(FittedWay::new(assignment, Shape::Flat, rfm(profiles)?))
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

/// Where each axis is cut, as people would say it.
fn borders(grid: &RoundGrid, model: &RoundGridModel) -> Vec<Vec<f64>> {
    let of = |(at, axis): (usize, &fenqun_segments::RoundAxis)| {
        let cuts = model.thresholds(at).iter().map(|&cut| f64::from(cut));
        let told = |cut: f64| if axis.is_log { cut.exp_m1() } else { cut };
        // Four digits: what rounding to 32 bits added is not told.
        cuts.map(|cut| format!("{:.3e}", told(cut)).parse().unwrap_or(cut)).collect()
    };
    grid.axes.iter().enumerate().map(of).collect()
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
