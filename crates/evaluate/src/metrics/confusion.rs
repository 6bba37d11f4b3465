//! Who is taken for whom: counts of truth against decision, and all that follows from them.

use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

use super::{known_classes, same_users};

/// Counts of users by true class (rows) and decided class (columns).
///
/// ```
/// use fenqun_evaluate::metrics::Confusion;
/// let found = Confusion::new(&[0, 0, 1, 1], &[0, 1, 1, 1], 2)?;
/// assert_eq!(found.counts, [[1, 1], [0, 2]]);
/// assert_eq!((found.accuracy(), found.recall(0)), (0.75, 0.5));
/// # Ok::<(), fenqun_base::DataError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// `counts[truth][decision]`.
    pub counts: Vec<Vec<u64>>,
}

/// Precision, recall and F1 of one class, or averaged over classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Averages {
    /// Of those decided for the class, the share that belongs there.
    pub precision: f64,
    /// Of those that belong to the class, the share decided for it.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
}

impl Confusion {
    /// Counts one entry a user.
    ///
    /// # Errors
    /// [`DataError::WrongLength`], [`DataError::Empty`], [`DataError::Parameter`] for a class that
    /// does not exist.
    pub fn new(truth: &[u32], decided: &[u32], n_classes: usize) -> Result<Self, DataError> {
        same_users("decisions", truth.len(), decided.len())?;
        known_classes("truth", truth, n_classes)?;
        known_classes("decisions", decided, n_classes)?;
        Ok(Self::weighted(truth, decided, n_classes, |_| 1))
    }

    /// Counts of users that each stand for some number of users; codes must be below `n_classes`.
    pub(crate) fn weighted(
        truth: &[u32],
        decided: &[u32],
        n_classes: usize,
        weight: impl Fn(usize) -> u32,
    ) -> Self {
        let mut counts = vec![0; n_classes * n_classes];
        for (row, (&truth, &decided)) in truth.iter().zip(decided).enumerate() {
            counts[truth as usize * n_classes + decided as usize] += u64::from(weight(row));
        }
        Self { counts: counts.chunks(n_classes.max(1)).map(<[u64]>::to_vec).collect() }
    }

    /// Adds the counts of other users.
    pub(crate) fn add(&mut self, other: &Self) {
        for (own, other) in self.counts.iter_mut().zip(&other.counts) {
            own.iter_mut().zip(other).for_each(|(own, other)| *own += other);
        }
    }

    /// Number of classes, also those nobody is in.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.counts.len()
    }

    /// Number of users.
    #[must_use]
    pub fn n_users(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }

    /// Users whose true class this is.
    #[must_use]
    pub fn support(&self, class: usize) -> u64 {
        self.counts[class].iter().sum()
    }

    /// Users decided for this class.
    #[must_use]
    pub fn decided(&self, class: usize) -> u64 {
        self.counts.iter().map(|row| row[class]).sum()
    }

    /// Share of users decided rightly.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.n_classes()).map(|class| self.counts[class][class]).sum();
        ratio(right, self.n_users())
    }

    /// Mean recall of the classes that occur in the truth.
    #[must_use]
    pub fn balanced_accuracy(&self) -> f64 {
        let present: Vec<usize> =
            (0..self.n_classes()).filter(|&class| self.support(class) > 0).collect();
        let sum: f64 = present.iter().map(|&class| self.recall(class)).sum();
        if present.is_empty() { 0.0 } else { sum / present.len() as f64 }
    }

    /// Of those decided for the class, the share that belongs there; 0 when there are none.
    #[must_use]
    pub fn precision(&self, class: usize) -> f64 {
        ratio(self.counts[class][class], self.decided(class))
    }

    /// Of those that belong to the class, the share decided for it; 0 when there are none.
    #[must_use]
    pub fn recall(&self, class: usize) -> f64 {
        ratio(self.counts[class][class], self.support(class))
    }

    /// Twice the right ones over the decided and the true ones together; 0 without either.
    #[must_use]
    pub fn f1(&self, class: usize) -> f64 {
        ratio(2 * self.counts[class][class], self.decided(class) + self.support(class))
    }

    /// All three of one class.
    #[must_use]
    pub fn of_class(&self, class: usize) -> Averages {
        let (precision, recall) = (self.precision(class), self.recall(class));
        Averages { precision, recall, f1: self.f1(class) }
    }

    /// Every class that occurs counts alike.
    #[must_use]
    pub fn macro_average(&self) -> Averages {
        self.average(|_| 1.0)
    }

    /// Every class counts by the users that belong to it.
    #[must_use]
    pub fn weighted_average(&self) -> Averages {
        self.average(|class| self.support(class) as f64)
    }

    /// Every user counts alike; with one class a user, all three are the accuracy.
    #[must_use]
    pub fn micro_average(&self) -> Averages {
        let accuracy = self.accuracy();
        Averages { precision: accuracy, recall: accuracy, f1: accuracy }
    }

    fn average(&self, weight: impl Fn(usize) -> f64) -> Averages {
        let mut sum = Averages::default();
        let mut total = 0.0;
        for class in 0..self.n_classes() {
            if self.support(class) + self.decided(class) == 0 {
                continue;
            }
            let (weight, of) = (weight(class), self.of_class(class));
            total += weight;
            sum.precision += weight * of.precision;
            sum.recall += weight * of.recall;
            sum.f1 += weight * of.f1;
        }
        if total == 0.0 {
            return Averages::default();
        }
        let Averages { precision, recall, f1 } = sum;
        Averages { precision: precision / total, recall: recall / total, f1: f1 / total }
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_class_that_nobody_is_in_counts_nothing() {
        let found = Confusion::new(&[0, 0, 1], &[0, 1, 1], 4).expect("known classes");
        assert_eq!((found.precision(3), found.recall(3), found.f1(3)), (0.0, 0.0, 0.0));
        let without = Confusion::new(&[0, 0, 1], &[0, 1, 1], 2).expect("known classes");
        assert_eq!(found.macro_average(), without.macro_average());
        assert_eq!(found.balanced_accuracy(), 0.75);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(Confusion::new(&[], &[], 2), Err(DataError::Empty));
        assert!(matches!(Confusion::new(&[0], &[0, 1], 2), Err(DataError::WrongLength { .. })));
        assert!(matches!(Confusion::new(&[0], &[2], 2), Err(DataError::Parameter { .. })));
        assert!(matches!(Confusion::new(&[5], &[0], 2), Err(DataError::Parameter { .. })));
    }

    proptest! {
        #[test]
        fn names_of_classes_do_not_matter(
            users in prop::collection::vec((0u32..4, 0u32..4), 1..80),
        ) {
            let (truth, decided): (Vec<u32>, Vec<u32>) = users.into_iter().unzip();
            let renamed = |codes: &[u32]| -> Vec<u32> { codes.iter().map(|c| (c + 1) % 4).collect() };
            let found = Confusion::new(&truth, &decided, 4).expect("known classes");
            let other = Confusion::new(&renamed(&truth), &renamed(&decided), 4).expect("known");
            let (a, b) = (found.macro_average(), other.macro_average());
            prop_assert!((a.f1 - b.f1).abs() < 1e-12);
            prop_assert!((a.precision - b.precision).abs() < 1e-12);
            prop_assert_eq!(found.accuracy(), other.accuracy());
            prop_assert!((found.weighted_average().recall - found.accuracy()).abs() < 1e-12);
            prop_assert_eq!(found.n_users(), truth.len() as u64);
        }
    }
}
