//! Which candidate, and how many segments?

use fenqun_base::{DataError, Fitted, Matrix, Progress, Seed, Segmenter, Unit};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::stability::{agreement, capped, check_refits, refitted};
use crate::{EvaluateError, Stability, silhouette};

/// Users among whom the silhouette is measured.
const SILHOUETTE_ROWS: usize = 4000;

/// Settings of the choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Choosing {
    /// Numbers of segments to try.
    pub n_segments: Vec<usize>,
    /// Bootstrap refits of each trial.
    pub n_refits: usize,
    /// Trials this close to the most stable count as equal, and more segments win.
    pub within: f64,
    /// A choice less stable than this is called weak.
    pub weak_under: f64,
}

impl Default for Choosing {
    fn default() -> Self {
        Self { n_segments: vec![3, 4, 5, 6], n_refits: 10, within: 0.02, weak_under: 0.7 }
    }
}

/// One way to describe the users, to be tried.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// What configuration and reports call it.
    pub name: &'a str,
    /// One row a user.
    pub data: &'a Matrix,
}

/// What one candidate with one number of segments came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Name of the candidate.
    pub candidate: String,
    /// Number of segments.
    pub n_segments: usize,
    /// Agreement between bootstrap refits.
    pub stability: Stability,
    /// Mean silhouette of a fit on all users; 0 when they all fell into one segment.
    pub silhouette: f64,
}

/// All trials, and the one to take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Candidate by candidate, in the order they came, each with every number of segments.
    pub trials: Vec<Trial>,
    /// Place of the chosen one among them.
    pub chosen: usize,
    /// Even the chosen one is not stable: say so to whoever will use it.
    pub is_weak: bool,
}

impl Choice {
    /// The chosen trial.
    #[must_use]
    pub fn best(&self) -> &Trial {
        &self.trials[self.chosen]
    }
}

