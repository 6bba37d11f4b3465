//! Which way of predicting amounts (the money of the next period) is better, and by how much?
//!
//! Contenders have learned elsewhere, on the past; here stand what they said of the same users and
//! what came. The order of users counts first ([`Amounts::spearman`]: who to care for), then the
//! distance in the amounts' own unit. Intervals are percentiles over resamples of the users, the
//! same resamples for all, so that differences have intervals of their own.
//!
//! # Cost
//! A sort of the users for each contender and resample, in parallel.
//!
//! ```
//! use fenqun_base::{Language, Seed};
//! use fenqun_evaluate::amounts::{Said, compare_amounts};
//!
//! let truth: Vec<f32> = (0..50).map(|user| user as f32).collect();
//! let same = truth.clone();
//! let noise: Vec<f32> = (0..50).map(|user| ((user * 29) % 50) as f32).collect();
//! let said = [
//!     Said { name: "ours", is_baseline: false, predicted: &same },
//!     Said { name: "a guess", is_baseline: true, predicted: &noise },
//! ];
//! let found = compare_amounts(&said, &truth, 200, Seed(7))?;
//! assert_eq!(found.contenders[0].spearman.mean, 1.0);
//! assert!(found.verdicts(Language::En)[0].starts_with("ours beats a guess"));
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

use fenqun_base::{DataError, Seed};
use rand::RngExt;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::metrics::{mean_absolute_error, root_mean_squared_error, spearman};

mod words;

/// What one contender said of every user.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// What tables call it.
    pub name: &'a str,
    /// Whether it is there to be beaten.
    pub is_baseline: bool,
    /// One amount a user.
    pub predicted: &'a [f32],
}

/// A figure with its 95 % interval over resamples of users.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// On all users.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How good one contender is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amounts {
    /// Its name.
    pub name: String,
    /// Whether it is there to be beaten.
    pub is_baseline: bool,
    /// Correlation of ranks of what was said and what came.
    pub spearman: Spread,
    /// Mean absolute distance, in the amounts' unit.
    pub mean_absolute_error: f64,
    /// Root of the mean squared distance.
    pub root_mean_squared_error: f64,
}

/// How much better the first of two is in Spearman's correlation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gain {
    /// The contender.
    pub contender: String,
    /// The baseline.
    pub baseline: String,
    /// The difference; an interval that holds 0 is a tie.
    pub gain: Spread,
}

/// Contenders side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AmountComparison {
    /// Users asked about.
    pub n_users: usize,
    /// Resamples behind the intervals.
    pub n_resamples: usize,
    /// In the order they came.
    pub contenders: Vec<Amounts>,
    /// Every contender that is no baseline against every baseline.
    pub gains: Vec<Gain>,
}

