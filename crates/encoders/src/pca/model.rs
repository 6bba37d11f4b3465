use fenqun_base::{DataError, Matrix, ModelState, Stored};

use super::fit::centred;

/// A mean and components, strongest first.
#[derive(Clone, Debug, PartialEq)]
pub struct PcaModel {
    mean: Vec<f32>,
    components: Matrix,
    explained: Vec<f32>,
}

impl PcaModel {
    pub(super) fn new(mean: Vec<f32>, components: Matrix, explained: Vec<f32>) -> Self {
        Self { mean, components, explained }
    }

    /// One row a column of the data, one column a dimension.
    #[must_use]
    pub fn components(&self) -> &Matrix {
        &self.components
    }

    /// What stands at the origin.
    #[must_use]
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// Share of the total variance that each component holds.
    #[must_use]
    pub fn explained(&self) -> &[f32] {
        &self.explained
    }

    /// `(x − mean) · components`.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn transform(&self, data: &Matrix) -> Result<Matrix, DataError> {
        if data.n_columns() != self.mean.len() {
            let (expected, found) = (self.mean.len(), data.n_columns());
            return Err(DataError::WrongWidth { expected, found });
        }
        data.check_finite()?;
        // Every row on its own, so that a user gets the same bits whoever comes along.
        let mut result = Matrix::zeros(data.n_rows(), self.components.n_columns());
        for (row, values) in centred(data, &self.mean).rows().enumerate() {
            let mut sums = vec![0.0f64; self.components.n_columns()];
            for (&value, component) in values.iter().zip(self.components.rows()) {
                for (sum, &weight) in sums.iter_mut().zip(component) {
                    *sum += f64::from(value) * f64::from(weight);
                }
            }
            let out = result.row_mut(row).iter_mut();
            out.zip(&sums).for_each(|(out, &sum)| *out = sum as f32);
        }
        Ok(result)
    }
}

impl Stored for PcaModel {
    const NAME: &'static str = "pca";

    fn state(&self) -> ModelState {
        ModelState::new(())
            .vector("mean", &self.mean)
            .matrix("components", &self.components)
            .vector("explained", &self.explained)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let mean = state.read_vector(Self::NAME, "mean")?;
        let components = state.read_matrix(Self::NAME, "components")?;
        let explained = state.read_vector(Self::NAME, "explained")?;
        let fits = components.n_rows() == mean.len() && components.n_columns() == explained.len();
        if !fits || explained.is_empty() {
            let reason = "mean, components and explained shares do not fit together".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        components.check_finite()?;
        Ok(Self { mean, components, explained })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pca::Pca;

    /// Wide in one direction, flat in the other, far from zero.
    fn cloud() -> Matrix {
        let rows: Vec<[f32; 2]> = (0u8..50)
            .map(|i| {
                let (along, across) = (f32::from(i) - 24.5, f32::from(i % 3) - 1.0);
                [100.0 + 0.6 * along - 0.08 * across, 50.0 + 0.8 * along + 0.06 * across]
            })
            .collect();
        Matrix::from_rows(&rows).expect("equal rows")
    }

    #[test]
    fn the_direction_of_most_variance_comes_first_and_points_up() {
        let model = Pca { dimensions: 2 }.fit(&cloud()).expect("fits");
        let first = model.components().column(0);
        assert!((first[0] - 0.6).abs() < 1e-3 && (first[1] - 0.8).abs() < 1e-3, "{first:?}");
        assert!(model.explained()[0] > 0.999);
        let sum: f32 = model.transform(&cloud()).expect("same width").column(0).iter().sum();
        assert!(sum.abs() < 1e-3, "coordinates are centred");
    }

    #[test]
    fn all_components_keep_all_distances() {
        let data = cloud();
        let model = Pca { dimensions: 2 }.fit(&data).expect("fits");
        let found = model.transform(&data).expect("same width");
        let distance = |m: &Matrix| {
            let pairs = m.row(3).iter().zip(m.row(40));
            pairs.map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
        };
        assert!((distance(&data) - distance(&found)).abs() < 1e-4);
    }

    #[test]
    fn a_user_alone_gets_the_same_bits() {
        let model = Pca { dimensions: 2 }.fit(&cloud()).expect("fits");
        let all = model.transform(&cloud()).expect("same width");
        for row in 0..50 {
            let one = model.transform(&cloud().select_rows(&[row])).expect("same width");
            assert_eq!(one.row(0), all.row(row));
        }
    }

    #[test]
    fn a_stored_model_answers_the_same() {
        let model = Pca { dimensions: 1 }.fit(&cloud()).expect("fits");
        assert_eq!(PcaModel::from_state(&model.state()).expect("reads"), model);
    }

    #[test]
    fn bad_input_is_refused() {
        let fit = |dimensions, data: &Matrix| Pca { dimensions }.fit(data);
        assert!(matches!(fit(3, &cloud()), Err(DataError::Parameter { .. })));
        assert!(matches!(fit(0, &cloud()), Err(DataError::Parameter { .. })));
        assert_eq!(fit(1, &Matrix::zeros(0, 2)), Err(DataError::Empty));
        let one = cloud().select_rows(&[0]);
        assert_eq!(fit(1, &one), Err(DataError::TooFewRows { needed: 2, found: 1 }));
        let mut bad = cloud();
        bad.row_mut(7)[1] = f32::NAN;
        assert!(matches!(fit(1, &bad), Err(DataError::NotFinite { row: 7, column: 1, .. })));
        let model = fit(1, &cloud()).expect("fits");
        assert!(matches!(model.transform(&Matrix::zeros(1, 3)), Err(DataError::WrongWidth { .. })));
    }
}
