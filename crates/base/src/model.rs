use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{DataError, Matrix};

/// A dense array of any shape, as stored in a model file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tensor {
    /// Extents, outermost first.
    pub shape: Vec<usize>,
    /// Values, last extent fastest.
    pub values: Vec<f32>,
}

/// What a fitted model is made of, free of any file format: settings and tensors.
///
/// `run` writes it as `NAME.json` and `NAME.safetensors`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelState {
    /// Settings, small values, words.
    pub config: serde_json::Value,
    /// Everything large, by name.
    #[serde(skip)]
    pub tensors: BTreeMap<String, Tensor>,
}

/// A fitted model that can be written and read back without losing a bit.
pub trait Stored: Sized {
    /// Its name in messages and file names.
    const NAME: &'static str;

    /// Everything that makes up this model.
    fn state(&self) -> ModelState;

    /// The model again.
    ///
    /// # Errors
    /// [`DataError::Model`] when something is missing or of another shape.
    fn from_state(state: &ModelState) -> Result<Self, DataError>;
}

impl ModelState {
    /// A state with settings and no tensors yet.
    #[must_use]
    pub fn new(config: impl Serialize) -> Self {
        // Settings are plain structs; one that cannot be written reads back as null and is refused.
        let config = serde_json::to_value(config).unwrap_or_default();
        Self { config, tensors: BTreeMap::new() }
    }

    /// Adds a vector.
    #[must_use]
    pub fn vector(mut self, name: &str, values: &[f32]) -> Self {
        let tensor = Tensor { shape: vec![values.len()], values: values.to_vec() };
        self.tensors.insert(name.to_owned(), tensor);
        self
    }

    /// Adds a matrix.
    #[must_use]
    pub fn matrix(mut self, name: &str, matrix: &Matrix) -> Self {
        let shape = vec![matrix.n_rows(), matrix.n_columns()];
        self.tensors.insert(name.to_owned(), Tensor { shape, values: matrix.values().to_vec() });
        self
    }

    /// Adds the tensors of a model that this one is made of, under names that begin with `prefix`.
    /// Its settings are for the caller to keep: [`Self::part`] asks for them again.
    #[must_use]
    pub fn with_part(mut self, prefix: &str, part: Self) -> Self {
        let tensors = part.tensors.into_iter();
        self.tensors.extend(tensors.map(|(name, tensor)| (format!("{prefix}{name}"), tensor)));
        self
    }

    /// The state of a model that this one is made of: `part` with its tensors under their own names
    /// again.
    #[must_use]
    pub fn part(&self, prefix: &str, part: Self) -> Self {
        let own = |(name, tensor): (&String, &Tensor)| {
            Some((name.strip_prefix(prefix)?.to_owned(), tensor.clone()))
        };
        Self { tensors: self.tensors.iter().filter_map(own).collect(), ..part }
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// [`DataError::Model`] when they are not of this type.
    pub fn read_config<T: DeserializeOwned>(&self, model: &'static str) -> Result<T, DataError> {
        serde_json::from_value(self.config.clone())
            .map_err(|error| DataError::Model { model, reason: error.to_string() })
    }

    /// Reads a vector.
    ///
    /// # Errors
    /// [`DataError::Model`] when it is missing or no vector.
    pub fn read_vector(&self, model: &'static str, name: &str) -> Result<Vec<f32>, DataError> {
        let tensor = self.tensor(model, name)?;
        match tensor.shape[..] {
            [_] => Ok(tensor.values.clone()),
            _ => Err(shape_error(model, name, &tensor.shape)),
        }
    }

    /// Reads a matrix.
    ///
    /// # Errors
    /// [`DataError::Model`] when it is missing or no matrix.
    pub fn read_matrix(&self, model: &'static str, name: &str) -> Result<Matrix, DataError> {
        let tensor = self.tensor(model, name)?;
        match tensor.shape[..] {
            [n_rows, n_columns] => Matrix::new(n_rows, n_columns, tensor.values.clone()),
            _ => Err(shape_error(model, name, &tensor.shape)),
        }
    }

    fn tensor(&self, model: &'static str, name: &str) -> Result<&Tensor, DataError> {
        let missing = || DataError::Model { model, reason: format!("tensor `{name}` is missing") };
        self.tensors.get(name).ok_or_else(missing)
    }
}

fn shape_error(model: &'static str, name: &str, shape: &[usize]) -> DataError {
    DataError::Model { model, reason: format!("tensor `{name}` has shape {shape:?}") }
}
