//! Where the columns lie and how far they spread: what shift and scale bring them to.

use fenqun_base::Matrix;
use rayon::prelude::*;

use super::Softmax;
use super::kernel::add;

/// Rows in a piece of parallel work.
const PIECE: usize = 16_384;

/// The solver's coordinates: `(value − shift) × scale`, column by column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) shift: Vec<f64>,
    pub(super) scale: Vec<f64>,
    /// Mean square of each column in these coordinates.
    pub(super) spread: Vec<f64>,
}

impl Frame {
    /// The frame of the rows `at`, by the settings.
    pub(super) fn of(params: &Softmax, data: &Matrix, at: &[u32]) -> Self {
        let width = data.n_columns();
        let n_rows = at.len().max(1) as f64;
        let sum_of = |term: &(dyn Fn(usize, f64) -> f64 + Sync)| -> Vec<f64> {
            let parts: Vec<Vec<f64>> = at
                .par_chunks(PIECE)
                .map(|at| {
                    let mut sums = vec![0.0; width];
                    for &row in at {
                        let values = sums.iter_mut().zip(data.row(row as usize)).enumerate();
                        for (column, (sum, &value)) in values {
                            *sum += term(column, f64::from(value));
                        }
                    }
                    sums
                })
                .collect();
            let mut sums = vec![0.0; width];
            parts.iter().for_each(|part| add(&mut sums, part));
            sums.iter_mut().for_each(|sum| *sum /= n_rows);
            sums
        };
        let shift = sum_of(&|_, value| value);
        let variance = sum_of(&|column, value| (value - shift[column]).powi(2));
        let own = |column: usize| match params.standardise {
            // A column that never changes says nothing, at any scale.
            true if variance[column] > 0.0 => 1.0 / variance[column].sqrt(),
            _ => 1.0,
        };
        let norm: f64 = match params.standardise {
            true => variance.iter().filter(|&&variance| variance > 0.0).count() as f64,
            false => variance.iter().zip(&shift).map(|(spread, mean)| spread + mean * mean).sum(),
        };
        let factor = match params.row_norm > 0.0 && norm > 0.0 {
            true => (f64::from(params.row_norm) / norm).sqrt(),
            false => 1.0,
        };
        let scale: Vec<f64> = (0..width).map(|column| own(column) * factor).collect();
        let spread = variance.iter().zip(&scale).map(|(spread, scale)| spread * scale * scale);
        let spread = spread.collect();
        Self { shift, scale, spread }
    }

    /// The frame of values that need neither.
    pub(super) fn identity(spread: Vec<f64>) -> Self {
        Self { shift: vec![0.0; spread.len()], scale: vec![1.0; spread.len()], spread }
    }
}
