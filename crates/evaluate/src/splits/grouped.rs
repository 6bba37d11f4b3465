use std::collections::BTreeMap;

use fenqun_base::{DataError, Labels, Seed};
use rand::RngExt;

use super::folds::{Folds, check_classes, check_numbers};
use super::of_repeat;

/// Folds of whole groups: all rows of a user, a household or a store stand on one side. `groups`
/// names the group of every row.
///
/// Groups are shuffled, then dealt from large to small, each to the fold where the classes are
/// spread most evenly afterwards. With few or very unequal groups, folds are uneven, and one may
/// ask about no user of a small class.
///
/// # Errors
/// As [`super::stratified`]; [`DataError::WrongLength`] unless every row has a group;
/// [`DataError::Labels`] for a class that lives in one group alone, or fewer groups than folds.
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
        let fold_of = deal(&counts, n_folds, seed.derive("groups").nth(repeat));
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
        let reason = format!("{} groups cannot fill {n_folds} folds: ask for fewer", counts.len());
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
fn deal(counts: &BTreeMap<u64, Vec<usize>>, n_folds: usize, seed: Seed) -> BTreeMap<u64, u32> {
    let mut rng = seed.rng();
    let n_classes = counts.values().next().map_or(0, Vec::len);
    let mut order: Vec<(usize, u64, u64)> =
        counts.iter().map(|(&group, counts)| (counts.iter().sum(), rng.random(), group)).collect();
    order.sort_unstable_by(|a, b| b.cmp(a));
    let mut totals = vec![0.0; n_classes];
    for counts in counts.values() {
        totals.iter_mut().zip(counts).for_each(|(total, &count)| *total += count as f64);
    }
    let mut filled = vec![vec![0.0; n_classes]; n_folds];
    let mut fold_of = BTreeMap::new();
    for (_, _, group) in order {
        let own = &counts[&group];
        // By how much the sum of squared shares grows: least where the group is needed most.
        let growth = |fold: &Vec<f64>| -> f64 {
            let of = |(class, &has): (usize, &f64)| {
                let share = own[class] as f64 / totals[class];
                share * (2.0 * has / totals[class] + share)
            };
            fold.iter().enumerate().map(of).sum()
        };
        let mut best = 0;
        for fold in 1..n_folds {
            if growth(&filled[fold]) < growth(&filled[best]) {
                best = fold;
            }
        }
        filled[best].iter_mut().zip(own).for_each(|(has, &count)| *has += count as f64);
        fold_of.insert(group, best as u32);
    }
    fold_of
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
        assert!(grouped(&labels, &[1, 2], 2, 1, Seed(1)).is_err());
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
