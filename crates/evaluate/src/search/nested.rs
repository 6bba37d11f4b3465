//! What a search is worth: the winner, judged on users the search never saw.

use std::path::Path;

use fenqun_base::{DataError, Labels, Progress, Seed};
use serde::{Deserialize, Serialize};

use super::{LogPlace, Objective, Point, Score, Space, Tuned, Tuning, tune};
use crate::EvaluateError;
use crate::splits::{Split, folds_of};

/// Something that learns from some rows with some settings, and is judged on others.
pub trait Tunable: Sync {
    /// Names of the settings it understands.
    fn parameters(&self) -> Vec<&str>;

    /// Learns from `train` on a share of the whole budget, and is judged on `test`.
    ///
    /// # Errors
    /// [`DataError`] when it cannot be fitted with these settings.
    fn score(
        &self,
        point: &Point,
        train: &[usize],
        test: &[usize],
        budget: f64,
        seed: Seed,
    ) -> Result<Score, DataError>;
}

/// An objective that averages over folds.
#[derive(Clone, Debug)]
pub struct InFolds<'a, T> {
    /// What is tuned.
    pub tunable: &'a T,
    /// The folds it is judged in.
    pub splits: Vec<Split>,
}

/// One outer split: the settings found inside its training rows, judged on the rows held out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NestedFold {
    /// Repetition of the outer folds.
    pub repeat: usize,
    /// Fold of the repetition.
    pub fold: usize,
    /// The search inside.
    pub search: Tuned,
    /// The best settings of it, fitted on all training rows and judged once.
    pub outer: Score,
}

/// All outer splits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nested {
    /// The metric searched by.
    pub metric: String,
    /// Split by split.
    pub folds: Vec<NestedFold>,
    /// What the searches promised: mean over splits of the best value inside.
    pub inner: f64,
    /// What came of it: mean over splits of the value on the rows held out.
    pub outer: f64,
}

impl<'a, T: Tunable> InFolds<'a, T> {
    /// Stratified folds of the rows `train` alone; of whole groups where there are groups.
    ///
    /// # Errors
    /// As [`folds_of`].
    pub fn of(
        tunable: &'a T,
        labels: &Labels,
        groups: Option<&[u64]>,
        train: &[usize],
        n_folds: usize,
        seed: Seed,
    ) -> Result<Self, DataError> {
        let own: Option<Vec<u64>> =
            groups.map(|groups| train.iter().map(|&row| groups[row]).collect());
        let (labels, seed) = (labels.select(train), seed.derive("inner"));
        let mut splits = folds_of(&labels, own.as_deref(), n_folds, 1, seed)?.splits;
        for split in &mut splits {
            for row in split.train.iter_mut().chain(&mut split.test) {
                *row = train[*row];
            }
        }
        Ok(Self { tunable, splits })
    }
}

impl<T: Tunable> Objective for InFolds<'_, T> {
    fn parameters(&self) -> Vec<&str> {
        self.tunable.parameters()
    }

    fn score(&self, point: &Point, budget: f64, seed: Seed) -> Result<Score, DataError> {
        let mut sum = Score::default();
        for (at, split) in self.splits.iter().enumerate() {
            let Split { train, test, .. } = split;
            let found = self.tunable.score(point, train, test, budget, seed.nth(at))?;
            for (name, value) in found.metrics {
                *sum.metrics.entry(name).or_insert(0.0) += value / self.splits.len() as f64;
            }
        }
        Ok(sum)
    }
}

/// Searches inside the training rows of each outer split, `n_inner` folds (of whole groups, where
/// there are `groups`) deep, then fits the
/// winner on all of them and judges it once on the rows held out.
///
/// With a folder for logs, each split has a file of its own there, and a killed search goes on.
/// `ground` is that of [`LogPlace`].
///
/// # Errors
/// As [`tune`]; what the winner refuses on the outer split.
#[allow(clippy::too_many_arguments)] // Each is a different thing, and all callers are one.
pub fn nested<T: Tunable>(
    tunable: &T,
    space: &Space,
    params: &Tuning,
    labels: &Labels,
    groups: Option<&[u64]>,
    outer: &[Split],
    n_inner: usize,
    logs: Option<LogPlace<'_>>,
    seed: Seed,
    progress: &Progress,
) -> Result<Nested, EvaluateError> {
    let mut folds = Vec::with_capacity(outer.len());
    for (at, split) in outer.iter().enumerate() {
        let seed = seed.derive("nested").nth(at);
        let inside = InFolds::of(tunable, labels, groups, &split.train, n_inner, seed)?;
        let path = logs.map(|place| log_path(place.path, split));
        let ground = logs.map(|place| format!("{} {split:?}", place.ground));
        let log = path.as_deref().zip(ground.as_deref());
        let log = log.map(|(path, ground)| LogPlace { path, ground });
        let search = tune(&inside, space, params, log, seed, progress)?;
        let best = search.best_trial().map(|trial| trial.point.clone()).unwrap_or_default();
        progress.check()?;
        let outer = tunable.score(&best, &split.train, &split.test, 1.0, seed.derive("outer"))?;
        folds.push(NestedFold { repeat: split.repeat, fold: split.fold, search, outer });
    }
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len().max(1) as f64;
    // A search that ended before any trial has no value; neither has a fold without both classes.
    let inner = mean(folds.iter().filter_map(|fold| fold.search.best_value()).collect());
    let value = |fold: &NestedFold| fold.outer.metrics.get(&params.metric).copied();
    let outer = mean(folds.iter().filter_map(value).collect());
    Ok(Nested { metric: params.metric.clone(), folds, inner, outer })
}

fn log_path(folder: &Path, split: &Split) -> std::path::PathBuf {
    folder.join(format!("trials-{}-{}.jsonl", split.repeat + 1, split.fold + 1))
}
