use fenqun_base::{DataError, Matrix, Rng, Seed, SparseMatrix};
use rand::RngExt;

use super::products::{BothWays, dense_times, eigen, fix_signs, gram, orthonormal};
use super::{Svd, SvdModel};

/// Singular values below this share of the largest are zero up to rounding.
const ZERO: f64 = 1e-6;

impl Svd {
    /// Finds the leading right singular vectors.
    ///
    /// # Errors
    /// [`DataError::Empty`] without rows, [`DataError::NotFinite`], and [`DataError::Parameter`]
    /// when there are fewer rows or columns than dimensions.
    pub fn fit(&self, matrix: &SparseMatrix, seed: Seed) -> Result<SvdModel, DataError> {
        if matrix.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        self.check(matrix)?;
        check_finite(matrix)?;
        let most = matrix.n_rows().min(matrix.n_columns());
        let width = self.dimensions.saturating_add(self.oversampling).min(most);
        let matrix = BothWays::new(matrix);
        let start = gaussian(matrix.n_columns(), width, &mut seed.derive("svd").rng())?;
        let mut left = matrix.times(&start)?;
        for round in 0..self.iterations {
            // Every random column is mostly the strongest direction: the weak ones must be set apart
            // before rounding drowns them. After that a column is a direction of its own, at its own
            // size, and need not be.
            let apart = if round == 0 { orthonormal(&left)? } else { left };
            let right = orthonormal(&matrix.transposed_times(&apart)?)?;
            left = matrix.times(&right)?;
        }
        // Twice: the first pass leaves weak directions only nearly orthonormal.
        let left = orthonormal(&orthonormal(&left)?)?;
        let small = matrix.transposed_times(&left)?;
        let (squares, vectors) = eigen(gram(&small));
        let mut change = vectors.columns(0, self.dimensions).into_owned();
        let mut singular_values = Vec::with_capacity(self.dimensions);
        for (column, &square) in squares.iter().take(self.dimensions).enumerate() {
            let value = square.sqrt();
            let is_zero = value <= ZERO * squares[0].sqrt();
            change.column_mut(column).scale_mut(if is_zero { 0.0 } else { value.recip() });
            singular_values.push(if is_zero { 0.0 } else { value as f32 });
        }
        let mut components = dense_times(&small, &change)?;
        fix_signs(&mut components);
        Ok(SvdModel::new(components, singular_values))
    }
}

pub(super) fn check_finite(matrix: &SparseMatrix) -> Result<(), DataError> {
    for row in 0..matrix.n_rows() {
        for (column, value) in matrix.entries(row) {
            if !value.is_finite() {
                return Err(DataError::NotFinite { row, column, value });
            }
        }
    }
    Ok(())
}

/// Standard normal values, by the method of Box and Muller.
fn gaussian(n_rows: usize, n_columns: usize, rng: &mut Rng) -> Result<Matrix, DataError> {
    let values = (0..n_rows * n_columns).map(|_| {
        let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
        (radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()) as f32
    });
    Matrix::new(n_rows, n_columns, values.collect())
}
