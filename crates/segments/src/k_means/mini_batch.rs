//! Steps on random batches (Sculley 2010), for data too large for many full rounds.

use fenqun_base::{Matrix, Rng};
use rand::RngExt;

use super::KMeans;
use super::nearest::{Prepared, nearest};
use super::starts::greedy_start;
use super::tiles::{Frame, Tiles};

/// Batches in the sample that starts are drawn from and compared on.
const SAMPLE_BATCHES: usize = 3;
/// Share of the newest step in the running mean of the shifts.
const NEWEST: f64 = 0.1;

/// The sample that all starts share.
pub(super) fn sample(params: &KMeans, data: &Matrix, rng: &mut Rng) -> Matrix {
    let n_rows = (params.batch * SAMPLE_BATCHES).max(8 * params.n_segments).min(data.n_rows());
    draw(data, n_rows, rng)
}

/// One start: centroids after the steps.
pub(super) fn start(params: &KMeans, data: &Matrix, sample: &Tiles<'_>, rng: &mut Rng) -> Vec<f64> {
    let n_columns = data.n_columns();
    let frame: &Frame = &sample.frame;
    let mut centroids = greedy_start(sample, params.n_segments, rng);
    let mut counts = vec![0u64; params.n_segments];
    let mut running = f64::INFINITY;
    for _ in 0..params.max_iterations {
        let rows = draw(data, params.batch.min(data.n_rows()), rng);
        let tiles = Tiles::new(&rows, frame.clone());
        let mut segments = vec![0; tiles.n_padded()];
        let prepared = Prepared::new(&centroids, frame);
        for (chunk, segments) in segments.chunks_mut(tiles.chunk_rows()).enumerate() {
            nearest(tiles.chunk(chunk), &prepared, segments);
        }
        let before = centroids.clone();
        for (row, &segment) in rows.rows().zip(&segments) {
            let segment = segment as usize;
            counts[segment] += 1;
            let rate = 1.0 / counts[segment] as f64;
            let centroid = &mut centroids[segment * n_columns..(segment + 1) * n_columns];
            for (value, &of_row) in centroid.iter_mut().zip(row) {
                *value += rate * (f64::from(of_row) - *value);
            }
        }
        let shift: f64 = centroids.iter().zip(&before).map(|(new, old)| (new - old).powi(2)).sum();
        running = if running.is_finite() { running + NEWEST * (shift - running) } else { shift };
        if running <= params.tolerance * frame.variance {
            break;
        }
    }
    centroids
}

fn draw(data: &Matrix, n_rows: usize, rng: &mut Rng) -> Matrix {
    // In row order, so that memory is read forwards.
    let mut rows: Vec<usize> = (0..n_rows).map(|_| rng.random_range(0..data.n_rows())).collect();
    rows.sort_unstable();
    data.select_rows(&rows)
}
