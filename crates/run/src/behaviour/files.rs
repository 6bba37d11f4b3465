//! Reads the pair of files of the challenge, and refuses what breaks a rule, by file, rule and find.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use fenqun_base::{Matrix, UserId};
use half::f16;
use serde::Serialize;

use super::npy::{Npy, Wanted};
use crate::RunError;

/// The integers of the users, a line a user.
pub(super) const IDS: &str = "client_ids.npy";
/// The vectors of the same users in the same order.
const VECTORS: &str = "embeddings.npy";

/// Widest user vector.
const WIDEST: usize = 2048;

/// Where a person finds the ids that are wanted.
const WHERE: &str = "those of `evaluations/NAME-input/client_ids.npy` in the run";

/// The first rule that a file breaks. Rows and columns are counted from 0, as NumPy counts them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VectorFault {
    /// The file.
    pub file: PathBuf,
    /// The rule, after "must hold".
    pub rule: String,
    /// What came.
    pub found: String,
    /// The row where, if it is in one.
    pub row: Option<usize>,
    /// The column where, if it is in one.
    pub column: Option<usize>,
}

/// What a check of the pair of files found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckedVectors {
    /// Where they are.
    pub folder: PathBuf,
    /// Ids, where their file holds to the rules.
    pub n_users: Option<usize>,
    /// Columns, where the file of vectors holds to the rules.
    pub width: Option<usize>,
    /// Ids that were wanted; absent when there was nothing to compare with.
    pub n_wanted: Option<usize>,
    /// The first broken rule of each file.
    pub faults: Vec<VectorFault>,
}

/// Checks the pair of files in a folder, without holding the vectors in memory: each id once and,
/// where `wanted` is given, each of those and no other; int64 ids; float16 vectors, a row an id, of
/// at most 2048 columns, all finite.
///
/// # Errors
/// [`RunError::Read`] for a file that cannot be read. A broken rule is a result.
pub fn check_vectors(folder: &Path, wanted: Option<&[i64]>) -> Result<CheckedVectors, RunError> {
    let mut faults = Vec::new();
    let mut kept = |found: Result<usize, RunError>| match found {
        Ok(number) => Ok(Some(number)),
        Err(RunError::VectorFile(fault)) => {
            faults.push(fault);
            Ok(None)
        }
        Err(other) => Err(other),
    };
    let n_users = kept(places(&folder.join(IDS), wanted).map(|places| places.len()))?;
    let width = kept(scan(&folder.join(VECTORS), n_users))?;
    let n_wanted = wanted.map(<[i64]>::len);
    Ok(CheckedVectors { folder: folder.to_owned(), n_users, width, n_wanted, faults })
}

/// The vectors of the pair of files in a folder, in the order of `wanted`, checked as
/// [`check_vectors`] does.
///
/// # Errors
/// [`RunError::Read`] for a file that cannot be read; [`RunError::VectorFile`] for the first rule
/// that is broken; [`RunError::Vectors`] when two wanted users share an integer.
pub fn read_vectors(folder: &Path, wanted: &[UserId]) -> Result<Matrix, RunError> {
    let wanted: Vec<i64> = wanted.iter().map(|user| user.client_id()).collect();
    let places = places(&folder.join(IDS), Some(&wanted))?;
    let path = folder.join(VECTORS);
    let file = open(&path, Some(places.len()))?;
    let mut vectors = Matrix::zeros(file.n_rows(), file.width());
    file.each_row(|row, bytes| {
        let to = vectors.row_mut(places[row]);
        values(&path, row, bytes, |column, value| to[column] = value)
    })?;
    Ok(vectors)
}

/// The ids of a file, in its order.
pub(super) fn ids(path: &Path) -> Result<Vec<i64>, RunError> {
    let wanted = Wanted { kind: "<i8", kind_name: "int64", size: 8, n_dimensions: 1 };
    let file = Npy::open(path, wanted)?;
    let mut ids = Vec::with_capacity(file.n_rows());
    file.each_row(|_, bytes| {
        ids.extend(bytes.as_chunks::<8>().0.iter().map(|own| i64::from_le_bytes(*own)));
        Ok(())
    })?;
    Ok(ids)
}

