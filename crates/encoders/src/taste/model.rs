use fenqun_base::{DataError, Matrix, ModelState, SparseMatrix, Stored};
use serde::{Deserialize, Serialize};

use super::fit::pooled;
use crate::pca::{PcaModel, centred};
use crate::svd::SvdModel;
use crate::tfidf::TfIdfModel;

/// Fitted taste from categories.
#[derive(Clone, Debug, PartialEq)]
pub struct CategoryTasteModel {
    pub(super) tfidf: TfIdfModel,
    pub(super) svd: SvdModel,
    pub(super) pca: PcaModel,
}

/// Fitted taste from texts.
#[derive(Clone, Debug, PartialEq)]
pub struct TextTasteModel {
    pub(super) tfidf: TfIdfModel,
    pub(super) mean: Vec<f32>,
    pub(super) pca: PcaModel,
}

impl CategoryTasteModel {
    /// One row a user.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`] unless the columns are those of the fit; what is no count.
    pub fn coordinates(&self, counts: &SparseMatrix) -> Result<Matrix, DataError> {
        let weights = self.tfidf.transform(counts)?;
        let mut directions = without_first(&self.svd.transform(&weights)?)?;
        directions.normalise_rows();
        project(&self.pca, &directions, &known_rows(&directions))
    }
}

impl CategoryTasteModel {
    /// How much each category of one user adds to the coordinates along a direction: pairs of column
    /// and part. Together with what every user starts from they are `coordinates · direction`:
    /// `Σ parts − origin(direction)`, exactly but for rounding, because at a user's own length all
    /// that follows the weights is linear. Empty for a user without a kept category.
    ///
    /// # Errors
    /// As [`CategoryTasteModel::coordinates`]; [`DataError::WrongLength`] for a direction of another
    /// width.
    pub fn parts_along(
        &self,
        counts: &SparseMatrix,
        row: usize,
        direction: &[f64],
    ) -> Result<Vec<(usize, f64)>, DataError> {
        let along = along(&self.pca, direction)?;
        let weights = self.tfidf.transform(&counts.select_rows(&[row]))?;
        let kept = self.tfidf.kept();
        let columns = self.svd.components();
        let mut sums = vec![0.0f64; along.len()];
        for (column, weight) in weights.entries(0) {
            for (sum, &value) in sums.iter_mut().zip(&columns.row(column)[1..]) {
                *sum += f64::from(weight) * f64::from(value);
            }
        }
        let length = sums.iter().map(|sum| sum * sum).sum::<f64>().sqrt();
        if length <= 0.0 {
            return Ok(Vec::new());
        }
        let part = |(column, weight): (usize, f32)| {
            let dots = columns.row(column)[1..].iter().zip(&along);
            let dot: f64 = dots.map(|(&value, along)| f64::from(value) * along).sum();
            (kept[column], f64::from(weight) * dot / length)
        };
        Ok(weights.entries(0).map(part).collect())
    }

    /// What the mean user of the fit has along a direction: see [`CategoryTasteModel::parts_along`].
    ///
    /// # Errors
    /// [`DataError::WrongLength`] for a direction of another width.
    pub fn origin(&self, direction: &[f64]) -> Result<f64, DataError> {
        origin(&self.pca, direction)
    }
}

impl TextTasteModel {
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
        if vectors.n_columns() != self.mean.len() {
            let (expected, found) = (self.mean.len(), vectors.n_columns());
            return Err(DataError::WrongWidth { expected, found });
        }
        vectors.check_finite()?;
        let weights = self.tfidf.transform(counts)?;
        self.place(&pooled(&weights, &self.tfidf.kept(), counts, vectors)?)
    }

    /// Users by the means of their texts.
    pub(super) fn place(&self, pooled: &Matrix) -> Result<Matrix, DataError> {
        let known = known_rows(pooled);
        let mut directions = centred(pooled, &self.mean);
        directions.normalise_rows();
        project(&self.pca, &directions, &known)
    }
}

impl TextTasteModel {
    /// How much each text of one user adds to the coordinates along a direction, as
    /// [`CategoryTasteModel::parts_along`]: a text's part is what sets it apart from the mean user.
    ///
    /// # Errors
    /// As [`TextTasteModel::coordinates`]; [`DataError::WrongLength`] for a direction of another
    /// width.
    pub fn parts_along(
        &self,
        counts: &SparseMatrix,
        vectors: &Matrix,
        row: usize,
        direction: &[f64],
    ) -> Result<Vec<(usize, f64)>, DataError> {
        let along = along(&self.pca, direction)?;
        let counts = counts.select_rows(&[row]);
        let (weights, kept) = (self.tfidf.transform(&counts)?, self.tfidf.kept());
        let pooled = pooled(&weights, &kept, &counts, vectors)?;
        let apart = |values: &[f32]| -> Vec<f64> {
            values.iter().zip(&self.mean).map(|(&a, &b)| f64::from(a) - f64::from(b)).collect()
        };
        let length = apart(pooled.row(0)).iter().map(|x| x * x).sum::<f64>().sqrt();
        let total: f64 = weights.entries(0).map(|(_, weight)| f64::from(weight.abs())).sum();
        if length <= 0.0 || total <= 0.0 {
            return Ok(Vec::new());
        }
        let part = |(column, weight): (usize, f32)| {
            let text = kept[column];
            let dot: f64 = apart(vectors.row(text)).iter().zip(&along).map(|(a, b)| a * b).sum();
            (text, f64::from(weight) / total * dot / length)
        };
        Ok(weights.entries(0).map(part).collect())
    }

