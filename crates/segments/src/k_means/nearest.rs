//! The inner loops: which centroid is nearest to each row of a tile, and how far a row is.
//!
//! Written once for every vector width; the machine's best is chosen at run time.

use pulp::{Simd, WithSimd};

use super::tiles::{Frame, TILE};

/// Centroids scored together: 4 × 4 accumulators fill the registers without spilling.
const GROUP: usize = 4;

/// Centroids as the inner loop reads them.
pub(super) struct Prepared {
    /// `[group][column][GROUP]` of `−2 c`.
    weights: Vec<f32>,
    /// `‖c‖²`, infinite for padding so that it never wins.
    norms: Vec<f32>,
    n_columns: usize,
}

impl Prepared {
    /// Centroids in the data's own units, row after row.
    pub(super) fn new(centroids: &[f64], frame: &Frame) -> Self {
        let n_columns = frame.mean.len();
        let n_segments = centroids.len() / n_columns;
        let n_padded = n_segments.next_multiple_of(GROUP);
        let mut weights = vec![0.0; n_padded * n_columns];
        let mut norms = vec![f32::INFINITY; n_padded];
        for (segment, centroid) in centroids.chunks_exact(n_columns).enumerate() {
            let mut norm = 0.0;
            let start = segment / GROUP * GROUP * n_columns + segment % GROUP;
            for (column, &value) in centroid.iter().enumerate() {
                let placed = frame.place(column, value);
                norm += f64::from(placed) * f64::from(placed);
                weights[start + column * GROUP] = -2.0 * placed;
            }
            norms[segment] = norm as f32;
        }
        Self { weights, norms, n_columns }
    }
}

/// The nearest centroid of every row of some tiles.
pub(super) fn nearest(tiles: &[f32], prepared: &Prepared, segments: &mut [u32]) {
    pulp::Arch::new().dispatch(Nearest { tiles, prepared, segments });
}

/// Lowers `closest` to the squared distance from `point` where that is smaller; gives the sum.
pub(super) fn lower(tiles: &[f32], point: &[f32], closest: &mut [f32]) {
    pulp::Arch::new().dispatch(Lower { tiles, point, closest });
}

/// What the sum of `closest` would be after [`lower`]; changes nothing.
pub(super) fn potential(tiles: &[f32], point: &[f32], closest: &[f32]) -> f64 {
    pulp::Arch::new().dispatch(Potential { tiles, point, closest })
}

struct Nearest<'a> {
    tiles: &'a [f32],
    prepared: &'a Prepared,
    segments: &'a mut [u32],
}

impl WithSimd for Nearest<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let tiles = self.tiles.chunks_exact(TILE * self.prepared.n_columns);
        for (tile, segments) in tiles.zip(self.segments.chunks_exact_mut(TILE)) {
            // 32 registers hold four vectors of rows, 16 hold two.
            if S::F32_LANES >= 16 {
                nearest_in_tile::<S, 4>(simd, tile, self.prepared, segments);
            } else {
                nearest_in_tile::<S, 2>(simd, tile, self.prepared, segments);
            }
        }
    }
}

#[inline(always)]
fn nearest_in_tile<S: Simd, const R: usize>(
    simd: S,
    tile: &[f32],
    prepared: &Prepared,
    segments: &mut [u32],
) {
    let (tile, _) = S::as_simd_f32s(tile);
    let (segments, _) = S::as_mut_simd_u32s(segments);
    let vectors = TILE / S::F32_LANES;
    let stride = prepared.n_columns * GROUP;
    for (strip, segments) in segments.chunks_exact_mut(R).enumerate() {
        let mut best = [simd.splat_f32s(f32::INFINITY); R];
        let mut own = [simd.splat_u32s(0); R];
        let groups = prepared.weights.chunks_exact(stride).zip(prepared.norms.chunks_exact(GROUP));
        for (group, (weights, norms)) in groups.enumerate() {
            let mut scores = [[best[0]; R]; GROUP];
            for (scores, &norm) in scores.iter_mut().zip(norms) {
                *scores = [simd.splat_f32s(norm); R];
            }
            for (column, weights) in tile.chunks_exact(vectors).zip(weights.chunks_exact(GROUP)) {
                let rows = &column[strip * R..strip * R + R];
                for (scores, &weight) in scores.iter_mut().zip(weights) {
                    let weight = simd.splat_f32s(weight);
                    for (score, &row) in scores.iter_mut().zip(rows) {
                        *score = simd.mul_add_e_f32s(row, weight, *score);
                    }
                }
            }
            for (place, scores) in scores.iter().enumerate() {
                let segment = simd.splat_u32s((group * GROUP + place) as u32);
                for r in 0..R {
                    let nearer = simd.less_than_f32s(scores[r], best[r]);
                    best[r] = simd.select_f32s(nearer, scores[r], best[r]);
                    own[r] = simd.select_u32s(nearer, segment, own[r]);
                }
            }
        }
        segments.copy_from_slice(&own);
    }
}

struct Lower<'a> {
    tiles: &'a [f32],
    point: &'a [f32],
    closest: &'a mut [f32],
}

impl WithSimd for Lower<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let tiles = self.tiles.chunks_exact(TILE * self.point.len());
        for (tile, closest) in tiles.zip(self.closest.chunks_exact_mut(TILE)) {
            let distances = distances(simd, tile, self.point);
            for (closest, distance) in closest.iter_mut().zip(distances) {
                *closest = closest.min(distance);
            }
        }
    }
}

struct Potential<'a> {
    tiles: &'a [f32],
    point: &'a [f32],
    closest: &'a [f32],
}

impl WithSimd for Potential<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let tiles = self.tiles.chunks_exact(TILE * self.point.len());
        // One running sum a lane, so that adding up is no chain.
        let mut sums = [0.0f64; TILE];
        for (tile, closest) in tiles.zip(self.closest.chunks_exact(TILE)) {
            let distances = distances(simd, tile, self.point);
            for ((sum, distance), &closest) in sums.iter_mut().zip(distances).zip(closest) {
                *sum += f64::from(distance.min(closest));
            }
        }
        sums.iter().sum()
    }
}

/// Squared distances of the rows of a tile from a point.
#[inline(always)]
fn distances<S: Simd>(simd: S, tile: &[f32], point: &[f32]) -> [f32; TILE] {
    const R: usize = 2;
    let mut result = [0.0; TILE];
    let (tile, _) = S::as_simd_f32s(tile);
    let (strips, _) = S::as_mut_simd_f32s(&mut result);
    let vectors = TILE / S::F32_LANES;
    for (strip, out) in strips.chunks_exact_mut(R).enumerate() {
        let mut sums = [simd.splat_f32s(0.0); R];
        for (column, &value) in tile.chunks_exact(vectors).zip(point) {
            let value = simd.splat_f32s(value);
            for (sum, &row) in sums.iter_mut().zip(&column[strip * R..strip * R + R]) {
                let difference = simd.sub_f32s(row, value);
                *sum = simd.mul_add_e_f32s(difference, difference, *sum);
            }
        }
        out.copy_from_slice(&sums);
    }
    result
}