/// Tries every candidate with every number of segments, and takes the most stable; among trials
/// within `within` of it, the one with more segments, then the more stable, then the earlier.
///
/// All trials see the same bootstrap resamples, so that they differ by what is tried and not by
/// luck. More than [`crate::MOST_ROWS`] users are cut down to that many first. `with` makes the
/// segmenter for a number of segments.
///
/// # Errors
/// [`DataError::Parameter`] for settings outside their rule or nothing to try; what the segmenter
/// refuses; [`EvaluateError::Interrupted`].
pub fn choose<S: Segmenter>(
    candidates: &[Candidate<'_>],
    choosing: &Choosing,
    with: impl Fn(usize) -> S + Sync,
    seed: Seed,
    progress: &Progress,
) -> Result<Choice, EvaluateError> {
    choosing.check()?;
    if candidates.is_empty() {
        return Err(rule("candidates", "1 or more", "none").into());
    }
    let data: Vec<Matrix> = candidates.iter().map(|one| capped(one.data, seed)).collect();
    let n_trials = data.len() * choosing.n_segments.len();
    let of_trial = |trial: usize| {
        let (candidate, place) =
            (trial / choosing.n_segments.len(), trial % choosing.n_segments.len());
        (candidate, choosing.n_segments[place])
    };
    let n_refits = choosing.n_refits;
    let step = progress.begin("choice of segments", (n_trials * n_refits) as u64, Unit::Count);
    // One flat list, so that no thread waits for the last refit of a trial.
    let assignments = (0..n_trials * n_refits)
        .into_par_iter()
        .map(|task| {
            let (candidate, n_segments) = of_trial(task / n_refits);
            let seed = seed.nth(task % n_refits);
            refitted(&with(n_segments), &data[candidate], seed, progress, &step)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let trials = (0..n_trials)
        .into_par_iter()
        .map(|trial| {
            progress.check()?;
            let (candidate, n_segments) = of_trial(trial);
            let stability = agreement(&assignments[trial * n_refits..(trial + 1) * n_refits])?;
            let silhouette = separation(&with(n_segments), &data[candidate], seed)?;
            let candidate = candidates[candidate].name.to_owned();
            Ok(Trial { candidate, n_segments, stability, silhouette })
        })
        .collect::<Result<Vec<_>, EvaluateError>>()?;
    let chosen = pick(&trials, choosing.within);
    let is_weak = trials[chosen].stability.mean < choosing.weak_under;
    Ok(Choice { trials, chosen, is_weak })
}

fn separation<S: Segmenter>(segmenter: &S, data: &Matrix, seed: Seed) -> Result<f64, DataError> {
    let segments = segmenter.fit(data, seed)?.assign(data)?.segments;
    match silhouette(data, &segments, Some(SILHOUETTE_ROWS), seed) {
        Err(DataError::Parameter { .. }) => Ok(0.0),
        other => other,
    }
}

fn pick(trials: &[Trial], within: f64) -> usize {
    let mean = |trial: usize| trials[trial].stability.mean;
    let best = (0..trials.len()).map(mean).fold(f64::NEG_INFINITY, f64::max);
    let mut chosen: Option<usize> = None;
    for trial in (0..trials.len()).filter(|&trial| mean(trial) >= best - within) {
        let rank = |trial: usize| (trials[trial].n_segments as f64, mean(trial));
        if chosen.is_none_or(|chosen| rank(trial) > rank(chosen)) {
            chosen = Some(trial);
        }
    }
    chosen.unwrap_or(0)
}

impl Choosing {
    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self) -> Result<(), DataError> {
        check_refits(self.n_refits)?;
        if self.n_segments.is_empty() || self.n_segments.contains(&0) {
            let found = format!("{:?}", self.n_segments);
            return Err(rule("n_segments", "one or more numbers from 1 up", &found));
        }
        for (name, share) in [("within", self.within), ("weak_under", self.weak_under)] {
            if !(0.0..=1.0).contains(&share) {
                return Err(rule(name, "between 0 and 1", &share.to_string()));
            }
        }
        Ok(())
    }
}

fn rule(name: &'static str, rule: &str, found: &str) -> DataError {
    DataError::Parameter { name, rule: rule.to_owned(), found: found.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::contract;
    use fenqun_segments::KMeans;
    use rand::RngExt;

    fn trial(n_segments: usize, mean: f64) -> Trial {
        let stability = Stability { mean, low: mean, high: mean, n_refits: 10 };
        Trial { candidate: "one".to_owned(), n_segments, stability, silhouette: 0.0 }
    }

    #[test]
    fn among_equals_more_segments_win_and_then_stability() {
        assert_eq!(pick(&[trial(3, 0.90), trial(4, 0.885), trial(5, 0.87)], 0.02), 1);
        assert_eq!(pick(&[trial(4, 0.885), trial(4, 0.90), trial(3, 0.9)], 0.02), 1);
        assert_eq!(pick(&[trial(4, 0.9), trial(4, 0.9)], 0.02), 0);
        assert_eq!(pick(&[trial(8, 0.5), trial(3, 0.9)], 0.02), 1);
    }

    fn noise() -> Matrix {
        let mut rng = Seed(3).rng();
        let values = (0..300).map(|_| rng.random_range(-1.0f32..1.0)).collect();
        Matrix::new(150, 2, values).expect("counts fit")
    }

    fn with(n_segments: usize) -> KMeans {
        KMeans { n_segments, n_starts: 2, ..KMeans::default() }
    }

    #[test]
    fn the_candidate_with_groups_wins_at_their_number() {
        let (noise, groups) = (noise(), contract::blobs(5, 30, 5, Seed(1)));
        let candidates = [
            Candidate { name: "noise", data: &noise },
            Candidate { name: "groups", data: &groups },
        ];
        let silent = Progress::silent();
        let choice = choose(&candidates, &Choosing::default(), with, Seed(7), &silent);
        let choice = choice.expect("fits");
        assert_eq!(choice.trials.len(), 8);
        assert_eq!(choice.best().candidate, "groups");
        assert_eq!(choice.best().n_segments, 5);
        assert!(!choice.is_weak && choice.best().silhouette > 0.8);
        let six = Choosing { n_segments: vec![6], ..Choosing::default() };
        let choice = choose(&candidates[..1], &six, with, Seed(7), &silent).expect("fits");
        assert!(choice.is_weak || choice.best().stability.mean >= 0.7);
        let strict = Choosing { weak_under: 1.0, ..six };
        assert!(choose(&candidates[..1], &strict, with, Seed(7), &silent).expect("fits").is_weak);
    }

    #[test]
    fn users_all_the_same_are_chosen_without_failing() {
        let same = Matrix::zeros(30, 2);
        let candidates = [Candidate { name: "same", data: &same }];
        let choosing = Choosing::default();
        let choice = choose(&candidates, &choosing, with, Seed(7), &Progress::silent());
        assert_eq!(choice.expect("fits").best().silhouette, 0.0);
    }

    #[test]
    fn settings_outside_their_rule_are_refused() {
        let data = noise();
        let refused = |candidates: &[Candidate<'_>], choosing: Choosing| {
            choose(candidates, &choosing, with, Seed(7), &Progress::silent()).is_err()
        };
        let one = [Candidate { name: "noise", data: &data }];
        assert!(refused(&[], Choosing::default()));
        assert!(refused(&one, Choosing { n_segments: vec![], ..Choosing::default() }));
        assert!(refused(&one, Choosing { n_segments: vec![0], ..Choosing::default() }));
        assert!(refused(&one, Choosing { n_segments: vec![151], ..Choosing::default() }));
        assert!(refused(&one, Choosing { n_refits: 2, ..Choosing::default() }));
        assert!(refused(&one, Choosing { within: f64::NAN, ..Choosing::default() }));
    }
}
