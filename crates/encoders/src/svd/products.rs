//! The products of the decomposition: sparse by dense, and tall dense ones in 64 bits.
//!
//! Each result row is made by one thread, and sums over rows go chunk by chunk in order.

use fenqun_base::{DataError, Matrix, SparseMatrix};
use nalgebra::{DMatrix, DMatrixView, SymmetricEigen};
use rayon::prelude::*;

use crate::gather::{gather, times};

/// Rows whose products are added up by one thread.
const CHUNK: usize = 2048;
/// Columns of a sparse matrix that one thread multiplies in one piece.
const COLUMNS: usize = 64;
/// Directions weaker than this share of the strongest (as variance) are rounding noise.
const NOISE: f64 = 1e-12;

/// A sparse matrix, and its transpose so that both products read forwards.
pub(super) struct BothWays<'a> {
    rows: &'a SparseMatrix,
    starts: Vec<usize>,
    row_of: Vec<u32>,
    values: Vec<f32>,
}

impl<'a> BothWays<'a> {
    pub(super) fn new(rows: &'a SparseMatrix) -> Self {
        let mut starts = vec![0usize; rows.n_columns() + 1];
        for (column, &count) in rows.column_rows().iter().enumerate() {
            starts[column + 1] = starts[column] + count as usize;
        }
        let mut next = starts.clone();
        let mut row_of = vec![0; rows.n_entries()];
        let mut values = vec![0.0; rows.n_entries()];
        for row in 0..rows.n_rows() {
            for (column, value) in rows.entries(row) {
                row_of[next[column]] = row as u32;
                values[next[column]] = value;
                next[column] += 1;
            }
        }
        Self { rows, starts, row_of, values }
    }

    pub(super) fn n_columns(&self) -> usize {
        self.rows.n_columns()
    }

    /// `X · dense`.
    pub(super) fn times(&self, dense: &Matrix) -> Result<Matrix, DataError> {
        times(self.rows, dense)
    }

    /// `Xᵀ · dense`.
    pub(super) fn transposed_times(&self, dense: &Matrix) -> Result<Matrix, DataError> {
        let width = dense.n_columns();
        let mut values = vec![0.0; self.rows.n_columns() * width];
        values.par_chunks_mut(COLUMNS * width).enumerate().for_each(|(chunk, out)| {
            let entries = |row: usize| {
                let column = chunk * COLUMNS + row;
                let span = self.starts[column]..self.starts[column + 1];
                (&self.row_of[span.clone()], &self.values[span])
            };
            gather(entries, dense, out);
        });
        Matrix::new(self.rows.n_columns(), width, values)
    }
}

/// Columns that are orthonormal (or zero) and span those of `tall`.
pub(super) fn orthonormal(tall: &Matrix) -> Result<Matrix, DataError> {
    let (values, vectors) = eigen(gram(tall));
    let least = NOISE * values.first().copied().unwrap_or(0.0);
    let mut change = vectors;
    for (column, &value) in values.iter().enumerate() {
        let scale = if value > least { value.sqrt().recip() } else { 0.0 };
        change.column_mut(column).scale_mut(scale);
    }
    dense_times(tall, &change)
}

/// `tallᵀ · tall`.
pub(crate) fn gram(tall: &Matrix) -> DMatrix<f64> {
    let width = tall.n_columns();
    let parts: Vec<DMatrix<f64>> = tall
        .values()
        .par_chunks(CHUNK * width)
        .map(|chunk| {
            // Row-major rows are the columns of a column-major matrix.
            let wide: Vec<f64> = chunk.iter().map(|&value| f64::from(value)).collect();
            let wide = DMatrixView::from_slice(&wide, width, chunk.len() / width);
            wide * wide.transpose()
        })
        .collect();
    parts.into_iter().fold(DMatrix::zeros(width, width), |sum, part| sum + part)
}

/// `tall · narrow`.
pub(crate) fn dense_times(tall: &Matrix, narrow: &DMatrix<f64>) -> Result<Matrix, DataError> {
    let (width, result_width) = (tall.n_columns(), narrow.ncols());
    let change = narrow.transpose();
    let mut values = vec![0.0f32; tall.n_rows() * result_width];
    values
        .par_chunks_mut(CHUNK * result_width)
        .zip(tall.values().par_chunks(CHUNK * width))
        .for_each(|(out, chunk)| {
            let wide: Vec<f64> = chunk.iter().map(|&value| f64::from(value)).collect();
            let wide = DMatrixView::from_slice(&wide, width, chunk.len() / width);
            let product = &change * wide;
            for (out, &value) in out.iter_mut().zip(product.as_slice()) {
                *out = value as f32;
            }
        });
    Matrix::new(tall.n_rows(), result_width, values)
}

/// Eigenvalues, largest first, and their vectors in columns.
pub(crate) fn eigen(symmetric: DMatrix<f64>) -> (Vec<f64>, DMatrix<f64>) {
    let eigen = SymmetricEigen::new(symmetric);
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]).then(a.cmp(&b)));
    let values = order.iter().map(|&column| eigen.eigenvalues[column].max(0.0)).collect();
    (values, eigen.eigenvectors.select_columns(&order))
}

/// Turns every column so that its entry of largest magnitude is positive.
pub(crate) fn fix_signs(vectors: &mut Matrix) {
    let width = vectors.n_columns();
    let mut largest = vec![0.0f32; width];
    for row in vectors.rows() {
        for (largest, &value) in largest.iter_mut().zip(row) {
            if value.abs() > largest.abs() {
                *largest = value;
            }
        }
    }
    for row in vectors.values_mut().chunks_exact_mut(width.max(1)) {
        for (value, largest) in row.iter_mut().zip(&largest) {
            if *largest < 0.0 {
                *value = -*value;
            }
        }
    }
}
