use fenqun_base::{DataError, Matrix, ModelState, Stored};

use crate::gather::gather;
use crate::pca::centred;

/// A mean, and components divided by their standard deviations, strongest first.
#[derive(Clone, Debug, PartialEq)]
pub struct WhitenModel {
    mean: Vec<f32>,
    components: Matrix,
}

impl WhitenModel {
    pub(super) fn new(mean: Vec<f32>, components: Matrix) -> Self {
        Self { mean, components }
    }

    /// One row a column of the data, one column a dimension.
    #[must_use]
    pub fn components(&self) -> &Matrix {
        &self.components
    }

    /// `(x − mean) · components`; rows of zeros stay as they are.
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
        let centred = centred(data, &self.mean);
        let columns: Vec<u32> = (0..self.mean.len() as u32).collect();
        let width = self.components.n_columns();
        let mut result = Matrix::zeros(data.n_rows(), width);
        for row in known_rows(data) {
            let entries = (&columns[..], centred.row(row));
            gather(|_| entries, &self.components, result.row_mut(row));
        }
        Ok(result)
    }
}

/// Rows that are not all zero.
pub(super) fn known_rows(data: &Matrix) -> Vec<usize> {
    let is_known = |&row: &usize| data.row(row).iter().any(|&value| value != 0.0);
    (0..data.n_rows()).filter(is_known).collect()
}

impl Stored for WhitenModel {
    const NAME: &'static str = "whiten";

    fn state(&self) -> ModelState {
        ModelState::new(()).vector("mean", &self.mean).matrix("components", &self.components)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let mean = state.read_vector(Self::NAME, "mean")?;
        let components = state.read_matrix(Self::NAME, "components")?;
        if components.n_rows() != mean.len() || components.n_columns() == 0 {
            let reason = "mean and components do not fit together".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        components.check_finite()?;
        if mean.iter().any(|value| !value.is_finite()) {
            let reason = "the mean must be finite".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        Ok(Self { mean, components })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whiten::Whiten;

    /// Three columns of different spread and two that say nothing new; user 7 is unknown.
    fn users() -> Matrix {
        let rows: Vec<[f32; 5]> = (0u8..40)
            .map(|i| {
                let (a, b, c) = (f32::from(i % 5), f32::from(i % 7) * 0.1, f32::from(i % 3) * 9.0);
                if i == 7 { [0.0; 5] } else { [a + 5.0, a + b, c, c - a, 4.0] }
            })
            .collect();
        Matrix::from_rows(&rows).expect("equal rows")
    }

    #[test]
    fn columns_have_mean_0_variance_1_and_nothing_in_common() {
        let model = Whiten { dimensions: 5 }.fit(&users()).expect("fits");
        let white = model.transform(&users()).expect("same width");
        assert_eq!(white.row(7), [0.0; 5], "a user without texts stands at the origin");
        for a in 0..5 {
            let column = white.column(a);
            assert!(column.iter().sum::<f32>().abs() < 1e-3);
            for b in 0..5 {
                let pairs = column.iter().zip(white.column(b));
                let found = pairs.map(|(x, y)| x * y).sum::<f32>() / 39.0;
                // Three directions vary; the other two are zeros and no blown-up rounding.
                let expected = if a == b && a < 3 { 1.0 } else { 0.0 };
                assert!((found - expected).abs() < 1e-4, "{a} {b}: {found}");
            }
        }
    }

    #[test]
    fn a_user_alone_and_a_stored_model_give_the_same_bits() {
        let model = Whiten { dimensions: 3 }.fit(&users()).expect("fits");
        let all = model.transform(&users()).expect("same width");
        let read = WhitenModel::from_state(&model.state()).expect("reads");
        for row in 0..40 {
            let one = read.transform(&users().select_rows(&[row])).expect("same width");
            assert_eq!(one.row(0), all.row(row));
        }
    }

    #[test]
    fn bad_input_is_refused() {
        let fit = |dimensions, data: &Matrix| Whiten { dimensions }.fit(data);
        assert!(matches!(fit(6, &users()), Err(DataError::Parameter { .. })));
        assert!(matches!(fit(0, &users()), Err(DataError::Parameter { .. })));
        assert_eq!(fit(1, &Matrix::zeros(0, 2)), Err(DataError::Empty));
        let unknown = fit(1, &Matrix::zeros(9, 2));
        assert_eq!(unknown, Err(DataError::TooFewRows { needed: 2, found: 0 }));
        let mut bad = users();
        bad.row_mut(7)[1] = f32::NAN;
        assert!(matches!(fit(1, &bad), Err(DataError::NotFinite { row: 7, column: 1, .. })));
        let model = fit(1, &users()).expect("fits");
        assert!(matches!(model.transform(&Matrix::zeros(1, 3)), Err(DataError::WrongWidth { .. })));
    }
}
