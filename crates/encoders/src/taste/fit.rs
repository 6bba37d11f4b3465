use fenqun_base::{DataError, Matrix, Seed, SparseMatrix};

use super::model::{known_rows, without_first};
use super::{CategoryTaste, CategoryTasteModel, TextTaste, TextTasteModel};
use crate::pca::{Pca, centred, column_means};
use crate::pool;
use crate::svd::Svd;
use crate::tfidf::{TfIdf, TfIdfModel};

impl CategoryTaste {
    /// Learns weights, components and coordinates from counts of users × categories.
    ///
    /// # Errors
    /// What the parts refuse; [`DataError::Parameter`] when there are not even two categories and
    /// two users.
    pub fn fit(&self, counts: &SparseMatrix, seed: Seed) -> Result<CategoryTasteModel, DataError> {
        let tfidf = TfIdf { min_users: self.min_users }.fit(counts)?;
        let weights = tfidf.transform(counts)?;
        let most = weights.n_rows().min(weights.n_columns());
        let dimensions = self.dimensions.min(most);
        let n_coordinates = allowed(self.n_coordinates, dimensions.saturating_sub(1))?;
        let svd = Svd { dimensions, ..Svd::default() }.fit(&weights, seed.derive("taste"))?;
        let mut directions = without_first(&svd.transform(&weights)?)?;
        directions.normalise_rows();
        let known = directions.select_rows(&known_rows(&directions));
        let pca = Pca { dimensions: n_coordinates }.fit(&known)?;
        Ok(CategoryTasteModel { tfidf, svd, pca })
    }
}

impl TextTaste {
    /// Learns weights and coordinates from counts of users × texts and one vector a text.
    ///
    /// # Errors
    /// What the parts refuse; [`DataError::WrongLength`] unless there is a vector for every text.
    pub fn fit(
        &self,
        counts: &SparseMatrix,
        vectors: &Matrix,
    ) -> Result<TextTasteModel, DataError> {
        vectors.check_finite()?;
        let tfidf = TfIdf { min_users: self.min_users }.fit(counts)?;
        let pooled = pooled(&tfidf.transform(counts)?, &tfidf.kept(), counts, vectors)?;
        self.fit_pooled(tfidf, &pooled)
    }

    /// The coordinates of all rows by a model that is learned from some of them, which may repeat:
    /// what [`TextTaste::fit`] and then [`TextTasteModel::coordinates`] give, with the texts of each
    /// user read once.
    ///
    /// # Errors
    /// As [`TextTaste::fit`].
    pub fn refit(
        &self,
        counts: &SparseMatrix,
        vectors: &Matrix,
        rows: &[usize],
    ) -> Result<Matrix, DataError> {
        vectors.check_finite()?;
        let tfidf = TfIdf { min_users: self.min_users }.fit(&counts.select_rows(rows))?;
        let pooled = pooled(&tfidf.transform(counts)?, &tfidf.kept(), counts, vectors)?;
        self.fit_pooled(tfidf, &pooled.select_rows(rows))?.place(&pooled)
    }

    fn fit_pooled(&self, tfidf: TfIdfModel, pooled: &Matrix) -> Result<TextTasteModel, DataError> {
        let n_coordinates = allowed(self.n_coordinates, pooled.n_columns())?;
        let known = pooled.select_rows(&known_rows(pooled));
        let mean = column_means(&known);
        let mut directions = centred(&known, &mean);
        directions.normalise_rows();
        let pca = Pca { dimensions: n_coordinates }.fit(&directions)?;
        Ok(TextTasteModel { tfidf, mean, pca })
    }
}

/// The weighted mean of each user's text vectors.
pub(super) fn pooled(
    weights: &SparseMatrix,
    kept: &[usize],
    counts: &SparseMatrix,
    vectors: &Matrix,
) -> Result<Matrix, DataError> {
    if vectors.n_rows() != counts.n_columns() {
        let (expected, found) = (counts.n_columns(), vectors.n_rows());
        return Err(DataError::WrongLength { what: "text vectors", expected, found });
    }
    pool(weights, &vectors.select_rows(kept))
}

/// As many coordinates as asked for, or as the data have directions.
fn allowed(n_coordinates: usize, most: usize) -> Result<usize, DataError> {
    if n_coordinates > 0 && most > 0 {
        return Ok(n_coordinates.min(most));
    }
    let rule = format!("at least 1, and the data must allow one: they allow {most}");
    let found = n_coordinates.to_string();
    Err(DataError::Parameter { name: "n_coordinates", rule, found })
}
