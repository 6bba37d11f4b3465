use std::collections::BTreeMap;

use fenqun_base::{DataError, Labels, Seed};
use rand::RngExt;

use super::folds::{Folds, check_classes, check_numbers};
use super::of_repeat;

/// Folds of whole groups: all rows of a user, a household or a store stand on one side. `groups`
/// names the group of every row.
///
/// Groups are shuffled, then dealt from those that are most of some class to those that are least,
/// each to the fold where the classes are spread most evenly afterwards. No class comes into one fold
/// whole. With few or very unequal groups, folds are uneven, and one may ask about no user of a small
/// class.
///
/// # Errors
/// As [`super::stratified`]; [`DataError::WrongLength`] unless every row has a group;
/// [`DataError::Labels`] for a class that lives in one group alone, fewer groups than folds, or groups
/// so few that some class would come into one fold whole.
pub fn grouped(
    labels: &Labels,
    groups: &[u64],
    n_folds: usize,
    n_repeats: usize,
    seed: Seed,
) -> Result<Folds, DataError> {
    check_numbers(n_folds, n_repeats)?;
    check_classes(labels)?;
    if groups.len() != labels.codes.len() {
        let (expected, found) = (labels.codes.len(), groups.len());
        return Err(DataError::WrongLength { what: "groups", expected, found });
    }
    let mut counts: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for row in labels.labelled() {
        let counts = counts.entry(groups[row]).or_insert_with(|| vec![0; labels.n_classes()]);
        counts[labels.codes[row] as usize] += 1;
    }
    check_groups(labels, &counts, n_folds)?;
    let mut splits = Vec::with_capacity(n_folds * n_repeats);
    for repeat in 0..n_repeats {
        let fold_of = deal(labels, &counts, n_folds, seed.derive("groups").nth(repeat))?;
        let fold = |row: usize| match labels.codes[row] {
            fenqun_base::NO_CODE => fenqun_base::NO_CODE,
            _ => fold_of[&groups[row]],
        };
        let folds: Vec<u32> = (0..groups.len()).map(fold).collect();
        splits.extend(of_repeat(&folds, n_folds, repeat));
    }
    Ok(Folds { splits, n_folds, reduced: None })
}

fn check_groups(
    labels: &Labels,
    counts: &BTreeMap<u64, Vec<usize>>,
    n_folds: usize,
) -> Result<(), DataError> {
    if counts.len() < n_folds {
        let reason = match counts.len() {
            1 => {
                "all labelled users are of one group, which cannot be learned from and asked about \
                  both: bring more groups, or name another column of groups"
                    .to_owned()
            }
            n => format!(
                "{n} groups cannot fill {n_folds} folds, for no group may stand in two: ask for at \
                 most {n} folds, or bring more groups"
            ),
        };
        return Err(DataError::Labels { reason });
    }
    for (class, name) in labels.classes.iter().enumerate() {
        if counts.values().filter(|counts| counts[class] > 0).count() < 2 {
            let reason = format!(
                "class `{name}` lives in one group alone, which cannot be learned from and asked \
                 about both: bring more groups, or leave the class out"
            );
            return Err(DataError::Labels { reason });
        }
    }
    Ok(())
}

