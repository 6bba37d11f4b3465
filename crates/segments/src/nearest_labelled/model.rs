use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Soft, Stored};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Rows in a piece of parallel work.
const PIECE: usize = 2048;

/// The mean of each class's labelled rows.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestLabelledModel {
    centroids: Matrix,
    summary: Summary,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    normalise: bool,
    temperature: f64,
}

impl NearestLabelledModel {
    pub(super) fn new(centroids: Matrix, normalise: bool, temperature: f64) -> Self {
        Self { centroids, summary: Summary { normalise, temperature } }
    }

    /// One row a class, in the units of the data (of the scaled data with `normalise`).
    #[must_use]
    pub fn centroids(&self) -> &Matrix {
        &self.centroids
    }

    /// The squared distance that makes a class `e` times less likely.
    #[must_use]
    pub fn temperature(&self) -> f64 {
        self.summary.temperature
    }
}

/// A row in the coordinates that distances are taken in.
pub(super) fn places(row: &[f32], normalise: bool) -> impl Iterator<Item = f64> {
    let norm = row.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
    let scale = if normalise && norm > 0.0 { 1.0 / norm } else { 1.0 };
    row.iter().map(move |&value| f64::from(value) * scale)
}

/// Squared distances of a row to all centroids.
pub(super) fn distances(row: &[f32], centroids: &Matrix, normalise: bool) -> Vec<f64> {
    let own: Vec<f64> = places(row, normalise).collect();
    let distance = |centroid: &[f32]| {
        let pairs = own.iter().zip(centroid);
        pairs.map(|(place, &value)| (place - f64::from(value)).powi(2)).sum()
    };
    centroids.rows().map(distance).collect()
}

impl Fitted for NearestLabelledModel {
    fn n_segments(&self) -> usize {
        self.centroids.n_rows()
    }

    fn width(&self) -> usize {
        self.centroids.n_columns()
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        Assignment::likeliest(&self.probabilities(data)?)
    }
}

impl Soft for NearestLabelledModel {
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError> {
        self.check(data)?;
        let mut shares = Matrix::zeros(data.n_rows(), self.n_segments());
        let (n_segments, width) = (self.n_segments(), self.width());
        let pieces = shares.values_mut().par_chunks_mut(PIECE * n_segments);
        pieces.zip(data.values().par_chunks(PIECE * width)).for_each(|(shares, rows)| {
            for (shares, row) in shares.chunks_exact_mut(n_segments).zip(rows.chunks_exact(width)) {
                let away = distances(row, &self.centroids, self.summary.normalise);
                let least = away.iter().copied().fold(f64::INFINITY, f64::min);
                let weight = |away: &f64| (-(away - least) / self.summary.temperature).exp();
                let weights: Vec<f64> = away.iter().map(weight).collect();
                let sum: f64 = weights.iter().sum();
                for (share, weight) in shares.iter_mut().zip(&weights) {
                    *share = (weight / sum) as f32;
                }
            }
        });
        Ok(shares)
    }
}

impl Stored for NearestLabelledModel {
    const NAME: &'static str = "nearest_labelled";

    fn state(&self) -> ModelState {
        ModelState::new(&self.summary).matrix("centroids", &self.centroids)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let summary: Summary = state.read_config(Self::NAME)?;
        let centroids = state.read_matrix(Self::NAME, "centroids")?;
        let is_broken = centroids.n_rows() < 2 || centroids.n_columns() == 0;
        if is_broken || !summary.temperature.is_finite() || summary.temperature <= 0.0 {
            let reason = "it holds no centroids, or no temperature above 0".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        centroids.check_finite()?;
        Ok(Self { centroids, summary })
    }
}
