//! Does a feature give the label away?
//!
//! A copied column, the label under other names, or a number that was computed from the label makes
//! every contender look perfect, and is worth nothing on the day the label is not known yet. This
//! looks at one feature at a time, by itself:
//!
//! - **the label itself**: every value of the feature goes with one class and every class with one
//!   value, in so many users that chance is no explanation;
//! - **nearly the label**: over folds, a table of the feature's values (or of ranges of them, where
//!   there are many) learned from the other users decides almost everyone rightly; or the order of
//!   its values alone tells some class from all others almost without a mistake.
//!
//! A strong honest feature stays far below these bounds: recency tells churn with an AUROC of .8,
//! not .995. What takes two features together to give the label away, or says less than the bounds,
//! is not found: where features come from windows after `as_of`, no test replaces a time split.
//!
//! Users × features × log users operations, features in parallel.

use fenqun_base::{DataError, Labels, Matrix, Seed};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::EvaluateError;
use crate::metrics::Ranking;

/// Fewest users of every class for the judgement "nearly the label".
const FEWEST: usize = 20;
/// Folds of that judgement.
const N_FOLDS: usize = 5;
/// Most values that a table learns one by one; more are cut into as many ranges.
const MOST_VALUES: usize = 64;
/// A coincidence this likely over all features still counts as one.
const COINCIDENCE: f64 = 1e-3;

/// Bounds above which a feature is a leak.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LeakBounds {
    /// Balanced accuracy of the feature alone, on users not learned from.
    pub balanced_accuracy: f64,
    /// AUROC of the feature alone for one class against the others, whichever way it points.
    pub auroc: f64,
    /// Features that are known before the label is, and may say it.
    pub allowed: Vec<String>,
}

impl Default for LeakBounds {
    fn default() -> Self {
        Self { balanced_accuracy: 0.99, auroc: 0.995, allowed: Vec::new() }
    }
}

/// A feature that gives the label away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// Its name.
    pub feature: String,
    /// What was found.
    pub reason: String,
}

/// All features that give the label away, in the order of the columns.
///
/// ```
/// use fenqun_base::{Labels, Matrix, Seed};
/// use fenqun_evaluate::leaks::{LeakBounds, find};
/// let words: Vec<_> = (0..30).map(|user| Some(if user % 3 == 0 { "yes" } else { "no" })).collect();
/// let features: Vec<[f32; 2]> =
///     (0..30).map(|user| [(user * 7 % 30) as f32, if user % 3 == 0 { 8.0 } else { 2.0 }]).collect();
/// let names = ["spend".to_owned(), "copied".to_owned()];
/// let (features, labels) = (Matrix::from_rows(&features)?, Labels::from_words(&words));
/// let found = find(&features, &names, &labels, &LeakBounds::default(), Seed(1))?;
/// assert_eq!(found[0].feature, "copied");
/// # Ok::<(), fenqun_base::DataError>(())
/// ```
///
/// # Errors
/// [`DataError::WrongLength`] unless every column has a name; [`DataError::Parameter`] for a bound
/// that is none or an allowed feature that does not exist; what [`Labels::check`] refuses;
/// [`DataError::NotFinite`].
pub fn find(
    features: &Matrix,
    names: &[String],
    labels: &Labels,
    bounds: &LeakBounds,
    seed: Seed,
) -> Result<Vec<Leak>, DataError> {
    bounds.check(names)?;
    if names.len() != features.n_columns() {
        let (expected, found) = (features.n_columns(), names.len());
        return Err(DataError::WrongLength { what: "names of features", expected, found });
    }
    labels.check(features.n_rows())?;
    features.check_finite()?;
    let rows = labels.labelled();
    let labels = labels.select(&rows);
    let truth = Truth {
        counts: labels.counts(),
        folds: labels.folds(N_FOLDS, seed.derive("leaks")),
        codes: labels.codes,
        n_features: names.len(),
    };
    let of_column = |column: usize| {
        let name = &names[column];
        if bounds.allowed.contains(name) {
            return None;
        }
        let values: Vec<f32> = rows.iter().map(|&row| features.at(row, column)).collect();
        let reason = truth.reason(&values, &labels.classes, bounds)?;
        Some(Leak { feature: name.clone(), reason })
    };
    let found: Vec<Option<Leak>> = (0..names.len()).into_par_iter().map(of_column).collect();
    Ok(found.into_iter().flatten().collect())
}

/// Refuses features that give the label away, naming the first.
///
/// # Errors
/// [`EvaluateError::Leak`]; what [`find`] refuses.
pub fn check(
    features: &Matrix,
    names: &[String],
    labels: &Labels,
    bounds: &LeakBounds,
    seed: Seed,
) -> Result<(), EvaluateError> {
    match find(features, names, labels, bounds, seed)?.into_iter().next() {
        None => Ok(()),
        Some(Leak { feature, reason }) => Err(EvaluateError::Leak { feature, reason }),
    }
}

