use fenqun_base::{DataError, Matrix, Seed};
use rand::RngExt;
use rayon::prelude::*;

use super::{bought_by, check_targets};
use crate::metrics::Ranking;

/// Resamples that go through the users together, one a lane of the processor.
const LANES: usize = 64;
/// Most users times resamples that are drawn: a byte each.
const MOST_DRAWN: usize = 1 << 28;
/// Fewest resamples, however many the users.
const FEWEST: usize = 100;

/// Draws of as many users as there are, with replacement: what other users would have said. The
/// same draws for every contender, so that differences have intervals of their own.
#[derive(Clone, Debug)]
pub struct Resamples {
    n_users: usize,
    n_resamples: usize,
    /// How often each user was drawn: for every block of resamples, user by user.
    blocks: Vec<Vec<u8>>,
}

impl Resamples {
    /// Draws; fewer than asked where users are so many that a hundred suffice.
    #[must_use]
    pub fn draw(n_users: usize, n_resamples: usize, seed: Seed) -> Self {
        let n_resamples = n_resamples.min(most_drawn(n_users));
        let of_block = |first: usize| {
            let mut drawn = vec![0u8; n_users * LANES];
            for lane in 0..LANES.min(n_resamples - first) {
                let mut rng = seed.nth(first + lane).rng();
                for _ in 0..n_users {
                    let count = &mut drawn[rng.random_range(0..n_users) * LANES + lane];
                    *count = count.saturating_add(1);
                }
            }
            drawn
        };
        let firsts: Vec<usize> = (0..n_resamples).step_by(LANES).collect();
        let blocks = firsts.into_par_iter().map(of_block).collect();
        Self { n_users, n_resamples, blocks }
    }

    /// Number of draws.
    #[must_use]
    pub fn n_resamples(&self) -> usize {
        self.n_resamples
    }

    /// [`super::flags_auroc`] of every draw. A target that nobody or everybody drawn has is left out
    /// of that draw's mean, and a draw without any target is left out: which ones depends on the
    /// targets alone, so that places of two contenders' values agree.
    ///
    /// # Errors
    /// As [`super::flags_auroc`]; [`DataError::WrongLength`] for another number of users than drawn.
    pub fn auroc(&self, targets: &Matrix, scores: &Matrix) -> Result<Vec<f64>, DataError> {
        check_targets(targets, scores)?;
        if scores.n_rows() != self.n_users {
            let (expected, found) = (self.n_users, scores.n_rows());
            return Err(DataError::WrongLength { what: "scores", expected, found });
        }
        let of_target = |target: usize| {
            let Some(bought) = bought_by(targets, target) else { return Vec::new() };
            let ranking = Ranking::new(&scores.column(target));
            self.blocks.iter().flat_map(|drawn| of_block(&ranking, &bought, drawn)).collect()
        };
        let of_targets: Vec<Vec<Option<f64>>> =
            (0..targets.n_columns()).into_par_iter().map(of_target).collect();
        let mean = |resample: usize| {
            let found = of_targets.iter().filter_map(|values| *values.get(resample)?);
            let (sum, n) = found.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
            (n > 0).then(|| sum / f64::from(n))
        };
        Ok((0..self.n_resamples).filter_map(mean).collect())
    }
}

/// Resamples that fit into memory.
fn most_drawn(n_users: usize) -> usize {
    (MOST_DRAWN / n_users.max(1)).max(FEWEST)
}

/// The AUROC of every lane; none where everybody or nobody drawn bought.
fn of_block(ranking: &Ranking, bought: &[bool], drawn: &[u8]) -> [Option<f64>; LANES] {
    let (mut above, mut below) = ([0u32; LANES], [0u32; LANES]);
    // Twice the pairs won, so that half a pair is a whole number.
    let mut won = [0u64; LANES];
    for rows in ranking.ties() {
        let mut counts = [[0u32; LANES]; 2];
        for &row in rows {
            let row = row as usize;
            let own = &drawn[row * LANES..(row + 1) * LANES];
            let sums = &mut counts[usize::from(bought[row])];
            sums.iter_mut().zip(own).for_each(|(sum, &count)| *sum += u32::from(count));
        }
        let [outside, inside] = counts;
        for lane in 0..LANES {
            let ahead = 2 * u64::from(above[lane]) + u64::from(inside[lane]);
            won[lane] += u64::from(outside[lane]) * ahead;
            above[lane] += inside[lane];
            below[lane] += outside[lane];
        }
    }
    std::array::from_fn(|lane| {
        let pairs = u64::from(above[lane]) * u64::from(below[lane]);
        (pairs > 0).then(|| won[lane] as f64 / (2 * pairs) as f64)
    })
}

