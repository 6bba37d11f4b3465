//! The metrics of universal behavioural modelling: does one vector a user tell what they do next?
//!
//! # Idea and maths
//! Scores are what a head gives before the sigmoid, a row a user, a column a target; the larger,
//! the likelier.
//! - [`flags_auroc`]: the mean over targets of the chance that somebody who bought scores above
//!   somebody who did not.
//! - [`diversity`]: `p = sigmoid(score)`, divided by its sum for each user; the mean over users of
//!   `−Σ p log₂(p + 1e-9)`, divided by `log₂(targets)`. 1 when all targets are told alike.
//! - [`novelty`]: popularity is a target's purchases before, divided by the sum of the ten largest.
//!   For each user the ten highest-scored targets give `Σ sigmoid(score) · popularity`; novelty is
//!   (1 − its mean)¹⁰⁰. 1 when nothing popular is foretold.
//! - [`propensity`]: `0.8 · AUROC + 0.1 · novelty + 0.1 · diversity`.
//!
//! - [`Resamples`]: the same AUROC over draws of the users, for intervals and paired differences.
//!
//! # What to mind
//! Novelty and diversity say nothing of being right: a head that gives every target next to nothing
//! gets 0.2 for that alone. Read the AUROC first. A target that everybody or nobody bought has no
//! AUROC and is left out of the mean, and counted; the challenge's own code would count it as 0.
//!
//! # Cost
//! A sort of the users for each target, and of the targets for each user. A thousand draws cost
//! about a microsecond a user and target.
//!
//! # Source
//! RecSys Challenge 2025, repository `Synerise/recsys2025`, `training_pipeline/metrics.py`.
//!
//! # Example
//! ```
//! use fenqun_base::Matrix;
//! use fenqun_evaluate::behaviour::{diversity, novelty, propensity};
//!
//! let scores = Matrix::from_rows(&[[3.0, -3.0], [-3.0, 3.0]])?;
//! let bought = Matrix::from_rows(&[[1.0, 0.0], [0.0, 1.0]])?;
//! let found = propensity(&bought, &scores, &[90.0, 10.0])?;
//! assert_eq!((found.auroc, found.n_scored), (1.0, 2));
//! assert!(diversity(&scores)? < diversity(&Matrix::zeros(2, 2))?);
//! assert_eq!(novelty(&scores, &[0.0, 0.0])?, 1.0);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

use fenqun_base::{DataError, Matrix};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::metrics::auroc;

mod resample;

pub use resample::Resamples;

/// Targets of a user that novelty looks at, and most popular ones it compares with.
const TOP: usize = 10;

/// What a propensity task comes to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Propensity {
    /// Mean over targets.
    pub auroc: f64,
    /// How little of it is popular.
    pub novelty: f64,
    /// How evenly it is spread.
    pub diversity: f64,
    /// 0.8 · AUROC + 0.1 · novelty + 0.1 · diversity.
    pub score: f64,
    /// Targets that have an AUROC: some users bought, some did not.
    pub n_scored: usize,
}

/// All three numbers and their sum. `targets` holds 0 or 1, in the shape of `scores`.
///
/// # Errors
/// As [`flags_auroc`] and [`novelty`].
pub fn propensity(
    targets: &Matrix,
    scores: &Matrix,
    popularity: &[f64],
) -> Result<Propensity, DataError> {
    let (auroc, n_scored) = flags_auroc(targets, scores)?;
    let (novelty, diversity) = (novelty(scores, popularity)?, diversity(scores)?);
    let score = 0.8 * auroc + 0.1 * novelty + 0.1 * diversity;
    Ok(Propensity { auroc, novelty, diversity, score, n_scored })
}

/// The mean AUROC of targets that some users have and some have not, and their number.
///
/// # Errors
/// [`DataError::WrongLength`], [`DataError::WrongWidth`], [`DataError::Empty`],
/// [`DataError::NotFinite`]; [`DataError::Labels`] when no target has an AUROC.
pub fn flags_auroc(targets: &Matrix, scores: &Matrix) -> Result<(f64, usize), DataError> {
    check_targets(targets, scores)?;
    let of_target = |target: usize| -> Result<Option<f64>, DataError> {
        let Some(bought) = bought_by(targets, target) else { return Ok(None) };
        auroc(&bought, &scores.column(target)).map(Some)
    };
    let of_target: Vec<Option<f64>> =
        (0..targets.n_columns()).into_par_iter().map(of_target).collect::<Result<_, _>>()?;
    let found: Vec<f64> = of_target.into_iter().flatten().collect();
    if found.is_empty() {
        let reason = "everybody or nobody has each of the targets: there is nothing to tell apart";
        return Err(DataError::Labels { reason: reason.to_owned() });
    }
    Ok((found.iter().sum::<f64>() / found.len() as f64, found.len()))
}

