use fenqun_base::{DataError, Labels, Language, Seed};
use serde::{Deserialize, Serialize};

use super::{Split, of_repeat};

/// Folds, and whether there are as many as were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folds {
    /// Repetition by repetition, fold by fold.
    pub splits: Vec<Split>,
    /// Folds of each repetition.
    pub n_folds: usize,
    /// Why they are fewer than asked for.
    pub reduced: Option<Reduced>,
}

/// A class had too few users for the folds asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reduced {
    /// Folds asked for.
    pub asked: usize,
    /// Folds made: the users of the class.
    pub n_folds: usize,
    /// The class.
    pub class: String,
}

impl Reduced {
    /// The statement in words.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let Self { asked, n_folds, class } = self;
        language.pick(
            format!("class `{class}` has {n_folds} users: {n_folds} folds instead of {asked}"),
            format!("类别“{class}”只有 {n_folds} 个用户：改用 {n_folds} 折，而不是 {asked} 折"),
        )
    }
}

/// `n_repeats` times `n_folds` folds, each class spread evenly over the folds, shuffled anew each
/// time. A class with fewer users than folds reduces the folds to its users, so that every fold
/// asks about every class; the result says so.
///
/// ```
/// use fenqun_base::{Labels, Seed};
/// use fenqun_evaluate::splits::stratified;
/// let labels = Labels::from_words(&["a", "b", "a", "b", "a", "b"].map(Some));
/// let folds = stratified(&labels, 3, 2, Seed(7))?;
/// assert_eq!((folds.splits.len(), folds.splits[0].test.len()), (6, 2));
/// # Ok::<(), fenqun_base::DataError>(())
/// ```
///
/// # Errors
/// [`DataError::Parameter`] for fewer than 2 folds or no repetition; [`DataError::Labels`] for one
/// class alone, a class with one example or none, nearly as many classes as users.
pub fn stratified(
    labels: &Labels,
    n_folds: usize,
    n_repeats: usize,
    seed: Seed,
) -> Result<Folds, DataError> {
    check_numbers(n_folds, n_repeats)?;
    check_classes(labels)?;
    let counts = labels.counts();
    let fewest = counts.iter().copied().enumerate().min_by_key(|&(_, count)| count);
    let reduced = fewest.filter(|&(_, count)| count < n_folds).map(|(class, count)| Reduced {
        asked: n_folds,
        n_folds: count,
        class: labels.classes[class].clone(),
    });
    let n_folds = reduced.as_ref().map_or(n_folds, |reduced| reduced.n_folds);
    let mut splits = Vec::with_capacity(n_folds * n_repeats);
    for repeat in 0..n_repeats {
        let folds = labels.folds(n_folds, seed.derive("folds").nth(repeat));
        splits.extend(of_repeat(&folds, n_folds, repeat));
    }
    Ok(Folds { splits, n_folds, reduced })
}

pub(super) fn check_numbers(n_folds: usize, n_repeats: usize) -> Result<(), DataError> {
    for (name, found, fewest) in [("folds", n_folds, 2), ("repeats", n_repeats, 1)] {
        if !(fewest..=1000).contains(&found) {
            let rule = format!("between {fewest} and 1000");
            return Err(DataError::Parameter { name, rule, found: found.to_string() });
        }
    }
    Ok(())
}

