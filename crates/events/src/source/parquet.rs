//! Parquet: the columns asked for, as they are stored.

use std::cell::Cell;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, StructArray, make_array};
use arrow::buffer::NullBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Fields};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};

use super::bytes::open_file;
use super::{BATCH_ROWS, RawBatch, SourceError, header, magic};

/// Reads the named columns of a Parquet file.
pub struct ParquetReader {
    file: PathBuf,
    batches: ParquetRecordBatchReader,
    asked: Vec<String>,
    n_rows_read: u64,
    n_rows: u64,
    n_bytes: u64,
}

/// A Parquet file that has rows: the file, what its end says of it, its size.
pub struct Opened {
    disk: File,
    metadata: ArrowReaderMetadata,
    n_rows: u64,
    n_bytes: u64,
}

impl ParquetReader {
    pub fn open(path: &Path, columns: &[String]) -> Result<Self, SourceError> {
        let Opened { disk, metadata, n_rows, n_bytes } = Opened::open(path)?;
        let available = names_and_types(metadata.schema().fields());
        for column in columns {
            let n_twins = available.iter().filter(|(name, _)| name == column).count();
            if n_twins == 0 && !is_struct(metadata.schema().fields(), column) {
                let names: Vec<String> = available.into_iter().map(|(name, _)| name).collect();
                return Err(header::missing(path, &names, true, column));
            }
            if n_twins > 1 {
                let mut twins = (1..).zip(&available).filter(|(_, (name, _))| name == column);
                let mut number = || twins.next().map_or(0, |(number, _)| number);
                let place = fenqun_base::Place::file(path).column(column);
                let (first, second) = (number(), number());
                return Err(SourceError::DuplicateColumn { place, first, second });
            }
        }
        let leaves = metadata.parquet_schema().columns().iter().enumerate();
        let is_asked = |leaf: &str| {
            columns.iter().any(|column| {
                leaf.strip_prefix(column.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        let leaves = leaves.filter(|(_, leaf)| is_asked(&leaf.path().string()));
        let leaves: Vec<usize> = leaves.map(|(index, _)| index).collect();
        let mask = ProjectionMask::leaves(metadata.parquet_schema(), leaves);
        let batches = guarded(path, || {
            ParquetRecordBatchReaderBuilder::new_with_metadata(disk, metadata)
                .with_projection(mask)
                .with_batch_size(BATCH_ROWS)
                .build()
        })?;
        let (file, asked) = (path.to_owned(), columns.to_vec());
        Ok(Self { file, batches, asked, n_rows_read: 0, n_rows, n_bytes })
    }

    pub fn next(&mut self) -> Result<Option<RawBatch>, SourceError> {
        let batches = &mut self.batches;
        let asked = &self.asked;
        let read = guarded(&self.file, || -> Result<_, ArrowError> {
            let Some(batch) = batches.next().transpose()? else { return Ok(None) };
            let columns: Result<Vec<ArrayRef>, ArrowError> =
                asked.iter().map(|column| pick(&batch, column)).collect();
            Ok(Some((columns?, batch.num_rows() as u64)))
        })?;
        let Some((columns, n)) = read else {
            if self.n_rows_read != self.n_rows {
                let (read, said) = (self.n_rows_read, self.n_rows);
                let reason = format!("{read} rows could be read, and it says it has {said}");
                return Err(SourceError::Parquet { file: self.file.clone(), reason });
            }
            return Ok(None);
        };
        let lines = (self.n_rows_read + 1..=self.n_rows_read + n).collect();
        self.n_rows_read += n;
        Ok(Some(RawBatch { columns, lines, malformed: Vec::new() }))
    }

    /// In proportion to the rows read: columns are scattered over the file.
    pub fn bytes_read(&self) -> u64 {
        let share = self.n_rows_read.min(self.n_rows) as f64 / self.n_rows.max(1) as f64;
        (self.n_bytes as f64 * share) as u64
    }

    pub fn bytes_total(&self) -> u64 {
        self.n_bytes
    }
}

impl Opened {
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let mut disk = open_file(path)?;
        let file = || path.to_owned();
        let unreadable = |source| SourceError::Unreadable { file: file(), source };
        let n_bytes = disk.metadata().map_err(unreadable)?.len();
        if n_bytes == 0 {
            return Err(SourceError::Empty { file: file() });
        }
        let (mut first, mut last) = (Vec::new(), Vec::new());
        disk.by_ref().take(4).read_to_end(&mut first).map_err(unreadable)?;
        disk.seek(SeekFrom::Start(n_bytes.saturating_sub(4))).map_err(unreadable)?;
        disk.by_ref().take(4).read_to_end(&mut last).map_err(unreadable)?;
        if first != magic::PARQUET {
            let reason = "it does not begin as a Parquet file does".to_owned();
            return Err(SourceError::Parquet { file: file(), reason });
        }
        if last != magic::PARQUET || n_bytes < 12 {
            return Err(SourceError::ParquetCut { file: file() });
        }
        let metadata =
            guarded(path, || ArrowReaderMetadata::load(&disk, ArrowReaderOptions::new()))?;
        let n_rows = metadata.metadata().file_metadata().num_rows();
        let Ok(n_rows) = u64::try_from(n_rows) else {
            let reason = "its number of rows is negative".to_owned();
            return Err(SourceError::Parquet { file: file(), reason });
        };
        if n_rows == 0 {
            return Err(SourceError::HeaderOnly { file: file() });
        }
        Ok(Self { disk, metadata, n_rows, n_bytes })
    }

    /// Dotted names and types of all columns.
    pub fn columns(&self) -> Vec<(String, DataType)> {
        names_and_types(self.metadata.schema().fields())
    }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread would be caught and become an error about a damaged file, so
/// that a panic hook need not print it.
#[must_use]
pub fn panic_is_expected() -> bool {
    GUARDED.get()
}

/// Runs what reads Parquet bytes. The reader checks much, but a flipped bit in a page can still
/// take it to an index or a size that makes it panic; to the user that is a damaged file.
fn guarded<T, E: std::fmt::Display>(
    file: &Path,
    read: impl FnOnce() -> Result<T, E>,
) -> Result<T, SourceError> {
    let damaged = |reason| SourceError::Parquet { file: file.to_owned(), reason };
    GUARDED.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(false);
    match outcome {
        Ok(result) => result.map_err(|error| damaged(error.to_string())),
        Err(_) => Err(damaged("its pages contradict each other".to_owned())),
    }
}

fn names_and_types(fields: &Fields) -> Vec<(String, DataType)> {
    let mut found = Vec::new();
    for field in fields {
        match field.data_type() {
            DataType::Struct(inside) => {
                for (name, data_type) in names_and_types(inside) {
                    found.push((format!("{}.{name}", field.name()), data_type));
                }
            }
            data_type => found.push((field.name().clone(), plain_text(data_type))),
        }
    }
    found
}

fn is_struct(fields: &Fields, path: &str) -> bool {
    fields.iter().any(|field| match field.data_type() {
        DataType::Struct(inside) => {
            let rest = path.strip_prefix(field.name().as_str());
            rest == Some("")
                || rest
                    .and_then(|rest| rest.strip_prefix('.'))
                    .is_some_and(|p| is_struct(inside, p))
        }
        _ => false,
    })
}

/// The many ways of storing text are one to whoever reads it.
fn plain_text(data_type: &DataType) -> DataType {
    match data_type {
        DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        // Old writers do not say that their bytes are text.
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => DataType::Utf8,
        other => other.clone(),
    }
}

fn pick(batch: &RecordBatch, path: &str) -> Result<ArrayRef, ArrowError> {
    let column = match batch.column_by_name(path) {
        Some(column) => column.clone(),
        None => {
            let whole = StructArray::from(batch.clone());
            inside(&whole, path)?
                .ok_or_else(|| ArrowError::SchemaError("a column is gone".to_owned()))?
        }
    };
    let wanted = plain_text(column.data_type());
    if *column.data_type() == wanted { Ok(column) } else { cast(&column, &wanted) }
}

/// A value inside a struct is null where the struct is.
fn inside(whole: &StructArray, path: &str) -> Result<Option<ArrayRef>, ArrowError> {
    for (name, child) in whole.column_names().into_iter().zip(whole.columns()) {
        let Some(rest) = path.strip_prefix(name) else { continue };
        let found = match (rest.strip_prefix('.'), child.as_any().downcast_ref::<StructArray>()) {
            _ if rest.is_empty() => Some(child.clone()),
            (Some(rest), Some(child)) => inside(child, rest)?,
            _ => None,
        };
        let Some(found) = found else { continue };
        let nulls = NullBuffer::union(whole.nulls(), found.nulls());
        let data = found.to_data().into_builder().nulls(nulls).build()?;
        return Ok(Some(make_array(data)));
    }
    Ok(None)
}
