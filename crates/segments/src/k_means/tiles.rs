//! Rows laid out for vector instructions: tiles of 64 rows, column by column.

use fenqun_base::Matrix;
use rayon::prelude::*;

/// Rows in a tile: a multiple of every vector width times the rows worked on at once.
pub(super) const TILE: usize = 64;

/// Fewest rows in a piece of parallel work.
const FEWEST_ROWS: usize = 4096;
/// Most pieces: each keeps sums of its own.
const MOST_CHUNKS: usize = 64;

/// Where the tiles' numbers come from: `(value − mean) × scale`.
///
/// Values near zero keep `‖c‖² − 2 x·c` precise wherever the data lie, and no square overflows.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) mean: Vec<f64>,
    pub(super) scale: f64,
    /// Mean over columns of their variance, in the data's own units.
    pub(super) variance: f64,
}

/// A matrix and its copy in tiles.
pub(super) struct Tiles<'a> {
    pub(super) data: &'a Matrix,
    pub(super) frame: Frame,
    values: Vec<f32>,
}

impl Frame {
    /// The frame that centres `data`.
    pub(super) fn of(data: &Matrix) -> Self {
        let (n_rows, n_columns) = (data.n_rows().max(1) as f64, data.n_columns());
        let rows = chunk_rows(data.n_rows());
        // Shifting by the first row keeps the sums of squares precise far from zero.
        let origin: Vec<f64> = data.row(0).iter().map(|&value| f64::from(value)).collect();
        let parts: Vec<_> =
            data.values().par_chunks(rows * n_columns).map(|part| moments(part, &origin)).collect();
        let mut sums = vec![0.0; n_columns];
        let mut squares = vec![0.0; n_columns];
        for (part_sums, part_squares) in parts {
            add(&mut sums, &part_sums);
            add(&mut squares, &part_squares);
        }
        let mut variance = 0.0;
        let mut mean = origin;
        for (column, mean) in mean.iter_mut().enumerate() {
            let shift = sums[column] / n_rows;
            variance += (squares[column] / n_rows - shift * shift).max(0.0);
            *mean += shift;
        }
        let largest = data
            .values()
            .par_chunks(rows * n_columns)
            .map(|part| farthest(part, &mean))
            .reduce(|| 0.0, f64::max);
        let scale = if largest > 0.0 { 1.0 / largest } else { 1.0 };
        Self { mean, scale, variance: variance / n_columns as f64 }
    }

    /// A point of the data's own units as the tiles hold it.
    pub(super) fn place(&self, column: usize, value: f64) -> f32 {
        ((value - self.mean[column]) * self.scale) as f32
    }
}

impl<'a> Tiles<'a> {
    /// Lays out `data`, which has at least one row and one column.
    pub(super) fn new(data: &'a Matrix, frame: Frame) -> Self {
        let n_columns = data.n_columns();
        let mut values = vec![0.0; data.n_rows().div_ceil(TILE) * TILE * n_columns];
        let tiles = values.par_chunks_mut(TILE * n_columns);
        tiles.zip(data.values().par_chunks(TILE * n_columns)).for_each(|(tile, rows)| {
            for (lane, row) in rows.chunks_exact(n_columns).enumerate() {
                for (column, &value) in row.iter().enumerate() {
                    tile[column * TILE + lane] = frame.place(column, f64::from(value));
                }
            }
        });
        Self { data, frame, values }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.data.n_rows()
    }

    pub(super) fn n_columns(&self) -> usize {
        self.data.n_columns()
    }

    /// Rows with their padding: what per-row buffers must hold.
    pub(super) fn n_padded(&self) -> usize {
        self.n_rows().div_ceil(TILE) * TILE
    }

    /// Rows in each piece of parallel work: a multiple of [`TILE`] that depends on the data alone.
    pub(super) fn chunk_rows(&self) -> usize {
        chunk_rows(self.n_rows())
    }

    /// The tiles of one chunk.
    pub(super) fn chunk(&self, chunk: usize) -> &[f32] {
        let length = self.chunk_rows() * self.n_columns();
        let end = ((chunk + 1) * length).min(self.values.len());
        &self.values[chunk * length..end]
    }

    /// One row as the tiles hold it.
    pub(super) fn row(&self, row: usize) -> Vec<f32> {
        let start = row / TILE * TILE * self.n_columns() + row % TILE;
        (0..self.n_columns()).map(|column| self.values[start + column * TILE]).collect()
    }
}

/// Adds `part` to `sums`, entry by entry.
pub(super) fn add(sums: &mut [f64], part: &[f64]) {
    for (sum, part) in sums.iter_mut().zip(part) {
        *sum += part;
    }
}

fn chunk_rows(n_rows: usize) -> usize {
    n_rows.div_ceil(MOST_CHUNKS).next_multiple_of(TILE).max(FEWEST_ROWS)
}

fn moments(part: &[f32], origin: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut sums = vec![0.0; origin.len()];
    let mut squares = vec![0.0; origin.len()];
    for row in part.chunks_exact(origin.len()) {
        for (column, &value) in row.iter().enumerate() {
            let shifted = f64::from(value) - origin[column];
            sums[column] += shifted;
            squares[column] += shifted * shifted;
        }
    }
    (sums, squares)
}

fn farthest(part: &[f32], mean: &[f64]) -> f64 {
    let mut largest = 0.0f64;
    for row in part.chunks_exact(mean.len()) {
        for (&value, mean) in row.iter().zip(mean) {
            largest = largest.max((f64::from(value) - mean).abs());
        }
    }
    largest
}
