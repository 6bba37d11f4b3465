//! Ward's distance needs nothing but the means and weights of groups.

use fenqun_base::Matrix;
use rayon::prelude::*;

use super::chain::Groups;
use crate::planes::Planes;

/// Values in a search from which on it is shared between threads.
const SHARED_FROM: usize = 1 << 17;

/// Means and weights of the groups that are left, in places that move as groups go.
pub(super) struct Means {
    planes: Planes,
    weights: Vec<f64>,
    /// The name of the group at each place, and the place of each name.
    names: Vec<usize>,
    places: Vec<usize>,
    distances: Vec<f64>,
    n_columns: usize,
}

impl Means {
    pub(super) fn new(leaves: &Matrix, weights: &[f64]) -> Self {
        let n_leaves = leaves.n_rows();
        Self {
            planes: Planes::of(leaves),
            weights: weights.to_vec(),
            names: (0..n_leaves).collect(),
            places: (0..n_leaves).collect(),
            distances: vec![0.0; n_leaves],
            n_columns: leaves.n_columns(),
        }
    }
}

impl Groups for Means {
    fn n_leaves(&self) -> usize {
        self.places.len()
    }

    fn any(&self) -> usize {
        self.names[0]
    }

    fn nearest(&mut self, group: usize, favoured: Option<usize>) -> (usize, f64) {
        let n_left = self.planes.n_rows();
        let place = self.places[group];
        let point = self.planes.row(place);
        let own = self.weights[place];
        let (planes, weights) = (&self.planes, &self.weights);
        let search = |first: usize, out: &mut [f64]| {
            planes.squared_distances(&point, first, out);
            let others = out.iter_mut().zip(&weights[first..]);
            others.for_each(|(distance, other)| *distance *= 2.0 * (own * other / (own + other)));
        };
        let distances = &mut self.distances[..n_left];
        if n_left * self.n_columns < SHARED_FROM {
            search(0, distances);
        } else {
            let chunk = n_left.div_ceil(rayon::current_num_threads());
            let parts = distances.par_chunks_mut(chunk).enumerate();
            parts.for_each(|(at, out)| search(at * chunk, out));
        }
        distances[place] = f64::INFINITY;
        let least = distances.iter().fold(f64::INFINITY, |least, &distance| least.min(distance));
        let height = least.sqrt();
        if let Some(favoured) = favoured
            && distances[self.places[favoured]] <= least
        {
            return (favoured, height);
        }
        let equals = (0..n_left).filter(|&at| at != place && distances[at] <= least);
        (equals.map(|at| self.names[at]).min().unwrap_or(group), height)
    }

    fn join(&mut self, a: usize, b: usize) -> usize {
        let (kept, gone) = (a.min(b), a.max(b));
        let (at, out) = (self.places[kept], self.places[gone]);
        let (own, other) = (self.weights[at], self.weights[out]);
        let mean: Vec<f64> = self
            .planes
            .row(at)
            .iter()
            .zip(self.planes.row(out))
            .map(|(a, b)| (own * a + other * b) / (own + other))
            .collect();
        self.planes.set(at, &mean);
        self.weights[at] = own + other;
        self.planes.swap_remove(out);
        self.weights.swap_remove(out);
        self.names.swap_remove(out);
        if let Some(&moved) = self.names.get(out) {
            self.places[moved] = out;
        }
        kept
    }
}
