use fenqun_base::{DataError, Matrix, SparseMatrix};
use nalgebra::{Cholesky, DMatrix};
use rayon::prelude::*;

use super::{CoOccurrence, CollaborativeModel, Ease};

/// Most columns: their products stand in memory as a square of 64-bit numbers.
const MOST_COLUMNS: usize = 10_000;

/// Columns whose products are added up together.
const CHUNK: usize = 64;

impl Ease {
    /// Learns how columns speak for each other.
    ///
    /// # Errors
    /// [`DataError::Parameter`] for `lambda` or too many columns, [`DataError::Empty`],
    /// [`DataError::NotFinite`].
    pub fn fit(&self, rows: &SparseMatrix) -> Result<CollaborativeModel, DataError> {
        if !(self.lambda.is_finite() && self.lambda > 0.0) {
            let (rule, found) = ("finite and above 0".to_owned(), self.lambda.to_string());
            return Err(DataError::Parameter { name: "lambda", rule, found });
        }
        let mut gram = products(rows)?;
        let n = rows.n_columns();
        for column in 0..n {
            gram[column * n + column] += self.lambda;
        }
        let too_small = || DataError::Parameter {
            name: "lambda",
            rule: "large enough beside the values for the columns to be told apart".to_owned(),
            found: self.lambda.to_string(),
        };
        let square = DMatrix::from_row_slice(n, n, &gram);
        let inverse = Cholesky::new(square).ok_or_else(too_small)?.inverse();
        let weight = |from: usize, to: usize| -inverse[(from, to)] / inverse[(to, to)];
        weights(n, weight)
    }
}

impl CoOccurrence {
    /// Learns which columns go together.
    ///
    /// # Errors
    /// [`DataError::Parameter`] for too many columns, [`DataError::Empty`],
    /// [`DataError::NotFinite`].
    pub fn fit(&self, rows: &SparseMatrix) -> Result<CollaborativeModel, DataError> {
        let gram = products(rows)?;
        let n = rows.n_columns();
        let length: Vec<f64> = (0..n).map(|column| gram[column * n + column].sqrt()).collect();
        let weight = |from: usize, to: usize| match length[from] * length[to] {
            0.0 => 0.0,
            lengths => gram[from * n + to] / lengths,
        };
        weights(n, weight)
    }
}

/// `log(1 + value)`, every row scaled to length 1; what is negative counts as nothing.
#[must_use]
pub fn log_rows(counts: &SparseMatrix) -> SparseMatrix {
    let logs = counts.map(|_, value| value.max(0.0).ln_1p());
    let mut result = SparseMatrix::with_width(counts.n_columns());
    let mut entries = Vec::new();
    for row in 0..logs.n_rows() {
        let (columns, values) = logs.row(row);
        let squares = values.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>();
        let length = if squares > 0.0 { squares.sqrt() } else { 1.0 };
        entries.clear();
        let scaled = values.iter().map(|&value| (f64::from(value) / length) as f32);
        entries.extend(columns.iter().copied().zip(scaled));
        // The columns come from a matrix of the same width.
        let _ = result.push_row(&mut entries);
    }
    result
}

/// `XᵀX`, row after row.
fn products(rows: &SparseMatrix) -> Result<Vec<f64>, DataError> {
    let n = rows.n_columns();
    if rows.n_rows() == 0 {
        return Err(DataError::Empty);
    }
    if !(1..=MOST_COLUMNS).contains(&n) {
        let rule = format!("between 1 and {MOST_COLUMNS}: take wider categories");
        return Err(DataError::Parameter { name: "columns", rule, found: n.to_string() });
    }
    for row in 0..rows.n_rows() {
        for (column, value) in rows.entries(row) {
            if !value.is_finite() {
                return Err(DataError::NotFinite { row, column, value });
            }
        }
    }
    // Every chunk of columns goes through all rows in order: one sum never has two threads.
    let mut gram = vec![0.0; n * n];
    gram.par_chunks_mut(CHUNK * n).enumerate().for_each(|(chunk, sums)| {
        let first = (chunk * CHUNK) as u32;
        for row in 0..rows.n_rows() {
            let (columns, values) = rows.row(row);
            let from = columns.partition_point(|&column| column < first);
            let until = columns.partition_point(|&column| column < first + CHUNK as u32);
            for at in from..until {
                let own = f64::from(values[at]);
                let sums = &mut sums[(columns[at] - first) as usize * n..][..n];
                for (&column, &value) in columns.iter().zip(values) {
                    sums[column as usize] += own * f64::from(value);
                }
            }
        }
    });
    Ok(gram)
}

/// The square of weights, nothing of a column from itself.
fn weights(
    n: usize,
    weight: impl Fn(usize, usize) -> f64,
) -> Result<CollaborativeModel, DataError> {
    let mut values = Vec::with_capacity(n * n);
    for from in 0..n {
        values.extend((0..n).map(|to| if from == to { 0.0 } else { weight(from, to) as f32 }));
    }
    Ok(CollaborativeModel::new(Matrix::new(n, n, values)?))
}
