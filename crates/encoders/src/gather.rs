//! Sparse rows times a dense matrix: every result row is a weighted sum of dense rows.
//!
//! The one inner loop under decomposition and graph vectors. Written once for every vector width;
//! the machine's best is chosen at run time. A result row hangs on its own entries alone, so a user
//! gets the same bits whoever comes along.

use fenqun_base::{DataError, Matrix, SparseMatrix};
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// Result rows that one thread makes in one piece.
const CHUNK: usize = 256;
/// Vectors summed at once: with the one that overlaps, they fit the registers of every machine.
const MOST_VECTORS: usize = 10;

/// `rows · dense`.
///
/// # Errors
/// [`DataError::WrongLength`] unless `dense` has a row for every column of `rows`.
pub(crate) fn times(rows: &SparseMatrix, dense: &Matrix) -> Result<Matrix, DataError> {
    if rows.n_columns() != dense.n_rows() {
        let (expected, found) = (rows.n_columns(), dense.n_rows());
        return Err(DataError::WrongLength { what: "dense rows", expected, found });
    }
    let width = dense.n_columns();
    let mut values = vec![0.0; rows.n_rows() * width];
    values.par_chunks_mut((CHUNK * width).max(1)).enumerate().for_each(|(chunk, out)| {
        gather(|row| rows.row(chunk * CHUNK + row), dense, out);
    });
    Matrix::new(rows.n_rows(), width, values)
}

/// Sums weighted rows of `dense` into rows of `out`, one after another: `entries(0)` gives columns
/// and weights of the first.
pub(crate) fn gather<'a>(
    entries: impl Fn(usize) -> (&'a [u32], &'a [f32]),
    dense: &Matrix,
    out: &mut [f32],
) {
    pulp::Arch::new().dispatch(Gather { entries, dense, out });
}

struct Gather<'d, F> {
    entries: F,
    dense: &'d Matrix,
    out: &'d mut [f32],
}

impl<'a, F: Fn(usize) -> (&'a [u32], &'a [f32])> WithSimd for Gather<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.dense.n_columns();
        for (row, out) in self.out.chunks_exact_mut(width.max(1)).enumerate() {
            let entries = (self.entries)(row);
            if width < S::F32_LANES {
                narrow(simd, entries, self.dense, out);
                continue;
            }
            let mut start = 0;
            while start + S::F32_LANES <= width {
                start += strips(simd, entries, self.dense, start, out);
            }
        }
    }
}

/// As many vectors from column `start` on as registers hold; gives the columns done.
#[inline(always)]
fn strips<S: Simd>(
    simd: S,
    entries: (&[u32], &[f32]),
    dense: &Matrix,
    start: usize,
    out: &mut [f32],
) -> usize {
    let n_vectors = (out.len() - start) / S::F32_LANES;
    let is_last = n_vectors <= MOST_VECTORS && !out.len().is_multiple_of(S::F32_LANES);
    macro_rules! strip {
        ($($n:literal)*) => {
            match (n_vectors.min(MOST_VECTORS), is_last) {
                $(($n, false) => strip::<S, $n, false>(simd, entries, dense, start, out),
                ($n, true) => strip::<S, $n, true>(simd, entries, dense, start, out),)*
                _ => out.len(),
            }
        };
    }
    strip!(1 2 3 4 5 6 7 8 9 10)
}

/// `R` vectors from column `start` on, summed in registers; gives the columns done. With `TAIL` one
/// more that ends with the last column: it overlaps the others, where it comes to the same sums.
#[inline(always)]
fn strip<S: Simd, const R: usize, const TAIL: bool>(
    simd: S,
    entries: (&[u32], &[f32]),
    dense: &Matrix,
    start: usize,
    out: &mut [f32],
) -> usize {
    let n = R * S::F32_LANES;
    let tail = out.len() - S::F32_LANES;
    let mut sums = [simd.splat_f32s(0.0); R];
    let mut last = simd.splat_f32s(0.0);
    for (&column, &weight) in entries.0.iter().zip(entries.1) {
        let weight = simd.splat_f32s(weight);
        let row = dense.row(column as usize);
        let (vectors, _) = S::as_simd_f32s(&row[start..start + n]);
        for (sum, &value) in sums.iter_mut().zip(vectors) {
            *sum = simd.mul_add_e_f32s(weight, value, *sum);
        }
        if TAIL && let [value, ..] = S::as_simd_f32s(&row[tail..]).0 {
            last = simd.mul_add_e_f32s(weight, *value, last);
        }
    }
    S::as_mut_simd_f32s(&mut out[start..start + n]).0.copy_from_slice(&sums);
    if TAIL && let [value, ..] = S::as_mut_simd_f32s(&mut out[tail..]).0 {
        *value = last;
    }
    n
}

/// Rows of less than one vector.
#[inline(always)]
fn narrow<S: Simd>(simd: S, entries: (&[u32], &[f32]), dense: &Matrix, out: &mut [f32]) {
    let mut sum = simd.splat_f32s(0.0);
    for (&column, &weight) in entries.0.iter().zip(entries.1) {
        let row = simd.partial_load_f32s(dense.row(column as usize));
        sum = simd.mul_add_e_f32s(simd.splat_f32s(weight), row, sum);
    }
    simd.partial_store_f32s(out, sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_agrees_with_plain_sums() {
        let mut rows = SparseMatrix::with_width(9);
        rows.push_row(&mut [(0, 0.5), (3, -2.0), (8, 1.25)]).expect("fits");
        rows.push_row(&mut []).expect("fits");
        rows.push_row(&mut [(2, 4.0)]).expect("fits");
        for width in [0, 1, 3, 16, 31, 33, 128, 150, 299] {
            let values = (0u16..9 * width).map(|at| f32::from(at % 251) - 125.0).collect();
            let width = usize::from(width);
            let dense = Matrix::new(9, width, values).expect("counts fit");
            let found = times(&rows, &dense).expect("a dense row a column");
            for row in 0..3 {
                for column in 0..width {
                    let terms = rows.entries(row).map(|(at, weight)| weight * dense.at(at, column));
                    // Eighths up to 500: exact in any order.
                    assert_eq!(
                        found.at(row, column),
                        terms.sum::<f32>(),
                        "{width}: {row} {column}"
                    );
                }
            }
        }
        assert!(times(&rows, &Matrix::zeros(8, 2)).is_err());
    }
}
