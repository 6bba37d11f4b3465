//! Are the right users on top? Numbers that look at the order of scores alone; ties count exactly.

use fenqun_base::{DataError, Matrix};

use super::{check_probabilities, finite, same_users};

/// The chance that a user of the class scores above one outside it, a tie counting half: the area
/// under the receiver operating characteristic. 0.5 is chance.
///
/// ```
/// use fenqun_evaluate::metrics::auroc;
/// assert_eq!(auroc(&[false, true, false, true], &[0.1, 0.4, 0.4, 0.8])?, 0.875);
/// # Ok::<(), fenqun_base::DataError>(())
/// ```
///
/// # Errors
/// [`DataError::WrongLength`], [`DataError::Empty`], [`DataError::NotFinite`];
/// [`DataError::Labels`] when all users or none are in the class.
pub fn auroc<S: Copy + Into<f64>>(positives: &[bool], scores: &[S]) -> Result<f64, DataError> {
    let ranking = checked(positives, scores)?;
    let found = ranking.auroc(|row| positives[row], |_| 1);
    found.ok_or_else(|| one_sided("AUROC"))
}

/// Precision, averaged over the users of the class, each at the threshold that just includes them:
/// the area under the precision–recall curve by steps, not by trapezes, which would flatter.
///
/// # Errors
/// As [`auroc`], but only for a class that nobody is in.
pub fn average_precision<S: Copy + Into<f64>>(
    positives: &[bool],
    scores: &[S],
) -> Result<f64, DataError> {
    let ranking = checked(positives, scores)?;
    let found = ranking.average_precision(|row| positives[row], |_| 1);
    found.ok_or_else(|| one_sided("average precision"))
}

/// The mean of each class's AUROC against all others; with two classes, that of the second. A
/// class that all users or none are in is left out.
///
/// # Errors
/// [`DataError::Parameter`] unless rows are probabilities; [`DataError::Labels`] when no class is
/// left; lengths as in [`auroc`].
pub fn auroc_one_vs_rest(truth: &[u32], probabilities: &Matrix) -> Result<f64, DataError> {
    check_probabilities(truth, probabilities)?;
    let of_class = |class: usize| {
        let ranking = Ranking::new(&probabilities.column(class));
        ranking.auroc(|row| truth[row] as usize == class, |_| 1)
    };
    mean_over_classes(probabilities.n_columns(), of_class).ok_or_else(|| one_sided("AUROC"))
}

/// The mean over classes that have a value; with two classes, the value of the second.
pub(crate) fn mean_over_classes(
    n_classes: usize,
    of_class: impl Fn(usize) -> Option<f64>,
) -> Option<f64> {
    let first = usize::from(n_classes == 2);
    let values: Vec<f64> = (first..n_classes).filter_map(of_class).collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn checked<S: Copy + Into<f64>>(positives: &[bool], scores: &[S]) -> Result<Ranking, DataError> {
    same_users("scores", positives.len(), scores.len())?;
    finite(scores)?;
    Ok(Ranking::new(scores))
}

fn one_sided(metric: &str) -> DataError {
    let reason = format!("{metric} needs users in the class and users outside it");
    DataError::Labels { reason }
}

/// Users by score from high to low.
pub(crate) struct Ranking {
    order: Vec<u32>,
    /// Where each run of equal scores ends in `order`.
    ends: Vec<u32>,
}

impl Ranking {
    /// Sorts finite scores.
    pub(crate) fn new<S: Copy + Into<f64>>(scores: &[S]) -> Self {
        let mut keyed: Vec<(u64, u32)> = Vec::with_capacity(scores.len());
        keyed
            .extend(scores.iter().enumerate().map(|(row, &score)| (key(score.into()), row as u32)));
        keyed.sort_unstable();
        let order: Vec<u32> = keyed.iter().map(|&(_, row)| row).collect();
        let mut ends = Vec::new();
        for (at, pair) in keyed.windows(2).enumerate() {
            if pair[0].0 != pair[1].0 {
                ends.push(at as u32 + 1);
            }
        }
        if !order.is_empty() {
            ends.push(order.len() as u32);
        }
        Self { order, ends }
    }

    /// Rows of equal scores, from the top.
    pub(crate) fn ties(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.order[start as usize..end as usize])
    }

    /// Users of the class and outside it in each run of equal scores, from the top.
    pub(crate) fn runs(
        &self,
        is_positive: impl Fn(usize) -> bool,
        weight: impl Fn(usize) -> u32,
    ) -> impl Iterator<Item = (f64, f64)> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let mut counts = [0u64; 2];
            for &row in &self.order[start..end as usize] {
                counts[usize::from(is_positive(row as usize))] += u64::from(weight(row as usize));
            }
            start = end as usize;
            (counts[1] as f64, counts[0] as f64)
        })
    }

    /// [`auroc`] where user `row` stands for `weight(row)` users.
    pub(crate) fn auroc(
        &self,
        is_positive: impl Fn(usize) -> bool,
        weight: impl Fn(usize) -> u32,
    ) -> Option<f64> {
        let (mut above, mut below, mut won) = (0.0, 0.0, 0.0);
        for (inside, outside) in self.runs(is_positive, weight) {
            won += outside * (above + inside / 2.0);
            above += inside;
            below += outside;
        }
        (above > 0.0 && below > 0.0).then(|| won / (above * below))
    }

    /// [`average_precision`] where user `row` stands for `weight(row)` users.
    pub(crate) fn average_precision(
        &self,
        is_positive: impl Fn(usize) -> bool,
        weight: impl Fn(usize) -> u32,
    ) -> Option<f64> {
        let (mut right, mut taken, mut sum) = (0.0, 0.0, 0.0);
        for (inside, outside) in self.runs(is_positive, weight) {
            right += inside;
            taken += inside + outside;
            if inside > 0.0 {
                sum += inside * right / taken;
            }
        }
        (right > 0.0).then(|| sum / right)
    }
}

