use fenqun_base::{DataError, Matrix};
use serde::{Deserialize, Serialize};

use super::{HeadModel, Part};

/// A fitted part: its head, and how it sees the user vector.
#[derive(Clone, Debug, PartialEq)]
pub struct PartModel {
    pub(super) name: String,
    pub(super) sight: Sight,
    pub(super) head: HeadModel,
}

/// How a part sees the user vector: `(value − mean) × factor`, column by column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sight {
    pub(super) views: Vec<FittedView>,
    /// One mean a column of the part; zeros where nothing is scaled.
    pub(super) mean: Vec<f32>,
}

/// Columns and their one factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FittedView {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) factor: f32,
}

impl PartModel {
    /// What reports call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The head.
    #[must_use]
    pub fn head(&self) -> &HeadModel {
        &self.head
    }

    /// Columns `from..to` of each view and the factor they are scaled by.
    #[must_use]
    pub fn views(&self) -> Vec<(usize, usize, f32)> {
        self.sight.views.iter().map(|view| (view.from, view.to, view.factor)).collect()
    }

    /// The column of the user vector that each column of the part is.
    #[must_use]
    pub fn columns(&self) -> Vec<usize> {
        self.sight.views.iter().flat_map(|view| view.from..view.to).collect()
    }

    /// A user vector as the part sees it.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`] for a vector that ends before the part's last column.
    pub fn row(&self, user: &[f32]) -> Result<Vec<f32>, DataError> {
        let last = self.sight.views.iter().map(|view| view.to).max().unwrap_or(0);
        if user.len() < last {
            return Err(DataError::WrongWidth { expected: last, found: user.len() });
        }
        let mut row = Vec::with_capacity(self.sight.mean.len());
        self.sight.see(user, &mut row);
        Ok(row)
    }
}

impl Sight {
    /// Learns means and factors from the rows `at`.
    pub(super) fn fit(part: &Part, data: &Matrix, at: &[usize]) -> Self {
        let mut sight = Self { views: Vec::new(), mean: Vec::new() };
        for view in &part.views {
            let (from, to) = (view.from, view.to);
            if !part.head.is_scaled() {
                sight.views.push(FittedView { from, to, factor: 1.0 });
                sight.mean.extend(vec![0.0; to - from]);
                continue;
            }
            let n_rows = at.len().max(1) as f64;
            let mut mean = vec![0.0; to - from];
            for &row in at {
                for (sum, &value) in mean.iter_mut().zip(&data.row(row)[from..to]) {
                    *sum += f64::from(value) / n_rows;
                }
            }
            let mut variance = 0.0;
            for &row in at {
                for (mean, &value) in mean.iter().zip(&data.row(row)[from..to]) {
                    variance += (f64::from(value) - mean).powi(2) / n_rows;
                }
            }
            let factor = (view.weight / variance).sqrt() as f32;
            // Columns that never change say nothing, at any scale.
            let factor = if factor.is_finite() { factor } else { 1.0 };
            sight.views.push(FittedView { from, to, factor });
            sight.mean.extend(mean.iter().map(|&mean| mean as f32));
        }
        sight
    }

    /// The rows `at` as the part sees them.
    pub(super) fn rows(
        &self,
        data: &Matrix,
        at: impl ExactSizeIterator<Item = usize>,
    ) -> Result<Matrix, DataError> {
        let n_rows = at.len();
        let mut values = Vec::with_capacity(n_rows * self.mean.len());
        at.for_each(|row| self.see(data.row(row), &mut values));
        Matrix::new(n_rows, self.mean.len(), values)
    }

    fn see(&self, user: &[f32], row: &mut Vec<f32>) {
        let mut means = &self.mean[..];
        for view in &self.views {
            let (own, rest) = means.split_at(view.to - view.from);
            let values = user[view.from..view.to].iter().zip(own);
            row.extend(values.map(|(value, mean)| (value - mean) * view.factor));
            means = rest;
        }
    }
}
