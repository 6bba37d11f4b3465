//! What a block is a sum over, for those who explain.

use fenqun_base::{Matrix, SparseMatrix};
use fenqun_encoders::text_axes::TextAxesModel;

use super::Counted;
use super::columns::Columns;
use super::fitted::{FittedBlock, Sight, Way};
use crate::RunError;

/// The sum behind a block: but for cuts at extremes, `block = shares · steps − ` a constant.
pub(crate) struct Sources {
    /// Users × sources.
    pub shares: SparseMatrix,
    /// Sources × the columns of the block at its size.
    pub steps: Matrix,
    /// What each source is.
    pub names: Vec<Source>,
}

/// What a block counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Purchases of an item or category, by its name.
    Counted(Counted, String),
    /// Purchases of items with a text, by its place among the texts that were read.
    Text(usize),
}

impl Sources {
    /// How far the shares of one user are from the mean of all.
    pub fn apart_from_mean(&self, row: usize) -> Vec<f64> {
        let n_users = self.shares.n_rows();
        let mut apart = vec![0.0; self.shares.n_columns()];
        for user in 0..n_users {
            for (source, share) in self.shares.entries(user) {
                apart[source] -= f64::from(share) / n_users as f64;
            }
        }
        self.shares.entries(row).for_each(|(source, share)| apart[source] += f64::from(share));
        apart
    }

    /// How far the shares of one user are from those of another.
    pub fn apart_from(&self, row: usize, other: usize) -> Vec<f64> {
        let mut apart = vec![0.0; self.shares.n_columns()];
        self.shares.entries(row).for_each(|(source, share)| apart[source] += f64::from(share));
        self.shares.entries(other).for_each(|(source, share)| apart[source] -= f64::from(share));
        apart
    }

    /// What each source adds along a direction of the columns when its share is that far apart:
    /// place of the source and amount, where there is any.
    pub fn along(&self, apart: &[f64], slopes: &[f64]) -> Vec<(usize, f64)> {
        let along = |source: usize| -> f64 {
            let steps = self.steps.row(source).iter();
            steps.zip(slopes).map(|(&step, slope)| f64::from(step) * slope).sum()
        };
        let moved = apart.iter().enumerate().filter(|(_, apart)| **apart != 0.0);
        moved.map(|(source, apart)| (source, apart * along(source))).collect()
    }
}

/// What the axes of texts are a sum over.
pub(crate) fn of_text_axes(axes: &TextAxesModel, sight: Sight<'_>) -> Result<Sources, RunError> {
    let texts = sight.texts()?;
    let kept = axes.kept();
    Ok(Sources {
        shares: axes.shares(&texts.weights(sight.profiles)?)?,
        steps: axes.texts(&texts.vectors)?.select_rows(&kept),
        names: kept.into_iter().map(Source::Text).collect(),
    })
}

impl FittedBlock {
    /// What the block of these users is a sum over; `None` for the columns of the profile, which
    /// have names of their own.
    pub fn sources(&self, sight: Sight<'_>) -> Result<Option<Sources>, RunError> {
        let Sight { profiles, catalogue, .. } = sight;
        let (shares, mut steps, names) = match &self.way {
            Way::Aggregates(_) | Way::Rfm(_) => return Ok(None),
            Way::Categories { columns, weights, svd } => {
                let counts = columns.counts(catalogue, &profiles.items)?;
                let names = named(columns, &weights.kept());
                (weights.transform(&counts)?, svd.components().clone(), names)
            }
            Way::Graph { columns, graph } => {
                let counts = columns.counts(catalogue, &profiles.items)?;
                (graph.shares(&counts)?, graph.steps(), named(columns, &graph.kept()))
            }
            Way::Text { weights, whiten } => {
                let texts = sight.texts()?;
                let kept = weights.kept();
                let shares =
                    fenqun_encoders::shares(&weights.transform(&texts.weights(profiles)?)?)?;
                // Shares sum to 1, so what whitening takes off every text is taken off every user.
                let steps = whiten.transform(&texts.vectors.select_rows(&kept))?;
                (shares, steps, kept.into_iter().map(Source::Text).collect())
            }
        };
        let factor = self.size.factor();
        steps.values_mut().iter_mut().for_each(|value| *value *= factor);
        Ok(Some(Sources { shares, steps, names }))
    }
}

fn named(columns: &Columns, kept: &[usize]) -> Vec<Source> {
    let all: Vec<(Counted, &str)> = columns.counted().collect();
    kept.iter().map(|&at| Source::Counted(all[at].0, all[at].1.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use fenqun_base::{Progress, Seed};
    use fenqun_profiles::{ProfileParams, build};

    use super::*;
    use crate::manifest::TextModelFacts;
    use crate::steps::texts::Texts;

    #[test]
    fn a_block_is_the_sum_that_its_sources_say() {
        let shop = crate::propensity::tests::shop(60, 200);
        let as_of = 200 * 86_400_000;
        let params = ProfileParams::default();
        let profiles = build(&shop, as_of, &params, &Progress::silent()).expect("profiles");
        let facts = TextModelFacts {
            model: "made".into(),
            fingerprint: String::new(),
            n_texts: 12,
            n_read: 12,
            coverage: 1.0,
        };
        let wave = |at: usize| (at as f32 * 0.7).sin() + (at % 5) as f32;
        let texts = Texts {
            text_of: (0..12).collect(),
            read: (0..12).map(|at| format!("text {at:02}")).collect(),
            vectors: Matrix::new(12, 6, (0..72).map(wave).collect()).expect("counts fit"),
            facts,
        };
        let sight = Sight { profiles: &profiles, catalogue: &shop.catalogue, texts: Some(&texts) };
        for name in ["categories", "graph", "text"] {
            let block = FittedBlock::fit(name, sight, Seed(7)).expect("fits").expect("has data");
            let vectors = block.sized(sight).expect("its own users").vectors;
            let found = block.sources(sight).expect("its own users").expect("a sum");
            assert_eq!(found.names.len(), found.steps.n_rows());
            let value = |row: usize, column: usize| -> f64 {
                let terms = found.shares.entries(row);
                terms.map(|(at, share)| f64::from(share * found.steps.at(at, column))).sum()
            };
            for column in 0..vectors.n_columns() {
                let constant = value(0, column) - f64::from(vectors.at(0, column));
                for row in 1..vectors.n_rows() {
                    let apart = value(row, column) - f64::from(vectors.at(row, column)) - constant;
                    assert!(apart.abs() < 1e-4, "{name}: user {row}, column {column}: {apart}");
                }
            }
        }
    }
}
