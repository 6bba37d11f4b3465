//! Products of dense matrices, a row a user.
//!
//! Each number of the result is one sum in one order, whatever the shape of the product, the number
//! of threads and the width of vectors: the same row gives the same bits in any batch.
//!
//! The right matrix is cut into panels of columns, each copied so that it is read forwards; the left
//! one into tiles of rows. One tile meets one panel in registers.

use fenqun_base::Matrix;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// Columns of the result in a panel: two of the widest vectors.
const WIDTH: usize = 32;
/// Rows of the result in a tile.
const ROWS: usize = 6;
/// Products with fewer multiplications are not worth a second thread.
const SMALL: usize = 1 << 20;

/// `rows · weightsᵀ`: users × inputs by outputs × inputs.
pub(super) fn times_transposed(rows: &Matrix, weights: &Matrix) -> Matrix {
    product(Side::of(rows), Side::of(weights).transposed())
}

/// `rows · weights`: users × outputs by outputs × inputs.
pub(super) fn times(rows: &Matrix, weights: &Matrix) -> Matrix {
    product(Side::of(rows), Side::of(weights))
}

/// `leftᵀ · right`: users × outputs by users × inputs.
pub(super) fn transposed_times(left: &Matrix, right: &Matrix) -> Matrix {
    product(Side::of(left).transposed(), Side::of(right))
}

/// One side of a product: values, and how far apart rows and columns lie.
#[derive(Clone, Copy)]
struct Side<'a> {
    values: &'a [f32],
    n_rows: usize,
    n_columns: usize,
    row: usize,
    column: usize,
}

impl<'a> Side<'a> {
    fn of(matrix: &'a Matrix) -> Self {
        let (n_rows, n_columns) = (matrix.n_rows(), matrix.n_columns());
        Self { values: matrix.values(), n_rows, n_columns, row: n_columns, column: 1 }
    }

    fn transposed(self) -> Self {
        let Self { values, n_rows, n_columns, row, column } = self;
        Self { values, n_rows: n_columns, n_columns: n_rows, row: column, column: row }
    }

    fn at(&self, row: usize, column: usize) -> f32 {
        self.values[row * self.row + column * self.column]
    }

    /// Tile after tile; in a tile the [`ROWS`] values of each column, then those of the next. What
    /// lies beyond the last row is zero.
    fn tiles(&self) -> Vec<f32> {
        let depth = self.n_columns;
        let mut tiles = vec![0.0; self.n_rows.div_ceil(ROWS) * ROWS * depth];
        for (number, tile) in tiles.chunks_exact_mut(ROWS * depth).enumerate() {
            for at in 0..ROWS.min(self.n_rows - number * ROWS) {
                for column in 0..depth {
                    tile[column * ROWS + at] = self.at(number * ROWS + at, column);
                }
            }
        }
        tiles
    }

    /// [`WIDTH`] columns from `first` on, row after row. What lies beyond the last column is zero.
    fn panel(&self, first: usize) -> Vec<f32> {
        let mut panel = vec![0.0; self.n_rows * WIDTH];
        let n = WIDTH.min(self.n_columns - first);
        if self.column == 1 {
            for (row, out) in panel.chunks_exact_mut(WIDTH).enumerate() {
                let start = row * self.row + first;
                out[..n].copy_from_slice(&self.values[start..start + n]);
            }
        } else {
            for at in 0..n {
                for (row, out) in panel.chunks_exact_mut(WIDTH).enumerate() {
                    out[at] = self.at(row, first + at);
                }
            }
        }
        panel
    }
}

