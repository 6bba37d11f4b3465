//! The rounds: items to users and back.

use fenqun_base::{DataError, Matrix, SparseMatrix};
use nalgebra::{DMatrix, DMatrixView};
use rayon::prelude::*;

use super::model::{row_sum, users_of};
use super::scatter::Sums;
use crate::svd::dense_times;

/// Users whose vectors are held at once.
const WAVE: usize = 8192;
/// Users whose products are added up by one thread in 32 bits, before 64 take over.
const CHUNK: usize = 512;
/// A direction weaker than this share of its column's variance is rounding noise.
const NOISE: f64 = 1e-9;

/// Item vectors after `rounds`, each of length 1 (or 0, for an item that nothing tells apart).
pub(super) fn propagate(
    weights: &SparseMatrix,
    start: Matrix,
    rounds: usize,
) -> Result<Matrix, DataError> {
    let mut items = start;
    let width = items.n_columns();
    let shares = mean_shares(weights);
    let mut sums = Sums::zeros(items.n_rows(), width);
    for _ in 0..rounds {
        centre(&mut items, &shares);
        sums.clear();
        let mut gram = DMatrix::zeros(width, width);
        for first in (0..weights.n_rows()).step_by(WAVE) {
            let last = (first + WAVE).min(weights.n_rows());
            let users = users_of(weights, first..last, &items);
            gram += products(&users, width);
            sums.add(weights, first, &users);
        }
        items = dense_times(&sums.to_matrix()?, &inverse_root(&gram))?;
        items.normalise_rows();
    }
    Ok(items)
}

/// How much of the mean user each item makes up: the column means of `D⁻¹ X`, over users who have
/// any item. They sum to 1.
fn mean_shares(weights: &SparseMatrix) -> Vec<f64> {
    let mut shares = vec![0.0; weights.n_columns()];
    let mut n_users = 0usize;
    for row in 0..weights.n_rows() {
        let sum = row_sum(weights, row);
        if sum > 0.0 {
            n_users += 1;
            for (column, weight) in weights.entries(row) {
                shares[column] += f64::from(weight) / sum;
            }
        }
    }
    shares.iter_mut().for_each(|share| *share /= n_users.max(1) as f64);
    shares
}

/// Moves the items so that the mean user stands at the origin.
fn centre(items: &mut Matrix, shares: &[f64]) {
    let mut mean = vec![0.0f64; items.n_columns()];
    for (row, share) in items.rows().zip(shares) {
        for (mean, &value) in mean.iter_mut().zip(row) {
            *mean += share * f64::from(value);
        }
    }
    let width = items.n_columns();
    items.values_mut().par_chunks_mut(width).for_each(|row| {
        for (value, mean) in row.iter_mut().zip(&mean) {
            *value = (f64::from(*value) - mean) as f32;
        }
    });
}

/// `UᵀU` of some users.
fn products(users: &[f32], width: usize) -> DMatrix<f64> {
    let parts: Vec<DMatrix<f32>> = users
        .par_chunks(CHUNK * width)
        .map(|chunk| {
            // Row-major rows are the columns of a column-major matrix.
            let users = DMatrixView::from_slice(chunk, width, chunk.len() / width);
            users * users.transpose()
        })
        .collect();
    let mut sum = DMatrix::zeros(width, width);
    for part in parts {
        for (sum, &value) in sum.iter_mut().zip(part.iter()) {
            *sum += f64::from(value);
        }
    }
    sum
}

/// `R⁻¹` of `gram = RᵀR`, upper triangular with a diagonal of no negative: what makes the columns
/// of `U` orthonormal as Gram and Schmidt would, one after another. A column that those before it
/// make up becomes zeros.
fn inverse_root(gram: &DMatrix<f64>) -> DMatrix<f64> {
    let width = gram.nrows();
    let mut inverse = DMatrix::zeros(width, width);
    for column in 0..width {
        // What is left of this column's unit vector after those before it, under the product gram.
        let mut rest = DMatrix::zeros(width, 1);
        rest[column] = 1.0;
        // Twice: the first pass leaves nearly dependent columns only nearly orthogonal.
        for _ in 0..2 {
            let image = gram * &rest;
            let before = inverse.columns(0, column);
            let shares = before.tr_mul(&image);
            rest -= before * shares;
        }
        let square = rest.dot(&(gram * &rest));
        if square > NOISE * gram[(column, column)] && square > 0.0 {
            inverse.set_column(column, &(rest / square.sqrt()).column(0));
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_root_makes_columns_orthonormal_and_drops_what_depends() {
        let rows = [[1.0, 2.0, 3.0, 1.0], [0.0, 1.0, 1.0, 4.0], [2.0, -1.0, 1.0, 0.5]];
        let tall = DMatrix::from_fn(5, 4, |row, column| match row {
            0..3 => rows[row][column],
            3 => [0.5, 0.25, 0.75, -1.0][column],
            _ => [1.0, 1.0, 2.0, 0.0][column],
        });
        // Column 2 is the sum of columns 0 and 1.
        let root = inverse_root(&(tall.tr_mul(&tall)));
        let found = (&tall * &root).tr_mul(&(&tall * &root));
        let expected =
            DMatrix::from_diagonal(&nalgebra::DVector::from_vec(vec![1.0, 1.0, 0.0, 1.0]));
        assert!((found - expected).abs().max() < 1e-9, "{root}");
        assert_eq!(root, root.upper_triangle());
    }
}
