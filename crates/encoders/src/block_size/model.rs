use fenqun_base::{DataError, Matrix, ModelState, Stored};

/// A fitted size of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockSizeModel {
    pub(super) mean: Vec<f32>,
    pub(super) factor: f32,
}

impl BlockSizeModel {
    /// What every value is multiplied by once it is centred.
    #[must_use]
    pub fn factor(&self) -> f32 {
        self.factor
    }

    /// The block at its size; rows may be users never seen before.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn transform(&self, block: &Matrix) -> Result<Matrix, DataError> {
        if block.n_columns() != self.mean.len() {
            let (expected, found) = (self.mean.len(), block.n_columns());
            return Err(DataError::WrongWidth { expected, found });
        }
        block.check_finite()?;
        let mut sized = block.clone();
        for row in 0..sized.n_rows() {
            for (value, mean) in sized.row_mut(row).iter_mut().zip(&self.mean) {
                *value = (*value - mean) * self.factor;
            }
        }
        Ok(sized)
    }
}

impl Stored for BlockSizeModel {
    const NAME: &'static str = "block_size";

    fn state(&self) -> ModelState {
        ModelState::new(()).vector("mean", &self.mean).vector("factor", &[self.factor])
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let mean = state.read_vector(Self::NAME, "mean")?;
        match state.read_vector(Self::NAME, "factor")?[..] {
            [factor] => Ok(Self { mean, factor }),
            _ => Err(DataError::Model {
                model: Self::NAME,
                reason: "tensor `factor` must hold one number".into(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block_size::BlockSize;

    #[test]
    fn total_variance_becomes_the_weight() {
        let block = Matrix::from_rows(&[[1.0, 7.0], [2.0, -3.0], [9.0, 4.0]]).expect("rows");
        let model = BlockSize { weight: 0.25 }.fit(&block).expect("fits");
        let sized = model.transform(&block).expect("same width");
        let total: f32 = sized.values().iter().map(|value| value * value).sum();
        assert!((total / 3.0 - 0.25).abs() < 1e-6);
        assert_eq!(BlockSizeModel::from_state(&model.state()), Ok(model));
    }

    #[test]
    fn what_is_no_block_is_refused() {
        let model = BlockSize::default().fit(&Matrix::zeros(2, 2)).expect("all the same is fine");
        assert!(model.transform(&Matrix::zeros(1, 3)).is_err());
        assert_eq!(BlockSize::default().fit(&Matrix::zeros(0, 2)), Err(DataError::Empty));
        assert!(BlockSize { weight: 0.0 }.fit(&Matrix::zeros(1, 1)).is_err());
    }
}
