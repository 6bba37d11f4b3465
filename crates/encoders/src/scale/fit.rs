use fenqun_base::{DataError, Matrix};
use rayon::prelude::*;

use super::{Method, Scale, ScaleModel};

/// Most ranks kept for a column.
const MOST_RANKS: usize = 1000;

impl Scale {
    /// Learns the scale of every column.
    ///
    /// # Errors
    /// [`DataError::Empty`] without rows, [`DataError::NotFinite`].
    pub fn fit(&self, data: &Matrix) -> Result<ScaleModel, DataError> {
        if data.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        data.check_finite()?;
        let columns = (0..data.n_columns()).into_par_iter();
        let scales = columns.map(|column| self.fit_column(data.column(column))).collect();
        ScaleModel::new(*self, scales)
    }

    /// What the model keeps of a column: centre and spread, or its ranks.
    fn fit_column(self, mut values: Vec<f32>) -> Vec<f32> {
        match self.method {
            Method::Standard => mean_and_deviation(&values),
            Method::Log => {
                values.iter_mut().for_each(|value| *value = signed_log(*value));
                mean_and_deviation(&values)
            }
            Method::Robust => {
                values.sort_by(f32::total_cmp);
                let spread = at_rank(&values, 0.75) - at_rank(&values, 0.25);
                vec![at_rank(&values, 0.5) as f32, spread as f32]
            }
            Method::Quantile => {
                values.sort_by(f32::total_cmp);
                let n_ranks = values.len().min(MOST_RANKS);
                let share = |rank: usize| rank as f64 / (n_ranks.max(2) - 1) as f64;
                (0..n_ranks).map(|rank| at_rank(&values, share(rank)) as f32).collect()
            }
        }
    }
}

/// Keeps the sign, and small values as they are; pulls in long tails on both sides.
pub(super) fn signed_log(value: f32) -> f32 {
    value.abs().ln_1p().copysign(value)
}

fn mean_and_deviation(values: &[f32]) -> Vec<f32> {
    let n = values.len() as f64;
    let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / n;
    let squares = values.iter().map(|&value| (f64::from(value) - mean).powi(2));
    vec![mean as f32, (squares.sum::<f64>() / n).sqrt() as f32]
}

/// The value at a share of the way through sorted values, between neighbours in proportion.
fn at_rank(sorted: &[f32], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = (place.floor() as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    let (low, high) = (f64::from(sorted[below]), f64::from(sorted[above]));
    low + (high - low) * (place - below as f64)
}
