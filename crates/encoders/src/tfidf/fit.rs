use fenqun_base::{DataError, SparseMatrix};

use super::{TfIdf, TfIdfModel};

impl TfIdf {
    /// Learns which columns to keep and how much each weighs.
    ///
    /// # Errors
    /// [`DataError::Empty`] without rows, [`DataError::NotFinite`] or [`DataError::Parameter`] for
    /// a count that is none, [`DataError::Parameter`] when no column has `min_users` users.
    pub fn fit(&self, counts: &SparseMatrix) -> Result<TfIdfModel, DataError> {
        if counts.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        check_counts(counts)?;
        let n_users = counts.n_rows() as f64;
        let users = counts.column_rows();
        let most = users.iter().copied().max().unwrap_or(0);
        let least = self.min_users.max(1);
        if most < least {
            let rule = format!("at most {most}, the users of the most common column");
            return Err(DataError::Parameter { name: "min_users", rule, found: least.to_string() });
        }
        let idf = |users: u32| ((1.0 + n_users) / (1.0 + f64::from(users))).ln() + 1.0;
        let idf =
            users.into_iter().map(|users| if users < least { 0.0 } else { idf(users) as f32 });
        Ok(TfIdfModel::new(idf.collect()))
    }
}

/// Refuses what is no count.
pub(super) fn check_counts(counts: &SparseMatrix) -> Result<(), DataError> {
    for row in 0..counts.n_rows() {
        for (column, value) in counts.entries(row) {
            if !value.is_finite() {
                return Err(DataError::NotFinite { row, column, value });
            }
            if value < 0.0 {
                let (rule, found) = ("0 or more".to_owned(), value.to_string());
                return Err(DataError::Parameter { name: "count", rule, found });
            }
        }
    }
    Ok(())
}
