use fenqun_base::{DataError, ModelState, NO_CODE, SparseMatrix, Stored};

use super::fit::check_counts;

/// Weights of columns, learned from users.
#[derive(Clone, Debug, PartialEq)]
pub struct TfIdfModel {
    /// One a column; 0 for a column that was dropped (kept ones weigh 1 or more).
    idf: Vec<f32>,
    /// Where each column goes, or [`NO_CODE`].
    code_of: Vec<u32>,
    kept_idf: Vec<f32>,
}

impl TfIdfModel {
    pub(super) fn new(idf: Vec<f32>) -> Self {
        let kept_idf: Vec<f32> = idf.iter().copied().filter(|&idf| idf > 0.0).collect();
        let mut next = 0;
        let code_of = idf
            .iter()
            .map(|&idf| {
                if idf > 0.0 {
                    next += 1;
                    next - 1
                } else {
                    NO_CODE
                }
            })
            .collect();
        Self { idf, code_of, kept_idf }
    }

    /// Width of the counts it was fitted on.
    #[must_use]
    pub fn width(&self) -> usize {
        self.idf.len()
    }

    /// Number of columns that were kept: the width of the result.
    #[must_use]
    pub fn n_kept(&self) -> usize {
        self.kept_idf.len()
    }

    /// The kept columns, by their place in the counts, in order.
    #[must_use]
    pub fn kept(&self) -> Vec<usize> {
        (0..self.idf.len()).filter(|&column| self.idf[column] > 0.0).collect()
    }

    /// Weighted rows of length 1 over the kept columns; a user with none of them has an empty row.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`]; [`DataError::NotFinite`] or [`DataError::Parameter`] for a count
    /// that is none.
    pub fn transform(&self, counts: &SparseMatrix) -> Result<SparseMatrix, DataError> {
        if counts.n_columns() != self.width() {
            let (expected, found) = (self.width(), counts.n_columns());
            return Err(DataError::WrongWidth { expected, found });
        }
        check_counts(counts)?;
        let mut result = SparseMatrix::with_width(self.n_kept());
        let mut entries: Vec<(u32, f32)> = Vec::new();
        for row in 0..counts.n_rows() {
            entries.clear();
            for (column, count) in counts.entries(row) {
                let code = self.code_of[column];
                if code != NO_CODE {
                    entries.push((code, count.ln_1p() * self.kept_idf[code as usize]));
                }
            }
            let squares = entries.iter().map(|entry| f64::from(entry.1).powi(2));
            let length = squares.sum::<f64>().sqrt();
            if length > 0.0 {
                entries.iter_mut().for_each(|entry| entry.1 = (f64::from(entry.1) / length) as f32);
            }
            result.push_row(&mut entries)?;
        }
        Ok(result)
    }
}

impl Stored for TfIdfModel {
    const NAME: &'static str = "tfidf";

    fn state(&self) -> ModelState {
        ModelState::new(()).vector("idf", &self.idf)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let idf = state.read_vector(Self::NAME, "idf")?;
        if idf.iter().any(|idf| !idf.is_finite() || *idf < 0.0) {
            let reason = "weights must be finite and 0 or more".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        Ok(Self::new(idf))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tfidf::TfIdf;

    fn counts() -> SparseMatrix {
        let mut counts = SparseMatrix::with_width(4);
        counts.push_row(&mut [(0, 2.0), (1, 1.0)]).expect("fits");
        counts.push_row(&mut [(0, 1.0), (3, 5.0)]).expect("fits");
        counts.push_row(&mut [(2, 1.0)]).expect("fits");
        counts.push_row(&mut [(0, 7.0), (1, 3.0)]).expect("fits");
        counts
    }

    #[test]
    fn weights_follow_the_formula() {
        let model = TfIdf { min_users: 2 }.fit(&counts()).expect("fits");
        assert_eq!(model.kept(), [0, 1]);
        let weights = model.transform(&counts()).expect("same width");
        let idf = |df: f64| (5.0 / (1.0 + df)).ln() + 1.0;
        let (a, b) = (3f64.ln() * idf(3.0), 2f64.ln() * idf(2.0));
        let length = a.hypot(b);
        let (columns, found) = weights.row(0);
        assert_eq!(columns, [0, 1]);
        assert!((f64::from(found[0]) - a / length).abs() < 1e-6);
        assert!((f64::from(found[1]) - b / length).abs() < 1e-6);
        assert_eq!(weights.row(2).0.len(), 0, "a user without kept columns has an empty row");
    }

    #[test]
    fn a_stored_model_weighs_the_same() {
        let model = TfIdf { min_users: 2 }.fit(&counts()).expect("fits");
        assert_eq!(TfIdfModel::from_state(&model.state()).expect("reads"), model);
    }

    #[test]
    fn what_is_no_count_is_refused() {
        let fit = |value| {
            let mut counts = counts();
            counts.push_row(&mut [(1, value)]).expect("fits");
            TfIdf { min_users: 1 }.fit(&counts)
        };
        assert!(matches!(fit(f32::NAN), Err(DataError::NotFinite { row: 4, column: 1, .. })));
        assert!(matches!(fit(-1.0), Err(DataError::Parameter { name: "count", .. })));
        let rare = TfIdf { min_users: 9 }.fit(&counts());
        assert!(matches!(rare, Err(DataError::Parameter { name: "min_users", .. })));
        let empty = TfIdf::default().fit(&SparseMatrix::with_width(3));
        assert_eq!(empty, Err(DataError::Empty));
    }
}
