use fenqun_base::{DataError, Matrix};

use super::{BlockSize, BlockSizeModel};
use crate::pca::column_means;

impl BlockSize {
    /// Learns mean and size of a block.
    ///
    /// # Errors
    /// [`DataError::Empty`], [`DataError::NotFinite`], [`DataError::Parameter`].
    pub fn fit(&self, block: &Matrix) -> Result<BlockSizeModel, DataError> {
        self.check()?;
        if block.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        block.check_finite()?;
        let mean = column_means(block);
        let mut total = 0.0_f64;
        for row in block.rows() {
            for (value, mean) in row.iter().zip(&mean) {
                total += f64::from(value - mean).powi(2);
            }
        }
        let variance = total / block.n_rows() as f64;
        // A block in which all users are the same has no size to bring to one.
        let factor =
            if variance > 0.0 { (f64::from(self.weight) / variance).sqrt() as f32 } else { 1.0 };
        Ok(BlockSizeModel { mean, factor })
    }
}
