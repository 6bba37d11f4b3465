//! The one loop that costs: for every user, the sum of distances to the users of each segment.
//!
//! Distances come from `‖x‖² + ‖y‖² − 2 x·y` in 64 bits, with the columns centred first: precise
//! wherever the data lie, and one multiplication a column. Users are laid out by segment in tiles,
//! column by column, so that vectors add up whole tiles. Written once for every vector width; the
//! machine's best is chosen at run time.

use fenqun_base::Matrix;
use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// Users in a tile: a multiple of twice every vector width.
const TILE: usize = 16;
/// Users in a piece of parallel work.
const PIECE: usize = 64;

/// Users laid out for the loop.
pub(crate) struct Tiles {
    /// `[tile][column][TILE]`, users in the order of their segments.
    values: Vec<f64>,
    norms: Vec<f64>,
    /// Rows of the matrix in that order.
    order: Vec<usize>,
    /// Where each segment ends in it.
    ends: Vec<usize>,
    width: usize,
}

impl Tiles {
    /// Lays out rows, which has at least one, by segments numbered from 0 without gaps.
    pub(crate) fn new(data: &Matrix, segments: &[usize], n_segments: usize) -> Self {
        let (n_rows, width) = (data.n_rows(), data.n_columns());
        let mut ends = vec![0; n_segments];
        segments.iter().for_each(|&segment| ends[segment] += 1);
        for segment in 1..n_segments {
            ends[segment] += ends[segment - 1];
        }
        let mut order: Vec<usize> = (0..n_rows).collect();
        order.sort_by_key(|&row| segments[row]);
        let mut means = vec![0.0; width];
        for row in data.rows() {
            means.iter_mut().zip(row).for_each(|(mean, &value)| *mean += f64::from(value));
        }
        means.iter_mut().for_each(|mean| *mean /= n_rows as f64);
        let n_padded = n_rows.next_multiple_of(TILE);
        let mut values = vec![0.0; n_padded * width];
        let mut norms = vec![0.0; n_padded];
        for (place, &row) in order.iter().enumerate() {
            let start = place / TILE * TILE * width + place % TILE;
            for (column, (&value, mean)) in data.row(row).iter().zip(&means).enumerate() {
                let value = f64::from(value) - mean;
                values[start + column * TILE] = value;
                // In the order of the loop below, so that a user is at distance 0 of an equal one.
                norms[place] = value.mul_add(value, norms[place]);
            }
        }
        Self { values, norms, order, ends, width }
    }

    /// For every row of the matrix, what `of` makes of its segment sums.
    pub(crate) fn map(&self, of: impl Fn(usize, &[f64]) -> f64 + Sync) -> Vec<f64> {
        let n_segments = self.ends.len();
        let pieces: Vec<Vec<f64>> = (0..self.order.len())
            .into_par_iter()
            .step_by(PIECE)
            .map(|start| {
                let sums = pulp::Arch::new().dispatch(Sums { tiles: self, start });
                let rows = &self.order[start..(start + PIECE).min(self.order.len())];
                let each = rows.iter().zip(sums.chunks_exact(n_segments));
                each.map(|(&row, sums)| of(row, sums)).collect()
            })
            .collect();
        let mut found = vec![0.0; self.order.len()];
        for (value, &row) in pieces.iter().flatten().zip(&self.order) {
            found[row] = *value;
        }
        found
    }

    /// One user as the loop reads it.
    fn user(&self, place: usize) -> impl Iterator<Item = f64> {
        let start = place / TILE * TILE * self.width + place % TILE;
        (0..self.width).map(move |column| self.values[start + column * TILE])
    }
}

/// Sums of the users from `start` on, user after user.
struct Sums<'a> {
    tiles: &'a Tiles,
    start: usize,
}

impl WithSimd for Sums<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
        // 32 registers hold eight users by two vectors, 16 hold four.
        if S::F64_LANES >= 8 {
            sums::<S, 8>(simd, self.tiles, self.start)
        } else {
            sums::<S, 4>(simd, self.tiles, self.start)
        }
    }
}