impl LeakBounds {
    fn check(&self, names: &[String]) -> Result<(), DataError> {
        let bounds = [("balanced_accuracy", self.balanced_accuracy), ("auroc", self.auroc)];
        for (name, bound) in bounds {
            if !(bound > 0.5 && bound <= 1.0) {
                let rule = "above 0.5, up to 1".to_owned();
                return Err(DataError::Parameter { name, rule, found: bound.to_string() });
            }
        }
        match self.allowed.iter().find(|allowed| !names.contains(allowed)) {
            None => Ok(()),
            Some(unknown) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let near = crate::nearest::nearest(unknown, &names);
                let near = near.map_or(String::new(), |near| format!(" (did you mean `{near}`?)"));
                let rule = format!("names of features{near}");
                Err(DataError::Parameter { name: "allowed", rule, found: unknown.clone() })
            }
        }
    }
}

/// What features are held against.
struct Truth {
    codes: Vec<u32>,
    counts: Vec<usize>,
    folds: Vec<u32>,
    n_features: usize,
}

impl Truth {
    fn reason(&self, values: &[f32], classes: &[String], bounds: &LeakBounds) -> Option<String> {
        if self.is_label(values) {
            return Some(
                "each of its values goes with one class and each class with one value".into(),
            );
        }
        if self.counts.iter().any(|&count| count < FEWEST) {
            return None;
        }
        let accuracy = self.table_accuracy(values);
        if accuracy >= bounds.balanced_accuracy {
            return Some(format!(
                "by itself it decides users it has not seen with a balanced accuracy of \
                 {accuracy:.3} (bound {})",
                bounds.balanced_accuracy
            ));
        }
        let ranking = Ranking::new(values);
        for (class, name) in classes.iter().enumerate() {
            let auroc = ranking.auroc(|row| self.codes[row] as usize == class, |_| 1)?;
            if auroc.max(1.0 - auroc) >= bounds.auroc {
                return Some(format!(
                    "by itself it tells `{name}` from all others with an AUROC of {:.4} (bound {})",
                    auroc.max(1.0 - auroc),
                    bounds.auroc
                ));
            }
        }
        None
    }

    /// One value a class, one class a value, and hardly by chance.
    fn is_label(&self, values: &[f32]) -> bool {
        let mut value_of: Vec<Option<f32>> = vec![None; self.counts.len()];
        for (&code, &value) in self.codes.iter().zip(values) {
            match value_of[code as usize] {
                None => value_of[code as usize] = Some(value),
                Some(known) if known == value => {}
                Some(_) => return false,
            }
        }
        let distinct = |at: usize| !value_of[..at].contains(&value_of[at]);
        (0..value_of.len()).all(distinct) && self.log_coincidence() < COINCIDENCE.ln()
    }

    /// The logarithm of how likely some feature with groups of these sizes agrees by chance: names
    /// of groups over ways to deal the users out.
    fn log_coincidence(&self) -> f64 {
        let log_factorial = |n: usize| (1..=n).map(|k| (k as f64).ln()).sum::<f64>();
        let n_users = self.counts.iter().sum();
        let orders: f64 = self.counts.iter().map(|&count| log_factorial(count)).sum();
        let ways = log_factorial(n_users) - orders;
        log_factorial(self.counts.len()) - ways + (self.n_features.max(1) as f64).ln()
    }

    /// Balanced accuracy of a table of values, each fold decided by the others.
    fn table_accuracy(&self, values: &[f32]) -> f64 {
        let (bins, n_bins) = bins(values);
        let n_classes = self.counts.len();
        let mut right = vec![0usize; n_classes];
        for fold in 0..N_FOLDS as u32 {
            let mut table = vec![0.0f64; n_bins * n_classes];
            let mut known = vec![0.0f64; n_classes];
            for (row, &bin) in bins.iter().enumerate().filter(|(row, _)| self.folds[*row] != fold) {
                table[bin * n_classes + self.codes[row] as usize] += 1.0;
                known[self.codes[row] as usize] += 1.0;
            }
            let decide = |bin: usize| {
                let counts = &table[bin * n_classes..(bin + 1) * n_classes];
                // Classes count alike: the accuracy is balanced.
                let share = |class: usize| counts[class] / known[class].max(1.0);
                (1..n_classes)
                    .fold(0, |best, class| if share(class) > share(best) { class } else { best })
            };
            let decided: Vec<usize> = (0..n_bins).map(decide).collect();
            for (row, &bin) in bins.iter().enumerate().filter(|(row, _)| self.folds[*row] == fold) {
                let code = self.codes[row] as usize;
                right[code] += usize::from(decided[bin] == code);
            }
        }
        let recalls = right.iter().zip(&self.counts).map(|(&right, &n)| right as f64 / n as f64);
        recalls.sum::<f64>() / n_classes as f64
    }
}

