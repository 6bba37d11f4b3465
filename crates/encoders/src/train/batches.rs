use fenqun_base::Seed;
use rand::seq::SliceRandom;

/// The rows of an epoch in batches: in an order drawn by the seed, or as they come. A last batch of
/// one row joins the one before, since nothing can be normalised over one row.
pub(super) fn batches(rows: &[usize], size: usize, order: Option<Seed>) -> Vec<Vec<usize>> {
    let mut rows = rows.to_vec();
    if let Some(seed) = order {
        rows.shuffle(&mut seed.rng());
    }
    let mut batches: Vec<Vec<usize>> = rows.chunks(size.max(1)).map(<[usize]>::to_vec).collect();
    let is_alone = batches.last().is_some_and(|last| last.len() == 1);
    if batches.len() > 1
        && is_alone
        && let (Some(last), Some(before)) = (batches.pop(), batches.last_mut())
    {
        before.extend(last);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_comes_once_and_nobody_alone() {
        let rows: Vec<usize> = (10..23).collect();
        for (size, sizes) in [(4, vec![4, 4, 5]), (5, vec![5, 5, 3]), (50, vec![13])] {
            let found = batches(&rows, size, Some(Seed(3)));
            assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
            let mut all = found.concat();
            assert_ne!(all, rows);
            all.sort_unstable();
            assert_eq!(all, rows);
        }
        assert_eq!(batches(&rows, 6, None).concat(), rows);
        assert_eq!(batches(&rows[..1], 6, None), [vec![10]]);
    }
}
