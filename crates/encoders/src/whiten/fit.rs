use fenqun_base::{DataError, Matrix};

use super::model::known_rows;
use super::{Whiten, WhitenModel};
use crate::pca::{centred, column_means};
use crate::svd::{eigen, fix_signs, gram};

/// A direction with less than this share of the largest variance is rounding noise.
const NOISE: f64 = 1e-8;

impl Whiten {
    /// Finds the mean and the scaled components.
    ///
    /// # Errors
    /// [`DataError::Empty`] without rows, [`DataError::TooFewRows`] for fewer than two that are
    /// not all zero, [`DataError::NotFinite`], [`DataError::Parameter`] for more dimensions than
    /// columns.
    pub fn fit(&self, data: &Matrix) -> Result<WhitenModel, DataError> {
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
        let known = data.select_rows(&known_rows(data));
        if known.n_rows() < 2 {
            return Err(DataError::TooFewRows { needed: 2, found: known.n_rows() });
        }
        let mean = column_means(&known);
        let covariance = gram(&centred(&known, &mean)) / known.n_rows() as f64;
        let (variances, vectors) = eigen(covariance);
        let largest = variances[0];
        let mut components = Matrix::zeros(width, self.dimensions);
        for (column, &variance) in variances.iter().take(self.dimensions).enumerate() {
            if variance > NOISE * largest {
                for row in 0..width {
                    components.row_mut(row)[column] =
                        (vectors[(row, column)] / variance.sqrt()) as f32;
                }
            }
        }
        fix_signs(&mut components);
        Ok(WhitenModel::new(mean, components))
    }
}
