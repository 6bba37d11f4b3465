use std::path::PathBuf;

use fenqun_base::Language;
use fenqun_evaluate::metrics::Metric;
use fenqun_evaluate::search::{Space, Strategy, Tuning};
use fenqun_events::LabelsConfig;
use fenqun_segments::PartHead;
use serde::{Deserialize, Serialize};

use crate::RunError;
use crate::heads::{HeadConfig, HeadMethod};

/// `[tune]`: which settings of `[head]` are tried, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TuneConfig {
    /// How the space is searched. Halving begins with as many points as `n_trials` has room for.
    pub strategy: Strategy,
    /// The metric searched by.
    pub metric: String,
    /// The target: each search ends once it is met.
    pub until: Option<f64>,
    /// At most so many trials a search.
    pub n_trials: usize,
    /// No new trials after so many seconds, shared among all searches.
    pub seconds: Option<f64>,
    /// Inner folds that judge a trial.
    pub folds: usize,
    /// Outer folds that judge the tuning, each with a search of its own; 0: not judged.
    pub outer_folds: usize,
    /// Settings by dotted path, and their values; empty: what usually matters for the head.
    pub space: Space,
}

impl Default for TuneConfig {
    fn default() -> Self {
        let Tuning { strategy, metric, until, .. } = Tuning::default();
        Self {
            strategy,
            metric,
            until,
            n_trials: 30,
            seconds: None,
            folds: 3,
            outer_folds: 3,
            space: Space::default(),
        }
    }
}

impl TuneConfig {
    /// The same with a strategy by its name: `grid`, `random`, `halving`; its own settings stay
    /// where it is the same.
    ///
    /// # Errors
    /// [`RunError::Tune`] for another name.
    pub fn with_strategy(self, name: &str) -> Result<Self, RunError> {
        let wanted = serde_json::json!({ "method": name });
        let strategy: Strategy = serde_json::from_value(wanted)
            .map_err(|error| RunError::Tune { reason: format!("strategy: {error}") })?;
        let is_same = std::mem::discriminant(&strategy) == std::mem::discriminant(&self.strategy);
        Ok(if is_same { self } else { Self { strategy, ..self } })
    }

    /// The same with a target such as `macro_f1=0.55`.
    ///
    /// # Errors
    /// [`RunError::Data`] for anything else.
    pub fn with_target(self, target: &str) -> Result<Self, RunError> {
        let Tuning { metric, until, .. } = Tuning::default().until(target)?;
        Ok(Self { metric, until, ..self })
    }

    /// Refuses what no search could make sense of, before anything is read.
    ///
    /// # Errors
    /// [`RunError::Tune`] with the rule.
    pub(super) fn check(&self, metric: Metric) -> Result<(), RunError> {
        let wrong = |reason: String| Err(RunError::Tune { reason });
        if self.n_trials == 0 {
            return wrong("`n_trials` must be at least 1, got 0".to_owned());
        }
        if self.outer_folds == 1 {
            let rule = "`outer_folds` must be 0 (tuning is not judged) or at least 2, got 1";
            return wrong(rule.to_owned());
        }
        let is_share = metric != Metric::LogLoss;
        match self.until {
            Some(target) if is_share && !(0.0..=1.0).contains(&target) => wrong(format!(
                "`until`: {} lies between 0 and 1, so {target} is never met",
                metric.name()
            )),
            _ => Ok(()),
        }
    }

    /// The settings of one of `n_searches` searches.
    pub(super) fn tuning(&self, n_searches: usize) -> Tuning {
        Tuning {
            strategy: self.fitting_strategy(),
            metric: self.metric.clone(),
            until: self.until,
            n_trials: self.n_trials,
            seconds: self.seconds.map(|seconds| seconds / n_searches.max(1) as f64),
            ..Tuning::default()
        }
    }

    /// Halving must come to its last round within the limit of trials, or nothing is judged in full.
    fn fitting_strategy(&self) -> Strategy {
        match self.strategy {
            Strategy::Halving { n_points, factor, smallest } if factor >= 2 => {
                let fits = |&n: &usize| n_trials_of(n, factor, smallest) <= self.n_trials;
                let most = n_points.min(self.n_trials);
                let n_points = (2..=most).rev().find(fits).unwrap_or(n_points.min(2));
                Strategy::Halving { n_points, factor, smallest }
            }
            ref other => other.clone(),
        }
    }
}

/// Trials that halving makes of so many points.
fn n_trials_of(n_points: usize, factor: usize, smallest: f64) -> usize {
    let (mut n_trials, mut left, mut budget) = (n_points, n_points, 1.0 / factor as f64);
    while smallest > 0.0 && budget >= smallest * (1.0 - 1e-9) {
        left = left.div_ceil(factor);
        n_trials += left;
        budget /= factor as f64;
    }
    n_trials
}

/// Whether a part of a blend is boosted trees.
pub(super) fn is_trees(head: &PartHead) -> bool {
    matches!(head, PartHead::Trees(_))
}

/// What to tune.
#[derive(Clone, Debug)]
pub struct TuneRequest {
    /// The folder of a finished run.
    pub run: PathBuf,
    /// Labels, in place of those of the run's configuration.
    pub labels: Option<Vec<LabelsConfig>>,
    /// Which of the labels; needed where there are several.
    pub label_name: Option<String>,
    /// Folder that `labels` are relative to; without it that of the run's configuration.
    pub base: Option<PathBuf>,
    /// The head, in place of that of the run's configuration.
    pub head: Option<HeadConfig>,
    /// The method, where it is not that of the head: then with its defaults.
    pub method: Option<HeadMethod>,
    /// Features that may give the label away, in place of those of the run's configuration.
    pub allowed_features: Option<Vec<String>>,
    /// How and what is searched, in place of the run's configuration.
    pub tune: Option<TuneConfig>,
    /// A file with the space, in place of that of `tune`.
    pub space: Option<PathBuf>,
    /// Throws finished trials of earlier searches away first.
    pub afresh: bool,
    /// Where all random choices start; without it the run's seed.
    pub seed: Option<u64>,
    /// Language of words; without it that of the run's cards.
    pub language: Option<Language>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_comes_to_its_last_round_within_the_limit_of_trials() {
        assert_eq!(n_trials_of(27, 3, 0.1), 27 + 9 + 3);
        let strategy = Strategy::Halving { n_points: 27, factor: 3, smallest: 0.1 };
        let config = TuneConfig { strategy, n_trials: 20, ..TuneConfig::default() };
        // 13 + 5 + 2: the most points whose rounds fit in 20 trials.
        let expected = Strategy::Halving { n_points: 13, factor: 3, smallest: 0.1 };
        assert_eq!(config.tuning(1).strategy, expected);
        let roomy = TuneConfig { n_trials: 100, ..config };
        assert_eq!(roomy.tuning(1).strategy, roomy.strategy);
    }

    #[test]
    fn searches_share_the_time() {
        let config = TuneConfig { seconds: Some(60.0), ..TuneConfig::default() };
        assert_eq!(config.tuning(4).seconds, Some(15.0));
    }
}
