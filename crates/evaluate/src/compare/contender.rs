use fenqun_base::{DataError, Labels, Matrix, Seed};

/// One way of predicting labels, asked again on every split.
pub trait Contender: Sync {
    /// What tables and verdicts call it.
    fn name(&self) -> &str;

    /// Whether it is there to be beaten.
    fn is_baseline(&self) -> bool {
        false
    }

    /// Learns from the rows `train` and predicts the rows `test`, in that order. Whatever it
    /// chooses (regularisation, thresholds), it chooses inside `train`.
    ///
    /// # Errors
    /// [`DataError`] when it cannot learn.
    fn probabilities(
        &self,
        train: &[usize],
        test: &[usize],
        seed: Seed,
    ) -> Result<Predictions, DataError>;
}

/// What a contender says of some users.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictions {
    /// A row a user, a column a class, each row summing to 1.
    pub probabilities: Matrix,
    /// The class decided for, one a user; not always the likeliest, where priors or thresholds are
    /// corrected.
    pub decided: Vec<u32>,
}

impl Predictions {
    /// Decides for the likeliest class, the first among equals.
    #[must_use]
    pub fn likeliest(probabilities: Matrix) -> Self {
        let best = |row: &[f32]| {
            let mut best = 0;
            for (class, &share) in row.iter().enumerate() {
                if share > row[best] {
                    best = class;
                }
            }
            best as u32
        };
        let decided = probabilities.rows().map(best).collect();
        Self { probabilities, decided }
    }
}

/// The baseline that looks at nobody: the shares of the classes, and the largest for everyone.
#[derive(Clone, Copy, Debug)]
pub struct Majority<'a> {
    labels: &'a Labels,
}

impl<'a> Majority<'a> {
    /// The baseline for these labels.
    #[must_use]
    pub fn new(labels: &'a Labels) -> Self {
        Self { labels }
    }
}

impl Contender for Majority<'_> {
    fn name(&self) -> &str {
        "majority"
    }

    fn is_baseline(&self) -> bool {
        true
    }

    fn probabilities(
        &self,
        train: &[usize],
        test: &[usize],
        _: Seed,
    ) -> Result<Predictions, DataError> {
        let counts = self.labels.select(train).counts();
        let n_users: usize = counts.iter().sum();
        if n_users == 0 {
            return Err(DataError::Empty);
        }
        let shares: Vec<f32> = counts.iter().map(|&n| (n as f64 / n_users as f64) as f32).collect();
        let probabilities = Matrix::new(test.len(), counts.len(), shares.repeat(test.len()))?;
        Ok(Predictions::likeliest(probabilities))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_majority_is_that_of_the_training_rows() {
        let labels = Labels::from_words(&["a", "b", "b", "a", "a"].map(Some));
        let found = Majority::new(&labels).probabilities(&[0, 1, 2], &[3, 4], Seed(1));
        let found = found.expect("labelled rows");
        assert_eq!(found.decided, [1, 1]);
        assert!((found.probabilities.at(0, 0) - 1.0 / 3.0).abs() < 1e-6);
        let nobody = Majority::new(&labels).probabilities(&[], &[3], Seed(1));
        assert_eq!(nobody, Err(DataError::Empty));
    }
}
