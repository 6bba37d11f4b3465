use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Point;

/// What a point came to: metrics by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score {
    /// By name.
    pub metrics: BTreeMap<String, f64>,
}

impl Score {
    /// One metric.
    #[must_use]
    pub fn of(metric: &str, value: f64) -> Self {
        Self { metrics: [(metric.to_owned(), value)].into() }
    }

    /// The same with another.
    #[must_use]
    pub fn and(mut self, metric: &str, value: f64) -> Self {
        self.metrics.insert(metric.to_owned(), value);
        self
    }
}

/// One point, tried on one budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Which point, from 0; halving tries one on several budgets.
    pub number: usize,
    /// Its settings.
    pub point: Point,
    /// Share of the whole budget.
    pub budget: f64,
    /// What it came to.
    pub score: Option<Score>,
    /// Why it came to nothing.
    pub reason: Option<String>,
    /// How long it took.
    pub seconds: f64,
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// Everything planned was tried.
    Done,
    /// The target was met.
    Met,
    /// The limit of trials was reached.
    Trials,
    /// The limit of seconds was reached.
    Seconds,
}

/// A finished search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tuned {
    /// The metric searched by.
    pub metric: String,
    /// Whether less of it is better.
    pub lower_is_better: bool,
    /// The target.
    pub until: Option<f64>,
    /// Whether it was met, where there was one.
    pub met: Option<bool>,
    /// Why the search ended.
    pub stopped: Stop,
    /// Trials planned.
    pub n_planned: usize,
    /// The seed.
    pub seed: u64,
    /// In the order of the plan.
    pub trials: Vec<Trial>,
    /// Place of the best in `trials`: among those on the largest budget, the first among equals.
    pub best: Option<usize>,
}

impl Trial {
    /// The value of a metric, where the trial came to something.
    #[must_use]
    pub fn value(&self, metric: &str) -> Option<f64> {
        self.score.as_ref()?.metrics.get(metric).copied()
    }
}

impl Tuned {
    /// The best trial.
    #[must_use]
    pub fn best_trial(&self) -> Option<&Trial> {
        self.trials.get(self.best?)
    }

    /// The best value.
    #[must_use]
    pub fn best_value(&self) -> Option<f64> {
        self.best_trial()?.value(&self.metric)
    }
}

/// Whether one value is better than another.
pub(super) fn is_better(a: f64, b: f64, lower_is_better: bool) -> bool {
    if lower_is_better { a < b } else { a > b }
}

/// Place of the best of the trials on the largest budget.
pub(super) fn best_of(trials: &[Trial], metric: &str, lower_is_better: bool) -> Option<usize> {
    let scored = |trial: &&Trial| trial.value(metric).is_some();
    let budget = trials.iter().filter(scored).map(|trial| trial.budget).fold(0.0, f64::max);
    let mut best: Option<(usize, f64)> = None;
    for (at, trial) in trials.iter().enumerate().filter(|(_, trial)| trial.budget == budget) {
        if let Some(value) = trial.value(metric)
            && best.is_none_or(|(_, best)| is_better(value, best, lower_is_better))
        {
            best = Some((at, value));
        }
    }
    best.map(|(at, _)| at)
}