/// The fold of each group.
fn deal(
    labels: &Labels,
    counts: &BTreeMap<u64, Vec<usize>>,
    n_folds: usize,
    seed: Seed,
) -> Result<BTreeMap<u64, u32>, DataError> {
    let mut rng = seed.rng();
    let n_classes = labels.n_classes();
    let mut left: Vec<usize> = vec![0; n_classes];
    for counts in counts.values() {
        left.iter_mut().zip(counts).for_each(|(left, &count)| *left += count);
    }
    let totals: Vec<f64> = left.iter().map(|&total| total as f64).collect();
    let share = |class: usize, n: usize| n as f64 / totals[class].max(1.0);
    let largest = |own: &[usize]| {
        own.iter().enumerate().map(|(class, &n)| share(class, n)).fold(0.0, f64::max)
    };
    let mut order: Vec<(f64, u64, u64)> =
        counts.iter().map(|(&group, own)| (largest(own), rng.random(), group)).collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then(b.2.cmp(&a.2)));
    let mut filled = vec![vec![0; n_classes]; n_folds];
    let mut fold_of = BTreeMap::new();
    for (_, _, group) in order {
        let own = &counts[&group];
        left.iter_mut().zip(own).for_each(|(left, n)| *left -= n);
        // The last users of a class may not join all the others in one fold: nobody would be left to
        // learn it from.
        let would_hold_all = |fold: &[usize]| {
            (0..n_classes).find(|&class| {
                own[class] > 0
                    && left[class] == 0
                    && fold[class] + own[class] == totals[class] as usize
            })
        };
        // By how much the sum of squared shares grows: least where the group is needed most.
        let growth = |fold: &[usize]| -> f64 {
            let of = |class: usize| {
                let own = share(class, own[class]);
                own * (2.0 * share(class, fold[class]) + own)
            };
            (0..n_classes).map(of).sum()
        };
        let n_users = |fold: &[usize]| fold.iter().sum::<usize>();
        let open = (0..n_folds).filter(|&fold| would_hold_all(&filled[fold]).is_none());
        let best = open.min_by(|&a, &b| {
            let (a, b) = (&filled[a], &filled[b]);
            growth(a).total_cmp(&growth(b)).then(n_users(a).cmp(&n_users(b)))
        });
        let Some(best) = best else {
            let class = would_hold_all(&filled[0]).unwrap_or_default();
            let reason = format!(
                "groups are so few that class `{}` would come into one fold whole, with nobody left \
                 to learn it from: bring more groups, or leave the class out",
                labels.classes[class]
            );
            return Err(DataError::Labels { reason });
        };
        filled[best].iter_mut().zip(own).for_each(|(has, n)| *has += n);
        fold_of.insert(group, best as u32);
    }
    Ok(fold_of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::NO_CODE;
    use proptest::prelude::*;

    #[test]
    fn even_groups_make_even_folds() {
        let words: Vec<_> = (0..120).map(|row| Some(["a", "b", "b"][row % 3])).collect();
        let labels = Labels::from_words(&words);
        let groups: Vec<u64> = (0..120).map(|row| row / 6).collect();
        let folds = grouped(&labels, &groups, 5, 1, Seed(3)).expect("enough");
        assert!(folds.splits.iter().all(|split| split.test.len() == 24));
        let again = grouped(&labels, &groups, 5, 1, Seed(4)).expect("enough");
        assert_ne!(folds, again);
    }

    #[test]
    fn a_class_of_one_group_is_refused() {
        let labels = Labels::from_words(&["a", "a", "b", "b"].map(Some));
        let refused = grouped(&labels, &[1, 2, 3, 3], 2, 1, Seed(1)).expect_err("one group");
        assert!(refused.to_string().contains("`b` lives in one group alone"));
        let refused = grouped(&labels, &[1, 2, 1, 2], 3, 1, Seed(1)).expect_err("two groups");
        assert!(refused.to_string().contains("2 groups cannot fill 3 folds"));
        let refused = grouped(&labels, &[7; 4], 2, 1, Seed(1)).expect_err("one group");
        assert!(refused.to_string().contains("all labelled users are of one group"));
        assert!(grouped(&labels, &[1, 2], 2, 1, Seed(1)).is_err());
    }

    #[test]
    fn a_class_of_two_groups_stands_in_two_folds_and_no_fold_is_empty() {
        // `c` lives in two groups beside much of `a`; the groups of `b` are pure.
        let rows = [(0, "a", 8), (0, "c", 1), (1, "a", 8), (1, "c", 1), (2, "a", 2), (3, "b", 9)];
        let rows = rows.into_iter().chain([(4, "b", 9)]);
        let rows: Vec<(u64, &str)> =
            rows.flat_map(|(group, class, n)| std::iter::repeat_n((group, class), n)).collect();
        let words: Vec<Option<&str>> = rows.iter().map(|row| Some(row.1)).collect();
        let groups: Vec<u64> = rows.iter().map(|row| row.0).collect();
        let labels = Labels::from_words(&words);
        for seed in 0..50 {
            let folds = grouped(&labels, &groups, 4, 1, Seed(seed)).expect("enough");
            for split in &folds.splits {
                assert!(!split.test.is_empty());
                assert!(labels.select(&split.train).counts().iter().all(|&n| n > 0));
            }
        }
    }

    #[test]
    fn groups_that_would_all_have_to_be_apart_are_refused_by_a_class() {
        // Each pair of groups shares a class that no other has: with two folds, some pair is in one.
        let labels = Labels::from_words(&["a", "b", "a", "c", "b", "c"].map(Some));
        let of = |n_folds| grouped(&labels, &[1, 1, 2, 2, 3, 3], n_folds, 1, Seed(1));
        let refused = of(2).expect_err("three groups, two folds").to_string();
        assert!(refused.contains("would come into one fold whole"), "{refused}");
        assert!(of(3).is_ok());
    }

    proptest! {
        #[test]
        fn no_group_stands_on_both_sides(
            rows in prop::collection::vec((0u64..15, 0u32..4), 20..100),
            n_folds in 2usize..5,
            seed: u64,
        ) {
            let groups: Vec<u64> = rows.iter().map(|row| row.0).collect();
            let codes = rows.iter().map(|row| if row.1 == 3 { NO_CODE } else { row.1 }).collect();
            let classes = ["a", "b", "c"].map(str::to_owned).to_vec();
            let labels = Labels { classes, codes };
            if let Ok(folds) = grouped(&labels, &groups, n_folds, 2, Seed(seed)) {
                for split in &folds.splits {
                    let mut all = [&split.train[..], &split.test[..]].concat();
                    all.sort_unstable();
                    prop_assert_eq!(all, labels.labelled());
                    let apart = |&test: &usize| {
                        split.train.iter().all(|&train| groups[train] != groups[test])
                    };
                    prop_assert!(split.test.iter().all(apart));
                }
                let asked: usize = folds.splits.iter().map(|split| split.test.len()).sum();
                prop_assert_eq!(asked, 2 * labels.labelled().len());
            }
        }
    }
}
