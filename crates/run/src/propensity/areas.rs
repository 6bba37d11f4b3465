//! AUROC of many categories at once, with what each user contributes to their mean.
//!
//! An AUROC is a mean of placements: for a buyer the share of the others that score lower, for one
//! of the others the share of buyers that score higher, ties counting half. How far a user's
//! placements lie from the AUROC says how much the AUROC hangs on that user; from that follows the
//! interval of a difference between two ways to score the same users, with no resampling. A user
//! counts as a whole, over all categories.

use fenqun_base::Matrix;

/// What a way to score comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Areas {
    /// One a category; `None` where all users or none bought.
    pub(super) of_category: Vec<Option<f64>>,
    /// One a user: what the mean would change by, were there more such users.
    influence: Vec<f64>,
}

impl Areas {
    /// `wanted` and `counted` are users × categories, row after row; pairs that are not counted are
    /// left out.
    pub(super) fn new(scores: &Matrix, wanted: &[bool], counted: impl Fn(usize) -> bool) -> Self {
        let (n_users, n_categories) = (scores.n_rows(), scores.n_columns());
        let mut areas = Self { of_category: Vec::new(), influence: vec![0.0; n_users] };
        for category in 0..n_categories {
            let at = |user: usize| user * n_categories + category;
            let mut order: Vec<usize> = (0..n_users).filter(|&user| counted(at(user))).collect();
            let score = |user: usize| scores.values()[at(user)];
            order.sort_by(|&a, &b| score(a).total_cmp(&score(b)).then(a.cmp(&b)));
            let n_buyers = order.iter().filter(|&&user| wanted[at(user)]).count() as f64;
            let n_others = order.len() as f64 - n_buyers;
            if n_buyers == 0.0 || n_others == 0.0 {
                areas.of_category.push(None);
                continue;
            }
            let mut placed = Vec::with_capacity(order.len());
            let (mut buyers, mut others, mut sum) = (0.0, 0.0, 0.0);
            for run in order.chunk_by(|&a, &b| score(a) == score(b)) {
                let own = run.iter().filter(|&&user| wanted[at(user)]).count() as f64;
                let own_others = run.len() as f64 - own;
                let below = (others + own_others / 2.0) / n_others;
                let above = (n_buyers - buyers - own / 2.0) / n_buyers;
                for &user in run {
                    let (place, n) =
                        if wanted[at(user)] { (below, n_buyers) } else { (above, n_others) };
                    placed.push((user, place, n));
                }
                sum += own * below;
                (buyers, others) = (buyers + own, others + own_others);
            }
            let area = sum / n_buyers;
            for (user, place, n) in placed {
                areas.influence[user] += (place - area) / n;
            }
            areas.of_category.push(Some(area));
        }
        let n_known = areas.of_category.iter().flatten().count().max(1) as f64;
        areas.influence.iter_mut().for_each(|influence| *influence /= n_known);
        areas
    }

    /// The mean over categories that have one; `None` when none has.
    pub(super) fn mean(&self) -> Option<f64> {
        let known: Vec<f64> = self.of_category.iter().flatten().copied().collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }

    /// The ends of the 95 % interval of the mean over users; `None` where there is no mean.
    pub(super) fn interval(&self) -> Option<[f64; 2]> {
        let (mean, half) = (self.mean()?, self.half_width(None));
        Some([mean - half, mean + half])
    }

    /// Half the width of the 95 % interval of the mean, or of its difference from another's over
    /// the same users.
    pub(super) fn half_width(&self, other: Option<&Self>) -> f64 {
        let square = |(user, own): (usize, &f64)| {
            let difference = own - other.map_or(0.0, |other| other.influence[user]);
            difference * difference
        };
        1.96 * self.influence.iter().enumerate().map(square).sum::<f64>().sqrt()
    }
}

#[cfg(test)]
mod tests {
    use fenqun_base::Seed;
    use fenqun_evaluate::metrics::auroc;

    use super::*;

    /// Scores in steps, so that there are ties; buyers score higher.
    fn drawn(n_users: usize, seed: u64) -> (Matrix, Matrix, Vec<bool>) {
        let mut at = 0;
        let mut below = |n: u64| {
            at += 1;
            Seed(seed).nth(at).0 % n
        };
        let wanted: Vec<bool> = (0..n_users * 3).map(|_| below(4) == 0).collect();
        let mut scores = || {
            let score = |wanted: &bool| below(20) as f32 + 5.0 * f32::from(u8::from(*wanted));
            wanted.iter().map(score).collect::<Vec<f32>>()
        };
        let (a, b) = (scores(), scores());
        let matrix = |values| Matrix::new(n_users, 3, values).expect("counts fit");
        (matrix(a), matrix(b), wanted)
    }

    #[test]
    fn areas_are_those_of_the_metric() {
        let (scores, _, wanted) = drawn(200, 1);
        let areas = Areas::new(&scores, &wanted, |_| true);
        for category in 0..3 {
            let own: Vec<bool> = (0..200).map(|user| wanted[user * 3 + category]).collect();
            let area = auroc(&own, &scores.column(category)).expect("both kinds");
            let found = areas.of_category[category].expect("both kinds");
            assert!((found - area).abs() < 1e-12);
        }
        let none = Areas::new(&scores, &[false; 600], |_| true);
        assert_eq!(none.mean(), None);
    }

    /// Pairs are left out by user and category, as those who bought before are.
    #[test]
    fn intervals_of_some_pairs_are_as_wide_as_a_bootstrap_over_users() {
        let (scores, _, wanted) = drawn(300, 4);
        let is_counted = |pair: usize| !Seed(17).nth(pair).0.is_multiple_of(3);
        let found = Areas::new(&scores, &wanted, is_counted).interval().expect("buyers");
        let mut means: Vec<f64> = (0..600)
            .map(|resample| {
                let rows: Vec<usize> = (0..300)
                    .map(|nth| (Seed(resample).derive("drawn").nth(nth).0 % 300) as usize)
                    .collect();
                let pair = |at: usize| rows[at / 3] * 3 + at % 3;
                let own: Vec<bool> = (0..900).map(|at| wanted[pair(at)]).collect();
                let areas = Areas::new(&scores.select_rows(&rows), &own, |at| is_counted(pair(at)));
                areas.mean().expect("buyers")
            })
            .collect();
        means.sort_unstable_by(f64::total_cmp);
        let width = means[584] - means[15];
        let ratio = (found[1] - found[0]) / width;
        assert!((0.85..1.15).contains(&ratio), "{ratio}");
    }

    #[test]
    fn intervals_are_as_wide_as_the_spread_over_draws() {
        let differences: Vec<f64> = (0..400)
            .map(|seed| {
                let (a, b, wanted) = drawn(150, seed);
                let (a, b) = (Areas::new(&a, &wanted, |_| true), Areas::new(&b, &wanted, |_| true));
                a.mean().expect("buyers") - b.mean().expect("buyers")
            })
            .collect();
        let mean = differences.iter().sum::<f64>() / 400.0;
        let variance: f64 = differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / 399.0;
        let (a, b, wanted) = drawn(150, 9);
        let (a, b) = (Areas::new(&a, &wanted, |_| true), Areas::new(&b, &wanted, |_| true));
        let ratio = a.half_width(Some(&b)) / (1.96 * variance.sqrt());
        assert!((0.85..1.15).contains(&ratio), "{ratio}");
    }
}