/// How evenly users' shares are spread over the targets, between 0 and about 1.
///
/// # Errors
/// [`DataError::Empty`], [`DataError::NotFinite`]; [`DataError::WrongWidth`] for fewer than two
/// targets.
pub fn diversity(scores: &Matrix) -> Result<f64, DataError> {
    check(scores)?;
    if scores.n_columns() < 2 {
        return Err(DataError::WrongWidth { expected: 2, found: scores.n_columns() });
    }
    let of_user = |row: &[f32]| -> f64 {
        let shares: Vec<f64> = row.iter().map(|&score| sigmoid(score)).collect();
        let total: f64 = shares.iter().sum();
        // Nothing is foretold at all: the limit of equal shares.
        let share = |share: f64| if total > 0.0 { share / total } else { 1.0 / row.len() as f64 };
        shares.iter().map(|&own| share(own)).map(|p| -p * (p + 1e-9).log2()).sum()
    };
    let total: f64 = scores.rows().map(of_user).sum();
    Ok(total / scores.n_rows() as f64 / (scores.n_columns() as f64).log2())
}

/// How little of what is foretold is popular: `popularity` counts the purchases of each target
/// before. Where no target was ever bought, everything is novel: 1.
///
/// # Errors
/// [`DataError::Empty`], [`DataError::NotFinite`]; [`DataError::WrongLength`] unless every target
/// has a popularity; [`DataError::Parameter`] for one below 0 or not finite.
pub fn novelty(scores: &Matrix, popularity: &[f64]) -> Result<f64, DataError> {
    check(scores)?;
    if popularity.len() != scores.n_columns() {
        let (expected, found) = (scores.n_columns(), popularity.len());
        return Err(DataError::WrongLength { what: "popularity", expected, found });
    }
    if let Some(wrong) = popularity.iter().find(|&&count| !(count >= 0.0 && count.is_finite())) {
        let (rule, found) = ("0 or more".to_owned(), wrong.to_string());
        return Err(DataError::Parameter { name: "popularity", rule, found });
    }
    let top = TOP.min(popularity.len());
    let mut sorted = popularity.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let largest: f64 = sorted[..top].iter().sum();
    if largest == 0.0 {
        return Ok(1.0);
    }
    let of_user = |row: &[f32]| -> f64 {
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|&a, &b| row[b].total_cmp(&row[a]).then(a.cmp(&b)));
        order[..top].iter().map(|&target| sigmoid(row[target]) * popularity[target] / largest).sum()
    };
    let mean = scores.rows().map(of_user).sum::<f64>() / scores.n_rows() as f64;
    Ok((1.0 - mean).powi(100))
}

fn sigmoid(score: f32) -> f64 {
    1.0 / (1.0 + (-f64::from(score)).exp())
}

/// Who bought a target; `None` when everybody or nobody did.
fn bought_by(targets: &Matrix, target: usize) -> Option<Vec<bool>> {
    let bought: Vec<bool> = targets.column(target).iter().map(|&flag| flag > 0.5).collect();
    let n_bought = bought.iter().filter(|&&bought| bought).count();
    (n_bought > 0 && n_bought < bought.len()).then_some(bought)
}

/// Scores as [`check`] has them, and a flag for each.
fn check_targets(targets: &Matrix, scores: &Matrix) -> Result<(), DataError> {
    check(scores)?;
    if targets.n_rows() != scores.n_rows() {
        let (expected, found) = (scores.n_rows(), targets.n_rows());
        return Err(DataError::WrongLength { what: "targets", expected, found });
    }
    if targets.n_columns() != scores.n_columns() {
        let (expected, found) = (scores.n_columns(), targets.n_columns());
        return Err(DataError::WrongWidth { expected, found });
    }
    Ok(())
}

fn check(scores: &Matrix) -> Result<(), DataError> {
    if scores.n_rows() == 0 || scores.n_columns() == 0 {
        return Err(DataError::Empty);
    }
    scores.check_finite()
}

#[cfg(test)]
mod tests;
