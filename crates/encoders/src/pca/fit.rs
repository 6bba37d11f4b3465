use fenqun_base::{DataError, Matrix};

use super::{Pca, PcaModel};
use crate::svd::{eigen, fix_signs, gram};

impl Pca {
    /// Finds the mean and the components.
    ///
    /// # Errors
    /// [`DataError::Empty`] without rows, [`DataError::TooFewRows`] for one,
    /// [`DataError::NotFinite`], [`DataError::Parameter`] for more dimensions than columns.
    pub fn fit(&self, data: &Matrix) -> Result<PcaModel, DataError> {
        if data.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        let width = data.n_columns();
        if !(1..=width).contains(&self.dimensions) {
            let rule = format!("between 1 and {width}, the number of columns");
            let found = self.dimensions.to_string();
            return Err(DataError::Parameter { name: "dimensions", rule, found });
        }
        data.check_finite()?;
        if data.n_rows() < 2 {
            return Err(DataError::TooFewRows { needed: 2, found: 1 });
        }
        let mean = column_means(data);
        let covariance = gram(&centred(data, &mean)) / data.n_rows() as f64;
        let (values, vectors) = eigen(covariance);
        let total: f64 = values.iter().sum();
        let share = |value: &f64| if total > 0.0 { (value / total) as f32 } else { 0.0 };
        let explained = values.iter().take(self.dimensions).map(share).collect();
        let mut components = Matrix::zeros(width, self.dimensions);
        for row in 0..width {
            for (column, value) in components.row_mut(row).iter_mut().enumerate() {
                *value = vectors[(row, column)] as f32;
            }
        }
        fix_signs(&mut components);
        Ok(PcaModel::new(mean, components, explained))
    }
}

/// Means in 64 bits, given back as the model stores them.
pub(crate) fn column_means(data: &Matrix) -> Vec<f32> {
    let mut sums = vec![0.0f64; data.n_columns()];
    for row in data.rows() {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += f64::from(value);
        }
    }
    sums.iter().map(|sum| (sum / data.n_rows().max(1) as f64) as f32).collect()
}

/// The rows minus `mean`.
pub(crate) fn centred(data: &Matrix, mean: &[f32]) -> Matrix {
    let mut result = data.clone();
    for row in result.values_mut().chunks_exact_mut(mean.len().max(1)) {
        for (value, mean) in row.iter_mut().zip(mean) {
            *value -= mean;
        }
    }
    result
}
