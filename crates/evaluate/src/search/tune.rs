//! Tries the points of a plan.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use fenqun_base::{DataError, Progress, Seed, Step, Unit};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::log::Log;
use super::result::{best_of, is_better};
use super::{Point, Score, Space, Stop, Strategy, Trial, Tuned};
use crate::EvaluateError;
use crate::metrics::Metric;

/// What settings are judged by.
pub trait Objective: Sync {
    /// Names of the settings it understands.
    fn parameters(&self) -> Vec<&str>;

    /// Judges a point on a share of the whole budget. All points get the same seed, so that they
    /// differ by what they are and not by luck.
    ///
    /// # Errors
    /// [`DataError`] when it cannot be fitted with these settings: the trial comes to nothing, and
    /// the search goes on.
    fn score(&self, point: &Point, budget: f64, seed: Seed) -> Result<Score, DataError>;
}

/// Settings of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tuning {
    /// How the space is searched.
    pub strategy: Strategy,
    /// The metric searched by.
    pub metric: String,
    /// Whether less of it is better; known by itself for the metrics of [`Metric`].
    pub lower_is_better: bool,
    /// The target: the search ends once it is met on the whole budget.
    pub until: Option<f64>,
    /// At most so many trials.
    pub n_trials: usize,
    /// No new trials after so many seconds.
    pub seconds: Option<f64>,
    /// Trials at once; between such batches, targets and limits are looked at.
    pub at_once: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            strategy: Strategy::Random,
            metric: Metric::MacroF1.name().to_owned(),
            lower_is_better: false,
            until: None,
            n_trials: 50,
            seconds: None,
            at_once: 4,
        }
    }
}

/// Where finished trials are kept.
#[derive(Clone, Copy, Debug)]
pub struct LogPlace<'a> {
    /// The file.
    pub path: &'a Path,
    /// What the objective is made of: data, labels, splits, fixed settings, in any words that change
    /// when they do. Trials of another ground are refused.
    pub ground: &'a str,
}

impl Tuning {
    /// The same with a target such as `macro_f1=0.55`.
    ///
    /// # Errors
    /// [`DataError::Parameter`] for anything else.
    pub fn until(mut self, target: &str) -> Result<Self, DataError> {
        let parts = target.split_once('=').map(|(name, value)| (name.trim(), value.trim().parse()));
        match parts {
            Some((name, Ok(value))) if !name.is_empty() && f64::is_finite(value) => {
                self.metric = name.to_owned();
                self.until = Some(value);
                Ok(self)
            }
            _ => {
                let rule = "a metric and a value, such as macro_f1=0.55".to_owned();
                Err(DataError::Parameter { name: "until", rule, found: target.to_owned() })
            }
        }
    }

    fn is_lower_better(&self) -> bool {
        self.lower_is_better
            || Metric::from_name(&self.metric).is_ok_and(|one| !one.higher_is_better())
    }

    fn check(&self) -> Result<(), DataError> {
        let wrong = |name, rule: &str, found: String| {
            Err(DataError::Parameter { name, rule: rule.to_owned(), found })
        };
        self.strategy.check()?;
        if !(1..=100_000).contains(&self.n_trials) {
            return wrong("n_trials", "between 1 and 100000", self.n_trials.to_string());
        }
        if !(1..=1000).contains(&self.at_once) {
            return wrong("at_once", "between 1 and 1000", self.at_once.to_string());
        }
        match self.seconds {
            Some(seconds) if !(seconds > 0.0 && seconds.is_finite()) => {
                wrong("seconds", "above 0", seconds.to_string())
            }
            _ => Ok(()),
        }
    }

    /// What makes trials of two searches exchangeable. Targets and limits do not count: a search may
    /// be resumed with another.
    fn fingerprint(&self, space: &Space, ground: &str, seed: Seed) -> String {
        let parts = serde_json::json!([space, self.strategy, self.metric, ground]);
        format!("{:016x}", seed.derive(&parts.to_string()).0)
    }
}

/// Searches the space, as far as the target and the limits let it.
///
/// With a log, finished trials are kept, and a search that was killed goes on where it was.
///
/// # Errors
/// [`EvaluateError::Data`] for a space or settings outside their rules, a metric that the objective
/// does not tell, or when no trial came to anything; [`EvaluateError::Log`] and
/// [`EvaluateError::OtherSearch`]; [`EvaluateError::Interrupted`].
pub fn tune<O: Objective>(
    objective: &O,
    space: &Space,
    params: &Tuning,
    log: Option<LogPlace<'_>>,
    seed: Seed,
    progress: &Progress,
) -> Result<Tuned, EvaluateError> {
    params.check()?;
    space.check(&objective.parameters())?;
    let points = params.strategy.points(space, params.n_trials, seed)?;
    let rungs = params.strategy.rungs(points.len());
    let n_planned: usize = rungs.iter().map(|rung| rung.1).sum();
    let (log, known) = match log {
        None => (None, Vec::new()),
        Some(LogPlace { path, ground }) => {
            let (log, known) = Log::open(path, &params.fingerprint(space, ground, seed))?;
            (Some(log), known)
        }
    };
    let known = known.into_iter().map(|trial| ((trial.number, trial.budget.to_bits()), trial));
    let step = progress.begin("tuning", n_planned.min(params.n_trials) as u64, Unit::Count);
    let mut search = Search {
        objective,
        params,
        known: known.collect(),
        log,
        seed: seed.derive("trial"),
        progress,
        step,
        begun: Instant::now(),
        trials: Vec::new(),
    };
    let mut stopped = Stop::Done;
    let mut alive: Vec<usize> = (0..points.len()).collect();
    for (budget, n_points) in rungs {
        alive.truncate(n_points);
        if let Some(stop) = search.rung(&points, &alive, budget)? {
            stopped = stop;
            break;
        }
        alive = search.ranked(budget);
    }
    let Search { trials, .. } = search;
    let lower = params.is_lower_better();
    let best = best_of(&trials, &params.metric, lower);
    if best.is_none()
        && let Some(reason) = trials.iter().find_map(|trial| trial.reason.as_ref())
    {
        let rule = "one with settings that can be fitted".to_owned();
        let found = format!("only such that cannot; the first: {reason}");
        return Err(DataError::Parameter { name: "space", rule, found }.into());
    }
    let met = params.until.map(|_| stopped == Stop::Met);
    Ok(Tuned {
        metric: params.metric.clone(),
        lower_is_better: lower,
        until: params.until,
        met,
        stopped,
        n_planned,
        seed: seed.0,
        trials,
        best,
    })
}