fn product(left: Side<'_>, right: Side<'_>) -> Matrix {
    let (n_rows, n_columns, depth) = (left.n_rows, right.n_columns, left.n_columns);
    let mut result = Matrix::zeros(n_rows, n_columns);
    if n_rows * n_columns * depth == 0 {
        return result;
    }
    let tiles = left.tiles();
    let n_panels = n_columns.div_ceil(WIDTH);
    let one = |panel: usize| {
        let panel = right.panel(panel * WIDTH);
        let mut out = vec![0.0; tiles.len() / depth * WIDTH];
        pulp::Arch::new().dispatch(Meet { tiles: &tiles, panel: &panel, depth, out: &mut out });
        out
    };
    let panels: Vec<Vec<f32>> = if n_rows * n_columns * depth < SMALL {
        (0..n_panels).map(one).collect()
    } else {
        (0..n_panels).into_par_iter().map(one).collect()
    };
    for (row, out) in result.values_mut().chunks_exact_mut(n_columns).enumerate() {
        for (out, panel) in out.chunks_mut(WIDTH).zip(&panels) {
            out.copy_from_slice(&panel[row * WIDTH..][..out.len()]);
        }
    }
    result
}

/// All tiles with one panel.
struct Meet<'a> {
    tiles: &'a [f32],
    panel: &'a [f32],
    depth: usize,
    out: &'a mut [f32],
}

impl WithSimd for Meet<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let panel = S::as_simd_f32s(self.panel).0;
        let n_vectors = WIDTH / S::F32_LANES;
        let tiles = self.tiles.chunks_exact(ROWS * self.depth);
        for (tile, out) in tiles.zip(self.out.chunks_exact_mut(ROWS * WIDTH)) {
            let out = S::as_mut_simd_f32s(out).0;
            for first in (0..n_vectors).step_by(2) {
                let mut sums = [[simd.splat_f32s(0.0); 2]; ROWS];
                for (values, row) in
                    tile.as_chunks::<ROWS>().0.iter().zip(panel.chunks_exact(n_vectors))
                {
                    let Some(&[low, high]) = row.get(first..first + 2) else { continue };
                    for (sums, &value) in sums.iter_mut().zip(values) {
                        let value = simd.splat_f32s(value);
                        sums[0] = simd.mul_add_f32s(value, low, sums[0]);
                        sums[1] = simd.mul_add_f32s(value, high, sums[1]);
                    }
                }
                for (sums, out) in sums.iter().zip(out.chunks_exact_mut(n_vectors)) {
                    out[first..first + 2].copy_from_slice(sums);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n_rows: usize, n_columns: usize, start: usize) -> Matrix {
        let value = |at: usize| ((start + at * 7) % 11) as f32 - 5.0;
        let values = (0..n_rows * n_columns).map(value).collect();
        Matrix::new(n_rows, n_columns, values).expect("counts fit")
    }

    fn slow(n: usize, m: usize, depth: usize, term: impl Fn(usize, usize, usize) -> f32) -> Matrix {
        let mut result = Matrix::zeros(n, m);
        for row in 0..n {
            for column in 0..m {
                result.row_mut(row)[column] = (0..depth).map(|at| term(row, column, at)).sum();
            }
        }
        result
    }

    #[test]
    fn products_agree_with_the_definition_at_every_size() {
        // Small whole numbers: every sum is exact, in any order.
        for (n, inputs, outputs) in [(1, 1, 1), (3, 2, 5), (70, 9, 4), (129, 33, 70), (2, 300, 65)]
        {
            let (rows, weights) = (numbers(n, inputs, 1), numbers(outputs, inputs, 2));
            let slopes = numbers(n, outputs, 3);
            let expected = slow(n, outputs, inputs, |r, c, at| rows.at(r, at) * weights.at(c, at));
            assert_eq!(times_transposed(&rows, &weights), expected);
            let expected =
                slow(n, inputs, outputs, |r, c, at| slopes.at(r, at) * weights.at(at, c));
            assert_eq!(times(&slopes, &weights), expected);
            let expected = slow(outputs, inputs, n, |r, c, at| slopes.at(at, r) * rows.at(at, c));
            assert_eq!(transposed_times(&slopes, &rows), expected);
        }
        assert_eq!(times(&Matrix::zeros(0, 3), &Matrix::zeros(3, 2)), Matrix::zeros(0, 2));
    }
}
