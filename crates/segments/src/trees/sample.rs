//! Rows and columns drawn without replacement.

use fenqun_base::Rng;
use rand::RngExt;

/// `n_wanted` of the numbers below `n`, every choice equally likely, in order; all of them when
/// there are no more.
pub(super) fn some_of(n: usize, n_wanted: usize, rng: &mut Rng) -> Vec<u32> {
    if n_wanted >= n {
        return (0..n as u32).collect();
    }
    let mut chosen = Vec::with_capacity(n_wanted);
    for number in 0..n {
        let (left, missing) = ((n - number) as u32, (n_wanted - chosen.len()) as u32);
        if missing == 0 {
            break;
        }
        if rng.random_range(0..left) < missing {
            chosen.push(number as u32);
        }
    }
    chosen
}

/// The numbers below `n` that `chosen`, in order, leaves out.
pub(super) fn others(n: usize, chosen: &[u32]) -> Vec<u32> {
    let mut chosen = chosen.iter().copied().peekable();
    (0..n as u32).filter(|number| chosen.next_if_eq(number).is_none()).collect()
}

/// How many a share of `n` is: at least 1.
pub(super) fn count(share: f64, n: usize) -> usize {
    ((share * n as f64).round() as usize).clamp(1, n.max(1))
}

#[cfg(test)]
mod tests {
    use fenqun_base::Seed;

    use super::*;

    #[test]
    fn drawn_numbers_and_the_others_are_all_numbers() {
        let mut rng = Seed(3).rng();
        let mut seen = [0; 10];
        for _ in 0..10_000 {
            let chosen = some_of(10, 3, &mut rng);
            assert_eq!(chosen.len(), 3);
            assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
            let mut all = [others(10, &chosen), chosen.clone()].concat();
            all.sort_unstable();
            assert_eq!(all, (0..10).collect::<Vec<u32>>());
            chosen.iter().for_each(|&number| seen[number as usize] += 1);
        }
        assert!(seen.iter().all(|&times| (2700..3300).contains(&times)), "{seen:?}");
        assert_eq!((count(0.3, 10), count(0.001, 10), count(1.0, 10)), (3, 1, 10));
    }
}