/// A search under way.
struct Search<'a, O> {
    objective: &'a O,
    params: &'a Tuning,
    /// Finished earlier, by number and bits of the budget.
    known: BTreeMap<(usize, u64), Trial>,
    log: Option<Log>,
    seed: Seed,
    progress: &'a Progress,
    step: Step,
    begun: Instant,
    trials: Vec<Trial>,
}

impl<O: Objective> Search<'_, O> {
    /// Tries points on one budget, batch by batch, until something stops it.
    fn rung(
        &mut self,
        points: &[Point],
        numbers: &[usize],
        budget: f64,
    ) -> Result<Option<Stop>, EvaluateError> {
        let mut rest = numbers;
        while !rest.is_empty() {
            let left = self.params.n_trials.saturating_sub(self.trials.len());
            if left == 0 {
                return Ok(Some(Stop::Trials));
            }
            let (batch, later) = rest.split_at(self.params.at_once.min(left).min(rest.len()));
            rest = later;
            // What is on the disk costs no time.
            let is_new = |&number: &usize| !self.known.contains_key(&(number, budget.to_bits()));
            let spent = self.begun.elapsed().as_secs_f64();
            if batch.iter().any(is_new) && self.params.seconds.is_some_and(|most| spent >= most) {
                return Ok(Some(Stop::Seconds));
            }
            let found = batch
                .par_iter()
                .map(|&number| self.trial(number, &points[number], budget))
                .collect::<Result<Vec<Trial>, EvaluateError>>()?;
            let is_met = found.iter().any(|trial| self.is_met(trial));
            self.trials.extend(found);
            if is_met {
                return Ok(Some(Stop::Met));
            }
        }
        Ok(None)
    }

    fn trial(&self, number: usize, point: &Point, budget: f64) -> Result<Trial, EvaluateError> {
        if let Some(known) = self.known.get(&(number, budget.to_bits())) {
            self.step.advance(1);
            return Ok(known.clone());
        }
        self.progress.check()?;
        let begun = Instant::now();
        let found = self.objective.score(point, budget, self.seed);
        // Whoever asked to stop meanwhile may have made it fail.
        if found.is_err() {
            self.progress.check()?;
        }
        let (score, reason) = match found {
            Ok(score) => match self.fault(&score)? {
                None => (Some(score), None),
                reason => (None, reason),
            },
            Err(error) => (None, Some(error.to_string())),
        };
        let seconds = begun.elapsed().as_secs_f64();
        let point = point.clone();
        let trial = Trial { number, point, budget, score, reason, seconds };
        if let Some(log) = &self.log {
            log.append(&trial)?;
        }
        self.step.advance(1);
        Ok(trial)
    }

    /// What is wrong with a score: a number that is none is the trial's fault, a metric that is
    /// missing the caller's.
    fn fault(&self, score: &Score) -> Result<Option<String>, DataError> {
        if !score.metrics.contains_key(&self.params.metric) {
            let names: Vec<&str> = score.metrics.keys().map(String::as_str).collect();
            let rule = crate::nearest::rule_of(&self.params.metric, &names);
            let found = self.params.metric.clone();
            return Err(DataError::Parameter { name: "metric", rule, found });
        }
        let odd = score.metrics.iter().find(|(_, value)| !value.is_finite());
        Ok(odd.map(|(name, value)| format!("{name} is {value}")))
    }

    fn is_met(&self, trial: &Trial) -> bool {
        let (Some(target), Some(value)) = (self.params.until, trial.value(&self.params.metric))
        else {
            return false;
        };
        let lower = self.params.is_lower_better();
        trial.budget >= 1.0 && (value == target || is_better(value, target, lower))
    }

    /// Numbers of the points of a budget, best first; what came to nothing is out.
    fn ranked(&self, budget: f64) -> Vec<usize> {
        let sign = if self.params.is_lower_better() { 1.0 } else { -1.0 };
        let of_budget = self.trials.iter().filter(|trial| trial.budget == budget);
        let mut ranked: Vec<(f64, usize)> = of_budget
            .filter_map(|trial| Some((sign * trial.value(&self.params.metric)?, trial.number)))
            .collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        ranked.into_iter().map(|(_, number)| number).collect()
    }
}
