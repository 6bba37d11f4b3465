//! What segments say about something else, above all about the next period.

use fenqun_base::{DataError, Matrix};

/// The share of the variance of `outcome` between segments (η²): 1 when the segment tells the
/// outcome, 0 when it says nothing, or when the outcome does not vary.
///
/// More segments always explain more of the users they were found on: compare equal numbers, and
/// take the outcome from a later time than the segments.
///
/// ```
/// use fenqun_evaluate::variance_explained;
/// assert_eq!(variance_explained(&[0, 0, 1, 1], &[1.0, 1.0, 5.0, 5.0])?, 1.0);
/// # Ok::<(), fenqun_base::DataError>(())
/// ```
///
/// # Errors
/// [`DataError::WrongLength`] unless there is one outcome a user; [`DataError::NotFinite`];
/// [`DataError::Empty`].
pub fn variance_explained(segments: &[u32], outcome: &[f32]) -> Result<f64, DataError> {
    if segments.len() != outcome.len() {
        let (expected, found) = (segments.len(), outcome.len());
        return Err(DataError::WrongLength { what: "outcome", expected, found });
    }
    mix_explained(segments, &Matrix::new(outcome.len(), 1, outcome.to_vec())?)
}

/// The share of the variance of all columns of `shares` together between segments, for example
/// each user's shares of spend by category.
///
/// A user who bought nothing has no shares: leave such users out, rather than give them zeros.
///
/// # Errors
/// As [`variance_explained`].
pub fn mix_explained(segments: &[u32], shares: &Matrix) -> Result<f64, DataError> {
    if segments.len() != shares.n_rows() {
        let (expected, found) = (segments.len(), shares.n_rows());
        return Err(DataError::WrongLength { what: "shares", expected, found });
    }
    if segments.is_empty() {
        return Err(DataError::Empty);
    }
    shares.check_finite()?;
    let total = crate::inertia(shares, &vec![0; segments.len()])?;
    if total <= 0.0 {
        return Ok(0.0);
    }
    let within = crate::inertia(shares, segments)?;
    Ok((1.0 - within / total).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_by_their_variance() {
        let shares = [[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [4.0, 2.0]];
        let shares = Matrix::from_rows(&shares).expect("equal rows");
        // Column 0 holds 16 of the total 20, all of it between the segments.
        let found = mix_explained(&[0, 0, 1, 1], &shares).expect("finite");
        assert!((found - 0.8).abs() < 1e-12);
    }

    #[test]
    fn an_outcome_that_does_not_vary_is_not_explained() {
        assert_eq!(variance_explained(&[0, 1, 2], &[3.0; 3]), Ok(0.0));
        assert_eq!(variance_explained(&[], &[]), Err(DataError::Empty));
        assert!(variance_explained(&[0], &[1.0, 2.0]).is_err());
        assert!(variance_explained(&[0, 1], &[1.0, f32::NAN]).is_err());
    }
}
