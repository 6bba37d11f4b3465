use fenqun_base::{DataError, Matrix, ModelState, SparseMatrix, Stored};

use crate::pca::PcaModel;
use crate::pool::{pool, shares};
use crate::tfidf::{TfIdf, TfIdfModel};

/// Fitted axes of the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct TextAxesModel {
    tfidf: TfIdfModel,
    pca: PcaModel,
}

impl TextAxesModel {
    pub(super) fn new(tfidf: TfIdfModel, pca: PcaModel) -> Self {
        Self { tfidf, pca }
    }

    /// What a fit on other users would give. The axes are those of the texts, whoever the users are,
    /// so only the weights of texts are learned again.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`] unless the counts are of the same texts; what [`TfIdf::fit`] refuses.
    pub fn reweighted(&self, counts: &SparseMatrix, min_users: u32) -> Result<Self, DataError> {
        if counts.n_columns() != self.tfidf.width() {
            let (expected, found) = (self.tfidf.width(), counts.n_columns());
            return Err(DataError::WrongWidth { expected, found });
        }
        Ok(Self { tfidf: TfIdf { min_users }.fit(counts)?, pca: self.pca.clone() })
    }

    /// One row a text: where it stands on the axes.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn texts(&self, vectors: &Matrix) -> Result<Matrix, DataError> {
        let mut texts = vectors.clone();
        texts.normalise_rows();
        self.pca.transform(&texts)
    }

    /// One row a user, from the same texts and vectors as at the fit.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`] and [`DataError::WrongLength`] unless texts and vectors are as
    /// many and as wide as at the fit; what is no count.
    pub fn coordinates(
        &self,
        counts: &SparseMatrix,
        vectors: &Matrix,
    ) -> Result<Matrix, DataError> {
        if vectors.n_rows() != counts.n_columns() {
            let (expected, found) = (counts.n_columns(), vectors.n_rows());
            return Err(DataError::WrongLength { what: "text vectors", expected, found });
        }
        let weights = self.tfidf.transform(counts)?;
        pool(&weights, &self.texts(vectors)?.select_rows(&self.kept()))
    }

    /// Number of axes.
    #[must_use]
    pub fn n_axes(&self) -> usize {
        self.pca.components().n_columns()
    }

    /// The texts that have a weight, ascending: the others say nothing of a user.
    #[must_use]
    pub fn kept(&self) -> Vec<usize> {
        self.tfidf.kept()
    }

    /// How much each of the texts kept counts for each user: coordinates are the mean of
    /// [`Self::texts`] by these shares.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`]; what is no count.
    pub fn shares(&self, counts: &SparseMatrix) -> Result<SparseMatrix, DataError> {
        shares(&self.tfidf.transform(counts)?)
    }
}

impl Stored for TextAxesModel {
    const NAME: &'static str = "text_axes";

    fn state(&self) -> ModelState {
        // The parts have no settings, and tensors of different names.
        let mut state = self.tfidf.state();
        state.tensors.extend(self.pca.state().tensors);
        state
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        Ok(Self { tfidf: TfIdfModel::from_state(state)?, pca: PcaModel::from_state(state)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_axes::TextAxes;

    /// Three kinds of texts along two axes.
    fn vectors() -> Matrix {
        let rows: Vec<[f32; 4]> = (0u8..30)
            .map(|text| {
                let near = f32::from(text / 3) * 0.01;
                match text % 3 {
                    0 => [1.0, near, 0.0, 0.1],
                    1 => [near, 1.0, 0.0, 0.1],
                    _ => [0.1, 0.0, 2.0 + near, 0.2],
                }
            })
            .collect();
        Matrix::from_rows(&rows).expect("equal rows")
    }

    /// Users of one kind of text each; the last has none.
    fn counts(n_users: u32) -> SparseMatrix {
        let mut counts = SparseMatrix::with_width(30);
        for user in 0..n_users {
            let mut texts = [0, 1, 2].map(|at| (user % 3 + 3 * ((user / 3 + at) % 10), 1.0));
            counts.push_row(&mut texts).expect("fits");
        }
        counts.push_row(&mut []).expect("fits");
        counts
    }

    #[test]
    fn axes_do_not_hang_on_the_users_and_tell_kinds_apart() {
        let many = TextAxes::default().fit(&counts(60), &vectors()).expect("fits");
        let few = TextAxes { min_users: 2, ..TextAxes::default() };
        let few = few.fit(&counts(7), &vectors()).expect("fits");
        let texts = many.texts(&vectors()).expect("same width");
        assert_eq!(texts, few.texts(&vectors()).expect("same width"));
        let users = many.coordinates(&counts(60), &vectors()).expect("same texts");
        assert_eq!(users.row(60), [0.0, 0.0]);
        for user in 0..60 {
            for other in 0..60 {
                let apart = (users.at(user, 0) - users.at(other, 0)).abs()
                    + (users.at(user, 1) - users.at(other, 1)).abs();
                assert_eq!(apart < 0.2, user % 3 == other % 3, "{user} {other}: {apart}");
            }
        }
    }

    #[test]
    fn weights_learned_again_are_those_of_a_fit_on_the_other_users() {
        let params = TextAxes { min_users: 2, ..TextAxes::default() };
        let many = params.fit(&counts(60), &vectors()).expect("fits");
        let few = params.fit(&counts(13), &vectors()).expect("fits");
        assert_ne!(many, few);
        assert_eq!(many.reweighted(&counts(13), 2), Ok(few));
        let other = SparseMatrix::with_width(4);
        assert!(matches!(many.reweighted(&other, 2), Err(DataError::WrongWidth { .. })));
    }

    #[test]
    fn a_user_is_the_weighted_mean_of_the_texts() {
        let model = TextAxes::default().fit(&counts(60), &vectors()).expect("fits");
        let texts = model.texts(&vectors()).expect("same width");
        let user = model.coordinates(&counts(60), &vectors()).expect("same texts");
        // Every text has as many users, so the three weigh the same.
        let mean = (0..3).map(|at| texts.at(3 * at, 0)).sum::<f32>() / 3.0;
        assert!((user.at(0, 0) - mean).abs() < 1e-5);
    }

    #[test]
    fn a_user_alone_and_a_stored_model_give_the_same_bits() {
        let model = TextAxes::default().fit(&counts(60), &vectors()).expect("fits");
        let all = model.coordinates(&counts(60), &vectors()).expect("same texts");
        let read = TextAxesModel::from_state(&model.state()).expect("reads");
        assert_eq!(read, model);
        for row in [0, 33, 60] {
            let one = counts(60).select_rows(&[row]);
            assert_eq!(
                read.coordinates(&one, &vectors()).expect("same texts").row(0),
                all.row(row)
            );
        }
    }

    #[test]
    fn bad_input_is_refused() {
        let fit = |params: TextAxes, vectors: &Matrix| params.fit(&counts(60), vectors);
        let short = vectors().select_rows(&[0, 1]);
        let refused = fit(TextAxes::default(), &short);
        assert!(matches!(refused, Err(DataError::WrongLength { expected: 30, found: 2, .. })));
        let wide = TextAxes { dimensions: 5, ..TextAxes::default() };
        assert!(matches!(fit(wide, &vectors()), Err(DataError::Parameter { .. })));
        let mut bad = vectors();
        bad.row_mut(4)[1] = f32::NAN;
        let refused = fit(TextAxes::default(), &bad);
        assert!(matches!(refused, Err(DataError::NotFinite { row: 4, column: 1, .. })));
        let model = fit(TextAxes::default(), &vectors()).expect("fits");
        assert!(model.coordinates(&counts(60), &short).is_err());
    }
}
