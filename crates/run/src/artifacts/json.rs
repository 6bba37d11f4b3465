use std::fs;
use std::io::Write;
use std::path::Path;

use fenqun_base::artifact;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::RunError;

/// Writes indented JSON, keys in the order of the struct.
///
/// # Errors
/// [`RunError::Write`].
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), RunError> {
    let fill = |writer: &mut std::io::BufWriter<&fs::File>| -> std::io::Result<()> {
        serde_json::to_writer_pretty(&mut *writer, value)?;
        writer.write_all(b"\n")
    };
    artifact::write(path, fill).map_err(RunError::writing(path))
}

/// Reads what [`write_json`] wrote.
///
/// # Errors
/// [`RunError::Read`] for a file that is not there, [`RunError::Broken`] for other content, with
/// line and column.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, RunError> {
    let text = fs::read(path).map_err(RunError::reading(path))?;
    serde_json::from_slice(&text)
        .map_err(|error| RunError::Broken { path: path.to_owned(), reason: error.to_string() })
}
