use fenqun_base::{DataError, Matrix, ModelState, SparseMatrix, Stored};
use rayon::prelude::*;

/// How much each column speaks for each other one.
#[derive(Clone, Debug, PartialEq)]
pub struct CollaborativeModel {
    weights: Matrix,
}

impl CollaborativeModel {
    pub(super) fn new(weights: Matrix) -> Self {
        Self { weights }
    }

    /// Columns in rows: what each gives to the others.
    #[must_use]
    pub fn weights(&self) -> &Matrix {
        &self.weights
    }

    /// Number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.weights.n_columns()
    }

    /// What the other columns say of each column: rows × columns. A row's scores hang on that row
    /// alone.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn scores(&self, rows: &SparseMatrix) -> Result<Matrix, DataError> {
        let width = self.width();
        if rows.n_columns() != width {
            return Err(DataError::WrongWidth { expected: width, found: rows.n_columns() });
        }
        let mut scores = Matrix::zeros(rows.n_rows(), width);
        scores.values_mut().par_chunks_mut(width).enumerate().for_each(|(row, scores)| {
            let mut sums = vec![0.0f64; width];
            for (column, value) in rows.entries(row) {
                for (sum, &weight) in sums.iter_mut().zip(self.weights.row(column)) {
                    *sum += f64::from(value) * f64::from(weight);
                }
            }
            for (score, sum) in scores.iter_mut().zip(sums) {
                *score = sum as f32;
            }
        });
        scores.check_finite()?;
        Ok(scores)
    }
}

impl Stored for CollaborativeModel {
    const NAME: &'static str = "collaborative";

    fn state(&self) -> ModelState {
        ModelState::new(()).matrix("weights", &self.weights)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let weights = state.read_matrix(Self::NAME, "weights")?;
        if weights.n_rows() != weights.n_columns() || weights.n_rows() == 0 {
            let reason = format!("{} × {} is no square", weights.n_rows(), weights.n_columns());
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        weights.check_finite()?;
        Ok(Self { weights })
    }
}
