//! `Xᵀ U`, added up while users pass by in waves.

use fenqun_base::{DataError, Matrix, SparseMatrix};
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// Columns of a panel.
const PANEL: usize = 32;
/// Rows that one thread copies in one piece.
const ROWS: usize = 256;

/// Items × dimensions, kept in panels of 32 columns: each panel is one thread's work, so that users
/// add up in their order whatever the number of threads, and its often used rows stay in the cache.
pub(super) struct Sums {
    n_rows: usize,
    width: usize,
    panels: Vec<Vec<f32>>,
}

impl Sums {
    pub(super) fn zeros(n_rows: usize, width: usize) -> Self {
        let panels = vec![vec![0.0; n_rows * PANEL]; width.div_ceil(PANEL)];
        Self { n_rows, width, panels }
    }

    pub(super) fn clear(&mut self) {
        self.panels.par_iter_mut().for_each(|panel| panel.fill(0.0));
    }

    /// Adds the part of the users from `first` on, whose vectors are the rows of `users`.
    pub(super) fn add(&mut self, weights: &SparseMatrix, first: usize, users: &[f32]) {
        let width = self.width;
        self.panels.par_iter_mut().enumerate().for_each(|(at, panel)| {
            let start = at * PANEL;
            let mut padded = [0.0; PANEL];
            let n = (width - start).min(PANEL);
            for (row, user) in users.chunks_exact(width).enumerate() {
                padded[..n].copy_from_slice(&user[start..start + n]);
                let entries = weights.row(first + row);
                pulp::Arch::new().dispatch(Scatter { entries, user: &padded, panel });
            }
        });
    }

    /// The sums row after row.
    pub(super) fn to_matrix(&self) -> Result<Matrix, DataError> {
        let width = self.width;
        let mut values = vec![0.0; self.n_rows * width];
        values.par_chunks_mut(width * ROWS).enumerate().for_each(|(chunk, out)| {
            for (at, panel) in self.panels.iter().enumerate() {
                let start = at * PANEL;
                let n = (width - start).min(PANEL);
                let rows = panel[chunk * ROWS * PANEL..].chunks_exact(PANEL);
                for (out, row) in out.chunks_exact_mut(width).zip(rows) {
                    out[start..start + n].copy_from_slice(&row[..n]);
                }
            }
        });
        Matrix::new(self.n_rows, width, values)
    }
}

struct Scatter<'a> {
    entries: (&'a [u32], &'a [f32]),
    user: &'a [f32; PANEL],
    panel: &'a mut [f32],
}

impl WithSimd for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (user, _) = S::as_simd_f32s(self.user);
        for (&column, &weight) in self.entries.0.iter().zip(self.entries.1) {
            let weight = simd.splat_f32s(weight);
            let start = column as usize * PANEL;
            let (sums, _) = S::as_mut_simd_f32s(&mut self.panel[start..start + PANEL]);
            for (sum, &value) in sums.iter_mut().zip(user) {
                *sum = simd.mul_add_e_f32s(weight, value, *sum);
            }
        }
    }
}