/// For every row of the file the place of its id among those wanted; without those, the row itself.
fn places(path: &Path, wanted: Option<&[i64]>) -> Result<Vec<usize>, RunError> {
    let ids = ids(path)?;
    let mut row_of: HashMap<i64, usize> = HashMap::with_capacity(ids.len());
    for (row, &id) in ids.iter().enumerate() {
        if let Some(first) = row_of.insert(id, row) {
            let found = format!("the id of row {first} again");
            return Err(VectorFault::of(path, "each id once", found).at_row(row).into());
        }
    }
    let Some(wanted) = wanted else { return Ok((0..ids.len()).collect()) };
    let mut place_of: HashMap<i64, usize> = HashMap::with_capacity(wanted.len());
    for (place, &id) in wanted.iter().enumerate() {
        if place_of.insert(id, place).is_some() {
            let reason = "two users share one integer id: use another key file".to_owned();
            return Err(RunError::Vectors { reason });
        }
    }
    let strange = |row: &usize| !place_of.contains_key(&ids[*row]);
    let n_strange = (0..ids.len()).filter(strange).count();
    // An id that is not known may be a raw one: it is told by its row, never by itself.
    if let Some(row) = (0..ids.len()).find(strange) {
        let rule = format!("the wanted ids and no other ({WHERE})");
        let found = match n_strange {
            1 => "an id that is not wanted".to_owned(),
            n => format!("{n} of {} ids that are not wanted, the first", ids.len()),
        };
        return Err(VectorFault::of(path, &rule, found).at_row(row).into());
    }
    if let Some(missing) = wanted.iter().find(|id| !row_of.contains_key(id)) {
        let rule = format!("every wanted id ({WHERE})");
        let (n_there, n_wanted) = (ids.len(), wanted.len());
        let found = format!(
            "{n_there} of {n_wanted}: {} are missing, the first {missing}",
            n_wanted - n_there
        );
        return Err(VectorFault::of(path, &rule, found).into());
    }
    Ok(ids.iter().filter_map(|id| place_of.get(id).copied()).collect())
}

/// The file of vectors, its header checked; `n_ids` rows where that is known.
fn open(path: &Path, n_ids: Option<usize>) -> Result<Npy, RunError> {
    let wanted = Wanted { kind: "<f2", kind_name: "float16", size: 2, n_dimensions: 2 };
    let file = Npy::open(path, wanted)?;
    let (n_rows, width) = (file.n_rows(), file.width());
    if let Some(n_ids) = n_ids
        && n_ids != n_rows
    {
        let rule = format!("a row for each of the {n_ids} ids");
        return Err(VectorFault::of(path, &rule, format!("{n_rows} rows")).into());
    }
    if !(1..=WIDEST).contains(&width) {
        let rule = format!("between 1 and {WIDEST} columns");
        return Err(VectorFault::of(path, &rule, format!("{width} columns")).into());
    }
    Ok(file)
}

/// Looks at every value and gives the width.
fn scan(path: &Path, n_ids: Option<usize>) -> Result<usize, RunError> {
    let file = open(path, n_ids)?;
    let width = file.width();
    file.each_row(|row, bytes| values(path, row, bytes, |_, _| {}))?;
    Ok(width)
}

/// The values of a row, all finite.
fn values(
    path: &Path,
    row: usize,
    bytes: &[u8],
    mut take: impl FnMut(usize, f32),
) -> Result<(), RunError> {
    for (column, pair) in bytes.as_chunks::<2>().0.iter().enumerate() {
        let value = f16::from_le_bytes(*pair).to_f32();
        if !value.is_finite() {
            let rule = "finite numbers: divide by a larger number before the cut to float16";
            let fault = VectorFault::of(path, rule, value.to_string()).at_row(row);
            return Err(VectorFault { column: Some(column), ..fault }.into());
        }
        take(column, value);
    }
    Ok(())
}

impl VectorFault {
    pub(super) fn of(file: &Path, rule: &str, found: String) -> Self {
        Self { file: file.to_owned(), rule: rule.to_owned(), found, row: None, column: None }
    }

    fn at_row(self, row: usize) -> Self {
        Self { row: Some(row), ..self }
    }
}

impl fmt::Display for VectorFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} must hold {}, got {}", self.file.display(), self.rule, self.found)?;
        match (self.row, self.column) {
            (Some(row), None) => write!(f, " in row {row}"),
            (Some(row), Some(column)) => write!(f, " in row {row}, column {column}"),
            _ => Ok(()),
        }
    }
}
