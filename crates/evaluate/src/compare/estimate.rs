//! A metric over splits, with its interval.

use serde::{Deserialize, Serialize};

use crate::student::{two_sided, upper_quantile};

/// A spread below this share of the mean is that of rounding.
const ROUNDING: f64 = 1e-9;

/// How the intervals of a comparison were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalKind {
    /// Student's over splits, with the variance corrected for overlapping training sets.
    CorrectedResampled,
    /// Percentiles over resamples of the tested users.
    Bootstrap,
}

/// The value of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Mean over the splits where it exists.
    pub mean: f64,
    /// Standard deviation over splits; 0 for a single one.
    pub sd: f64,
    /// Lower end of the 95 % interval of the mean.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// Split by split, where it exists.
    pub splits: Vec<Option<f64>>,
}

impl Estimate {
    /// The mean, its spread and its corrected interval; `None` when it exists nowhere. `ratio` is
    /// that of tested to trained users.
    pub(super) fn over_splits(splits: Vec<Option<f64>>, ratio: f64) -> Option<Self> {
        let found = Moments::of(&splits)?;
        let reach = found.reach(ratio);
        let (low, high) = (found.mean - reach, found.mean + reach);
        Some(Self { mean: found.mean, sd: found.sd, low, high, splits })
    }
}

/// Mean and spread of values over splits.
#[derive(Clone, Copy)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) sd: f64,
    n: usize,
}

impl Moments {
    pub(super) fn of(splits: &[Option<f64>]) -> Option<Self> {
        let values: Vec<f64> = splits.iter().flatten().copied().collect();
        let n = values.len();
        if n == 0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sd = if n > 1 { (squares / (n - 1) as f64).sqrt() } else { 0.0 };
        Some(Self { mean, sd, n })
    }

    /// Standard error of the mean, corrected for training sets that overlap.
    fn error(self, ratio: f64) -> f64 {
        (1.0 / self.n as f64 + ratio).sqrt() * self.sd
    }

    /// Half the width of the 95 % interval; 0 for one split, whose interval comes from elsewhere.
    pub(super) fn reach(self, ratio: f64) -> f64 {
        if self.n < 2 { 0.0 } else { upper_quantile(self.n - 1) * self.error(ratio) }
    }

    /// How likely a mean at least this far from 0 is by chance; `None` for splits that all differ
    /// alike, which have no spread to judge by: two folds that differ by the same one user are no
    /// certainty.
    pub(super) fn p(self, ratio: f64) -> Option<f64> {
        let error = self.error(ratio);
        let has_spread = error > self.mean.abs() * ROUNDING;
        has_spread.then(|| two_sided(self.mean / error, self.n - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: values 1, 2, 3 have variance 1; (1/3 + 1/2) makes .833; t of 2 is 4.3027.
    #[test]
    fn the_interval_is_that_of_nadeau_and_bengio() {
        let splits = vec![Some(1.0), Some(2.0), None, Some(3.0)];
        let found = Estimate::over_splits(splits, 0.5).expect("three values");
        assert_eq!((found.mean, found.sd), (2.0, 1.0));
        let reach = 4.302_652_73 * (1.0 / 3.0f64 + 0.5).sqrt();
        assert!((found.high - 2.0 - reach).abs() < 1e-7, "{found:?}");
        assert_eq!(Estimate::over_splits(vec![None, None], 0.5), None);
    }

    #[test]
    fn a_difference_that_never_varies_says_nothing_of_chance() {
        let p = |value: f64| Moments::of(&[Some(value); 3]).expect("values").p(0.25);
        assert_eq!((p(0.0), p(0.1)), (None, None));
    }
}
