//! Tensors in a file, found by name and read when asked for: the file never lies in memory whole.
//!
//! Two formats are read, and look the same from outside: safetensors ([`safetensors`]) and the
//! 4-bit file of multilingual-e5-small ([`e5s1`]). Everything is handed out as `f32`. A word table
//! stays in the file, and only the rows of words that occur are fetched ([`Table`]): a table of
//! 250,000 words would take 384 MB, a shop's titles need a few thousand rows.

mod e5s1;
mod file;
mod number;
mod safetensors;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub(crate) use e5s1::{FILE_NAME as E5S1_FILE_NAME, Shape as E5s1Shape};
pub(crate) use file::RandomAccess;
use number::Number;

use crate::EncoderError;

/// A weights file, open for reading.
pub(crate) struct WeightFile {
    file: Arc<RandomAccess>,
    tensors: BTreeMap<String, Entry>,
}

/// Where a tensor lies.
struct Entry {
    number: Number,
    shape: Vec<usize>,
    offset: u64,
}

impl WeightFile {
    /// Opens `model.safetensors`.
    pub(crate) fn safetensors(path: &Path) -> Result<Self, EncoderError> {
        let file = RandomAccess::open(path)?;
        let tensors = safetensors::read_directory(&file)?;
        Ok(Self { file: Arc::new(file), tensors })
    }

    /// Opens the 4-bit file of multilingual-e5-small, which also holds the model's measures. Its
    /// tensors get the names they have in safetensors.
    pub(crate) fn e5s1(path: &Path) -> Result<(Self, E5s1Shape), EncoderError> {
        let file = RandomAccess::open(path)?;
        let (shape, tensors) = e5s1::read_directory(&file)?;
        Ok((Self { file: Arc::new(file), tensors }, shape))
    }

    /// The names of all tensors, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Reads a whole tensor, which must have the expected shape.
    pub(crate) fn read(&self, name: &str, expected: &[usize]) -> Result<Vec<f32>, EncoderError> {
        let entry = self.entry(name, expected)?;
        let mut values = vec![0.0; entry.shape.iter().product()];
        let n_bytes = entry.number.n_bytes(values.len());
        let bytes = self.file.read(entry.offset, n_bytes as u64)?;
        entry.number.decode(&bytes, &mut values);
        Ok(values)
    }

    /// A table whose rows are read when needed.
    pub(crate) fn table(
        &self,
        name: &str,
        n_rows: usize,
        width: usize,
    ) -> Result<Table, EncoderError> {
        let entry = self.entry(name, &[n_rows, width])?;
        let (file, number) = (Arc::clone(&self.file), entry.number.clone());
        Ok(Table { file, number, offset: entry.offset, n_rows, width })
    }

    fn entry(&self, name: &str, expected: &[usize]) -> Result<&Entry, EncoderError> {
        let path = || self.file.path().to_owned();
        let (tensor, expected) = (name.to_owned(), expected.to_vec());
        let Some(entry) = self.tensors.get(name) else {
            return Err(EncoderError::TensorMissing { path: path(), tensor, expected });
        };
        if entry.shape != expected {
            let found = entry.shape.clone();
            return Err(EncoderError::TensorShape { path: path(), tensor, expected, found });
        }
        if let Number::Unknown(found) = &entry.number {
            let found = found.clone();
            return Err(EncoderError::TensorType { path: path(), tensor, found });
        }
        Ok(entry)
    }
}

/// A matrix that stays in its file.
pub(crate) struct Table {
    file: Arc<RandomAccess>,
    number: Number,
    offset: u64,
    n_rows: usize,
    width: usize,
}

impl Table {
    /// Number of rows.
    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Reads one row into `values`. Rows of 4-bit tables begin at whole blocks, which
    /// `e5s1` has checked.
    pub(crate) fn row(&self, row: usize, values: &mut [f32]) -> Result<(), EncoderError> {
        let n_bytes = self.number.n_bytes(self.width);
        let mut bytes = vec![0; n_bytes];
        self.file.read_exact(self.offset + (row * n_bytes) as u64, &mut bytes)?;
        self.number.decode(&bytes, values);
        Ok(())
    }
}
