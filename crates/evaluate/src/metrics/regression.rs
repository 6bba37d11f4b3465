//! How far off are amounts, and are they in the right order?

use fenqun_base::DataError;

use super::{finite, same_users};

/// The mean distance between truth and prediction, in the unit of the amount.
///
/// # Errors
/// [`DataError::WrongLength`], [`DataError::Empty`], [`DataError::NotFinite`].
pub fn mean_absolute_error(truth: &[f32], predicted: &[f32]) -> Result<f64, DataError> {
    mean(truth, predicted, f64::abs)
}

/// The square root of the mean squared distance; large misses count more.
///
/// # Errors
/// As [`mean_absolute_error`].
pub fn root_mean_squared_error(truth: &[f32], predicted: &[f32]) -> Result<f64, DataError> {
    Ok(mean(truth, predicted, |distance| distance * distance)?.sqrt())
}

/// The correlation of ranks: 1 for the same order, −1 for the reverse; equal values share the mean
/// of their ranks.
///
/// ```
/// use fenqun_evaluate::metrics::spearman;
/// assert_eq!(spearman(&[1.0, 2.0, 3.0], &[10.0, 20.0, 900.0])?, 1.0);
/// # Ok::<(), fenqun_base::DataError>(())
/// ```
///
/// # Errors
/// As [`mean_absolute_error`]; [`DataError::Parameter`] when one side does not vary.
pub fn spearman(a: &[f32], b: &[f32]) -> Result<f64, DataError> {
    check(a, b)?;
    let (a, b) = (ranks(a), ranks(b));
    let middle = (a.len() as f64 + 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - middle) * (b - middle)).sum()
    };
    let spread = (product(&a, &a) * product(&b, &b)).sqrt();
    if spread <= 0.0 {
        let (rule, found) = ("different for some users".to_owned(), "one value".to_owned());
        return Err(DataError::Parameter { name: "values", rule, found });
    }
    Ok((product(&a, &b) / spread).clamp(-1.0, 1.0))
}

/// 1-based ranks, equal values sharing the mean.
fn ranks(values: &[f32]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let value = values[order[start]];
        let same = order[start..].iter().take_while(|&&row| values[row] == value).count();
        let rank = start as f64 + (same as f64 + 1.0) / 2.0;
        order[start..start + same].iter().for_each(|&row| ranks[row] = rank);
        start += same;
    }
    ranks
}

fn mean(truth: &[f32], predicted: &[f32], of: impl Fn(f64) -> f64) -> Result<f64, DataError> {
    check(truth, predicted)?;
    let pairs = truth.iter().zip(predicted);
    let sum: f64 = pairs.map(|(&a, &b)| of(f64::from(a) - f64::from(b))).sum();
    Ok(sum / truth.len() as f64)
}

fn check(a: &[f32], b: &[f32]) -> Result<(), DataError> {
    same_users("predictions", a.len(), b.len())?;
    finite(a)?;
    finite(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_in_the_unit_of_the_amount() {
        assert_eq!(mean_absolute_error(&[1.0, 2.0], &[2.0, 5.0]), Ok(2.0));
        assert_eq!(root_mean_squared_error(&[0.0, 0.0], &[3.0, 4.0]), Ok(12.5f64.sqrt()));
        assert!(mean_absolute_error(&[], &[]).is_err());
        assert!(mean_absolute_error(&[1.0], &[f32::INFINITY]).is_err());
    }

    #[test]
    fn a_side_that_does_not_vary_has_no_order() {
        assert!(matches!(spearman(&[1.0, 1.0], &[1.0, 2.0]), Err(DataError::Parameter { .. })));
        assert_eq!(spearman(&[1.0, 2.0], &[2.0, 1.0]), Ok(-1.0));
        assert_eq!(ranks(&[3.0, 1.0, 3.0, -0.0, 0.0]), [4.5, 3.0, 4.5, 1.5, 1.5]);
    }
}
