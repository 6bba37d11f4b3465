//! Who is learned from, and who is asked: the part of an evaluation that decides whether it is
//! honest.
//!
//! | labels | split |
//! |---|---|
//! | stand still (age, household): any user may teach about any other | [`stratified`] |
//! | stand still, and several rows belong to one user or household | [`grouped`] |
//! | are read off a later period (churn, spend) | [`by_time`], [`rolling`] |
//!
//! No split ever holds a row on both sides; rows without label are on neither. A user whose rows
//! lie on both sides of [`stratified`] folds would be recognised rather than understood: use
//! [`grouped`]. Labels of the next period must be learned from windows that had ended when the
//! tested users were described: [`by_time`] sees to it, and [`check_time`] refuses anything else.

mod folds;
mod grouped;
mod time;

use fenqun_base::{DataError, Labels, Seed};
use serde::{Deserialize, Serialize};

pub use folds::{Folds, Reduced, check_classes, stratified};
pub use grouped::grouped;
pub use time::{TimedRow, by_time, check_time, rolling};

/// Folds of whole groups where there are groups, of single rows where there are none.
///
/// # Errors
/// As [`stratified`] and [`grouped`].
pub fn folds_of(
    labels: &Labels,
    groups: Option<&[u64]>,
    n_folds: usize,
    n_repeats: usize,
    seed: Seed,
) -> Result<Folds, DataError> {
    match groups {
        None => stratified(labels, n_folds, n_repeats, seed),
        Some(groups) => grouped(labels, groups, n_folds, n_repeats, seed),
    }
}

/// Rows to learn from and rows to be asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Rows to learn from, in order.
    pub train: Vec<usize>,
    /// Rows to be asked about, in order.
    pub test: Vec<usize>,
    /// Which repetition of the folds this is part of.
    pub repeat: usize,
    /// Which fold of the repetition is asked.
    pub fold: usize,
}

/// The splits of one repetition: `folds` says for every row which fold asks it, or `NO_CODE`.
fn of_repeat(folds: &[u32], n_folds: usize, repeat: usize) -> impl Iterator<Item = Split> {
    let rows = move |keep: &dyn Fn(u32) -> bool| -> Vec<usize> {
        let kept = |&row: &usize| folds[row] != fenqun_base::NO_CODE && keep(folds[row]);
        (0..folds.len()).filter(kept).collect()
    };
    (0..n_folds).map(move |fold| Split {
        train: rows(&|other| other as usize != fold),
        test: rows(&|other| other as usize == fold),
        repeat,
        fold,
    })
}
