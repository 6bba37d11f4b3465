use crate::{Assignment, DataError, Matrix, Seed, Stored};

/// Parameters of a way to group users; the struct is also its schema in configuration.
pub trait Segmenter: Sync {
    /// What a successful fit gives.
    type Fitted: Fitted;

    /// Groups the rows of `data`. The same data, parameters and seed give the same model, whatever
    /// the number of threads.
    ///
    /// # Errors
    /// [`DataError`] for a parameter outside its rule, no or too few rows, values not finite.
    fn fit(&self, data: &Matrix, seed: Seed) -> Result<Self::Fitted, DataError>;
}

/// A fitted way to group users. What was not fitted cannot be asked.
pub trait Fitted: Stored + Send + Sync {
    /// Number of segments.
    fn n_segments(&self) -> usize;

    /// Width of the rows it was fitted on.
    fn width(&self) -> usize;

    /// The segment of every row, also rows never seen before.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError>;

    /// Checks what every `assign` must refuse.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    fn check(&self, data: &Matrix) -> Result<(), DataError> {
        if data.n_columns() != self.width() {
            let (expected, found) = (self.width(), data.n_columns());
            return Err(DataError::WrongWidth { expected, found });
        }
        data.check_finite()
    }
}
