//! Nearest rows, found by comparing with all, and the weights of edges.

use fenqun_base::Matrix;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::EdgeWeights;

/// Lanes of a sum: fixed, so that every machine adds in the same order.
const LANES: usize = 8;
/// Rows asked about in a piece of parallel work, and fitted rows they meet at once.
const PIECE: usize = 32;
const TILE: usize = 128;

/// The nearest rows of one row: row and squared distance, nearest first, lower rows first among
/// equals.
pub(super) type Near = Vec<(u32, f64)>;

/// The `n_neighbours` rows of `known` nearest to each row of `asked`. With `but_itself`, row `i`
/// of both is the same user and is left out.
pub(super) fn nearest(
    asked: &Matrix,
    known: &Matrix,
    n_neighbours: usize,
    but_itself: bool,
) -> Vec<Near> {
    let width = known.n_columns();
    let pieces = asked.values().par_chunks(PIECE * width).enumerate();
    let found = pieces.map(|(piece, rows)| {
        let itself = but_itself.then_some(piece * PIECE);
        pulp::Arch::new().dispatch(Compare { rows, known, n_neighbours, itself })
    });
    found.collect::<Vec<_>>().concat()
}

/// What an edge between two users weighs, whose last neighbours are `widths` away.
pub(super) fn weight(weights: EdgeWeights, squared: f64, widths: (f64, f64)) -> f64 {
    match weights {
        EdgeWeights::Equal => 1.0,
        // Users in one place are as near as can be, whatever the widths.
        EdgeWeights::Gaussian if squared == 0.0 => 1.0,
        EdgeWeights::Gaussian => (-squared / (widths.0 * widths.1)).exp(),
    }
}

/// The distance to the last neighbour.
pub(super) fn width(near: &Near) -> f64 {
    near.last().map_or(0.0, |&(_, squared)| squared.sqrt())
}

struct Compare<'a> {
    rows: &'a [f32],
    known: &'a Matrix,
    n_neighbours: usize,
    /// The number of the first row, where rows are to leave themselves out.
    itself: Option<usize>,
}

impl WithSimd for Compare<'_> {
    type Output = Vec<Near>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Vec<Near> {
        let width = self.known.n_columns();
        let mut found = vec![Near::with_capacity(self.n_neighbours + 1); self.rows.len() / width];
        for (tile, known) in self.known.values().chunks(TILE * width).enumerate() {
            for (place, row) in self.rows.chunks_exact(width).enumerate() {
                for (other, known) in known.chunks_exact(width).enumerate() {
                    let other = tile * TILE + other;
                    if self.itself.is_some_and(|first| first + place == other) {
                        continue;
                    }
                    let squared = squared_distance(row, known);
                    insert(&mut found[place], (other as u32, squared), self.n_neighbours);
                }
            }
        }
        found
    }
}

/// Rows come in rising order, so that only a strictly smaller distance pushes another out.
#[inline(always)]
fn insert(near: &mut Near, new: (u32, f64), most: usize) {
    if near.len() == most && near.last().is_some_and(|last| new.1 >= last.1) {
        return;
    }
    let at = near.partition_point(|known| known.1 <= new.1);
    near.insert(at, new);
    near.truncate(most);
}

#[inline(always)]
fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0f64; LANES];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            let difference = f64::from(a[lane]) - f64::from(b[lane]);
            sums[lane] += difference * difference;
        }
    }
    for (lane, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        let difference = f64::from(*a) - f64::from(*b);
        sums[lane] += difference * difference;
    }
    sums.iter().sum()
}
