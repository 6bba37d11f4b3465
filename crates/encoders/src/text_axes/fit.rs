use fenqun_base::{DataError, Matrix, SparseMatrix};

use super::{TextAxes, TextAxesModel};
use crate::pca::Pca;
use crate::tfidf::TfIdf;

impl TextAxes {
    /// Finds the axes of the texts, and learns from counts of users × texts how much each weighs.
    ///
    /// # Errors
    /// [`DataError::WrongLength`] unless there is a vector for every text; what
    /// [`crate::tfidf`] and [`crate::pca`] refuse.
    pub fn fit(&self, counts: &SparseMatrix, vectors: &Matrix) -> Result<TextAxesModel, DataError> {
        if vectors.n_rows() != counts.n_columns() {
            let (expected, found) = (counts.n_columns(), vectors.n_rows());
            return Err(DataError::WrongLength { what: "text vectors", expected, found });
        }
        vectors.check_finite()?;
        let tfidf = TfIdf { min_users: self.min_users }.fit(counts)?;
        let mut texts = vectors.clone();
        texts.normalise_rows();
        let pca = Pca { dimensions: self.dimensions }.fit(&texts)?;
        Ok(TextAxesModel::new(tfidf, pca))
    }
}
