use fenqun_base::{DataError, Matrix, Seed, SparseMatrix};
use rand::RngExt;
use rayon::prelude::*;

use super::model::{row_sum, users_of};
use super::propagate::propagate;
use super::{Graph, GraphModel};
use crate::tfidf::{TfIdf, TfIdfModel};

/// Rows of starting vectors that are drawn from one stream.
const STREAM: usize = 1024;

impl Graph {
    /// Learns vectors of the columns (items) from counts of users × columns.
    ///
    /// # Errors
    /// [`DataError::Empty`] without rows, [`DataError::NotFinite`] or [`DataError::Parameter`] for
    /// a count that is none; [`DataError::Parameter`] when no column has `min_users` users, or
    /// users or kept columns are fewer than dimensions.
    pub fn fit(&self, counts: &SparseMatrix, seed: Seed) -> Result<GraphModel, DataError> {
        let tfidf = TfIdf { min_users: self.min_users }.fit(counts)?;
        let weights = tfidf.transform(counts)?;
        self.check(&weights)?;
        let start = gaussian(weights.n_columns(), self.dimensions, seed.derive("graph"))?;
        self.fit_from(tfidf, &weights, start)
    }

    /// The same from given starting vectors.
    pub(super) fn fit_from(
        &self,
        tfidf: TfIdfModel,
        weights: &SparseMatrix,
        start: Matrix,
    ) -> Result<GraphModel, DataError> {
        let items = propagate(weights, start, self.rounds)?;
        let (mean, scale) = moments(weights, &items);
        Ok(GraphModel::new(tfidf, items, mean, scale))
    }
}

/// Means of the users' vectors, and one over their standard deviations (0 where all are the same).
fn moments(weights: &SparseMatrix, items: &Matrix) -> (Vec<f32>, Vec<f32>) {
    /// Users whose vectors are held at once.
    const WAVE: usize = 8192;
    let width = items.n_columns();
    let n_users = (0..weights.n_rows()).filter(|&row| row_sum(weights, row) > 0.0).count();
    let n_users = n_users.max(1) as f64;
    // Items have length 1, so users lie within the unit ball and plain sums of squares do.
    let (mut sums, mut squares) = (vec![0.0f64; width], vec![0.0f64; width]);
    for first in (0..weights.n_rows()).step_by(WAVE) {
        let last = (first + WAVE).min(weights.n_rows());
        for row in users_of(weights, first..last, items).chunks_exact(width) {
            for ((sum, square), &value) in sums.iter_mut().zip(&mut squares).zip(row) {
                *sum += f64::from(value);
                *square += f64::from(value).powi(2);
            }
        }
    }
    let moment = |(sum, square): (&f64, &f64)| {
        let mean = sum / n_users;
        let deviation = (square / n_users - mean * mean).max(0.0).sqrt();
        // Below this is rounding: all users stand at one place.
        let scale = if deviation > 1e-6 { deviation.recip() } else { 0.0 };
        (mean as f32, scale as f32)
    };
    sums.iter().zip(&squares).map(moment).unzip()
}

/// Standard normal values, by the method of Box and Muller; a stream every [`STREAM`] rows.
fn gaussian(n_rows: usize, n_columns: usize, seed: Seed) -> Result<Matrix, DataError> {
    let mut values = vec![0.0; n_rows * n_columns];
    values.par_chunks_mut(STREAM * n_columns).enumerate().for_each(|(stream, out)| {
        let mut rng = seed.nth(stream).rng();
        for pair in out.chunks_mut(2) {
            let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
            let (sine, cosine) = (std::f64::consts::TAU * rng.random::<f64>()).sin_cos();
            for (value, side) in pair.iter_mut().zip([cosine, sine]) {
                *value = (radius * side) as f32;
            }
        }
    });
    Matrix::new(n_rows, n_columns, values)
}