/// A number that sorts from high scores to low; both zeros are one.
fn key(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    let ascending = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
    !ascending
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_ranked_is_refused() {
        assert!(matches!(auroc(&[true, true], &[0.1, 0.2]), Err(DataError::Labels { .. })));
        assert!(matches!(average_precision(&[false], &[0.1]), Err(DataError::Labels { .. })));
        assert_eq!(average_precision(&[true], &[0.1]), Ok(1.0));
        assert_eq!(auroc::<f32>(&[], &[]), Err(DataError::Empty));
        let refused = auroc(&[true, false], &[0.1, f64::NAN]);
        assert!(matches!(refused, Err(DataError::NotFinite { row: 1, .. })));
        assert!(matches!(auroc(&[true], &[0.1, 0.2]), Err(DataError::WrongLength { .. })));
    }

    #[test]
    fn zeros_of_either_sign_tie() {
        assert_eq!(auroc(&[true, false], &[0.0, -0.0]), Ok(0.5));
        assert_eq!(auroc(&[true, false], &[-1.0f32, -2.0]), Ok(1.0));
    }

    #[test]
    fn a_class_absent_from_the_users_is_left_out() {
        let shares = Matrix::from_rows(&[[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.5, 0.4, 0.1]]);
        let found = auroc_one_vs_rest(&[0, 1, 1], &shares.expect("equal rows"));
        assert_eq!(found, Ok(1.0));
        let alike = Matrix::from_rows(&[[0.5, 0.5]]).expect("equal rows");
        assert!(matches!(auroc_one_vs_rest(&[0], &alike), Err(DataError::Labels { .. })));
    }

    proptest! {
        /// The definition, pair by pair.
        #[test]
        fn auroc_is_the_share_of_pairs_won(
            users in prop::collection::vec((any::<bool>(), 0u8..6, 0u32..3), 2..40),
        ) {
            let scores: Vec<f32> = users.iter().map(|user| f32::from(user.1)).collect();
            let (mut won, mut pairs) = (0.0, 0.0);
            for a in users.iter().filter(|user| user.0) {
                for b in users.iter().filter(|user| !user.0) {
                    let weight = f64::from(a.2 * b.2);
                    pairs += weight;
                    won += weight * match a.1.cmp(&b.1) {
                        std::cmp::Ordering::Greater => 1.0,
                        std::cmp::Ordering::Equal => 0.5,
                        std::cmp::Ordering::Less => 0.0,
                    };
                }
            }
            let found = Ranking::new(&scores).auroc(|row| users[row].0, |row| users[row].2);
            match found {
                Some(found) => prop_assert!((found - won / pairs).abs() < 1e-12),
                None => prop_assert_eq!(pairs, 0.0),
            }
        }
    }
}