#[inline(always)]
fn sums<S: Simd, const G: usize>(simd: S, tiles: &Tiles, start: usize) -> Vec<f64> {
    let (width, n_segments) = (tiles.width, tiles.ends.len());
    let n_users = PIECE.min(tiles.order.len() - start);
    // `[group][column][G]`; users that do not exist are zeros, and their sums are thrown away.
    let n_groups = n_users.div_ceil(G);
    let mut users = vec![0.0; n_groups * G * width];
    let mut norms = vec![0.0; n_groups * G];
    for user in 0..n_users {
        norms[user] = tiles.norms[start + user];
        for (column, value) in tiles.user(start + user).enumerate() {
            users[user / G * G * width + column * G + user % G] = value;
        }
    }
    let mut found = vec![0.0; n_groups * G * n_segments];
    let mut distances = vec![0.0; n_groups * G * TILE];
    // Sums of the lanes of whole tiles of one segment.
    let mut lanes = vec![0.0; n_groups * G * TILE];
    let mut segment = 0;
    for (at, norms_of_tile) in tiles.norms.chunks_exact(TILE).enumerate() {
        let tile = &tiles.values[at * TILE * width..(at + 1) * TILE * width];
        for group in 0..n_groups {
            let users = &users[group * G * width..(group + 1) * G * width];
            let norms = &norms[group * G..(group + 1) * G];
            let distances = &mut distances[group * G * TILE..(group + 1) * G * TILE];
            to_tile::<S, G>(simd, users, norms, tile, norms_of_tile, distances);
        }
        let (first, last) = (at * TILE, ((at + 1) * TILE).min(tiles.order.len()));
        if tiles.ends[segment] >= first + TILE {
            let (lanes, _) = S::as_mut_simd_f64s(&mut lanes);
            let (distances, _) = S::as_simd_f64s(&distances);
            for (lane, &distance) in lanes.iter_mut().zip(distances) {
                *lane = simd.add_f64s(*lane, distance);
            }
        } else {
            for place in first..last {
                while place >= tiles.ends[segment] {
                    empty(&mut lanes, &mut found, segment, n_segments);
                    segment += 1;
                }
                for (user, distances) in distances.chunks_exact(TILE).enumerate() {
                    found[user * n_segments + segment] += distances[place - first];
                }
            }
        }
        if tiles.ends[segment] == last && segment + 1 < n_segments {
            empty(&mut lanes, &mut found, segment, n_segments);
            segment += 1;
        }
    }
    empty(&mut lanes, &mut found, segment, n_segments);
    found.truncate(n_users * n_segments);
    found
}

/// Adds the lanes of every user to the sum of a segment, in their order.
fn empty(lanes: &mut [f64], found: &mut [f64], segment: usize, n_segments: usize) {
    for (lanes, sums) in lanes.chunks_exact_mut(TILE).zip(found.chunks_exact_mut(n_segments)) {
        sums[segment] += lanes.iter().sum::<f64>();
        lanes.fill(0.0);
    }
}

/// Distances of `G` users to the users of a tile.
#[inline(always)]
fn to_tile<S: Simd, const G: usize>(
    simd: S,
    users: &[f64],
    norms: &[f64],
    tile: &[f64],
    norms_of_tile: &[f64],
    distances: &mut [f64],
) {
    let vectors = TILE / S::F64_LANES;
    let (tile, _) = S::as_simd_f64s(tile);
    let (norms_of_tile, _) = S::as_simd_f64s(norms_of_tile);
    let (distances, _) = S::as_mut_simd_f64s(distances);
    let nothing = simd.splat_f64s(0.0);
    let minus_two = simd.splat_f64s(-2.0);
    for strip in (0..vectors).step_by(2) {
        let mut products = [[nothing; 2]; G];
        for (column, users) in tile.chunks_exact(vectors).zip(users.chunks_exact(G)) {
            let column = &column[strip..strip + 2];
            for (products, &user) in products.iter_mut().zip(users) {
                let user = simd.splat_f64s(user);
                products[0] = simd.mul_add_f64s(user, column[0], products[0]);
                products[1] = simd.mul_add_f64s(user, column[1], products[1]);
            }
        }
        for (user, (products, &norm)) in products.iter().zip(norms).enumerate() {
            let norm = simd.splat_f64s(norm);
            for (at, &product) in products.iter().enumerate() {
                let both = simd.add_f64s(norm, norms_of_tile[strip + at]);
                let squared = simd.mul_add_f64s(minus_two, product, both);
                let squared = simd.max_f64s(squared, nothing);
                distances[user * vectors + strip + at] = simd.sqrt_f64s(squared);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::Seed;
    use proptest::prelude::*;
    use rand::RngExt;

    proptest! {
        /// Against the plain sum over users, for sizes around those of tiles and pieces.
        #[test]
        fn sums_are_those_of_the_definition(
            n_rows in 1usize..150, width in 1usize..7, n_segments in 1usize..9, seed: u64,
        ) {
            let mut rng = Seed(seed).rng();
            let values = (0..n_rows * width).map(|_| rng.random_range(90.0f32..110.0)).collect();
            let data = Matrix::new(n_rows, width, values).expect("counts fit");
            let n_segments = n_segments.min(n_rows);
            let segments: Vec<usize> = (0..n_rows)
                .map(|row| if row < n_segments { row } else { rng.random_range(0..n_segments) })
                .collect();
            let tiles = Tiles::new(&data, &segments, n_segments);
            for segment in 0..n_segments {
                let found = tiles.map(|_, sums| sums[segment]);
                for (row, found) in found.into_iter().enumerate() {
                    let distance = |other: usize| -> f64 {
                        let pairs = data.row(row).iter().zip(data.row(other));
                        pairs.map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>().sqrt()
                    };
                    let others = (0..n_rows).filter(|&other| segments[other] == segment);
                    let expected: f64 = others.map(distance).sum();
                    prop_assert!((found - expected).abs() < 1e-6 * expected.max(1.0));
                }
            }
        }
    }

    #[test]
    fn equal_users_are_at_no_distance() {
        let data = Matrix::from_rows(&[[0.1f32, 1e4, -3.7]; 21]).expect("equal rows");
        let sums = Tiles::new(&data, &[0; 21], 1).map(|_, sums| sums[0]);
        assert!(sums.iter().all(|&sum| sum == 0.0), "{sums:?}");
    }
}
