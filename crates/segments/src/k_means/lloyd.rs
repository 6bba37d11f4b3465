//! Lloyd's rounds over all rows, from given centroids.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::nearest::{Prepared, nearest};
use super::tiles::{Tiles, add};

/// No segment yet.
const NONE: u32 = u32::MAX;

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_iterations: usize,
    pub(super) tolerance: f64,
}

/// Where the rounds ended.
pub(super) struct Outcome {
    /// Row after row, in the data's own units.
    pub(super) centroids: Vec<f64>,
    pub(super) n_iterations: usize,
}

/// What one chunk of rows adds to the sums of its segments.
struct Delta {
    sums: Vec<f64>,
    counts: Vec<i64>,
    n_changed: usize,
    segments: Vec<u32>,
}

/// Assigns and averages until nothing moves.
pub(super) fn lloyd(tiles: &Tiles<'_>, mut centroids: Vec<f64>, limits: Limits) -> Outcome {
    let n_columns = tiles.n_columns();
    let n_segments = centroids.len() / n_columns;
    let chunk_rows = tiles.chunk_rows();
    let mut segments = vec![NONE; tiles.n_padded()];
    let mut deltas: Vec<Delta> = segments
        .chunks(chunk_rows)
        .map(|chunk| Delta {
            sums: vec![0.0; centroids.len()],
            counts: vec![0; n_segments],
            n_changed: 0,
            segments: vec![NONE; chunk.len()],
        })
        .collect();
    let mut sums = vec![0.0; centroids.len()];
    let mut counts = vec![0i64; n_segments];
    let least_shift = limits.tolerance * tiles.frame.variance;
    let mut n_iterations = 0;
    while n_iterations < limits.max_iterations {
        n_iterations += 1;
        let prepared = Prepared::new(&centroids, &tiles.frame);
        let work = segments.par_chunks_mut(chunk_rows).zip(&mut deltas).enumerate();
        work.for_each(|(chunk, (segments, delta))| {
            let rows = tiles.data.values();
            let rows = &rows[chunk * chunk_rows * n_columns..];
            nearest(tiles.chunk(chunk), &prepared, &mut delta.segments);
            pulp::Arch::new().dispatch(Move { rows, n_columns, segments, delta });
        });
        // In the order of the chunks, whoever worked on them.
        for delta in deltas.iter().filter(|delta| delta.n_changed > 0) {
            add(&mut sums, &delta.sums);
            for (count, part) in counts.iter_mut().zip(&delta.counts) {
                *count += part;
            }
        }
        if deltas.iter().all(|delta| delta.n_changed == 0) {
            break;
        }
        let shift = average(&mut centroids, &sums, &counts, n_columns);
        let refilled = refill(tiles, &mut centroids, &counts, &segments);
        if !refilled && shift <= least_shift {
            break;
        }
    }
    Outcome { centroids, n_iterations }
}

/// Moves every centroid to the mean of its rows; gives the sum of squared shifts.
fn average(centroids: &mut [f64], sums: &[f64], counts: &[i64], n_columns: usize) -> f64 {
    let mut shift = 0.0;
    let places = centroids.chunks_exact_mut(n_columns).zip(sums.chunks_exact(n_columns));
    for ((centroid, sums), &count) in places.zip(counts).filter(|(_, count)| **count > 0) {
        for (value, sum) in centroid.iter_mut().zip(sums) {
            let mean = sum / count as f64;
            shift += (mean - *value) * (mean - *value);
            *value = mean;
        }
    }
    shift
}

/// Puts centroids that lost all rows on the rows farthest from their own; tells whether any moved.
fn refill(tiles: &Tiles<'_>, centroids: &mut [f64], counts: &[i64], segments: &[u32]) -> bool {
    let n_columns = tiles.n_columns();
    let empty: Vec<usize> = (0..counts.len()).filter(|&segment| counts[segment] == 0).collect();
    if empty.is_empty() {
        return false;
    }
    let mut far: Vec<(f64, usize)> = (0..tiles.n_rows())
        .into_par_iter()
        .map(|row| {
            let start = segments[row] as usize * n_columns;
            let centroid = &centroids[start..start + n_columns];
            let values = tiles.data.row(row).iter().zip(centroid);
            (values.map(|(&value, centre)| (f64::from(value) - centre).powi(2)).sum(), row)
        })
        .collect();
    far.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut moved = false;
    // A row on its own centroid has nowhere to go: there are fewer different rows than segments.
    for (&segment, &(_, row)) in
        empty.iter().zip(far.iter().filter(|(distance, _)| *distance > 0.0))
    {
        let start = segment * n_columns;
        for (value, &of_row) in
            centroids[start..start + n_columns].iter_mut().zip(tiles.data.row(row))
        {
            *value = f64::from(of_row);
        }
        moved = true;
    }
    moved
}

/// Takes rows that changed segment out of one sum and into another.
struct Move<'a> {
    rows: &'a [f32],
    n_columns: usize,
    segments: &'a mut [u32],
    delta: &'a mut Delta,
}

impl WithSimd for Move<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Delta { sums, counts, n_changed, segments: found } = self.delta;
        sums.fill(0.0);
        counts.fill(0);
        *n_changed = 0;
        let rows = self.rows.chunks_exact(self.n_columns);
        // Padding rows lie beyond the data: `zip` ends before them.
        for ((row, old), &new) in rows.zip(self.segments).zip(found.iter()) {
            if *old == new {
                continue;
            }
            *n_changed += 1;
            counts[new as usize] += 1;
            let sum = &mut sums[new as usize * self.n_columns..][..self.n_columns];
            for (sum, &value) in sum.iter_mut().zip(row) {
                *sum += f64::from(value);
            }
            if *old != NONE {
                counts[*old as usize] -= 1;
                let sum = &mut sums[*old as usize * self.n_columns..][..self.n_columns];
                for (sum, &value) in sum.iter_mut().zip(row) {
                    *sum -= f64::from(value);
                }
            }
            *old = new;
        }
    }
}
