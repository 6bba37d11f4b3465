//! Reads the pair of files of the challenge, and refuses what breaks a rule, by file, rule and find.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use fenqun_base::{Matrix, UserId};
use half::f16;

use crate::RunError;

/// Widest user vector.
const WIDEST: usize = 2048;
/// Longest header that is read: real ones have 118 bytes.
const LONGEST_HEADER: usize = 1 << 16;

/// The vectors of `client_ids.npy` and `embeddings.npy` in a folder, in the order of `wanted`: each
/// wanted user once and no other, int64 ids, float16 vectors of at most 2048 columns, all finite.
///
/// # Errors
/// [`RunError::Read`] for a file that cannot be read; [`RunError::VectorFile`] for the first rule
/// that is broken; [`RunError::Vectors`] when two wanted users share an integer.
pub fn read_vectors(folder: &Path, wanted: &[UserId]) -> Result<Matrix, RunError> {
    let rows = ids(&folder.join("client_ids.npy"), wanted)?;
    let path = folder.join("embeddings.npy");
    let array = Array::open(&path, "<f2", "float16", 2, 2)?;
    let (n_rows, width) = (array.shape[0], array.shape[1]);
    if n_rows != wanted.len() {
        let found = format!("{n_rows} rows");
        return Err(array.refused(format!("a row for each of the {} ids", wanted.len()), found));
    }
    if !(1..=WIDEST).contains(&width) {
        let found = format!("{width} columns");
        return Err(array.refused(format!("between 1 and {WIDEST} columns"), found));
    }
    let bytes = array.bytes()?;
    let mut vectors = Matrix::zeros(n_rows, width);
    for (row, own) in bytes.chunks_exact(width * 2).enumerate() {
        let to = vectors.row_mut(rows[row]);
        for (column, (pair, to)) in own.chunks_exact(2).zip(to).enumerate() {
            let value = f16::from_le_bytes([pair[0], pair[1]]).to_f32();
            if !value.is_finite() {
                let found = format!("{value} in row {row}, column {column}");
                let rule = "finite numbers: divide by a larger number before the cut to float16";
                return Err(RunError::vector_file(&path, rule, found));
            }
            *to = value;
        }
    }
    Ok(vectors)
}

/// For every row of the file the place of its user among those wanted.
fn ids(path: &Path, wanted: &[UserId]) -> Result<Vec<usize>, RunError> {
    let mut place_of: HashMap<i64, usize> = HashMap::with_capacity(wanted.len());
    for (place, user) in wanted.iter().enumerate() {
        if place_of.insert(user.client_id(), place).is_some() {
            let reason = "two users share one integer id: use another key file".to_owned();
            return Err(RunError::Vectors { reason });
        }
    }
    let array = Array::open(path, "<i8", "int64", 8, 1)?;
    if array.shape[0] > wanted.len() {
        let rule = format!("each of the {} wanted ids once and no other", wanted.len());
        let found = format!("{} ids", array.shape[0]);
        return Err(array.refused(rule, found));
    }
    let bytes = array.bytes()?;
    let mut row_of = vec![None; wanted.len()];
    let mut places = Vec::with_capacity(wanted.len());
    for (row, own) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let Some(&place) = place_of.get(&i64::from_le_bytes(*own)) else {
            let found = format!("an id that is not wanted in row {row}");
            return Err(RunError::vector_file(path, "wanted ids and no other", found));
        };
        if let Some(first) = row_of[place].replace(row) {
            let found = format!("one id in rows {first} and {row}");
            return Err(RunError::vector_file(path, "each id once", found));
        }
        places.push(place);
    }
    if places.len() < wanted.len() {
        let n_missing = wanted.len() - places.len();
        let found = format!("{} of {}: {n_missing} are missing", places.len(), wanted.len());
        return Err(RunError::vector_file(path, "every wanted id", found));
    }
    Ok(places)
}

/// A `.npy` file whose header holds to the rules.
struct Array {
    path: PathBuf,
    reader: BufReader<File>,
    shape: Vec<usize>,
    n_bytes: usize,
}

