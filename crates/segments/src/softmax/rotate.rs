//! Far more columns than rows: the rows in as many coordinates as there are rows.
//!
//! With `K = X Xᵀ = L Lᵀ` (Cholesky, largest pivot first), the rows of `L` have the same products
//! as the rows of `X`, so that a head with an L2 penalty learns the same from them. What lies
//! outside the span of the rows has coefficient 0 at the optimum.

use fenqun_base::Matrix;
use rayon::prelude::*;

use super::scale::Frame;

/// Most rows that are rotated: beyond, the products cost more than they save.
const MOST_ROWS: usize = 2048;
/// Columns worked on at once.
const PIECE: usize = 256;
/// A pivot below this share of the largest is rounding.
const RANK: f64 = 1e-13;

/// Rows in few coordinates, and the way back.
pub(super) struct Rotation {
    /// Row after row, `width` coordinates each.
    pub(super) values: Vec<f64>,
    pub(super) width: usize,
    /// The rows that the coordinates were built from, in order.
    pivots: Vec<usize>,
}

impl Rotation {
    /// Whether it pays.
    pub(super) fn pays(n_rows: usize, n_columns: usize) -> bool {
        n_rows <= MOST_ROWS && n_columns >= 2 * n_rows
    }

    /// Rotates the rows `at`.
    pub(super) fn of(data: &Matrix, at: &[u32], frame: &Frame) -> Self {
        let n = at.len();
        let products = products(data, at, frame);
        let mut left: Vec<f64> = (0..n).map(|row| products[row * n + row]).collect();
        let least = RANK * left.iter().copied().fold(0.0, f64::max);
        let mut lower = vec![0.0; n * n];
        let mut pivots = Vec::with_capacity(n);
        let mut is_used = vec![false; n];
        for step in 0..n {
            let Some(pivot) = largest(&left, &is_used, least) else { break };
            let root = left[pivot].sqrt();
            let own = lower[pivot * n..pivot * n + step].to_vec();
            lower.par_chunks_mut(n).enumerate().with_min_len(64).for_each(|(row, lower)| {
                if row == pivot {
                    lower[step] = root;
                } else if !is_used[row] {
                    let known: f64 = lower[..step].iter().zip(&own).map(|(a, b)| a * b).sum();
                    lower[step] = (products[row * n + pivot] - known) / root;
                }
            });
            for row in 0..n {
                left[row] -= lower[row * n + step].powi(2);
            }
            is_used[pivot] = true;
            pivots.push(pivot);
        }
        // One coordinate at least, so that rows that are all alike still have a place.
        let width = pivots.len().max(1);
        let values = lower.chunks_exact(n).flat_map(|row| row[..width].to_vec()).collect();
        Self { values, width, pivots }
    }

    /// The mean square of each coordinate.
    pub(super) fn spread(&self) -> Vec<f64> {
        let n_rows = (self.values.len() / self.width).max(1) as f64;
        let mut spread = vec![0.0; self.width];
        for row in self.values.chunks_exact(self.width) {
            for (sum, value) in spread.iter_mut().zip(row) {
                *sum += value * value / n_rows;
            }
        }
        spread
    }

    /// Coefficients in the coordinates of the frame, `[class][column]`.
    pub(super) fn back(&self, data: &Matrix, at: &[u32], frame: &Frame, found: &[f64]) -> Vec<f64> {
        let n_columns = data.n_columns();
        let mut result = Vec::with_capacity(found.len() / self.width * n_columns);
        for own in found.chunks_exact(self.width) {
            let mut shares = own.to_vec();
            for step in (0..self.pivots.len()).rev() {
                let row = &self.values[self.pivots[step] * self.width..][..self.width];
                shares[step] /= row[step];
                for earlier in 0..step {
                    shares[earlier] -= shares[step] * row[earlier];
                }
            }
            let mut weights = vec![0.0; n_columns];
            for (&pivot, share) in self.pivots.iter().zip(&shares) {
                let row = data.row(at[pivot] as usize);
                for (column, (weight, &value)) in weights.iter_mut().zip(row).enumerate() {
                    let place = (f64::from(value) - frame.shift[column]) * frame.scale[column];
                    *weight += share * place;
                }
            }
            result.extend(weights);
        }
        result
    }
}

fn largest(left: &[f64], is_used: &[bool], least: f64) -> Option<usize> {
    let mut best: Option<usize> = None;
    for row in (0..left.len()).filter(|&row| !is_used[row] && left[row] > least) {
        if best.is_none_or(|best| left[row] > left[best]) {
            best = Some(row);
        }
    }
    best
}

/// The product of every row with every row, in the coordinates of the frame.
fn products(data: &Matrix, at: &[u32], frame: &Frame) -> Vec<f64> {
    let (n, n_columns) = (at.len(), data.n_columns());
    let mut products = vec![0.0; n * n];
    for from in (0..n_columns).step_by(PIECE) {
        let to = (from + PIECE).min(n_columns);
        let mut piece = Vec::with_capacity(n * (to - from));
        for &row in at {
            let values = &data.row(row as usize)[from..to];
            piece.extend(values.iter().enumerate().map(|(column, &value)| {
                (f64::from(value) - frame.shift[from + column]) * frame.scale[from + column]
            }));
        }
        let row = |row: usize| &piece[row * (to - from)..(row + 1) * (to - from)];
        products.par_chunks_mut(n).enumerate().for_each(|(own, products)| {
            for (other, product) in products.iter_mut().enumerate() {
                *product += dot(row(own), row(other));
            }
        });
    }
    products
}

/// Four running sums: the same whichever of the two rows comes first.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<4>();
    let (b_chunks, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}
