use fenqun_base::{DataError, Matrix, SparseMatrix};

use crate::gather::times;

/// Folds text vectors into one vector a user: the mean of the texts' vectors, weighted.
///
/// `weights` has users in rows and texts in columns (how much a user had to do with a text, for
/// example TF-IDF of purchases); each user's weights are scaled to sum to 1 in absolute value. A
/// user without texts gets zeros. The cost is one pass over the entries of `weights`.
///
/// ```
/// use fenqun_base::{Matrix, SparseMatrix};
/// # fn main() -> Result<(), fenqun_base::DataError> {
/// let vectors = Matrix::from_rows(&[[1.0, 0.0], [0.0, 1.0]])?;
/// let mut weights = SparseMatrix::with_width(2);
/// weights.push_row(&mut [(0, 3.0), (1, 1.0)])?;
/// weights.push_row(&mut [])?;
/// let users = fenqun_encoders::pool(&weights, &vectors)?;
/// assert_eq!(users.values(), [0.75, 0.25, 0.0, 0.0]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`DataError::WrongLength`] unless there is a vector for every column of `weights`;
/// [`DataError::NotFinite`] for weights that are NaN or infinite.
pub fn pool(weights: &SparseMatrix, vectors: &Matrix) -> Result<Matrix, DataError> {
    if weights.n_columns() != vectors.n_rows() {
        let (expected, found) = (weights.n_columns(), vectors.n_rows());
        return Err(DataError::WrongLength { what: "text vectors", expected, found });
    }
    for row in 0..weights.n_rows() {
        if let Some((column, value)) = weights.entries(row).find(|(_, weight)| !weight.is_finite())
        {
            return Err(DataError::NotFinite { row, column, value });
        }
    }
    times(&shares(weights)?, vectors)
}

/// The shares that [`pool`] takes means by: every row scaled to sum to 1 in absolute value.
///
/// # Errors
/// None for a matrix that was well formed.
pub fn shares(weights: &SparseMatrix) -> Result<SparseMatrix, DataError> {
    let mut shares = SparseMatrix::with_width(weights.n_columns());
    let mut entries: Vec<(u32, f32)> = Vec::new();
    for row in 0..weights.n_rows() {
        let total: f64 = weights.entries(row).map(|(_, weight)| f64::from(weight.abs())).sum();
        let share =
            |(column, weight): (usize, f32)| (column as u32, (f64::from(weight) / total) as f32);
        entries.clear();
        entries.extend(weights.entries(row).map(share));
        shares.push_row(&mut entries)?;
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_scaled_by_their_absolute_sum() {
        let vectors = Matrix::from_rows(&[[1.0], [2.0], [4.0]]).expect("equal rows");
        let mut weights = SparseMatrix::with_width(3);
        weights.push_row(&mut [(0, 2.0), (2, 2.0)]).expect("fits");
        weights.push_row(&mut [(1, 1.0), (2, -1.0)]).expect("fits");
        weights.push_row(&mut []).expect("fits");
        let users = pool(&weights, &vectors).expect("a vector for every text");
        assert_eq!(users.values(), [2.5, -1.0, 0.0]);
    }

    #[test]
    fn a_missing_vector_and_a_weight_that_is_no_number_are_refused() {
        let vectors = Matrix::from_rows(&[[1.0], [2.0]]).expect("equal rows");
        let wide = SparseMatrix::with_width(3);
        let error = pool(&wide, &vectors).expect_err("three texts, two vectors");
        assert!(matches!(error, DataError::WrongLength { expected: 3, found: 2, .. }));
        let mut weights = SparseMatrix::with_width(2);
        weights.push_row(&mut [(1, f32::NAN)]).expect("fits");
        let error = pool(&weights, &vectors).expect_err("NaN");
        assert!(matches!(error, DataError::NotFinite { row: 0, column: 1, .. }));
    }
}
