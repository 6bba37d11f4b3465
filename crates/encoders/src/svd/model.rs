use fenqun_base::{DataError, Matrix, ModelState, SparseMatrix, Stored};

use super::fit::check_finite;
use crate::gather::times;

/// Right singular vectors, strongest first.
#[derive(Clone, Debug, PartialEq)]
pub struct SvdModel {
    components: Matrix,
    singular_values: Vec<f32>,
}

impl SvdModel {
    pub(super) fn new(components: Matrix, singular_values: Vec<f32>) -> Self {
        Self { components, singular_values }
    }

    /// One row a column of the fitted matrix, one column a dimension: `V`.
    #[must_use]
    pub fn components(&self) -> &Matrix {
        &self.components
    }

    /// One a dimension, falling.
    #[must_use]
    pub fn singular_values(&self) -> &[f32] {
        &self.singular_values
    }

    /// `X V`: the rows in few dimensions.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn transform(&self, matrix: &SparseMatrix) -> Result<Matrix, DataError> {
        if matrix.n_columns() != self.components.n_rows() {
            let (expected, found) = (self.components.n_rows(), matrix.n_columns());
            return Err(DataError::WrongWidth { expected, found });
        }
        check_finite(matrix)?;
        times(matrix, &self.components)
    }
}

impl Stored for SvdModel {
    const NAME: &'static str = "svd";

    fn state(&self) -> ModelState {
        ModelState::new(())
            .matrix("components", &self.components)
            .vector("singular_values", &self.singular_values)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let components = state.read_matrix(Self::NAME, "components")?;
        let singular_values = state.read_vector(Self::NAME, "singular_values")?;
        if singular_values.len() != components.n_columns() || singular_values.is_empty() {
            let (values, columns) = (singular_values.len(), components.n_columns());
            let reason = format!("{values} singular values for {columns} components");
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        components.check_finite()?;
        Ok(Self { components, singular_values })
    }
}
