//! How good are predictions? One definition of each number, the same as scikit-learn's.
//!
//! | question | answer |
//! |---|---|
//! | how many are right, and who is taken for whom? | [`Confusion`] |
//! | are the right users on top, whatever the threshold? | [`auroc`], [`average_precision`], [`lift`] |
//! | can a probability be believed? | [`log_loss`], [`brier`], [`calibration_curve`], [`expected_calibration_error`] |
//! | how far off are amounts, are they in the right order? | [`mean_absolute_error`], [`root_mean_squared_error`], [`spearman`] |
//! | one number by name, as configuration spells it | [`Metric`] |
//!
//! # Which to look at
//! Macro-F1 counts every class alike, so that a small one cannot be given up; it judges decisions.
//! AUROC judges the order alone, log loss and Brier the probabilities. Accuracy flatters whoever
//! names the largest class: read it beside the share of that class.
//!
//! # Where nothing can be counted
//! As in scikit-learn with its defaults: precision of a class nobody was put in, recall of a class
//! nobody is in, and F1 of a class with neither, are 0. Averages run over the classes that occur in
//! the truth or the decisions; balanced accuracy over those that occur in the truth. AUROC and
//! precision–recall of a class that all users or none are in do not exist: they are left out of
//! averages, and an error when asked for alone.

mod calibration;
mod confusion;
mod lift;
mod metric;
mod probability;
mod ranking;
mod regression;
mod scored;

use fenqun_base::{DataError, Matrix};

pub(crate) use calibration::curve;
pub use calibration::{
    CalibrationBin, calibration_curve, expected_calibration_error, top_calibration,
};
pub use confusion::{Averages, Confusion};
pub use lift::{LiftPoint, lift};
pub use metric::Metric;
pub use probability::{brier, brier_binary, log_loss};
pub(crate) use ranking::Ranking;
pub use ranking::{auroc, auroc_one_vs_rest, average_precision};
pub use regression::{mean_absolute_error, root_mean_squared_error, spearman};
pub(crate) use scored::Scored;

/// Two lists of the users' entries must be equally long, and not empty.
fn same_users(what: &'static str, expected: usize, found: usize) -> Result<(), DataError> {
    if expected != found {
        return Err(DataError::WrongLength { what, expected, found });
    }
    if found == 0 { Err(DataError::Empty) } else { Ok(()) }
}

/// Every code must name one of the classes.
fn known_classes(name: &'static str, codes: &[u32], n_classes: usize) -> Result<(), DataError> {
    match codes.iter().find(|&&code| code as usize >= n_classes) {
        None => Ok(()),
        Some(code) => {
            let rule = format!("a class below {n_classes}");
            Err(DataError::Parameter { name, rule, found: code.to_string() })
        }
    }
}

/// Scores must be finite; the error names the row.
fn finite<S: Copy + Into<f64>>(scores: &[S]) -> Result<(), DataError> {
    match scores.iter().position(|&score| !score.into().is_finite()) {
        None => Ok(()),
        Some(row) => {
            let value = scores[row].into() as f32;
            Err(DataError::NotFinite { row, column: 0, value })
        }
    }
}

/// Rows of probabilities, one a user and a column a class, each summing to 1.
pub(crate) fn check_probabilities(truth: &[u32], probabilities: &Matrix) -> Result<(), DataError> {
    same_users("probabilities", truth.len(), probabilities.n_rows())?;
    known_classes("truth", truth, probabilities.n_columns())?;
    probabilities.check_finite()?;
    for (row, shares) in probabilities.rows().enumerate() {
        let sum: f32 = shares.iter().sum();
        if shares.iter().any(|share| *share < 0.0) || (sum - 1.0).abs() > 1e-3 {
            let rule = "0 or more for every class and 1 in sum".to_owned();
            let found = format!("{shares:?} in row {row}");
            return Err(DataError::Parameter { name: "probabilities", rule, found });
        }
    }
    Ok(())
}
