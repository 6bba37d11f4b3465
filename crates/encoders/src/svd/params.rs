use fenqun_base::{DataError, SparseMatrix};
use serde::{Deserialize, Serialize};

/// Settings of the truncated decomposition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Svd {
    /// Width of the result.
    pub dimensions: usize,
    /// Columns carried along beyond it; more are more exact.
    pub oversampling: usize,
    /// Times through the matrix and back; more are more exact.
    pub iterations: usize,
}

impl Default for Svd {
    fn default() -> Self {
        Self { dimensions: 32, oversampling: 10, iterations: 4 }
    }
}

impl Svd {
    /// Checks the settings against a matrix.
    ///
    /// # Errors
    /// [`DataError::Parameter`] unless `dimensions` is between 1 and the smaller side.
    pub fn check(&self, matrix: &SparseMatrix) -> Result<(), DataError> {
        let most = matrix.n_rows().min(matrix.n_columns());
        if (1..=most).contains(&self.dimensions) {
            return Ok(());
        }
        let (rows, columns) = (matrix.n_rows(), matrix.n_columns());
        let rule = format!("between 1 and {most}, for {rows} users and {columns} columns");
        let found = self.dimensions.to_string();
        Err(DataError::Parameter { name: "dimensions", rule, found })
    }
}
