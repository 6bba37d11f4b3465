//! How much does one assignment say about another?

use std::collections::BTreeMap;

use fenqun_base::DataError;

/// The mutual information of two assignments of the same users, in nats: how much knowing one
/// tells about the other. It grows with the number of segments, also for segments that have
/// nothing to do with each other: compare [`adjusted_mutual_information`].
///
/// # Errors
/// [`DataError::WrongLength`] unless both have one entry a user; [`DataError::Empty`] without any.
pub fn mutual_information(a: &[u32], b: &[u32]) -> Result<f64, DataError> {
    Ok(Table::new(a, b)?.mutual())
}

/// Mutual information less what chance gives, divided by the most there could be (the mean of both
/// entropies, as scikit-learn does): 1 for the same groups, about 0 for unrelated ones. Names of
/// segments do not matter.
///
/// Beside [`crate::adjusted_rand`], it weighs small segments more. `segments of a × segments of b ×
/// users of the smaller` operations. Vinh, Epps and Bailey, *Information Theoretic Measures for
/// Clusterings Comparison*, 2010.
///
/// ```
/// use fenqun_evaluate::adjusted_mutual_information;
/// assert_eq!(adjusted_mutual_information(&[0, 0, 1, 1], &[5, 5, 2, 2])?, 1.0);
/// # Ok::<(), fenqun_base::DataError>(())
/// ```
///
/// # Errors
/// As [`mutual_information`].
pub fn adjusted_mutual_information(a: &[u32], b: &[u32]) -> Result<f64, DataError> {
    let table = Table::new(a, b)?;
    let (in_a, in_b) = (table.entropy(&table.sizes_a), table.entropy(&table.sizes_b));
    // One group each, or nothing but groups of one each: there is one way to do that.
    let alike = |count: usize| table.sizes_a.len() == count && table.sizes_b.len() == count;
    if alike(1) || alike(a.len()) {
        return Ok(1.0);
    }
    let expected = table.expected();
    let (found, most) = (table.mutual() - expected, (in_a + in_b) / 2.0 - expected);
    // Not a division by nothing: rounding may bring both to 0.
    let most = if most < 0.0 { most.min(-f64::EPSILON) } else { most.max(f64::EPSILON) };
    let found = found / most;
    // Equal groups come out as 1 to the last bit.
    Ok(if (found - 1.0).abs() < 1e-12 { 1.0 } else { found })
}

/// Users by segment of both assignments.
struct Table {
    cells: Vec<(usize, usize, u64)>,
    sizes_a: Vec<u64>,
    sizes_b: Vec<u64>,
    n_users: u64,
}

impl Table {
    fn new(a: &[u32], b: &[u32]) -> Result<Self, DataError> {
        if a.len() != b.len() {
            let (expected, found) = (a.len(), b.len());
            return Err(DataError::WrongLength { what: "assignment", expected, found });
        }
        if a.is_empty() {
            return Err(DataError::Empty);
        }
        let places = |segments: &[u32]| {
            let mut places: BTreeMap<u32, usize> = BTreeMap::new();
            segments.iter().for_each(|&segment| {
                places.insert(segment, 0);
            });
            places.values_mut().enumerate().for_each(|(at, place)| *place = at);
            places
        };
        let (in_a, in_b) = (places(a), places(b));
        let (mut sizes_a, mut sizes_b) = (vec![0; in_a.len()], vec![0; in_b.len()]);
        let mut cells: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for (a, b) in a.iter().zip(b) {
            let (a, b) = (in_a[a], in_b[b]);
            sizes_a[a] += 1;
            sizes_b[b] += 1;
            *cells.entry((a, b)).or_insert(0) += 1;
        }
        let cells = cells.into_iter().map(|((a, b), count)| (a, b, count)).collect();
        Ok(Self { cells, sizes_a, sizes_b, n_users: a.len() as u64 })
    }

