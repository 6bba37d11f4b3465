use std::ops::Range;

use fenqun_base::{DataError, Matrix, ModelState, SparseMatrix, Stored};
use rayon::prelude::*;

use crate::gather::gather;
use crate::tfidf::TfIdfModel;

/// Standardised values beyond this are cut off.
const CLIP: f32 = 6.0;
/// Users that one thread works on in one piece.
const CHUNK: usize = 256;

/// Vectors of items, and how users are made of them.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphModel {
    tfidf: TfIdfModel,
    items: Matrix,
    mean: Vec<f32>,
    scale: Vec<f32>,
}

impl GraphModel {
    pub(super) fn new(tfidf: TfIdfModel, items: Matrix, mean: Vec<f32>, scale: Vec<f32>) -> Self {
        Self { tfidf, items, mean, scale }
    }

    /// One row a kept column, of length 1.
    #[must_use]
    pub fn items(&self) -> &Matrix {
        &self.items
    }

    /// The kept columns, by their place in the counts, in order.
    #[must_use]
    pub fn kept(&self) -> Vec<usize> {
        self.tfidf.kept()
    }

    /// The shares of its kept columns that each user's vector is the mean by: rows sum to 1, or are
    /// empty. But for the cut at ±6, a user's row of [`Self::transform`] is
    /// `shares · steps − ` a constant.
    ///
    /// # Errors
    /// As [`Self::transform`].
    pub fn shares(&self, counts: &SparseMatrix) -> Result<SparseMatrix, DataError> {
        crate::pool::shares(&self.tfidf.transform(counts)?)
    }

    /// What a whole share of a kept column adds: kept columns × dimensions.
    #[must_use]
    pub fn steps(&self) -> Matrix {
        let mut steps = self.items.clone();
        for row in 0..steps.n_rows() {
            steps.row_mut(row).iter_mut().zip(&self.scale).for_each(|(value, by)| *value *= by);
        }
        steps
    }

    /// One row a user, standardised; users may be such as were never seen.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`]; [`DataError::NotFinite`] or [`DataError::Parameter`] for a count
    /// that is none.
    pub fn transform(&self, counts: &SparseMatrix) -> Result<Matrix, DataError> {
        let weights = self.tfidf.transform(counts)?;
        let width = self.items.n_columns();
        let mut users = users_of(&weights, 0..weights.n_rows(), &self.items);
        users.par_chunks_mut(width).enumerate().for_each(|(row, user)| {
            // Without items there is no vector to standardise.
            if row_sum(&weights, row) > 0.0 {
                for ((value, mean), scale) in user.iter_mut().zip(&self.mean).zip(&self.scale) {
                    *value = ((*value - mean) * scale).clamp(-CLIP, CLIP);
                }
            }
        });
        Matrix::new(weights.n_rows(), width, users)
    }
}

/// `D⁻¹ X V` of some users: the weighted means of their items. Zeros for a user without items.
pub(super) fn users_of(weights: &SparseMatrix, users: Range<usize>, items: &Matrix) -> Vec<f32> {
    let width = items.n_columns();
    let mut result = vec![0.0; users.len() * width];
    result.par_chunks_mut(CHUNK * width).enumerate().for_each(|(chunk, out)| {
        let first = users.start + chunk * CHUNK;
        gather(|row| weights.row(first + row), items, out);
        for (row, user) in out.chunks_exact_mut(width).enumerate() {
            let sum = row_sum(weights, first + row);
            if sum > 0.0 {
                let share = (1.0 / sum) as f32;
                user.iter_mut().for_each(|value| *value *= share);
            }
        }
    });
    result
}

/// `D` of one user.
pub(super) fn row_sum(weights: &SparseMatrix, row: usize) -> f64 {
    weights.row(row).1.iter().map(|&weight| f64::from(weight)).sum()
}

impl Stored for GraphModel {
    const NAME: &'static str = "graph";

    fn state(&self) -> ModelState {
        self.tfidf
            .state()
            .matrix("items", &self.items)
            .vector("mean", &self.mean)
            .vector("scale", &self.scale)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let tfidf = TfIdfModel::from_state(state)?;
        let items = state.read_matrix(Self::NAME, "items")?;
        let mean = state.read_vector(Self::NAME, "mean")?;
        let scale = state.read_vector(Self::NAME, "scale")?;
        let width = items.n_columns();
        if width == 0
            || items.n_rows() != tfidf.n_kept()
            || [mean.len(), scale.len()] != [width, width]
        {
            let reason = "weights, items, mean and scale do not fit together".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        items.check_finite()?;
        if mean.iter().chain(&scale).any(|value| !value.is_finite()) {
            let reason = "mean and scale must be finite".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        Ok(Self { tfidf, items, mean, scale })
    }
}
