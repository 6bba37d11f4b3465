use std::fs;
use std::io::Write;
use std::path::Path;

use fenqun_base::{Progress, TextEncoder, artifact};

use crate::artifacts::npy_header;
use crate::steps::texts;
use crate::{RunError, packages};

/// Encodes a file of one text a line into a `.npy` file of float32; returns rows and columns.
///
/// # Errors
/// [`RunError::Read`], [`RunError::Write`], what the model refuses.
pub fn encode_file(
    file: &Path,
    model: &str,
    out: &Path,
    cached: bool,
    progress: &Progress,
) -> Result<(usize, usize), RunError> {
    let text = fs::read_to_string(file).map_err(RunError::reading(file))?;
    let lines: Vec<&str> = text.lines().collect();
    let cache = packages::cache_folder();
    let model = texts::open(model, &cache)?;
    let vectors = if cached {
        texts::cached(model, &cache)?.encode(&lines, progress)?
    } else {
        model.encode(&lines, progress)?
    };
    let shape = (vectors.n_rows(), vectors.n_columns());
    artifact::write(out, |writer| {
        writer.write_all(&npy_header("<f4", &format!("({}, {})", shape.0, shape.1)))?;
        vectors.values().iter().try_for_each(|value| writer.write_all(&value.to_le_bytes()))
    })
    .map_err(RunError::writing(out))?;
    Ok(shape)
}