/// The value of each user, numbered; ranges with equally many users where there are many values.
fn bins(values: &[f32]) -> (Vec<usize>, usize) {
    let mut distinct: Vec<f32> = values.to_vec();
    distinct.sort_unstable_by(f32::total_cmp);
    let sorted = distinct.clone();
    distinct.dedup();
    if distinct.len() > MOST_VALUES {
        let cut = |bin: usize| sorted[bin * sorted.len() / MOST_VALUES];
        distinct = (0..MOST_VALUES).map(cut).collect();
        distinct.dedup();
    }
    let n_bins = distinct.len();
    let place = |value: &f32| distinct.partition_point(|start| start <= value).saturating_sub(1);
    (values.iter().map(place).collect(), n_bins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    /// 300 users in classes of 150, 90 and 60; columns made from class and noise.
    fn shop<const N: usize>(of: impl Fn(u32, f32, usize) -> [f32; N]) -> (Matrix, Labels) {
        let mut rng = Seed(5).rng();
        let code = |row: usize| if row < 150 { 0 } else { 1 + u32::from(row >= 240) };
        let rows: Vec<[f32; N]> =
            (0..300).map(|row| of(code(row), rng.random_range(-1.0..1.0), row)).collect();
        let classes = ["high", "low", "middle"].map(str::to_owned).to_vec();
        let labels = Labels::new(classes, (0..300).map(code).collect()).expect("codes fit");
        (Matrix::from_rows(&rows).expect("equal rows"), labels)
    }

    fn found<const N: usize>(data: &(Matrix, Labels)) -> Vec<(usize, String)> {
        let names: Vec<String> = (0..N).map(|column| column.to_string()).collect();
        let found = find(&data.0, &names, &data.1, &LeakBounds::default(), Seed(1));
        let found = found.expect("fits").into_iter();
        found.map(|leak| (leak.feature.parse().expect("a number"), leak.reason)).collect()
    }

    #[test]
    fn the_label_under_other_names_is_found() {
        // Copied, recoded out of order, and with a user in fifty mistyped.
        let data = shop(|code, noise, row| {
            let slip = if row % 150 == 7 { (code + 1) % 3 } else { code };
            [noise, code as f32, [7.0, -3.0, 2.5][code as usize], slip as f32]
        });
        let found = found::<4>(&data);
        let features: Vec<usize> = found.iter().map(|leak| leak.0).collect();
        assert_eq!(features, [1, 2, 3], "{found:?}");
        assert!(found[0].1.contains("each of its values goes with one class"));
        assert!(found[2].1.contains("balanced accuracy of 0.99"), "{}", found[2].1);
    }

    #[test]
    fn a_number_made_from_the_label_is_found() {
        // Groups of values with gaps; and one class alone set apart.
        let data = shop(|code, noise, _| {
            [code as f32 * 3.0 + noise, if code == 2 { 5.0 + noise } else { noise }]
        });
        let found = found::<2>(&data);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].1.contains("tells `middle` from all others"), "{}", found[1].1);
    }

    #[test]
    fn strong_honest_features_are_left_alone() {
        // AUROC of .9 to .98 for single classes, an id, a constant, and pure noise.
        let data = shop(|code, noise, row| {
            [code as f32 + noise * 1.4, code as f32 + noise * 0.75, row as f32 % 97.0, 1.0, noise]
        });
        assert_eq!(found::<5>(&data), []);
    }

    #[test]
    fn a_coincidence_among_few_users_is_none() {
        // Of many features over eight users, some agree with the label by chance.
        let labels = Labels::from_words(&["a", "a", "a", "a", "b", "b", "b", "b"].map(Some));
        let row =
            |user: usize| (0..200).map(|column| (((column + 1) >> user) & 1) as f32).collect();
        let rows: Vec<Vec<f32>> = (0..8).map(row).collect();
        let data = (Matrix::from_rows(&rows).expect("equal rows"), labels);
        assert_eq!(found::<200>(&data), []);
    }

    #[test]
    fn a_leak_is_refused_by_name_unless_allowed() {
        let (data, labels) = shop(|code, noise, _| [noise, code as f32]);
        let names = ["spend".to_owned(), "tier_next_month".to_owned()];
        let of = |bounds: &LeakBounds| check(&data, &names, &labels, bounds, Seed(1));
        let refused = of(&LeakBounds::default()).expect_err("a copy").to_string();
        assert!(refused.starts_with("feature `tier_next_month` gives the label away"), "{refused}");
        let allowed = vec!["tier_next_month".to_owned()];
        assert_eq!(of(&LeakBounds { allowed, ..LeakBounds::default() }), Ok(()));
        let misspelt = vec!["tier_next_moth".to_owned()];
        let refused = of(&LeakBounds { allowed: misspelt, ..LeakBounds::default() });
        assert!(
            refused.expect_err("unknown").to_string().contains("did you mean `tier_next_month`?")
        );
        assert!(of(&LeakBounds { auroc: 0.2, ..LeakBounds::default() }).is_err());
        let short = check(&data, &names[..1], &labels, &LeakBounds::default(), Seed(1));
        assert!(short.is_err());
    }
}
