//! The table of all distances, for linkages that means do not tell.

use fenqun_base::Matrix;
use rayon::prelude::*;

use super::Linkage;
use super::chain::Groups;
use crate::planes::Planes;

/// Distances between all groups: row `i` holds those to `j > i`.
pub(super) struct Table {
    values: Vec<f32>,
    n_leaves: usize,
    linkage: Linkage,
    weights: Vec<f64>,
    /// Groups that are left, rising.
    left: Vec<usize>,
}

impl Table {
    pub(super) fn new(leaves: &Matrix, weights: &[f64], linkage: Linkage) -> Self {
        let n_leaves = leaves.n_rows();
        let planes = Planes::of(leaves);
        let mut values = vec![0.0f32; n_leaves * n_leaves.saturating_sub(1) / 2];
        let mut rows = Vec::with_capacity(n_leaves);
        let mut rest = &mut values[..];
        for row in 0..n_leaves {
            let (own, after) = rest.split_at_mut(n_leaves - row - 1);
            rows.push(own);
            rest = after;
        }
        rows.into_par_iter().enumerate().for_each_init(
            || vec![0.0f64; n_leaves],
            |squares, (row, out)| {
                let squares = &mut squares[..out.len()];
                planes.squared_distances(&planes.row(row), row + 1, squares);
                out.iter_mut().zip(squares).for_each(|(out, square)| *out = square.sqrt() as f32);
            },
        );
        Self { values, n_leaves, linkage, weights: weights.to_vec(), left: (0..n_leaves).collect() }
    }

    fn place(&self, a: usize, b: usize) -> usize {
        let (low, high) = (a.min(b), a.max(b));
        low * (2 * self.n_leaves - low - 1) / 2 + high - low - 1
    }
}

impl Groups for Table {
    fn n_leaves(&self) -> usize {
        self.n_leaves
    }

    fn any(&self) -> usize {
        self.left[0]
    }

    fn nearest(&mut self, group: usize, favoured: Option<usize>) -> (usize, f64) {
        let mut best = match favoured {
            Some(favoured) => (favoured, self.values[self.place(group, favoured)]),
            None => (group, f32::INFINITY),
        };
        for &other in self.left.iter().filter(|&&other| other != group) {
            let distance = self.values[self.place(group, other)];
            if distance < best.1 || best.0 == group {
                best = (other, distance);
            }
        }
        (best.0, f64::from(best.1))
    }

    fn join(&mut self, a: usize, b: usize) -> usize {
        let (kept, gone) = (a.min(b), a.max(b));
        if let Ok(at) = self.left.binary_search(&gone) {
            self.left.remove(at);
        }
        let (own, other) = (self.weights[kept], self.weights[gone]);
        for &third in self.left.iter().filter(|&&third| third != kept) {
            let place = self.place(third, kept);
            let (near, far) = (self.values[place], self.values[self.place(third, gone)]);
            self.values[place] = match self.linkage {
                Linkage::Single => near.min(far),
                Linkage::Complete => near.max(far),
                Linkage::Average | Linkage::Ward => {
                    ((own * f64::from(near) + other * f64::from(far)) / (own + other)) as f32
                }
            };
        }
        self.weights[kept] = own + other;
        kept
    }
}