#[cfg(test)]
mod tests {
    use super::super::flags_auroc;
    use super::*;

    fn shop(n_users: usize) -> (Matrix, Matrix) {
        let row = |user: usize| {
            let noise = |by: usize| (user * by % 97) as f32 / 97.0;
            let bought = [noise(31) > 0.8, noise(17) > 0.5, user == 3];
            // Rounded, so that there are ties.
            let score = |flag: bool, by: usize| {
                ((noise(by) + f32::from(u8::from(flag)) * 0.4) * 8.0).round()
            };
            let scores = [score(bought[0], 7), score(bought[1], 11), noise(13)];
            (bought.map(|flag| f32::from(u8::from(flag))), scores)
        };
        let (targets, scores): (Vec<_>, Vec<_>) = (0..n_users).map(row).unzip();
        let rows = |rows: &[[f32; 3]]| Matrix::from_rows(rows).expect("rows");
        (rows(&targets), rows(&scores))
    }

    #[test]
    fn every_draw_has_the_auroc_of_the_users_drawn_written_out() {
        let (targets, scores) = shop(120);
        let draws = Resamples::draw(120, 130, Seed(5));
        let found = draws.auroc(&targets, &scores).expect("gives");
        assert_eq!((found.len(), draws.n_resamples(), draws.blocks.len()), (130, 130, 3));
        for resample in [0, 63, 64, 129] {
            let count = |user: usize| {
                let block = &draws.blocks[resample / LANES];
                usize::from(block[user * LANES + resample % LANES])
            };
            let rows: Vec<usize> =
                (0..120).flat_map(|user| std::iter::repeat_n(user, count(user))).collect();
            assert_eq!(rows.len(), 120);
            let drawn = (targets.select_rows(&rows), scores.select_rows(&rows));
            let (expected, _) = flags_auroc(&drawn.0, &drawn.1).expect("gives");
            assert!((found[resample] - expected).abs() < 1e-12, "{resample}");
        }
        assert_eq!(Resamples::draw(120, 130, Seed(5)).auroc(&targets, &scores), Ok(found));
    }

    #[test]
    fn the_spread_is_that_of_hanley_and_mcneil() {
        // Their formula for a score that is normal in both groups, on many users.
        let n_users = 4000;
        let mut rng = Seed(9).rng();
        let mut normal = || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        let bought: Vec<[f32; 1]> =
            (0..n_users).map(|user| [f32::from(u8::from(user % 4 == 0))]).collect();
        let scores: Vec<[f32; 1]> =
            bought.iter().map(|flag| [(normal() + f64::from(flag[0])) as f32]).collect();
        let (targets, scores) = (Matrix::from_rows(&bought), Matrix::from_rows(&scores));
        let (targets, scores) = (targets.expect("rows"), scores.expect("rows"));
        let (a, _) = flags_auroc(&targets, &scores).expect("gives");
        let found = Resamples::draw(n_users, 500, Seed(1)).auroc(&targets, &scores).expect("gives");
        let mean = found.iter().sum::<f64>() / found.len() as f64;
        let variance = found.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 499.0;
        let (inside, outside) = (n_users as f64 / 4.0, n_users as f64 * 0.75);
        let (q1, q2) = (a / (2.0 - a), 2.0 * a * a / (1.0 + a));
        let expected =
            (a * (1.0 - a) + (inside - 1.0) * (q1 - a * a) + (outside - 1.0) * (q2 - a * a))
                / (inside * outside);
        let ratio = (variance / expected).sqrt();
        assert!((0.85..1.15).contains(&ratio), "{ratio}");
    }

    #[test]
    fn users_who_are_very_many_are_drawn_less_often() {
        assert!(most_drawn(200_000) > 1000 && most_drawn(0) > 1000);
        assert_eq!((most_drawn(1_000_000), most_drawn(3_000_000)), (268, FEWEST));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (targets, scores) = shop(20);
        let draws = Resamples::draw(30, 100, Seed(1));
        assert!(matches!(draws.auroc(&targets, &scores), Err(DataError::WrongLength { .. })));
        let draws = Resamples::draw(20, 100, Seed(1));
        let narrow = Matrix::zeros(20, 2);
        assert!(matches!(draws.auroc(&narrow, &scores), Err(DataError::WrongWidth { .. })));
        assert_eq!(draws.auroc(&Matrix::zeros(20, 3), &scores), Ok(Vec::new()));
    }
}