/// Compares what contenders said with what came.
///
/// # Errors
/// [`DataError::WrongLength`], [`DataError::Empty`], [`DataError::NotFinite`]; amounts that do not
/// vary, or fewer than 100 resamples, as [`DataError::Parameter`].
pub fn compare_amounts(
    said: &[Said<'_>],
    truth: &[f32],
    n_resamples: usize,
    seed: Seed,
) -> Result<AmountComparison, DataError> {
    if !(100..=100_000).contains(&n_resamples) {
        let (rule, found) = ("between 100 and 100000".to_owned(), n_resamples.to_string());
        return Err(DataError::Parameter { name: "n_resamples", rule, found });
    }
    let whole: Vec<f64> =
        said.iter().map(|one| spearman(truth, one.predicted)).collect::<Result<_, _>>()?;
    let resampled = resample(said, truth, n_resamples, seed);
    let of = |at: usize| resampled.iter().map(|values| values[at]).collect::<Vec<f64>>();
    let contenders = said
        .iter()
        .enumerate()
        .map(|(at, one)| {
            Ok(Amounts {
                name: one.name.to_owned(),
                is_baseline: one.is_baseline,
                spearman: spread(whole[at], of(at)),
                mean_absolute_error: mean_absolute_error(truth, one.predicted)?,
                root_mean_squared_error: root_mean_squared_error(truth, one.predicted)?,
            })
        })
        .collect::<Result<_, DataError>>()?;
    let mut gains = Vec::new();
    for (a, contender) in said.iter().enumerate().filter(|(_, one)| !one.is_baseline) {
        for (b, baseline) in said.iter().enumerate().filter(|(_, one)| one.is_baseline) {
            let differences = resampled.iter().map(|values| values[a] - values[b]).collect();
            gains.push(Gain {
                contender: contender.name.to_owned(),
                baseline: baseline.name.to_owned(),
                gain: spread(whole[a] - whole[b], differences),
            });
        }
    }
    Ok(AmountComparison { n_users: truth.len(), n_resamples, contenders, gains })
}

/// The correlation of every contender on every resample; one that does not vary counts as 0.
fn resample(said: &[Said<'_>], truth: &[f32], n_resamples: usize, seed: Seed) -> Vec<Vec<f64>> {
    let seed = seed.derive("amounts");
    let of_resample = |resample: usize| -> Vec<f64> {
        let mut rng = seed.nth(resample).rng();
        let rows: Vec<usize> = truth.iter().map(|_| rng.random_range(0..truth.len())).collect();
        let drawn = |values: &[f32]| rows.iter().map(|&row| values[row]).collect::<Vec<f32>>();
        let truth = drawn(truth);
        let correlation = |one: &Said<'_>| spearman(&truth, &drawn(one.predicted)).unwrap_or(0.0);
        said.iter().map(correlation).collect()
    };
    (0..n_resamples).into_par_iter().map(of_resample).collect()
}

fn spread(mean: f64, values: Vec<f64>) -> Spread {
    Spread::of(mean, values).unwrap_or(Spread { mean, low: mean, high: mean })
}

impl Spread {
    /// A figure between the percentiles of what resamples gave; `None` when they gave nothing.
    #[must_use]
    pub fn of(mean: f64, mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| {
            let place = (values.len().saturating_sub(1) as f64 * share).round() as usize;
            values.get(place).copied()
        };
        Some(Self { mean, low: at(0.025)?, high: at(0.975)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::Language;

    #[test]
    fn what_is_said_in_order_beats_what_is_not_and_ties_with_its_like() {
        let truth: Vec<f32> = (0..200).map(|user| (user as f32).sqrt()).collect();
        let good: Vec<f32> =
            (0..200).map(|user| user as f32 + if user % 7 == 0 { 25.0 } else { 0.0 }).collect();
        let alike: Vec<f32> =
            (0..200).map(|user| user as f32 + if user % 7 == 1 { 25.0 } else { 0.0 }).collect();
        let bad: Vec<f32> = (0..200).map(|user| ((user * 83) % 200) as f32).collect();
        let said = [
            Said { name: "ours", is_baseline: false, predicted: &good },
            Said { name: "like it", is_baseline: true, predicted: &alike },
            Said { name: "noise", is_baseline: true, predicted: &bad },
        ];
        let found = compare_amounts(&said, &truth, 300, Seed(3)).expect("varies");
        assert_eq!(found, compare_amounts(&said, &truth, 300, Seed(3)).expect("again"));
        let of = |baseline: &str| {
            let gain = found.gains.iter().find(|gain| gain.baseline == baseline);
            gain.expect("compared").gain
        };
        assert!(of("noise").low > 0.5, "{:?}", of("noise"));
        assert!(of("like it").low < 0.0 && of("like it").high > 0.0, "{:?}", of("like it"));
        let words = &found.verdicts(Language::En)[0];
        assert!(words.contains("beats noise by") && words.contains("ties with like it"), "{words}");
        assert!(found.verdicts(Language::Zh)[0].contains("胜过"));
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let asked = |predicted: &[f32], n| {
            let said = [Said { name: "ours", is_baseline: false, predicted }];
            compare_amounts(&said, &[1.0, 2.0], n, Seed(1))
        };
        assert!(matches!(asked(&[1.0], 100), Err(DataError::WrongLength { .. })));
        assert!(matches!(asked(&[1.0, 1.0], 100), Err(DataError::Parameter { .. })));
        assert!(matches!(asked(&[1.0, 2.0], 1), Err(DataError::Parameter { .. })));
        assert!(matches!(asked(&[1.0, f32::NAN], 100), Err(DataError::NotFinite { .. })));
    }
}
