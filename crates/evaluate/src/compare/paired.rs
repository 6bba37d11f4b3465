//! Is one contender better than another, by more than luck?

use serde::{Deserialize, Serialize};

use super::bootstrap::Bootstrap;
use super::estimate::Moments;
use super::{Estimate, SIGNIFICANT, Standing, play::Played};
use crate::metrics::Metric;

/// Who wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The first is better.
    Beats,
    /// Chance explains the difference.
    Ties,
    /// The second is better.
    Loses,
}

/// A 95 % interval, and how likely a difference this far from 0 is by chance (two-sided).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Probability by chance, before any correction for the number of tests.
    pub p: f64,
}

/// Users that only one of two contenders decides rightly, on a single split.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Discordant {
    /// Right by the first alone.
    pub only_first: u64,
    /// Right by the second alone.
    pub only_second: u64,
    /// McNemar's exact two-sided probability.
    pub p: f64,
}

/// Two contenders by one metric, on the same splits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// Name of the first.
    pub first: String,
    /// Name of the second.
    pub second: String,
    /// The metric.
    pub metric: Metric,
    /// Value of the first less that of the second, mean over splits.
    pub difference: f64,
    /// The corrected test over splits; none for a single split.
    pub over_splits: Option<Range>,
    /// The bootstrap over users.
    pub over_users: Range,
    /// McNemar's test; only for a single split.
    pub discordant: Option<Discordant>,
    /// Probability by chance after Holm's correction for all pairs of this metric: of the test over
    /// splits, or over users on a single split.
    pub p_corrected: f64,
    /// Who wins by this metric.
    pub outcome: Outcome,
}

impl Paired {
    /// The interval that goes with the outcome.
    #[must_use]
    pub fn range(&self) -> Range {
        self.over_splits.unwrap_or(self.over_users)
    }
}

/// Tests all pairs that hold someone who is no baseline (all pairs, when everyone is one).
pub(super) fn test(
    standings: &[Standing],
    played: &[Vec<Played>],
    bootstrap: &Bootstrap,
    metrics: &[Metric],
    ratio: f64,
) -> Vec<Paired> {
    let all_alike = standings.iter().all(|standing| standing.is_baseline);
    let mut pairs = Vec::new();
    for first in 0..standings.len() {
        for second in 0..standings.len() {
            let (a, b) = (standings[first].is_baseline, standings[second].is_baseline);
            // A baseline never comes first, unless there are only baselines.
            if (a == b && first < second && (!a || all_alike)) || (!a && b) {
                pairs.push((first, second));
            }
        }
    }
    let mut all = Vec::new();
    for (at, &metric) in metrics.iter().enumerate() {
        let mut of_metric: Vec<Paired> = Vec::new();
        for &(first, second) in &pairs {
            let estimate = |contender: usize| standings[contender].estimate(metric);
            let (Some(a), Some(b)) = (estimate(first), estimate(second)) else { continue };
            let differences = differences(a, b);
            let Some(moments) = Moments::of(&differences) else { continue };
            let reach = moments.reach(ratio);
            let (low, high) = (moments.mean - reach, moments.mean + reach);
            let single = played[first].len() == 1;
            let over_users = bootstrap.difference(first, second, at);
            // Where splits have no spread, other users are all that can be asked.
            let p = moments.p(ratio).unwrap_or(over_users.p);
            let over_splits = Range { low, high, p };
            of_metric.push(Paired {
                first: standings[first].name.clone(),
                second: standings[second].name.clone(),
                metric,
                difference: moments.mean,
                over_splits: (!single).then_some(over_splits),
                over_users,
                discordant: single.then(|| discordant(&played[first][0], &played[second][0])),
                p_corrected: 1.0,
                outcome: Outcome::Ties,
            });
        }
        decide(&mut of_metric, metric);
        all.extend(of_metric);
    }
    all
}

fn differences(a: &Estimate, b: &Estimate) -> Vec<Option<f64>> {
    a.splits.iter().zip(&b.splits).map(|(a, b)| Some((*a)? - (*b)?)).collect()
}

fn decide(pairs: &mut [Paired], metric: Metric) {
    let chances: Vec<f64> = pairs.iter().map(|pair| pair.range().p).collect();
    for (pair, p) in pairs.iter_mut().zip(holm(&chances)) {
        pair.p_corrected = p;
        pair.outcome = match (pair.difference > 0.0) == metric.higher_is_better() {
            _ if p >= SIGNIFICANT => Outcome::Ties,
            true => Outcome::Beats,
            false => Outcome::Loses,
        };
    }
}

/// Probabilities corrected for how many there are: the smallest times all of them, the next times
/// one fewer, and none below one before it. Holm, *A Simple Sequentially Rejective Multiple Test
/// Procedure*, 1979.
fn holm(chances: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|&a, &b| chances[a].total_cmp(&chances[b]));
    let mut corrected = vec![0.0; chances.len()];
    let mut highest = 0.0f64;
    for (rank, at) in order.into_iter().enumerate() {
        highest = highest.max(chances[at] * (chances.len() - rank) as f64).min(1.0);
        corrected[at] = highest;
    }
    corrected
}

fn discordant(first: &Played, second: &Played) -> Discordant {
    let (mut only_first, mut only_second) = (0, 0);
    let decisions = first.scored.decided.iter().zip(&second.scored.decided);
    for (truth, (a, b)) in first.scored.truth.iter().zip(decisions) {
        only_first += u64::from(a == truth && b != truth);
        only_second += u64::from(a != truth && b == truth);
    }
    Discordant { only_first, only_second, p: mcnemar(only_first, only_second) }
}

/// The chance that as few or fewer of all discordant users fall on the smaller side, both ways.
fn mcnemar(a: u64, b: u64) -> f64 {
    let n = a + b;
    let half = (0.5f64).ln() * n as f64;
    let (mut log_ways, mut sum) = (0.0f64, 0.0f64);
    for k in 0..=a.min(b) {
        if k > 0 {
            log_ways += ((n - k + 1) as f64 / k as f64).ln();
        }
        sum += (log_ways + half).exp();
    }
    (2.0 * sum).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `statsmodels.stats.multitest.multipletests(method="holm")`, by hand.
    #[test]
    fn holm_corrects_from_the_smallest() {
        let found = holm(&[0.01, 0.04, 0.03, 0.005]);
        let expected = [0.03, 0.06, 0.06, 0.02];
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
        assert_eq!(holm(&[0.6, 0.7]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    /// Values of `scipy.stats.binomtest(a, a + b).pvalue`.
    #[test]
    fn mcnemar_is_the_exact_binomial_test() {
        for (a, b, expected) in
            [(3, 12, 0.035_156_25), (5, 5, 1.0), (0, 0, 1.0), (400, 500, 9.564_44e-4)]
        {
            let found = mcnemar(a, b);
            assert!((found / expected - 1.0).abs() < 1e-3, "{a} {b}: {found}");
        }
    }
}
