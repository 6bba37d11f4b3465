use crate::DataError;

/// A dense row-major matrix of `f32`: users (or texts) in rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    n_rows: usize,
    n_columns: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// A matrix over `values`, row after row.
    ///
    /// # Errors
    /// [`DataError::WrongLength`] unless there are `n_rows × n_columns` values.
    pub fn new(n_rows: usize, n_columns: usize, values: Vec<f32>) -> Result<Self, DataError> {
        if values.len() != n_rows * n_columns {
            let expected = n_rows * n_columns;
            return Err(DataError::WrongLength { what: "matrix", expected, found: values.len() });
        }
        Ok(Self { n_rows, n_columns, values })
    }

    /// All zeros.
    #[must_use]
    pub fn zeros(n_rows: usize, n_columns: usize) -> Self {
        Self { n_rows, n_columns, values: vec![0.0; n_rows * n_columns] }
    }

    /// A matrix from equally long rows.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`] when a row differs in length from the first.
    pub fn from_rows<R: AsRef<[f32]>>(rows: &[R]) -> Result<Self, DataError> {
        let n_columns = rows.first().map_or(0, |row| row.as_ref().len());
        let mut values = Vec::with_capacity(rows.len() * n_columns);
        for row in rows {
            let row = row.as_ref();
            if row.len() != n_columns {
                return Err(DataError::WrongWidth { expected: n_columns, found: row.len() });
            }
            values.extend_from_slice(row);
        }
        Ok(Self { n_rows: rows.len(), n_columns, values })
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// One row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.n_columns..(row + 1) * self.n_columns]
    }

    /// One row, to change.
    #[must_use]
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.values[row * self.n_columns..(row + 1) * self.n_columns]
    }

    /// One value.
    #[must_use]
    pub fn at(&self, row: usize, column: usize) -> f32 {
        self.values[row * self.n_columns + column]
    }

    /// The rows, one after another; a matrix without columns has none to give.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.n_columns.max(1))
    }

    /// One column, copied.
    #[must_use]
    pub fn column(&self, column: usize) -> Vec<f32> {
        (0..self.n_rows).map(|row| self.at(row, column)).collect()
    }

    /// All values, row after row.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All values, to change.
    #[must_use]
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// The values, given away.
    #[must_use]
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// The rows at `indices`, in that order; an index may repeat.
    #[must_use]
    pub fn select_rows(&self, indices: &[usize]) -> Self {
        let mut values = Vec::with_capacity(indices.len() * self.n_columns);
        for &row in indices {
            values.extend_from_slice(self.row(row));
        }
        Self { n_rows: indices.len(), n_columns: self.n_columns, values }
    }

    /// Matrices of the same users, side by side.
    ///
    /// # Errors
    /// [`DataError::WrongLength`] when they have different numbers of rows.
    pub fn beside(parts: &[&Self]) -> Result<Self, DataError> {
        let n_rows = parts.first().map_or(0, |part| part.n_rows);
        for part in parts {
            if part.n_rows != n_rows {
                let found = part.n_rows;
                return Err(DataError::WrongLength { what: "block", expected: n_rows, found });
            }
        }
        let n_columns = parts.iter().map(|part| part.n_columns).sum();
        let mut values = Vec::with_capacity(n_rows * n_columns);
        for row in 0..n_rows {
            for part in parts {
                values.extend_from_slice(part.row(row));
            }
        }
        Ok(Self { n_rows, n_columns, values })
    }

    /// Scales every row to length 1; a row of zeros stays as it is.
    pub fn normalise_rows(&mut self) {
        let n_columns = self.n_columns.max(1);
        for row in self.values.chunks_exact_mut(n_columns) {
            let norm = row.iter().map(|value| value * value).sum::<f32>().sqrt();
            if norm > 0.0 {
                row.iter_mut().for_each(|value| *value /= norm);
            }
        }
    }

    /// Refuses NaN and infinity.
    ///
    /// # Errors
    /// [`DataError::NotFinite`] with the first such place.
    pub fn check_finite(&self) -> Result<(), DataError> {
        match self.values.iter().position(|value| !value.is_finite()) {
            None => Ok(()),
            Some(at) => Err(DataError::NotFinite {
                row: at / self.n_columns,
                column: at % self.n_columns,
                value: self.values[at],
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_columns_and_selection_agree() {
        let matrix = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]).expect("equal rows");
        assert_eq!(matrix.column(1), [2.0, 4.0, 6.0]);
        assert_eq!(matrix.select_rows(&[2, 0]).values(), [5.0, 6.0, 1.0, 2.0]);
        let twice = Matrix::beside(&[&matrix, &matrix]).expect("same users");
        assert_eq!(twice.row(1), [3.0, 4.0, 3.0, 4.0]);
    }

    #[test]
    fn what_is_not_finite_is_found() {
        let matrix = Matrix::from_rows(&[[1.0, 2.0], [3.0, f32::INFINITY]]).expect("equal rows");
        let error = matrix.check_finite().expect_err("infinity");
        assert!(matches!(error, DataError::NotFinite { row: 1, column: 1, .. }));
        assert!(Matrix::new(2, 2, vec![0.0; 3]).is_err());
    }
}
