use crate::DataError;

/// A sparse row-major (CSR) matrix of `f32`: users in rows, items, categories or texts in columns.
///
/// Columns of a row are strictly increasing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseMatrix {
    n_columns: usize,
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl SparseMatrix {
    /// An empty matrix of a width, to which rows are appended.
    #[must_use]
    pub fn with_width(n_columns: usize) -> Self {
        Self { n_columns, starts: vec![0], columns: Vec::new(), values: Vec::new() }
    }

    /// Appends a row of (column, value) entries in any order; equal columns are added up, zeros
    /// left out.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`] when a column lies outside the matrix; nothing is appended then.
    pub fn push_row(&mut self, entries: &mut [(u32, f32)]) -> Result<(), DataError> {
        entries.sort_by_key(|entry| entry.0);
        if let Some(&(last, _)) = entries.last()
            && last as usize >= self.n_columns
        {
            let found = last as usize + 1;
            return Err(DataError::WrongWidth { expected: self.n_columns, found });
        }
        let start = self.columns.len();
        for &(column, value) in entries.iter() {
            match self.columns[start..].last() {
                Some(&last) if last == column => {
                    let at = self.values.len() - 1;
                    self.values[at] += value;
                }
                _ if value != 0.0 => {
                    self.columns.push(column);
                    self.values.push(value);
                }
                _ => {}
            }
        }
        self.starts.push(self.columns.len());
        Ok(())
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of columns.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// Number of stored entries.
    #[must_use]
    pub fn n_entries(&self) -> usize {
        self.values.len()
    }

    /// Columns and values of one row.
    #[must_use]
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let span = self.starts[row]..self.starts[row + 1];
        (&self.columns[span.clone()], &self.values[span])
    }

    /// The entries of one row.
    pub fn entries(&self, row: usize) -> impl ExactSizeIterator<Item = (usize, f32)> {
        let (columns, values) = self.row(row);
        columns.iter().zip(values).map(|(&column, &value)| (column as usize, value))
    }

    /// Number of rows that have an entry in each column.
    #[must_use]
    pub fn column_rows(&self) -> Vec<u32> {
        let mut counts = vec![0; self.n_columns];
        for &column in &self.columns {
            counts[column as usize] += 1;
        }
        counts
    }

    /// The same rows with every value changed by `change(column, value)`.
    #[must_use]
    pub fn map(&self, mut change: impl FnMut(usize, f32) -> f32) -> Self {
        let mut result = self.clone();
        for (value, &column) in result.values.iter_mut().zip(&self.columns) {
            *value = change(column as usize, *value);
        }
        result
    }

    /// The same rows with columns renamed and added up: column `c` goes to `code_of[c]`, or is
    /// left out where that is [`crate::NO_CODE`].
    ///
    /// # Errors
    /// [`DataError::WrongLength`] unless there is a code for every column;
    /// [`DataError::WrongWidth`] when a code is not below `n_columns`.
    pub fn regroup(&self, code_of: &[u32], n_columns: usize) -> Result<Self, DataError> {
        if code_of.len() != self.n_columns {
            let (expected, found) = (self.n_columns, code_of.len());
            return Err(DataError::WrongLength { what: "column codes", expected, found });
        }
        let mut result = Self::with_width(n_columns);
        let mut entries = Vec::new();
        for row in 0..self.n_rows() {
            entries.clear();
            for (column, value) in self.entries(row) {
                if code_of[column] != crate::NO_CODE {
                    entries.push((code_of[column], value));
                }
            }
            result.push_row(&mut entries)?;
        }
        Ok(result)
    }

    /// The rows at `indices`, in that order.
    #[must_use]
    pub fn select_rows(&self, indices: &[usize]) -> Self {
        let mut result = Self::with_width(self.n_columns);
        for &row in indices {
            let (columns, values) = self.row(row);
            result.columns.extend_from_slice(columns);
            result.values.extend_from_slice(values);
            result.starts.push(result.columns.len());
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> SparseMatrix {
        let mut matrix = SparseMatrix::with_width(4);
        matrix.push_row(&mut [(3, 1.0), (0, 2.0), (3, 4.0)]).expect("fits");
        matrix.push_row(&mut []).expect("fits");
        matrix.push_row(&mut [(1, 1.0)]).expect("fits");
        matrix
    }

    #[test]
    fn equal_columns_are_added_and_rows_kept() {
        let matrix = small();
        assert_eq!(matrix.n_rows(), 3);
        assert_eq!(matrix.row(0), (&[0, 3][..], &[2.0, 5.0][..]));
        assert_eq!(matrix.column_rows(), [1, 1, 0, 1]);
        assert!(small().push_row(&mut [(4, 1.0)]).is_err());
    }

    #[test]
    fn regrouping_adds_up_and_drops() {
        let grouped = small().regroup(&[0, 0, 0, crate::NO_CODE], 1).expect("codes fit");
        assert_eq!(grouped.row(0), (&[0][..], &[2.0][..]));
        assert_eq!(grouped.row(2), (&[0][..], &[1.0][..]));
        assert!(small().regroup(&[0], 1).is_err());
    }
}
