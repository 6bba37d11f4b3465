//! Shapley values of a game of few players.

/// What each of `n_players` adds to the worth of all, averaged over every order in which they could
/// come (Shapley, *A value for n-person games*, 1953). `worth` is asked about sets: bit `p` says
/// whether player `p` is in. The values add up to the worth of all less that of none. Asks `2ⁿ` times,
/// so it is for few players.
#[must_use]
pub fn shapley_values(n_players: usize, worth: impl Fn(usize) -> f64) -> Vec<f64> {
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    let all = factorial(n_players);
    let of = |player: usize| -> f64 {
        let without = (0..1usize << n_players).filter(|set| set >> player & 1 == 0);
        without
            .map(|set| {
                let n_before = set.count_ones() as usize;
                let orders = factorial(n_before) * factorial(n_players - n_before - 1);
                orders / all * (worth(set | 1 << player) - worth(set))
            })
            .sum()
    };
    (0..n_players).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glove_game_has_the_values_of_the_textbook() {
        // Player 0 has a left glove, players 1 and 2 a right one each; a pair is worth 1.
        let worth = |set: usize| f64::from(set & 1 == 1 && set & 0b110 != 0);
        let found = shapley_values(3, worth);
        for (found, wanted) in found.iter().zip([2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0]) {
            assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
        }
    }

    #[test]
    fn values_add_up_and_who_adds_nothing_has_none() {
        let worth = |set: usize| [1.0, 4.0, 2.5, 9.0][set & 0b11];
        let found = shapley_values(3, worth);
        assert!((found.iter().sum::<f64>() - 8.0).abs() < 1e-12);
        assert_eq!(found[2], 0.0);
        assert_eq!(shapley_values(0, |_| 3.0), Vec::<f64>::new());
    }
}
