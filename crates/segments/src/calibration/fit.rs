use fenqun_base::{DataError, Labels, Matrix, NO_CODE};
use rayon::prelude::*;

use super::isotonic::Curve;
use super::{Calibration, CalibrationModel};

/// Halvings of the range of sharpness.
const N_HALVINGS: usize = 40;
/// Rows in a piece of parallel work.
const PIECE: usize = 4096;
/// The least share whose logarithm is taken.
pub(super) const LEAST_SHARE: f32 = 1e-30;

impl Calibration {
    /// Fits the correction on probabilities of rows that their head has not learned from; rows
    /// without label are left out.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`] unless there is a column a class, [`DataError::NotFinite`], and
    /// what [`Labels::check`] refuses.
    pub fn fit(&self, shares: &Matrix, labels: &Labels) -> Result<CalibrationModel, DataError> {
        labels.check(shares.n_rows())?;
        let n_classes = labels.n_classes();
        if shares.n_columns() != n_classes {
            return Err(DataError::WrongWidth { expected: n_classes, found: shares.n_columns() });
        }
        shares.check_finite()?;
        let rows = labels.labelled();
        Ok(match self {
            Self::None => CalibrationModel::none(n_classes),
            Self::Temperature => {
                let logs = rows.iter().flat_map(|&row| shares.row(row));
                let logs: Vec<f64> = logs.map(|&share| log(share)).collect();
                let classes: Vec<u32> = rows.iter().map(|&row| labels.codes[row]).collect();
                let sharpness = sharpness(&logs, n_classes, &classes, (0.01, 100.0));
                CalibrationModel::temperature(n_classes, 1.0 / sharpness)
            }
            Self::Isotonic => {
                let curve = |class: usize| {
                    let hit = |row: usize| labels.codes[row] == class as u32;
                    Curve::fit(rows.iter().map(|&row| (shares.at(row, class), hit(row))))
                };
                CalibrationModel::isotonic((0..n_classes).map(curve).collect())
            }
        })
    }
}

pub(super) fn log(share: f32) -> f64 {
    f64::from(share.max(LEAST_SHARE)).ln()
}

/// The `β` within `range` that makes `exp(β × score)`, scaled to sum 1 a row, the likeliest shares
/// for what came true. `scores` has `n_classes` a row; a class [`NO_CODE`] leaves its row out.
pub(crate) fn sharpness(
    scores: &[f64],
    n_classes: usize,
    classes: &[u32],
    range: (f64, f64),
) -> f64 {
    let (mut low, mut high) = (range.0.ln(), range.1.ln());
    for _ in 0..N_HALVINGS {
        let middle = 0.5 * (low + high);
        if slope(scores, n_classes, classes, middle.exp()) > 0.0 {
            high = middle;
        } else {
            low = middle;
        }
    }
    (0.5 * (low + high)).exp()
}

/// How the log loss changes with `β`: expected less own score, summed.
fn slope(scores: &[f64], n_classes: usize, classes: &[u32], sharpness: f64) -> f64 {
    let pieces = scores.par_chunks(PIECE * n_classes).zip(classes.par_chunks(PIECE));
    let sums: Vec<f64> = pieces
        .map(|(scores, classes)| {
            let mut sum = 0.0;
            for (row, &class) in scores.chunks_exact(n_classes).zip(classes) {
                if class == NO_CODE {
                    continue;
                }
                let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let (mut total, mut expected) = (0.0, 0.0);
                for &score in row {
                    let share = (sharpness * (score - largest)).exp();
                    total += share;
                    expected += share * (score - largest);
                }
                sum += expected / total - (row[class as usize] - largest);
            }
            sum
        })
        .collect();
    sums.iter().sum()
}
