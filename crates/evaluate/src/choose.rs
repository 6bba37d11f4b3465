//! Which candidate, and how many segments?

use std::borrow::Cow;

use fenqun_base::{DataError, Fitted, Matrix, Progress, Seed, Segmenter, Unit};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::stability::{agreement, capped, check_refits, refitted, resample};
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
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// What configuration and reports call it.
    pub name: &'a str,
    /// One row a user.
    pub data: &'a Matrix,
    /// How `data` is learned again on a resample, where users had a say in it; then `data` has at
    /// most [`crate::MOST_ROWS`] rows ([`crate::measured_rows`]).
    pub again: Option<Again<'a>>,
}

impl<'a> Candidate<'a> {
    /// Data that stay as they are.
    #[must_use]
    pub fn of(name: &'a str, data: &'a Matrix) -> Self {
        Self { name, data, again: None }
    }
}

/// Learns from the given rows, which may repeat, and gives the data of all.
pub type Again<'a> = &'a (dyn Fn(&[usize], Seed) -> Result<Matrix, DataError> + Sync);

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
/// luck. A candidate that can be learned [again](Candidate::again) is, on every resample: in
/// coordinates that stay where they are, one that turns with the users would look more stable than
/// it is. More than [`crate::MOST_ROWS`] users are cut down to that many first. `with` makes the
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
    let numbers = &choosing.n_segments;
    let n_trials = data.len() * numbers.len();
    let of_trial = |trial: usize| (trial / numbers.len(), numbers[trial % numbers.len()]);
    let n_refits = choosing.n_refits;
    let step = progress.begin("choice of segments", (n_trials * n_refits) as u64, Unit::Count);
    // One flat list, so that no thread waits for the last refit of a candidate.
    let refits = (0..data.len() * n_refits)
        .into_par_iter()
        .map(|task| {
            let (candidate, seed) = (task / n_refits, seed.nth(task % n_refits));
            let data = &data[candidate];
            let learned = match candidates[candidate].again {
                None => Ok(Cow::Borrowed(data)),
                Some(again) => again(&resample(data.n_rows(), seed), seed).map(Cow::Owned),
            };
            let Ok(learned) = learned else {
                // Nothing can be learned from this resample: it agrees with no other.
                return Ok(vec![Vec::new(); numbers.len()]);
            };
            if learned.n_rows() != data.n_rows() {
                let (expected, found) = (data.n_rows(), learned.n_rows());
                let what = "data learned again";
                return Err(DataError::WrongLength { what, expected, found }.into());
            }
            let fitted =
                numbers.iter().map(|&n| refitted(&with(n), &learned, seed, progress, &step));
            fitted.collect::<Result<Vec<_>, EvaluateError>>()
        })
        .collect::<Result<Vec<_>, EvaluateError>>()?;
    let mut assignments = vec![Vec::with_capacity(n_refits); n_trials];
    for (task, of_numbers) in refits.into_iter().enumerate() {
        let first = task / n_refits * numbers.len();
        for (place, assignment) in of_numbers.into_iter().enumerate() {
            assignments[first + place].push(assignment);
        }
    }
    let trials = (0..n_trials)
        .into_par_iter()
        .map(|trial| {
            progress.check()?;
            let (candidate, n_segments) = of_trial(trial);
            let stability = agreement(&assignments[trial])?;
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
        let candidates = [Candidate::of("noise", &noise), Candidate::of("groups", &groups)];
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
    fn a_candidate_that_turns_with_the_users_is_found_out() {
        let groups = contract::blobs(3, 30, 3, Seed(1));
        let same = |_: &[usize], _: Seed| Ok(groups.clone());
        // Another order of users on every resample: the groups are there, of others each time.
        let turning = |rows: &[usize], _: Seed| {
            let order: Vec<usize> = (0..90).map(|row| (row + rows[7] * 13) % 90).collect();
            Ok(groups.select_rows(&order))
        };
        let failing = |_: &[usize], _: Seed| Err(DataError::Empty);
        let short = |_: &[usize], _: Seed| Ok(Matrix::zeros(3, 3));
        let three = Choosing { n_segments: vec![3], ..Choosing::default() };
        let stability = |candidate: Candidate<'_>| {
            let choice = choose(&[candidate], &three, with, Seed(7), &Progress::silent());
            choice.map(|choice| choice.best().stability.mean)
        };
        assert_eq!(stability(Candidate::of("fixed", &groups)), Ok(1.0));
        let again = |again| Candidate { again: Some(again), ..Candidate::of("again", &groups) };
        assert_eq!(stability(again(&same)), Ok(1.0));
        assert!(stability(again(&turning)).expect("fits") < 0.9);
        assert_eq!(stability(again(&failing)), Ok(0.0));
        assert!(stability(again(&short)).is_err());
    }

    #[test]
    fn users_all_the_same_are_chosen_without_failing() {
        let same = Matrix::zeros(30, 2);
        let candidates = [Candidate::of("same", &same)];
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
        let one = [Candidate::of("noise", &data)];
        assert!(refused(&[], Choosing::default()));
        assert!(refused(&one, Choosing { n_segments: vec![], ..Choosing::default() }));
        assert!(refused(&one, Choosing { n_segments: vec![0], ..Choosing::default() }));
        assert!(refused(&one, Choosing { n_segments: vec![151], ..Choosing::default() }));
        assert!(refused(&one, Choosing { n_refits: 2, ..Choosing::default() }));
        assert!(refused(&one, Choosing { within: f64::NAN, ..Choosing::default() }));
    }
}
