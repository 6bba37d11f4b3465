//! Rows column by column in 64 bits: distances from one point to many rows in vector instructions.

use fenqun_base::Matrix;
use pulp::{Simd, WithSimd};

/// Rows whose running sums stay in the nearest cache.
const BLOCK: usize = 1024;

/// A matrix, column after column. Rows can be replaced and taken out.
pub(crate) struct Planes {
    values: Vec<f64>,
    /// Length of a column; rows may have been taken out since.
    stride: usize,
    n_rows: usize,
    n_columns: usize,
}

impl Planes {
    pub(crate) fn of(data: &Matrix) -> Self {
        let (n_rows, n_columns) = (data.n_rows(), data.n_columns());
        let mut values = vec![0.0; n_rows * n_columns];
        for (at, row) in data.rows().enumerate() {
            for (column, &value) in row.iter().enumerate() {
                values[column * n_rows + at] = f64::from(value);
            }
        }
        Self { values, stride: n_rows, n_rows, n_columns }
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// One row.
    pub(crate) fn row(&self, at: usize) -> Vec<f64> {
        (0..self.n_columns).map(|column| self.values[column * self.stride + at]).collect()
    }

    /// Replaces one row.
    pub(crate) fn set(&mut self, at: usize, row: &[f64]) {
        for (column, &value) in row.iter().enumerate() {
            self.values[column * self.stride + at] = value;
        }
    }

    /// Takes one row out; the last row takes its place.
    pub(crate) fn swap_remove(&mut self, at: usize) {
        self.n_rows -= 1;
        for column in 0..self.n_columns {
            let start = column * self.stride;
            self.values[start + at] = self.values[start + self.n_rows];
        }
    }

    /// Squared distances from a point to the rows from `first` on, as many as `out` holds. The
    /// same two rows give the same bits, whichever is the point and whatever stands beside them.
    pub(crate) fn squared_distances(&self, point: &[f64], first: usize, out: &mut [f64]) {
        pulp::Arch::new().dispatch(Squares { planes: self, point, first, out });
    }
}

struct Squares<'a> {
    planes: &'a Planes,
    point: &'a [f64],
    first: usize,
    out: &'a mut [f64],
}

impl WithSimd for Squares<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Planes { values, stride, .. } = self.planes;
        for (block, out) in self.out.chunks_mut(BLOCK).enumerate() {
            out.fill(0.0);
            let start = self.first + block * BLOCK;
            for (column, &value) in self.point.iter().enumerate() {
                let plane = &values[column * stride + start..][..out.len()];
                for (sum, of_row) in out.iter_mut().zip(plane) {
                    let difference = of_row - value;
                    *sum += difference * difference;
                }
            }
        }
    }
}
