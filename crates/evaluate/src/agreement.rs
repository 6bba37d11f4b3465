//! Do two assignments of the same users agree, whatever the segments are called?

use std::collections::BTreeMap;

use fenqun_base::DataError;

/// The adjusted Rand index of two assignments: 1 for the same groups, about 0 for groups that have
/// nothing to do with each other, below 0 for less than that.
///
/// Over all pairs of users, it counts those that both assignments put together, takes off what
/// chance would give for segments of these sizes, and divides by the most there could be. Names of
/// segments do not matter. Two assignments of one segment each (or of one user each) agree: 1.
/// `n + cells · log cells` operations. Hubert and Arabie, *Comparing partitions*, 1985.
///
/// ```
/// use fenqun_evaluate::adjusted_rand;
/// assert_eq!(adjusted_rand(&[0, 0, 1, 1], &[5, 5, 2, 2])?, 1.0);
/// assert!(adjusted_rand(&[0, 0, 1, 1], &[0, 1, 0, 1])? < 0.0);
/// # Ok::<(), fenqun_base::DataError>(())
/// ```
///
/// # Errors
/// [`DataError::WrongLength`] unless both have one entry a user; [`DataError::Empty`] without any.
pub fn adjusted_rand(a: &[u32], b: &[u32]) -> Result<f64, DataError> {
    if a.len() != b.len() {
        let (expected, found) = (a.len(), b.len());
        return Err(DataError::WrongLength { what: "assignment", expected, found });
    }
    if a.is_empty() {
        return Err(DataError::Empty);
    }
    let pairs = |count: u64| count as f64 * (count as f64 - 1.0) / 2.0;
    let together: f64 = counts(a.iter().zip(b)).map(pairs).sum();
    let in_a: f64 = counts(a.iter()).map(pairs).sum();
    let in_b: f64 = counts(b.iter()).map(pairs).sum();
    let all = pairs(a.len() as u64);
    let most = (in_a + in_b) / 2.0;
    let by_chance = if all > 0.0 { in_a * in_b / all } else { 0.0 };
    // Both put everybody together, or nobody: there is one way to do that.
    if most == by_chance {
        return Ok(1.0);
    }
    Ok((together - by_chance) / (most - by_chance))
}

fn counts<T: Ord>(labels: impl Iterator<Item = T>) -> impl Iterator<Item = u64> {
    let mut counts = BTreeMap::new();
    for label in labels {
        *counts.entry(label).or_insert(0) += 1;
    }
    counts.into_values()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn degenerate_assignments_have_a_value() {
        assert_eq!(adjusted_rand(&[0, 0, 0], &[7, 7, 7]), Ok(1.0));
        assert_eq!(adjusted_rand(&[0, 1, 2], &[2, 1, 0]), Ok(1.0));
        assert_eq!(adjusted_rand(&[0, 0, 0], &[0, 1, 2]), Ok(0.0));
        assert_eq!(adjusted_rand(&[4], &[9]), Ok(1.0));
        assert_eq!(adjusted_rand(&[], &[]), Err(DataError::Empty));
        assert!(adjusted_rand(&[0, 1], &[0]).is_err());
    }

    proptest! {
        #[test]
        fn names_and_sides_do_not_matter(
            labels in prop::collection::vec((0u32..5, 0u32..4), 2..60),
        ) {
            let (a, b): (Vec<u32>, Vec<u32>) = labels.into_iter().unzip();
            let index = adjusted_rand(&a, &b).expect("same length");
            let renamed: Vec<u32> = a.iter().map(|label| 100 - 7 * label).collect();
            prop_assert!((adjusted_rand(&renamed, &b).expect("same length") - index).abs() < 1e-12);
            prop_assert!((adjusted_rand(&b, &a).expect("same length") - index).abs() < 1e-12);
            prop_assert_eq!(adjusted_rand(&a, &renamed).expect("same length"), 1.0);
            prop_assert!(index <= 1.0);
        }
    }
}