    fn mutual(&self) -> f64 {
        let n = self.n_users as f64;
        let of_cell = |&(a, b, count): &(usize, usize, u64)| {
            let (count, a, b) = (count as f64, self.sizes_a[a] as f64, self.sizes_b[b] as f64);
            count / n * (n * count / (a * b)).ln()
        };
        self.cells.iter().map(of_cell).sum::<f64>().max(0.0)
    }

    fn entropy(&self, sizes: &[u64]) -> f64 {
        let of = |&size: &u64| {
            let share = size as f64 / self.n_users as f64;
            -share * share.ln()
        };
        sizes.iter().map(of).sum()
    }

    /// Mutual information of assignments with segments of these sizes and nothing in common: the
    /// mean over the hypergeometric distribution of each cell.
    fn expected(&self) -> f64 {
        let n = self.n_users as usize;
        let mut log_factorial = Vec::with_capacity(n + 1);
        log_factorial.push(0.0f64);
        (1..=n).for_each(|k| log_factorial.push(log_factorial[k - 1] + (k as f64).ln()));
        // Segments of one size behave alike: each pair of sizes is computed once.
        let counted = |sizes: &[u64]| {
            let mut counted: BTreeMap<u64, u64> = BTreeMap::new();
            sizes.iter().for_each(|&size| *counted.entry(size).or_insert(0) += 1);
            counted
        };
        let (in_a, in_b) = (counted(&self.sizes_a), counted(&self.sizes_b));
        let mut sum = 0.0;
        for (&a, &n_a) in &in_a {
            for (&b, &n_b) in &in_b {
                let of_cell = cell(n, a as usize, b as usize, &log_factorial);
                sum += (n_a * n_b) as f64 * of_cell;
            }
        }
        sum
    }
}

fn cell(n: usize, a: usize, b: usize, log_factorial: &[f64]) -> f64 {
    let fixed = log_factorial[a] + log_factorial[b] + log_factorial[n - a] + log_factorial[n - b]
        - log_factorial[n];
    let (low, high) = ((a + b).saturating_sub(n).max(1), a.min(b));
    let of = |both: usize| {
        let log_chance = fixed
            - log_factorial[both]
            - log_factorial[a - both]
            - log_factorial[b - both]
            - log_factorial[n + both - a - b];
        let (n, both, a, b) = (n as f64, both as f64, a as f64, b as f64);
        both / n * (n * both / (a * b)).ln() * log_chance.exp()
    };
    (low..=high).map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn degenerate_assignments_have_a_value() {
        assert_eq!(adjusted_mutual_information(&[0, 0, 0], &[7, 7, 7]), Ok(1.0));
        assert_eq!(adjusted_mutual_information(&[0, 1, 2], &[2, 1, 0]), Ok(1.0));
        assert_eq!(mutual_information(&[0, 0, 0], &[0, 1, 2]), Ok(0.0));
        assert_eq!(mutual_information(&[], &[]), Err(DataError::Empty));
        assert!(adjusted_mutual_information(&[0, 1], &[0]).is_err());
    }

    proptest! {
        #[test]
        fn names_and_sides_do_not_matter(
            labels in prop::collection::vec((0u32..5, 0u32..4), 2..60),
        ) {
            let (a, b): (Vec<u32>, Vec<u32>) = labels.into_iter().unzip();
            let found = adjusted_mutual_information(&a, &b).expect("same length");
            let renamed: Vec<u32> = a.iter().map(|label| 100 - 7 * label).collect();
            let of = |a: &[u32], b: &[u32]| adjusted_mutual_information(a, b).expect("same length");
            prop_assert!((of(&renamed, &b) - found).abs() < 1e-9);
            prop_assert!((of(&b, &a) - found).abs() < 1e-9);
            prop_assert_eq!(of(&a, &renamed), 1.0);
            prop_assert!(found <= 1.0 + 1e-9);
        }
    }
}
