//! Would other users of the same shop give the same segments? Everything that learns from users is
//! learned again on bootstrap resamples of them.
//!
//! | way | learned again on every resample | kept as it is |
//! |---|---|---|
//! | value × taste | weights, components, axes of taste, borders of value, taste groups | which taste and how many groups; that choice looks at the same kind of refits |
//! | round grid | weights of texts, borders of every axis | axes of the texts: they hang on no user |
//! | value tiers, RFM, lifetime | all there is | – |
//! | k-means, hierarchical, density | the segments | the blocks they are found in |
//! | RFM k-means, beside | scale, segments | – |
//! | rules | nothing is learned: there is no figure | – |
//!
//! Of no way the profiles are learned again: which features are kept, what the price levels are, and
//! the ranks of a value score that is made of ranks. Neither are the texts that were read. Blocks are
//! kept because thirty decompositions would take longer than the rest of the run; their figure
//! flatters, and the run says so.

use fenqun_base::{Assignment, DataError, Fitted, Language, Matrix, Progress, Seed, Segmenter};
use fenqun_evaluate::{Stability, measured_rows, stability, stability_of};
use fenqun_segments::KMeans;

use super::Shop;
use super::columns::{RFM_SCALE, key_free_order, rfm_columns};
use super::taste::Tasting;
use super::way::{FittedWay, Way, beside_value, groups, over};
use crate::RunError;
use crate::steps::models::Models;

/// How segments hold, and what the figure is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// Agreement of refits.
    pub figure: Stability,
    scope: Scope,
}

/// What was fitted again.
#[derive(Clone, Copy, Debug)]
enum Scope {
    /// All that learns from users, of which the segments alone would have this figure.
    Whole { segments_alone: f64 },
    /// All that learns from users is the segments.
    Segments,
    /// The segments, in blocks that were kept.
    KeptBlocks,
}

impl Held {
    /// The figure and what it is of, in one sentence.
    pub fn words(&self, language: Language) -> String {
        let (mean, n) = (self.figure.mean, self.figure.n_refits);
        let of = match self.scope {
            Scope::Whole { segments_alone } => language.pick(
                format!(
                    " of everything that learns from users ({segments_alone:.2} for the segments \
                     alone, in coordinates that were kept)"
                ),
                format!("，凡从用户学到的都重新拟合；坐标不变、只重拟合分群时为 {segments_alone:.2}"),
            ),
            Scope::Segments => String::new(),
            Scope::KeptBlocks => language.pick(
                " of the segments alone: the blocks they are found in were kept, which flatters",
                "，只重拟合分群，所依据的向量块保持不变，数值因此偏高",
            ).to_owned(),
        };
        language.pick(
            format!("Stability {mean:.2} over {n} refits{of}"),
            format!("稳定性 {mean:.2}（{n} 次重拟合{of}）"),
        )
    }
}

/// Refits a way; `None` where nothing is fitted.
pub(super) fn held(
    way: &Way,
    shop: Shop<'_>,
    fitted: &FittedWay,
    n_refits: usize,
    seed: Seed,
    progress: &Progress,
) -> Result<Option<Held>, RunError> {
    let order = key_free_order(shop.profiles);
    let seen = fitted.seen.as_ref().unwrap_or(&fitted.space).select_rows(&order);
    let of = |figure, scope| Ok(Some(Held { figure, scope }));
    let asked = Asked { n_refits, seed, progress };
    match way {
        Way::TwoAxes { taste, axes } => {
            let tasting = Tasting::of(*taste, shop)?;
            asked.whole(&tasting, &shop.profiles.value_score, &order, axes, &seen).map(Some)
        }
        Way::RoundGrid(grid) => {
            let tasting = Tasting::along_texts(grid.axes.len() - 1, shop)?;
            let grid = over(grid, shop.profiles);
            asked.whole(&tasting, &shop.profiles.value_score, &order, &grid, &seen).map(Some)
        }
        Way::KMeans { k_means, .. } => of(asked.segments(k_means, &seen)?, Scope::KeptBlocks),
        Way::Hierarchical { tree, .. } => of(asked.segments(tree, &seen)?, Scope::KeptBlocks),
        Way::Density { density, .. } => of(asked.segments(density, &seen)?, Scope::KeptBlocks),
        Way::ValueTiers { tiers, .. } => of(asked.segments(tiers, &seen)?, Scope::Segments),
        Way::Rfm(grid) => of(asked.segments(grid, &seen)?, Scope::Segments),
        Way::Lifetime(tiers) => of(asked.segments(tiers, &seen)?, Scope::Segments),
        Way::Rules(_) => Ok(None),
    }
}

/// Refits the plain baseline, its scale included.
pub(super) fn of_baseline(
    shop: Shop<'_>,
    k_means: &KMeans,
    n_refits: usize,
    seed: Seed,
    progress: &Progress,
) -> Result<Stability, RunError> {
    let order = key_free_order(shop.profiles);
    let measured = select(&order, &measured_rows(order.len(), seed));
    let raw = rfm_columns(shop.profiles)?.select_rows(&measured);
    let refit = |rows: &[usize], seed: Seed| -> Result<Vec<u32>, DataError> {
        let scaled = RFM_SCALE.fit(&raw.select_rows(rows))?.transform(&raw)?;
        Ok(groups(&refitted(k_means, &scaled, rows, seed)?))
    };
    Ok(stability_of(measured.len(), refit, n_refits, seed, progress)?)
}

/// How often, from where, and who is told.
struct Asked<'a> {
    n_refits: usize,
    seed: Seed,
    progress: &'a Progress,
}

impl Asked<'_> {
    fn segments<S: Segmenter>(&self, params: &S, seen: &Matrix) -> Result<Stability, RunError> {
        Ok(stability(params, seen, self.n_refits, self.seed, self.progress)?)
    }

    /// Of a way whose coordinates are the value score and a taste.
    fn whole<S: Segmenter>(
        &self,
        tasting: &Tasting<'_>,
        scores: &[f32],
        order: &[usize],
        params: &S,
        seen: &Matrix,
    ) -> Result<Held, RunError> {
        let segments_alone = self.segments(params, seen)?.mean;
        let measured = select(order, &measured_rows(order.len(), self.seed));
        let tasting = tasting.of_rows(&measured);
        let scores: Vec<f32> = measured.iter().map(|&row| scores[row]).collect();
        let known = tasting.fit(self.seed, &Models::nowhere())?;
        let refit = |rows: &[usize], seed: Seed| {
            let taste = tasting.refit(&known, rows, seed);
            let found = taste.and_then(|taste| {
                let space = beside_value(&scores, &taste)?;
                refitted(params, &space, rows, seed)
            });
            Ok::<_, DataError>(match found {
                Ok(found) => groups(&found),
                // A handful of users may be drawn so that nothing can be learned from them. Such a
                // refit agrees with no other, and the run itself goes on.
                Err(_) => (0..scores.len() as u32).collect(),
            })
        };
        let (n, n_refits) = (scores.len(), self.n_refits);
        let figure = stability_of(n, refit, n_refits, self.seed, self.progress)?;
        Ok(Held { figure, scope: Scope::Whole { segments_alone } })
    }
}

fn select(order: &[usize], rows: &[usize]) -> Vec<usize> {
    rows.iter().map(|&row| order[row]).collect()
}

/// All users in the segments that some of them make.
fn refitted<S: Segmenter>(
    params: &S,
    space: &Matrix,
    rows: &[usize],
    seed: Seed,
) -> Result<Assignment, DataError> {
    params.fit(&space.select_rows(rows), seed)?.assign(space)
}