/// Refuses classes that cannot be learned from and asked about: each needs a user on either side.
///
/// # Errors
/// [`DataError::Labels`] for one class alone, for nearly as many classes as users, for a class with
/// one example or none; [`DataError::Empty`] without labels.
pub fn check_classes(labels: &Labels) -> Result<(), DataError> {
    let counts = labels.counts();
    let n_users: usize = counts.iter().sum();
    // With two users a class there would be no more than half as many.
    if n_users > 0 && counts.len() > 1 && 2 * counts.len() > n_users {
        let reason = format!(
            "{} classes for {n_users} labelled users: each needs two users at least. Are these \
             numbers rather than classes? Cut them into a few ranges, join words in \
             `labels.classes`, or name another column",
            counts.len()
        );
        return Err(DataError::Labels { reason });
    }
    labels.check(labels.codes.len())?;
    match counts.iter().position(|&count| count == 1) {
        None => Ok(()),
        Some(class) => {
            let class = &labels.classes[class];
            let reason = format!(
                "class `{class}` has one example, which cannot be learned from and asked about \
                 both: bring more, join it with another class, or leave it out"
            );
            Err(DataError::Labels { reason })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::NO_CODE;
    use proptest::prelude::*;

    fn labels(counts: &[usize]) -> Labels {
        let classes = (0..counts.len()).map(|class| format!("class {class}")).collect();
        let of_class = |(class, &count): (usize, &usize)| std::iter::repeat_n(class as u32, count);
        let codes = counts.iter().enumerate().flat_map(of_class).chain([NO_CODE]).collect();
        Labels { classes, codes }
    }

    #[test]
    fn a_small_class_reduces_the_folds_and_says_so() {
        let folds = stratified(&labels(&[20, 3]), 5, 1, Seed(1)).expect("enough");
        assert_eq!((folds.n_folds, folds.splits.len()), (3, 3));
        let reduced = folds.reduced.expect("stated");
        let said = reduced.words(Language::En);
        assert_eq!(said, "class `class 1` has 3 users: 3 folds instead of 5");
        assert!(reduced.words(Language::Zh).contains("3 折"));
    }

    #[test]
    fn classes_that_cannot_be_asked_about_are_refused() {
        let refused = |counts: &[usize]| {
            stratified(&labels(counts), 5, 1, Seed(1)).expect_err("refused").to_string()
        };
        assert!(refused(&[20, 1]).contains("`class 1` has one example"));
        assert!(refused(&[20]).contains("nothing to tell apart"));
        assert!(refused(&[20, 0]).contains("no example"));
        assert!(refused(&[1, 1, 0, 0]).contains("4 classes for 2 labelled users"));
        // Numbers: nearly every user has a class of their own.
        assert!(refused(&[1, 1, 2, 1]).contains("4 classes for 5 labelled users"));
        assert!(check_classes(&labels(&[2, 2, 2])).is_ok());
        assert_eq!(stratified(&labels(&[0, 0]), 5, 1, Seed(1)), Err(DataError::Empty));
        for (n_folds, n_repeats) in [(1, 1), (5, 0)] {
            let refused = stratified(&labels(&[9, 9]), n_folds, n_repeats, Seed(1));
            assert!(matches!(refused, Err(DataError::Parameter { .. })));
        }
    }

    proptest! {
        #[test]
        fn folds_are_disjoint_and_complete_and_even(
            counts in prop::collection::vec(2usize..20, 2..5),
            n_folds in 2usize..7,
            n_repeats in 1usize..4,
            seed: u64,
        ) {
            let labels = labels(&counts);
            let folds = stratified(&labels, n_folds, n_repeats, Seed(seed)).expect("enough");
            prop_assert_eq!(folds.splits.len(), folds.n_folds * n_repeats);
            for repeat in 0..n_repeats {
                let mut asked: Vec<usize> = Vec::new();
                for split in folds.splits.iter().filter(|split| split.repeat == repeat) {
                    let mut all = [&split.train[..], &split.test[..]].concat();
                    all.sort_unstable();
                    prop_assert_eq!(all, labels.labelled());
                    asked.extend(&split.test);
                    for (class, &count) in counts.iter().enumerate() {
                        let is = |&&row: &&usize| labels.codes[row] as usize == class;
                        let tested = split.test.iter().filter(is).count();
                        prop_assert!(tested >= 1 && tested.abs_diff(count / folds.n_folds) <= 1);
                    }
                }
                asked.sort_unstable();
                prop_assert_eq!(asked, labels.labelled());
            }
        }
    }
}
