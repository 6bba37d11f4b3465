use fenqun_base::{Block, DataError, Labels, Seed};
use fenqun_evaluate::compare::{Contender, Predictions};
use fenqun_evaluate::metrics::Metric;
use fenqun_evaluate::search::{Point, Score, Tunable};
use fenqun_evaluate::splits::Split;
use serde_json::Value;

use super::path;
use crate::RunError;
use crate::evaluate::predictions;
use crate::heads::{HeadConfig, Input};

/// Rows of each class that a small budget leaves, as far as there are so many: heads that choose
/// something themselves need them for folds.
const LEAST_ROWS: usize = 4;

/// A head whose settings are tried out.
pub(super) struct Heads<'a> {
    /// As configured, before tuning.
    pub base: Value,
    /// Settings of the space.
    pub names: Vec<String>,
    pub blocks: &'a [Block],
    pub labels: &'a Labels,
    /// The metric searched by.
    pub metric: Metric,
}

impl Tunable for Heads<'_> {
    fn parameters(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    fn score(
        &self,
        point: &Point,
        train: &[usize],
        test: &[usize],
        budget: f64,
        seed: Seed,
    ) -> Result<Score, DataError> {
        let head = path::with(&self.base, point).map_err(|reason| DataError::Parameter {
            name: "space",
            rule: "settings that fit the head".to_owned(),
            found: reason,
        })?;
        let train = share_of(self.labels, train, budget, seed.derive("budget"));
        let found = of_settings(&head, self.blocks, self.labels, &train, test, seed)?;
        let truth: Vec<u32> = test.iter().map(|&row| self.labels.codes[row]).collect();
        let value = self.metric.of(&truth, &found)?.ok_or_else(|| DataError::Labels {
            reason: format!("{} does not exist for these users", self.metric.name()),
        })?;
        let mut score = Score::of(self.metric.name(), value);
        // These exist for any users, and tell a head that decides well from one that knows well.
        for metric in [Metric::MacroF1, Metric::Accuracy, Metric::LogLoss] {
            if metric != self.metric
                && let Some(value) = metric.of(&truth, &found)?
            {
                score = score.and(metric.name(), value);
            }
        }
        Ok(score)
    }
}

/// A part of the rows, the same for all heads, with every class in it.
fn share_of(labels: &Labels, rows: &[usize], share: f64, seed: Seed) -> Vec<usize> {
    if share >= 1.0 {
        return rows.to_vec();
    }
    // Dealing a class out into as many folds as it has rows shuffles it.
    let mut kept = Vec::new();
    for class in 0..labels.n_classes() as u32 {
        let of_class: Vec<usize> =
            rows.iter().filter(|&&row| labels.codes[row] == class).copied().collect();
        let order = labels.select(&of_class).folds(of_class.len().max(1), seed);
        let n_kept = (share * of_class.len() as f64).ceil() as usize;
        let n_kept = n_kept.max(LEAST_ROWS).min(of_class.len()) as u32;
        kept.extend(of_class.iter().zip(order).filter(|(_, at)| *at < n_kept).map(|one| *one.0));
    }
    kept.sort_unstable();
    kept
}

/// What a head of these settings that learned from `train` says of `test`.
fn of_settings(
    head: &HeadConfig,
    blocks: &[Block],
    labels: &Labels,
    train: &[usize],
    test: &[usize],
    seed: Seed,
) -> Result<Predictions, DataError> {
    predictions(&Input::new(head, blocks).map_err(data_error)?, labels, train, test, seed)
}

fn data_error(error: RunError) -> DataError {
    match error {
        RunError::Data(error) | RunError::Step { source: error, .. } => error,
        other => DataError::Labels { reason: other.to_string() },
    }
}

/// A head of its own for every outer split.
pub(super) struct OfSplits<'a> {
    pub name: String,
    pub is_baseline: bool,
    pub splits: &'a [Split],
    /// One a split.
    pub heads: Vec<HeadConfig>,
    pub blocks: &'a [Block],
    pub labels: &'a Labels,
}

impl Contender for OfSplits<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_baseline(&self) -> bool {
        self.is_baseline
    }

    fn probabilities(
        &self,
        train: &[usize],
        test: &[usize],
        seed: Seed,
    ) -> Result<Predictions, DataError> {
        let at = self.splits.iter().position(|split| split.test == test);
        let head = at.and_then(|at| self.heads.get(at)).ok_or(DataError::Empty)?;
        of_settings(head, self.blocks, self.labels, train, test, seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_budget_keeps_every_class_and_grows_with_its_share() {
        let codes: Vec<u32> = (0..200).map(|row| u32::from(row % 20 == 0)).collect();
        let labels = Labels { classes: vec!["a".into(), "b".into()], codes };
        let rows: Vec<usize> = (0..200).collect();
        let of = |share| share_of(&labels, &rows, share, Seed(7));
        assert_eq!(of(1.0), rows);
        let small = of(0.1);
        assert_eq!(labels.select(&small).counts(), [19, 4]);
        let larger = of(0.5);
        assert_eq!(labels.select(&larger).counts(), [95, 5]);
        assert!(small.iter().all(|row| larger.contains(row)), "larger budgets hold smaller ones");
        assert_eq!(of(0.1), small);
    }
}
