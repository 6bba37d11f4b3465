use std::cmp::Ordering;

use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Stored};
use serde::{Deserialize, Serialize};

use super::Merge;
use crate::k_means::places;

/// The tree, its cut, and the leaves that new rows are compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct HierarchicalModel {
    leaves: Matrix,
    /// The segment of every leaf.
    segments: Vec<u32>,
    centroids: Matrix,
    merges: Vec<Merge>,
    summary: Summary,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    n_summarised: usize,
}

impl HierarchicalModel {
    /// Numbers segments by size, largest first, ties by mean.
    pub(super) fn new(
        leaves: Matrix,
        weights: &[f64],
        mut segments: Vec<u32>,
        n_segments: usize,
        merges: Vec<Merge>,
        n_summarised: usize,
    ) -> Result<Self, DataError> {
        let n_columns = leaves.n_columns();
        let mut sums = vec![0.0f64; n_segments * n_columns];
        let mut sizes = vec![0.0f64; n_segments];
        for ((row, &weight), &segment) in leaves.rows().zip(weights).zip(&segments) {
            sizes[segment as usize] += weight;
            let sums = &mut sums[segment as usize * n_columns..][..n_columns];
            sums.iter_mut().zip(row).for_each(|(sum, &value)| *sum += weight * f64::from(value));
        }
        let mean = |(at, sum): (usize, &f64)| (sum / sizes[at / n_columns]) as f32;
        let means = sums.iter().enumerate().map(mean).collect();
        let means = Matrix::new(n_segments, n_columns, means)?;
        let mut order: Vec<usize> = (0..n_segments).collect();
        order.sort_by(|&a, &b| {
            let pairs = means.row(a).iter().zip(means.row(b));
            let by_mean = pairs.map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne());
            sizes[b].total_cmp(&sizes[a]).then(by_mean.unwrap_or(Ordering::Equal))
        });
        let mut numbers = vec![0; n_segments];
        for (number, &at) in order.iter().enumerate() {
            numbers[at] = number as u32;
        }
        segments.iter_mut().for_each(|segment| *segment = numbers[*segment as usize]);
        let centroids = means.select_rows(&order);
        Ok(Self { leaves, segments, centroids, merges, summary: Summary { n_summarised } })
    }

    /// Every join, from the lowest to the one that holds everybody.
    #[must_use]
    pub fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// The segment of every leaf of the tree.
    #[must_use]
    pub fn leaf_segments(&self) -> &[u32] {
        &self.segments
    }

    /// The mean of every segment.
    #[must_use]
    pub fn centroids(&self) -> &Matrix {
        &self.centroids
    }

    /// Rows whose k-means summary is the tree's leaves; `None` when every row is a leaf itself.
    #[must_use]
    pub fn n_summarised(&self) -> Option<usize> {
        (self.summary.n_summarised > 0).then_some(self.summary.n_summarised)
    }

    /// How much nearer the mean of the own segment is than that of any other.
    fn score(&self, row: &[f32], segment: u32) -> f32 {
        let (mut own, mut next) = (0.0, f64::INFINITY);
        for (at, centroid) in self.centroids.rows().enumerate() {
            let square = |(a, b): (&f32, &f32)| (f64::from(*a) - f64::from(*b)).powi(2);
            let distance: f64 = row.iter().zip(centroid).map(square).sum();
            if at == segment as usize {
                own = distance;
            } else if distance < next {
                next = distance;
            }
        }
        if next > 0.0 { (1.0 - (own / next).sqrt()).max(0.0) as f32 } else { 0.0 }
    }
}

impl Fitted for HierarchicalModel {
    fn n_segments(&self) -> usize {
        self.centroids.n_rows()
    }

    fn width(&self) -> usize {
        self.leaves.n_columns()
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        self.check(data)?;
        let places = places(data, &self.leaves);
        let segments: Vec<u32> =
            places.iter().map(|place| self.segments[place.segment as usize]).collect();
        let rows = data.rows().zip(&segments);
        let scores = rows.map(|(row, &segment)| self.score(row, segment)).collect();
        Assignment::new(segments, self.n_segments(), scores)
    }
}

impl Stored for HierarchicalModel {
    const NAME: &'static str = "hierarchical";

    fn state(&self) -> ModelState {
        // Numbers of leaves and joins are far below 2²⁴, up to which every one is exact.
        let row = |merge: &Merge| [merge.left as f32, merge.right as f32, merge.height, merge.size];
        let merges: Vec<f32> = self.merges.iter().flat_map(row).collect();
        let segments: Vec<f32> = self.segments.iter().map(|&segment| segment as f32).collect();
        ModelState::new(&self.summary)
            .matrix("leaves", &self.leaves)
            .matrix("centroids", &self.centroids)
            .vector("leaf_segments", &segments)
            .vector("merges", &merges)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let model = Self::NAME;
        let leaves = state.read_matrix(model, "leaves")?;
        let centroids = state.read_matrix(model, "centroids")?;
        let segments = state.read_vector(model, "leaf_segments")?;
        let merges = state.read_vector(model, "merges")?;
        let n_segments = centroids.n_rows() as f32;
        let fits = leaves.n_rows() > 0
            && leaves.n_columns() > 0
            && centroids.n_columns() == leaves.n_columns()
            && segments.len() == leaves.n_rows()
            && merges.len() == 4 * (leaves.n_rows() - 1)
            && segments.iter().all(|segment| *segment >= 0.0 && *segment < n_segments);
        if !fits {
            let reason = "its parts do not fit together".to_owned();
            return Err(DataError::Model { model, reason });
        }
        leaves.check_finite()?;
        centroids.check_finite()?;
        let merge = |row: &[f32]| Merge {
            left: row[0] as u32,
            right: row[1] as u32,
            height: row[2],
            size: row[3],
        };
        Ok(Self {
            segments: segments.iter().map(|&segment| segment as u32).collect(),
            merges: merges.chunks_exact(4).map(merge).collect(),
            summary: state.read_config(model)?,
            leaves,
            centroids,
        })
    }
}