    /// What the mean user of the fit has along a direction.
    ///
    /// # Errors
    /// [`DataError::WrongLength`] for a direction of another width.
    pub fn origin(&self, direction: &[f64]) -> Result<f64, DataError> {
        origin(&self.pca, direction)
    }
}

/// A direction of the coordinates, in what the components were found in.
fn along(pca: &PcaModel, direction: &[f64]) -> Result<Vec<f64>, DataError> {
    let components = pca.components();
    if direction.len() != components.n_columns() {
        let (expected, found) = (components.n_columns(), direction.len());
        return Err(DataError::WrongLength { what: "direction", expected, found });
    }
    let dot = |row: &[f32]| row.iter().zip(direction).map(|(&a, b)| f64::from(a) * b).sum();
    Ok(components.rows().map(dot).collect())
}

fn origin(pca: &PcaModel, direction: &[f64]) -> Result<f64, DataError> {
    let along = along(pca, direction)?;
    Ok(pca.mean().iter().zip(&along).map(|(&mean, along)| f64::from(mean) * along).sum())
}

/// Coordinates of the `known` rows; the others stay at the origin.
fn project(pca: &PcaModel, directions: &Matrix, known: &[usize]) -> Result<Matrix, DataError> {
    let projected = pca.transform(&directions.select_rows(known))?;
    let mut result = Matrix::zeros(directions.n_rows(), projected.n_columns());
    for (&row, values) in known.iter().zip(projected.rows()) {
        result.row_mut(row).copy_from_slice(values);
    }
    Ok(result)
}

/// Rows that are not all zero.
pub(super) fn known_rows(matrix: &Matrix) -> Vec<usize> {
    let is_known = |&row: &usize| matrix.row(row).iter().any(|&value| value != 0.0);
    (0..matrix.n_rows()).filter(is_known).collect()
}

/// All columns but the first.
pub(super) fn without_first(matrix: &Matrix) -> Result<Matrix, DataError> {
    let values = matrix.rows().flat_map(|row| &row[1..]).copied().collect();
    Matrix::new(matrix.n_rows(), matrix.n_columns().saturating_sub(1), values)
}

/// The settings of each part; their tensors stand side by side as `part.name`.
#[derive(Serialize, Deserialize)]
struct Parts(Vec<(String, ModelState)>);

/// One state out of the parts'.
fn join(parts: Vec<(&str, ModelState)>) -> ModelState {
    let parts: Vec<_> = parts.into_iter().map(|(name, state)| (name.to_owned(), state)).collect();
    let parts = Parts(parts);
    let mut joined = ModelState::new(&parts);
    for (part, state) in parts.0 {
        for (name, tensor) in state.tensors {
            joined.tensors.insert(format!("{part}.{name}"), tensor);
        }
    }
    joined
}

/// The state of one part.
fn part(state: &ModelState, model: &'static str, part: &str) -> Result<ModelState, DataError> {
    let Parts(parts) = state.read_config(model)?;
    let missing = || DataError::Model { model, reason: format!("part `{part}` is missing") };
    let found = parts.into_iter().find(|(name, _)| name == part).ok_or_else(missing)?;
    let mut result = found.1;
    let prefix = format!("{part}.");
    for (name, tensor) in &state.tensors {
        if let Some(name) = name.strip_prefix(&prefix) {
            result.tensors.insert(name.to_owned(), tensor.clone());
        }
    }
    Ok(result)
}

impl Stored for CategoryTasteModel {
    const NAME: &'static str = "category_taste";

    fn state(&self) -> ModelState {
        join(vec![
            ("tfidf", self.tfidf.state()),
            ("svd", self.svd.state()),
            ("pca", self.pca.state()),
        ])
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        Ok(Self {
            tfidf: TfIdfModel::from_state(&part(state, Self::NAME, "tfidf")?)?,
            svd: SvdModel::from_state(&part(state, Self::NAME, "svd")?)?,
            pca: PcaModel::from_state(&part(state, Self::NAME, "pca")?)?,
        })
    }
}

impl Stored for TextTasteModel {
    const NAME: &'static str = "text_taste";

    fn state(&self) -> ModelState {
        join(vec![("tfidf", self.tfidf.state()), ("pca", self.pca.state())])
            .vector("mean", &self.mean)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        Ok(Self {
            tfidf: TfIdfModel::from_state(&part(state, Self::NAME, "tfidf")?)?,
            mean: state.read_vector(Self::NAME, "mean")?,
            pca: PcaModel::from_state(&part(state, Self::NAME, "pca")?)?,
        })
    }
}