impl Array {
    fn open(
        path: &Path,
        kind: &str,
        kind_name: &str,
        size: usize,
        n_dimensions: usize,
    ) -> Result<Self, RunError> {
        let refused = |rule: &str, found: String| RunError::vector_file(path, rule, found);
        let file = File::open(path).map_err(RunError::reading(path))?;
        let length = file.metadata().map_err(RunError::reading(path))?.len();
        let mut reader = BufReader::new(file);
        let mut read = |n: usize| -> Result<Vec<u8>, RunError> {
            let mut bytes = Vec::new();
            let n_read = reader.by_ref().take(n as u64).read_to_end(&mut bytes);
            if n_read.map_err(RunError::reading(path))? < n {
                return Err(refused("a whole NumPy file", format!("an end after {length} bytes")));
            }
            Ok(bytes)
        };
        let head = read(8)?;
        if &head[..6] != b"\x93NUMPY" {
            return Err(refused("a NumPy file (.npy)", "other bytes at its start".to_owned()));
        }
        let (n_header, n_before) = match head[6] {
            1 => {
                let bytes = read(2)?;
                (usize::from(u16::from_le_bytes([bytes[0], bytes[1]])), 10)
            }
            2 | 3 => {
                let bytes = read(4)?;
                (u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize, 12)
            }
            other => return Err(refused("NumPy's format 1, 2 or 3", format!("format {other}"))),
        };
        if n_header > LONGEST_HEADER {
            return Err(refused("a header of at most 65536 bytes", format!("{n_header} bytes")));
        }
        let header = String::from_utf8_lossy(&read(n_header)?).into_owned();
        let Some(Header { descr, fortran_order, shape }) = Header::parse(&header) else {
            let found = "a header that says something else".to_owned();
            return Err(refused("a header with descr, fortran_order and shape", found));
        };
        if descr != kind {
            return Err(refused(&format!("{kind_name} numbers (`{kind}`)"), format!("`{descr}`")));
        }
        if shape.len() != n_dimensions {
            let rule =
                format!("{n_dimensions} dimension{}", if n_dimensions == 1 { "" } else { "s" });
            return Err(refused(&rule, format!("{shape:?}")));
        }
        if fortran_order && n_dimensions > 1 {
            let found = "column after column".to_owned();
            return Err(refused("row after row (`numpy.ascontiguousarray`)", found));
        }
        let n_values = shape.iter().try_fold(size, |n, &extent| n.checked_mul(extent));
        let n_there = length.saturating_sub((n_before + n_header) as u64);
        match n_values {
            Some(n_bytes) if n_bytes as u64 == n_there => {
                Ok(Self { path: path.to_owned(), reader, shape, n_bytes })
            }
            _ => {
                let rule = format!("as many bytes as the shape {shape:?} needs");
                Err(refused(&rule, format!("{n_there} bytes")))
            }
        }
    }

    /// All values; the file is known to be as long as they are.
    fn bytes(mut self) -> Result<Vec<u8>, RunError> {
        let mut bytes = vec![0; self.n_bytes];
        self.reader.read_exact(&mut bytes).map_err(RunError::reading(&self.path))?;
        Ok(bytes)
    }

    fn refused(&self, rule: String, found: String) -> RunError {
        RunError::vector_file(&self.path, &rule, found)
    }
}

/// What a header says: `{'descr': '<f2', 'fortran_order': False, 'shape': (3, 4), }`.
struct Header {
    descr: String,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl Header {
    fn parse(text: &str) -> Option<Self> {
        let after = |key: &str| {
            let at = text.find(&format!("'{key}'"))?;
            text[at + key.len() + 2..].trim_start().strip_prefix(':').map(str::trim_start)
        };
        let descr = after("descr")?.strip_prefix('\'')?.split_once('\'')?.0.to_owned();
        let order = after("fortran_order")?;
        let fortran_order = order.starts_with("True");
        if !fortran_order && !order.starts_with("False") {
            return None;
        }
        let inside = after("shape")?.strip_prefix('(')?.split_once(')')?.0;
        let extents = inside.split(',').map(str::trim).filter(|extent| !extent.is_empty());
        let shape = extents.map(|extent| extent.parse().ok()).collect::<Option<_>>()?;
        Some(Self { descr, fortran_order, shape })
    }
}
