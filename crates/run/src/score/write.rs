//! Rows written as they come; the file appears whole or not at all.

use std::fs::File;
use std::path::{Path, PathBuf};

use fenqun_base::artifact;
use parquet::arrow::ArrowWriter;
use tempfile::NamedTempFile;

use crate::RunError;
use crate::artifacts::{SegmentRows, properties, segment_batch};

/// A table under way, beside its place.
pub(super) struct Writer {
    path: PathBuf,
    file: NamedTempFile,
    writer: Option<ArrowWriter<File>>,
    /// Whether a row may be without a segment, also when none of the first part is.
    has_gaps: bool,
}

impl Writer {
    /// Begins a table.
    pub fn new(path: &Path, has_gaps: bool) -> Result<Self, RunError> {
        let file = artifact::temporary_beside(path).map_err(RunError::writing(path))?;
        Ok(Self { path: path.to_owned(), file, writer: None, has_gaps })
    }

    /// Adds the rows of a part.
    pub fn append(&mut self, rows: &SegmentRows) -> Result<(), RunError> {
        if rows.users.is_empty() {
            return Ok(());
        }
        let broken = |reason: String| RunError::Broken { path: self.path.clone(), reason };
        let batch =
            segment_batch(rows, self.has_gaps).map_err(|error| broken(error.to_string()))?;
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let file =
                    self.file.as_file().try_clone().map_err(RunError::writing(&self.path))?;
                let writer = ArrowWriter::try_new(file, batch.schema(), Some(properties()))
                    .map_err(|error| broken(error.to_string()))?;
                none.insert(writer)
            }
        };
        // What can fail here is the disk.
        let full = |error| RunError::Write {
            path: self.path.clone(),
            source: std::io::Error::other(error),
        };
        writer.write(&batch).map_err(full)
    }

    /// Ends the table and puts it in its place.
    pub fn finish(self) -> Result<(), RunError> {
        let Self { path, file, writer, .. } = self;
        if let Some(writer) = writer {
            writer.close().map_err(|error| RunError::Write {
                path: path.clone(),
                source: std::io::Error::other(error),
            })?;
        }
        file.as_file().sync_all().map_err(RunError::writing(&path))?;
        file.persist(&path).map_err(|error| RunError::writing(&path)(error.error))?;
        Ok(())
    }
}
