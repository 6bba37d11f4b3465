//! What other users would have said: metrics over resamples of the tested users.

use fenqun_base::{Interrupted, Progress, Seed, Unit};
use rand::RngExt;
use rayon::prelude::*;

use super::paired::Range;
use super::{Task, play::Played};
use crate::metrics::Metric;

/// Metrics of all contenders over resamples of the users, the same resamples for all.
pub(super) struct Bootstrap {
    n_metrics: usize,
    n_contenders: usize,
    /// Resample by resample, contender by contender, metric by metric.
    values: Vec<Option<f64>>,
}

impl Bootstrap {
    /// Draws as many users as there are, with replacement, `n_resamples` times; each drawn user
    /// brings all of their rows, in all splits. `played` holds contender by contender.
    pub(super) fn new(
        task: &Task<'_>,
        played: &[Vec<Played>],
        metrics: &[Metric],
        n_resamples: usize,
        seed: Seed,
        progress: &Progress,
    ) -> Result<Self, Interrupted> {
        let (units, n_units) = units(task);
        let step = progress.begin("bootstrap", n_resamples as u64, Unit::Count);
        let seed = seed.derive("bootstrap");
        let of_resample = |resample: usize| {
            progress.check()?;
            let mut rng = seed.nth(resample).rng();
            let mut drawn = vec![0u32; n_units];
            (0..n_units).for_each(|_| drawn[rng.random_range(0..n_units)] += 1);
            let mut values = Vec::with_capacity(played.len() * metrics.len());
            for splits in played {
                for &metric in metrics {
                    let of_split = |(played, units): (&Played, &Vec<u32>)| {
                        played.scored.measure(metric, |row| drawn[units[row] as usize])
                    };
                    let found: Vec<f64> = splits.iter().zip(&units).filter_map(of_split).collect();
                    let mean = found.iter().sum::<f64>() / found.len() as f64;
                    values.push((!found.is_empty()).then_some(mean));
                }
            }
            step.advance(1);
            Ok(values)
        };
        let values: Vec<Vec<Option<f64>>> =
            (0..n_resamples).into_par_iter().map(of_resample).collect::<Result<_, _>>()?;
        let values = values.concat();
        Ok(Self { n_metrics: metrics.len(), n_contenders: played.len(), values })
    }

    /// Percentiles of one contender's metric.
    pub(super) fn of(&self, contender: usize, metric: usize) -> Range {
        range(self.resamples().filter_map(|values| self.value(values, contender, metric)).collect())
    }

    /// Percentiles of the difference between two contenders, and how often it has the other sign.
    pub(super) fn difference(&self, a: usize, b: usize, metric: usize) -> Range {
        let of = |values: &[Option<f64>]| {
            Some(self.value(values, a, metric)? - self.value(values, b, metric)?)
        };
        range(self.resamples().filter_map(of).collect())
    }

    fn resamples(&self) -> impl Iterator<Item = &[Option<f64>]> {
        self.values.chunks(self.n_contenders * self.n_metrics)
    }

    fn value(&self, values: &[Option<f64>], contender: usize, metric: usize) -> Option<f64> {
        values[contender * self.n_metrics + metric]
    }
}

/// For each split, which user each tested row belongs to; users are numbered from 0.
fn units(task: &Task<'_>) -> (Vec<Vec<u32>>, usize) {
    let tested = task.splits.iter().flat_map(|split| &split.test);
    let mut names: Vec<u64> = tested.map(|&row| task.unit(row)).collect();
    names.sort_unstable();
    names.dedup();
    let place = |&row: &usize| {
        let name = task.unit(row);
        names.partition_point(|&other| other < name) as u32
    };
    let of_split = |split: &crate::splits::Split| split.test.iter().map(place).collect();
    (task.splits.iter().map(of_split).collect(), names.len())
}

/// The middle 95 % of the values, and the two-sided probability of 0.
fn range(mut values: Vec<f64>) -> Range {
    if values.is_empty() {
        return Range { low: f64::MIN, high: f64::MAX, p: 1.0 };
    }
    values.sort_unstable_by(f64::total_cmp);
    let not_above = values.partition_point(|&value| value <= 0.0);
    let below = values.partition_point(|&value| value < 0.0);
    let not_below = values.len() - below;
    // One is added to both counts: no number of resamples proves a probability of 0.
    let p = 2.0 * (not_above.min(not_below) + 1) as f64 / (values.len() + 1) as f64;
    Range { low: percentile(&values, 0.025), high: percentile(&values, 0.975), p: p.min(1.0) }
}

/// Linear between the two nearest sorted values.
fn percentile(values: &[f64], share: f64) -> f64 {
    let place = share * (values.len() - 1) as f64;
    let (lower, part) = (place.floor() as usize, place.fract());
    let upper = (lower + 1).min(values.len() - 1);
    values[lower] + part * (values[upper] - values[lower])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_between_values() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(percentile(&values, 0.025), 2.5);
        let found = range(values.iter().map(|value| value - 4.0).collect());
        // Four of 101 below 0, one at it: 2 · (5 + 1) / 102.
        assert!((found.p - 12.0 / 102.0).abs() < 1e-12);
        assert_eq!((found.low, found.high), (-1.5, 93.5));
        assert_eq!(range(vec![0.0; 5]).p, 1.0);
    }
}
