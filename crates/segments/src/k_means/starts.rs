//! Greedy k-means++: starting centroids that lie far apart.

use fenqun_base::Rng;
use rand::RngExt;
use rayon::prelude::*;

use super::nearest::{lower, potential};
use super::tiles::Tiles;

/// Rows of `tiles` to start from, in the data's own units.
pub(super) fn greedy_start(tiles: &Tiles<'_>, n_segments: usize, rng: &mut Rng) -> Vec<f64> {
    let n_candidates = 2 + (n_segments as f64).ln() as usize;
    let chunk_rows = tiles.chunk_rows();
    // Padding rows are at distance 0 of everything and are never drawn.
    let mut closest = vec![0.0f32; tiles.n_padded()];
    closest[..tiles.n_rows()].fill(f32::MAX);
    let mut chosen = vec![rng.random_range(0..tiles.n_rows())];
    while chosen.len() < n_segments {
        let last = tiles.row(chosen[chosen.len() - 1]);
        closest
            .par_chunks_mut(chunk_rows)
            .enumerate()
            .for_each(|(chunk, closest)| lower(tiles.chunk(chunk), &last, closest));
        let weights = Weights::new(&closest, chunk_rows);
        let draws: Vec<usize> =
            (0..n_candidates).map(|_| weights.draw(tiles.n_rows(), rng)).collect();
        let left = |&row: &usize| {
            let point = tiles.row(row);
            let parts: Vec<f64> = closest
                .par_chunks(chunk_rows)
                .enumerate()
                .map(|(chunk, closest)| potential(tiles.chunk(chunk), &point, closest))
                .collect();
            parts.iter().sum::<f64>()
        };
        let mut best = (f64::INFINITY, draws[0]);
        for draw in &draws {
            let left = left(draw);
            if left < best.0 {
                best = (left, *draw);
            }
        }
        chosen.push(best.1);
    }
    let rows = chosen.iter().flat_map(|&row| tiles.data.row(row));
    rows.map(|&value| f64::from(value)).collect()
}

/// Draws rows with probability proportional to their weight.
struct Weights<'a> {
    weights: &'a [f32],
    chunk_rows: usize,
    chunk_sums: Vec<f64>,
    total: f64,
}

impl<'a> Weights<'a> {
    fn new(weights: &'a [f32], chunk_rows: usize) -> Self {
        let sum = |chunk: &[f32]| chunk.iter().map(|&weight| f64::from(weight)).sum::<f64>();
        let chunk_sums: Vec<f64> = weights.par_chunks(chunk_rows).map(sum).collect();
        let total = chunk_sums.iter().sum();
        Self { weights, chunk_rows, chunk_sums, total }
    }

    fn draw(&self, n_rows: usize, rng: &mut Rng) -> usize {
        if self.total <= 0.0 {
            // Every row equals one that is chosen.
            return rng.random_range(0..n_rows);
        }
        let mut left = rng.random::<f64>() * self.total;
        let mut last = 0;
        for (chunk, &sum) in self.chunk_sums.iter().enumerate() {
            if left >= sum && chunk + 1 < self.chunk_sums.len() {
                left -= sum;
                continue;
            }
            let start = chunk * self.chunk_rows;
            let end = (start + self.chunk_rows).min(n_rows);
            for (row, &weight) in self.weights[start..end].iter().enumerate() {
                if weight > 0.0 {
                    last = start + row;
                    if left < f64::from(weight) {
                        return last;
                    }
                    left -= f64::from(weight);
                }
            }
        }
        // Rounding carried the draw past the end: the last row that may be drawn.
        last
    }
}
