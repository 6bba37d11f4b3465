use crate::{Assignment, DataError, Labels, Matrix, Seed, Stored};

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

    /// The point of each segment, one a row, where every row belongs to the segment of the nearest
    /// one; `None` for a way that places by anything else.
    fn centres(&self) -> Option<&Matrix> {
        None
    }

    /// How much each row belongs to each segment, where the method says more than which one it is:
    /// rows × segments, as [`Soft::probabilities`]. The largest share of a row is that of its
    /// segment.
    ///
    /// # Errors
    /// As [`Self::assign`].
    fn shares(&self, data: &Matrix) -> Result<Option<Matrix>, DataError> {
        self.check(data)?;
        Ok(None)
    }

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

/// A fitted way that knows more than one segment a user.
pub trait Soft: Fitted {
    /// How much each user belongs to each segment: rows × segments, every row at least 0 and
    /// summing to 1. For a head these are the probabilities of the classes.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError>;

    /// The score of every class for one row, taken apart by columns; `None` for a way whose score
    /// is no sum over columns.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`].
    fn contributions(&self, row: &[f32]) -> Result<Option<Contributions>, DataError> {
        let _ = row;
        Ok(None)
    }
}

/// What makes up a head's scores of one row, classes × columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributions {
    /// What each column adds to each class's score beyond the expected one: Shapley values, one list
    /// a class. They sum to the score less its expectation, and are kept as wide as they were
    /// summed, so that they do so to the last digits.
    pub amounts: Vec<Vec<f64>>,
    /// How much of it is linear: what one unit more of the column adds. Zeros where nothing is.
    pub slopes: Matrix,
}

/// Parameters of a head: maps user vectors to classes that somebody labelled. Class `c` of the
/// labels becomes segment `c`.
pub trait Supervised: Sync {
    /// What a successful fit gives.
    type Fitted: Soft;

    /// Learns from the rows that have a label; the others are seen by methods that can use them
    /// and left out by all others. The same data, parameters and seed give the same model,
    /// whatever the number of threads.
    ///
    /// # Errors
    /// What [`Labels::check`] refuses; [`DataError`] for a parameter outside its rule, values not
    /// finite.
    fn fit(&self, data: &Matrix, labels: &Labels, seed: Seed) -> Result<Self::Fitted, DataError>;

    /// The same settings where only the classes `kept` have examples, as in an inner fold; `None`
    /// where no setting hangs on the classes.
    fn for_classes(&self, kept: &[usize]) -> Option<Self>
    where
        Self: Sized,
    {
        let _ = kept;
        None
    }
}
