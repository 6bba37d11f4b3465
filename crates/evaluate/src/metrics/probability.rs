//! Can probabilities be believed? Losses that are least for the true probabilities.

use fenqun_base::{DataError, Matrix};

use super::{check_probabilities, finite, same_users};

/// Probabilities nearer to 0 than this count as this: one wrong certainty must not decide all.
const SMALLEST: f64 = f32::EPSILON as f64;

/// The mean of −ln of the probability given to the true class; probabilities are kept at least
/// 2⁻²³ away from 0 and 1. The logarithm of the number of classes is what guessing costs.
///
/// # Errors
/// [`DataError::Parameter`] unless rows are probabilities; [`DataError::WrongLength`],
/// [`DataError::Empty`], [`DataError::NotFinite`].
pub fn log_loss(truth: &[u32], probabilities: &Matrix) -> Result<f64, DataError> {
    check_probabilities(truth, probabilities)?;
    Ok(mean(&log_losses(truth, probabilities)))
}

/// The mean squared distance between probabilities and truth, summed over classes: 0 to 2. With two
/// classes, that of the second alone: 0 to 1.
///
/// # Errors
/// As [`log_loss`].
pub fn brier(truth: &[u32], probabilities: &Matrix) -> Result<f64, DataError> {
    check_probabilities(truth, probabilities)?;
    Ok(mean(&brier_losses(truth, probabilities)))
}

/// The mean squared distance between the probability of a class and whether the user is in it.
///
/// # Errors
/// [`DataError::WrongLength`], [`DataError::Empty`], [`DataError::NotFinite`].
pub fn brier_binary<S: Copy + Into<f64>>(
    positives: &[bool],
    probabilities: &[S],
) -> Result<f64, DataError> {
    same_users("probabilities", positives.len(), probabilities.len())?;
    finite(probabilities)?;
    let pairs = positives.iter().zip(probabilities);
    let losses = pairs.map(|(&is, &share)| (share.into() - f64::from(u8::from(is))).powi(2));
    Ok(losses.sum::<f64>() / positives.len() as f64)
}

/// Each user's part of [`log_loss`].
pub(crate) fn log_losses(truth: &[u32], probabilities: &Matrix) -> Vec<f64> {
    let of = |(&class, shares): (&u32, &[f32])| {
        -f64::from(shares[class as usize]).clamp(SMALLEST, 1.0 - SMALLEST).ln()
    };
    truth.iter().zip(probabilities.rows()).map(of).collect()
}

/// Each user's part of [`brier`].
pub(crate) fn brier_losses(truth: &[u32], probabilities: &Matrix) -> Vec<f64> {
    // Of two classes the second says all.
    let first = usize::from(probabilities.n_columns() == 2);
    let of = |(&truth, shares): (&u32, &[f32])| {
        let distance = |(class, &share): (usize, &f32)| {
            (f64::from(share) - f64::from(u8::from(class == truth as usize))).powi(2)
        };
        shares.iter().enumerate().skip(first).map(distance).sum::<f64>()
    };
    truth.iter().zip(probabilities.rows()).map(of).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certainty_that_is_wrong_costs_much_but_not_everything() {
        let sure = Matrix::from_rows(&[[1.0, 0.0]]).expect("equal rows");
        let cost = log_loss(&[1], &sure).expect("probabilities");
        assert!((cost - 23.0 * 2f64.ln()).abs() < 1e-12);
        assert_eq!(brier(&[1], &sure), Ok(1.0));
        assert_eq!(brier(&[0], &sure), Ok(0.0));
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        for shares in [[0.4, 0.4], [1.5, -0.5]] {
            let shares = Matrix::from_rows(&[shares]).expect("equal rows");
            assert!(matches!(log_loss(&[0], &shares), Err(DataError::Parameter { .. })));
        }
        let half = Matrix::from_rows(&[[0.5, 0.5]]).expect("equal rows");
        assert!(log_loss(&[2], &half).is_err() && log_loss(&[0, 1], &half).is_err());
        assert_eq!(log_loss(&[], &Matrix::zeros(0, 2)), Err(DataError::Empty));
    }
}
