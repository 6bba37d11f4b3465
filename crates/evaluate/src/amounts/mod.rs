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
    /// Correlation of ranks of what was said and what came; 0 for who says the same of everyone.
    pub spearman: Spread,
    /// Mean absolute distance, in the amounts' unit.
    pub mean_absolute_error: Spread,
    /// Root of the mean squared distance.
    pub root_mean_squared_error: Spread,
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
/// [`DataError::WrongLength`], [`DataError::Empty`], [`DataError::NotFinite`]; amounts that came and do
/// not vary, or fewer than 100 resamples, as [`DataError::Parameter`].
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
    // Ranks of the amounts with themselves: refused where they do not vary.
    spearman(truth, truth)?;
    let whole: Vec<Figures> =
        said.iter().map(|one| Figures::of(truth, one.predicted)).collect::<Result<_, _>>()?;
    let resampled = resample(said, truth, n_resamples, seed)?;
    let of = |at: usize, figure: fn(&Figures) -> f64| {
        spread(figure(&whole[at]), resampled.iter().map(|all| figure(&all[at])).collect())
    };
    let contender = |(at, one): (usize, &Said<'_>)| Amounts {
        name: one.name.to_owned(),
        is_baseline: one.is_baseline,
        spearman: of(at, |it| it.correlation),
        mean_absolute_error: of(at, |it| it.absolute),
        root_mean_squared_error: of(at, |it| it.squared),
    };
    let contenders = said.iter().enumerate().map(contender).collect();
    let mut gains = Vec::new();
    for (a, contender) in said.iter().enumerate().filter(|(_, one)| !one.is_baseline) {
        for (b, baseline) in said.iter().enumerate().filter(|(_, one)| one.is_baseline) {
            let difference = |all: &[Figures]| all[a].correlation - all[b].correlation;
            let differences = resampled.iter().map(|all| difference(all)).collect();
            gains.push(Gain {
                contender: contender.name.to_owned(),
                baseline: baseline.name.to_owned(),
                gain: spread(difference(&whole), differences),
            });
        }
    }
    Ok(AmountComparison { n_users: truth.len(), n_resamples, contenders, gains })
}

/// What one contender comes to on some users.
struct Figures {
    correlation: f64,
    absolute: f64,
    squared: f64,
}

impl Figures {
    fn of(truth: &[f32], predicted: &[f32]) -> Result<Self, DataError> {
        let correlation = match spearman(truth, predicted) {
            // No order on one side: nothing in common.
            Err(DataError::Parameter { .. }) => 0.0,
            other => other?,
        };
        Ok(Self {
            correlation,
            absolute: mean_absolute_error(truth, predicted)?,
            squared: root_mean_squared_error(truth, predicted)?,
        })
    }
}

/// The figures of every contender on every resample.
fn resample(
    said: &[Said<'_>],
    truth: &[f32],
    n_resamples: usize,
    seed: Seed,
) -> Result<Vec<Vec<Figures>>, DataError> {
    let seed = seed.derive("amounts");
    let of_resample = |resample: usize| -> Result<Vec<Figures>, DataError> {
        let mut rng = seed.nth(resample).rng();
        let rows: Vec<usize> = truth.iter().map(|_| rng.random_range(0..truth.len())).collect();
        let drawn = |values: &[f32]| rows.iter().map(|&row| values[row]).collect::<Vec<f32>>();
        let truth = drawn(truth);
        said.iter().map(|one| Figures::of(&truth, &drawn(one.predicted))).collect()
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
    fn errors_have_intervals_that_hold_them_and_one_amount_for_all_has_no_order() {
        let truth: Vec<f32> = (0..120).map(|user| ((user * 37) % 120) as f32).collect();
        let near: Vec<f32> =
            truth.iter().enumerate().map(|(user, amount)| amount + (user % 5) as f32).collect();
        let mean = vec![59.5; 120];
        let said = [
            Said { name: "ours", is_baseline: false, predicted: &near },
            Said { name: "mean", is_baseline: true, predicted: &mean },
        ];
        let found = compare_amounts(&said, &truth, 400, Seed(3)).expect("varies");
        let [ours, mean] = &found.contenders[..] else { panic!("two") };
        assert_eq!(mean.spearman, Spread { mean: 0.0, low: 0.0, high: 0.0 });
        // Misses of 0, 1, 2, 3, 4 in turn: 2 in the mean, with a deviation of √2, over 120 users.
        let Spread { mean: error, low, high } = ours.mean_absolute_error;
        assert_eq!(error, 2.0);
        let reach = 1.96 * (2.0f64 / 120.0).sqrt();
        assert!(
            (2.0 - low - reach).abs() < 0.06 && (high - 2.0 - reach).abs() < 0.06,
            "{low} {high}"
        );
        // All whole numbers below 120 around their mean: √((120² − 1)/12).
        let Spread { mean: error, low, high } = mean.root_mean_squared_error;
        assert!((error - (14_399.0f64 / 12.0).sqrt()).abs() < 1e-9);
        assert!(low < error && error < high && high - low < 8.0, "{low} {high}");
        let table = found.markdown(Language::En);
        assert!(table.contains("| ours |") && table.contains("| 2.00 ["), "{table}");
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let asked = |predicted: &[f32], n| {
            let said = [Said { name: "ours", is_baseline: false, predicted }];
            compare_amounts(&said, &[1.0, 2.0], n, Seed(1))
        };
        assert!(matches!(asked(&[1.0], 100), Err(DataError::WrongLength { .. })));
        let same = [Said { name: "ours", is_baseline: false, predicted: &[1.0, 2.0] }];
        let refused = compare_amounts(&same, &[1.0, 1.0], 100, Seed(1));
        assert!(matches!(refused, Err(DataError::Parameter { .. })));
        assert!(matches!(asked(&[1.0, 2.0], 1), Err(DataError::Parameter { .. })));
        assert!(matches!(asked(&[1.0, f32::NAN], 100), Err(DataError::NotFinite { .. })));
    }
}
