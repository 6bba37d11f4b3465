//! Ways to group users with nothing left to choose, and how each is fitted.

use fenqun_base::{Assignment, Block, Fitted, Language, Matrix, Progress, Seed, Segmenter};
use fenqun_encoders::pca::Pca;
use fenqun_evaluate::{Stability, stability};
use fenqun_explain::{Shape, numbers};
use fenqun_segments::lifetime::{BgNbdModel, GammaGammaModel};
use fenqun_segments::rfm::RfmSegment;
use fenqun_segments::{Density, Hierarchical, KMeans, LifetimeTiers, Rfm, TwoAxes};

use super::Shop;
use super::columns::{
    beside_value, coordinates, key_free_order, lifetime_columns, rfm, rfm_columns,
};
use crate::RunError;
use crate::config::{SegmentsConfig, Taste};
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
}

impl Way {
    /// The way of a configuration that leaves no choice.
    pub(super) fn settled(config: &SegmentsConfig) -> Self {
        match config {
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
            SegmentsConfig::TwoAxes(it) => {
                let axes = TwoAxes { tiers: it.tiers.clone(), ..TwoAxes::default() };
                Self::TwoAxes { taste: Taste::Categories, axes }
            }
        }
    }

    /// The blocks that users are grouped by; none where it is columns of the profiles.
    pub fn blocks(&self) -> &[String] {
        match self {
            Self::KMeans { blocks, .. }
            | Self::Hierarchical { blocks, .. }
            | Self::Density { blocks, .. } => blocks,
            Self::TwoAxes { .. } | Self::Rfm(_) | Self::Lifetime(_) => &[],
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
        }
    }

    /// Names that segments have by themselves; empty where names are found.
    pub(super) fn names(&self, language: Language) -> Vec<String> {
        match self {
            Self::Rfm(_) => RfmSegment::ALL.map(|it| it.name(language).to_owned()).to_vec(),
            _ => Vec::new(),
        }
    }

    /// How the method holds under resampling, on what it looks at.
    pub(super) fn stability(
        &self,
        seen: &Matrix,
        n_refits: usize,
        seed: Seed,
        progress: &Progress,
    ) -> Result<Stability, RunError> {
        Ok(match self {
            Self::TwoAxes { axes, .. } => stability(axes, seen, n_refits, seed, progress),
            Self::KMeans { k_means, .. } => stability(k_means, seen, n_refits, seed, progress),
            Self::Hierarchical { tree, .. } => stability(tree, seen, n_refits, seed, progress),
            Self::Density { density, .. } => stability(density, seen, n_refits, seed, progress),
            Self::Rfm(grid) => stability(grid, seen, n_refits, seed, progress),
            Self::Lifetime(tiers) => stability(tiers, seen, n_refits, seed, progress),
        }?)
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
            let space = beside_value(shop, &coordinates(*taste, shop, seed, models)?)?;
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
    }
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
