//! Of those said to have 80 %, do 80 %?

use fenqun_base::{DataError, Matrix};
use serde::{Deserialize, Serialize};

use super::{check_probabilities, finite, same_users};

/// Users whose probability lies in one range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Probabilities above this (the first range has 0 too) …
    pub above: f64,
    /// … up to and with this.
    pub up_to: f64,
    /// Users in it.
    pub n_users: u64,
    /// Their mean probability.
    pub predicted: f64,
    /// The share of them that is in the class.
    pub observed: f64,
}

/// What was promised against what happened, in `n_bins` equally wide ranges of the probability;
/// ranges that hold nobody are left out.
///
/// ```
/// use fenqun_evaluate::metrics::calibration_curve;
/// let curve = calibration_curve(&[false, true, true], &[0.1, 0.8, 0.9], 2)?;
/// assert_eq!((curve[1].n_users, curve[1].observed), (2, 1.0));
/// # Ok::<(), fenqun_base::DataError>(())
/// ```
///
/// # Errors
/// [`DataError::Parameter`] for no bins or a probability outside 0..=1; [`DataError::WrongLength`],
/// [`DataError::Empty`], [`DataError::NotFinite`].
pub fn calibration_curve<S: Copy + Into<f64>>(
    positives: &[bool],
    probabilities: &[S],
    n_bins: usize,
) -> Result<Vec<CalibrationBin>, DataError> {
    same_users("probabilities", positives.len(), probabilities.len())?;
    finite(probabilities)?;
    check_bins(n_bins)?;
    if let Some(outside) = probabilities.iter().find(|&&one| !(0.0..=1.0).contains(&one.into())) {
        let (rule, found) = ("between 0 and 1".to_owned(), (*outside).into().to_string());
        return Err(DataError::Parameter { name: "probabilities", rule, found });
    }
    let users = positives.iter().zip(probabilities).map(|(&is, &share)| (is, share.into(), 1));
    Ok(curve(users, n_bins))
}

/// The calibration of the likeliest class: its probability against how often it was the true one.
///
/// # Errors
/// [`DataError::Parameter`] for no bins or rows that are no probabilities;
/// [`DataError::WrongLength`], [`DataError::Empty`], [`DataError::NotFinite`].
pub fn top_calibration(
    truth: &[u32],
    probabilities: &Matrix,
    n_bins: usize,
) -> Result<Vec<CalibrationBin>, DataError> {
    check_probabilities(truth, probabilities)?;
    check_bins(n_bins)?;
    let users = top(truth, probabilities).into_iter().map(|(is, share)| (is, share, 1));
    Ok(curve(users, n_bins))
}

/// The mean distance between probability and outcome of the likeliest class over `n_bins` equally
/// wide ranges, each counting by its users. Guo et al., *On Calibration of Modern Neural Networks*,
/// 2017.
///
/// # Errors
/// As [`top_calibration`].
pub fn expected_calibration_error(
    truth: &[u32],
    probabilities: &Matrix,
    n_bins: usize,
) -> Result<f64, DataError> {
    Ok(error_of(&top_calibration(truth, probabilities, n_bins)?))
}

/// Whether the likeliest class (the first among equals) is the true one, and its probability.
pub(crate) fn top(truth: &[u32], probabilities: &Matrix) -> Vec<(bool, f64)> {
    let of = |(&truth, shares): (&u32, &[f32])| {
        let mut best = 0;
        for (class, &share) in shares.iter().enumerate() {
            if share > shares[best] {
                best = class;
            }
        }
        // A float's rounding above 1 is 1.
        (best == truth as usize, f64::from(shares[best]).min(1.0))
    };
    truth.iter().zip(probabilities.rows()).map(of).collect()
}

/// Bins of (in the class?, probability, number of such users).
pub(crate) fn curve(
    users: impl Iterator<Item = (bool, f64, u32)>,
    n_bins: usize,
) -> Vec<CalibrationBin> {
    let width = 1.0 / n_bins as f64;
    let edge = |bin: usize| if bin == n_bins { 1.0 } else { bin as f64 * width };
    let mut sums = vec![(0u64, 0.0, 0u64); n_bins];
    for (is, share, weight) in users {
        // Rounding may be one off: the edges decide.
        let mut bin = ((share * n_bins as f64) as usize).min(n_bins - 1);
        if share > edge(bin + 1) {
            bin += 1;
        } else if bin > 0 && share <= edge(bin) {
            bin -= 1;
        }
        let sum = &mut sums[bin];
        sum.0 += u64::from(weight);
        sum.1 += share * f64::from(weight);
        sum.2 += if is { u64::from(weight) } else { 0 };
    }
    let filled = sums.into_iter().enumerate().filter(|(_, sum)| sum.0 > 0);
    let bin = |(bin, (n_users, promised, happened)): (usize, (u64, f64, u64))| CalibrationBin {
        above: edge(bin),
        up_to: edge(bin + 1),
        n_users,
        predicted: promised / n_users as f64,
        observed: happened as f64 / n_users as f64,
    };
    filled.map(bin).collect()
}

/// The mean distance over users.
pub(crate) fn error_of(bins: &[CalibrationBin]) -> f64 {
    let n_users: u64 = bins.iter().map(|bin| bin.n_users).sum();
    let distance = |bin: &CalibrationBin| bin.n_users as f64 * (bin.predicted - bin.observed).abs();
    bins.iter().map(distance).sum::<f64>() / n_users.max(1) as f64
}

fn check_bins(n_bins: usize) -> Result<(), DataError> {
    if (1..=1000).contains(&n_bins) {
        return Ok(());
    }
    let rule = "between 1 and 1000".to_owned();
    Err(DataError::Parameter { name: "calibration_bins", rule, found: n_bins.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_on_an_edge_belongs_below() {
        let curve = calibration_curve(&[true, false, true], &[0.0, 0.5, 0.500_001], 2);
        let curve = curve.expect("probabilities");
        assert_eq!((curve[0].n_users, curve[1].n_users), (2, 1));
        // 3 × 0.1 is above 0.3: the edge is the product.
        let curve = calibration_curve(&[true, true], &[0.3, 1.0], 10).expect("probabilities");
        assert_eq!((curve[0].above, curve[1].up_to), (2.0 * 0.1, 1.0));
    }

    #[test]
    fn honest_probabilities_have_no_error_and_boasts_have() {
        let shares = Matrix::from_rows(&[[0.75, 0.25]; 4]).expect("equal rows");
        assert_eq!(expected_calibration_error(&[0, 0, 0, 1], &shares, 10), Ok(0.0));
        assert_eq!(expected_calibration_error(&[1, 1, 1, 1], &shares, 10), Ok(0.75));
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        assert!(calibration_curve(&[true], &[1.2], 10).is_err());
        assert!(calibration_curve(&[true], &[0.2], 0).is_err());
        assert_eq!(calibration_curve::<f32>(&[], &[], 10), Err(DataError::Empty));
    }
}
