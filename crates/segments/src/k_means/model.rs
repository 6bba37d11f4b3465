use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Soft, Stored};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::exact::{places, squared_distances};

/// Centroids, largest segment first.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeansModel {
    centroids: Matrix,
    summary: Summary,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    inertia: f64,
    n_iterations: usize,
}

impl KMeansModel {
    pub(super) fn new(centroids: Matrix, inertia: f64, n_iterations: usize) -> Self {
        Self { centroids, summary: Summary { inertia, n_iterations } }
    }

    /// One centroid a segment, in the units of the data.
    #[must_use]
    pub fn centroids(&self) -> &Matrix {
        &self.centroids
    }

    /// Sum of squared distances of the fitted rows to their centroids.
    #[must_use]
    pub fn inertia(&self) -> f64 {
        self.summary.inertia
    }

    /// Full rounds of the start that was kept.
    #[must_use]
    pub fn n_iterations(&self) -> usize {
        self.summary.n_iterations
    }

    /// Renumbers segments by size, ties by centroid, so that the start leaves no trace.
    pub(super) fn in_order(self, segments: &[u32]) -> Self {
        let mut sizes = vec![0usize; self.centroids.n_rows()];
        for &segment in segments {
            sizes[segment as usize] += 1;
        }
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by(|&a, &b| {
            let by_centroid = || {
                let values = self.centroids.row(a).iter().zip(self.centroids.row(b));
                values.map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne())
            };
            let by_size = sizes[b].cmp(&sizes[a]);
            by_size.then_with(|| by_centroid().unwrap_or(std::cmp::Ordering::Equal))
        });
        Self { centroids: self.centroids.select_rows(&order), ..self }
    }
}

impl Fitted for KMeansModel {
    fn n_segments(&self) -> usize {
        self.centroids.n_rows()
    }

    fn width(&self) -> usize {
        self.centroids.n_columns()
    }

    fn centres(&self) -> Option<&Matrix> {
        Some(&self.centroids)
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        self.check(data)?;
        let places = places(data, &self.centroids);
        let score = |own: f64, next: f64| if next > 0.0 { 1.0 - (own / next).sqrt() } else { 0.0 };
        let scores = places.iter().map(|place| score(place.own, place.next) as f32).collect();
        let segments = places.iter().map(|place| place.segment).collect();
        Assignment::new(segments, self.n_segments(), scores)
    }

    fn shares(&self, data: &Matrix) -> Result<Option<Matrix>, DataError> {
        self.probabilities(data).map(Some)
    }
}

impl Soft for KMeansModel {
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError> {
        self.check(data)?;
        let n_segments = self.n_segments();
        let mut shares = vec![0.0f32; data.n_rows() * n_segments];
        shares.par_chunks_mut(n_segments).enumerate().for_each(|(row, shares)| {
            let distances = squared_distances(data.row(row), &self.centroids);
            let nearest = distances.iter().fold(f64::INFINITY, |least, own| least.min(*own));
            // Relative to the nearest, so that no reciprocal overflows; on a centroid, all of it.
            let weight = |own: f64| if own > nearest { nearest / own } else { 1.0 };
            let total: f64 = distances.iter().map(|&own| weight(own)).sum();
            for (share, own) in shares.iter_mut().zip(distances) {
                *share = (weight(own) / total) as f32;
            }
        });
        Matrix::new(data.n_rows(), n_segments, shares)
    }
}

impl Stored for KMeansModel {
    const NAME: &'static str = "k_means";

    fn state(&self) -> ModelState {
        ModelState::new(&self.summary).matrix("centroids", &self.centroids)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let summary = state.read_config(Self::NAME)?;
        let centroids = state.read_matrix(Self::NAME, "centroids")?;
        if centroids.n_rows() == 0 || centroids.n_columns() == 0 {
            let reason = "it holds no centroids".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        centroids.check_finite()?;
        Ok(Self { centroids, summary })
    }
}
