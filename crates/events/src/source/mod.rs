//! Raw files in, batches of the columns asked for out.
//!
//! ```text
//! file ─▶ count bytes ─▶ unpack ─▶ decode to UTF-8 ─▶ window ─▶ rows ─▶ arrow columns
//! ```
//!
//! **Idea.** A text file passes through a window of 256 KiB that grows only when one record is
//! longer. Of each window the places of all delimiters, quotes and line breaks are found in one
//! vectorised pass; rows are then walked from place to place and only the fields asked for are
//! copied, straight into the buffers of a `StringArray`. Whether a window is valid UTF-8 without
//! NUL is also asked once a window; rows are looked at one by one only where it is not.
//!
//! **Cost.** Linear in bytes; memory is one window and one batch, whatever the file. A record
//! longer than [`LONGEST_RECORD`] is an error, so a file without line breaks cannot fill the memory.
//! Parquet is read batch by batch inside each row group, needed columns only.
//!
//! **Why no CSV library.** `csv-core` walks byte by byte, copies every field and does not tell an
//! open quote from an end of file; it serves as the oracle of the tests instead.
//!
//! What counts as a row: every record that is not a blank line. A row that is no good (too few or
//! too many fields, a NUL byte, bytes outside the encoding, broken JSON) comes back as
//! [`Malformed`], never as an error and never silently dropped. An empty field is null.

mod bytes;
mod csv;
mod decode;
mod dialect;
mod encoding;
mod error;
mod expand;
mod header;
mod json_row;
mod jsonl;
mod magic;
mod parquet;
mod quoted;
mod records;
mod sniff;
mod structure;
mod text_column;
mod window;

#[cfg(test)]
mod tests;

use std::path::Path;

use arrow::array::ArrayRef;

pub use dialect::{Compression, Dialect, Encoding, Format};
pub use error::SourceError;
pub use expand::expand;
pub use parquet::panic_is_expected;
pub use sniff::{Sniffed, sniff};
pub use window::LONGEST_RECORD;

/// Most rows of one batch.
const BATCH_ROWS: usize = 16_384;

/// A batch ends before [`BATCH_ROWS`] once it holds this many bytes of text, so that long rows
/// cannot make it large.
const BATCH_BYTES: usize = 8 << 20;

/// A batch of raw rows.
#[derive(Clone, Debug)]
pub struct RawBatch {
    /// The columns asked for, in that order. CSV and JSONL give `StringArray`; Parquet gives what
    /// is stored.
    pub columns: Vec<ArrayRef>,
    /// Where each row begins: 1-based line, or row for Parquet.
    pub lines: Vec<u64>,
    /// Rows that are no good, in order; they are not in `columns`.
    pub malformed: Vec<Malformed>,
}

/// A row that could not be taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// 1-based line on which the row begins.
    pub line: u64,
    /// What is wrong with it.
    pub reason: MalformedReason,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MalformedReason {
    /// Another number of fields than the header, or than the first row where there is no header.
    RaggedRow {
        /// Fields needed.
        expected: usize,
        /// Fields there.
        found: usize,
    },
    /// A NUL byte, which no text holds.
    NulByte,
    /// Bytes that mean nothing in the encoding.
    BadEncoding,
    /// Not one JSON object.
    BadJson,
}

/// Reads one file from beginning to end.
pub struct Reader {
    kind: Kind,
}

enum Kind {
    Csv(Box<csv::CsvReader>),
    Jsonl(Box<jsonl::JsonlReader>),
    Parquet(Box<parquet::ParquetReader>),
}

impl Reader {
    /// Opens a file to read the named columns: names of the header, `"1"`, `"2"`, … without one,
    /// dotted paths (`user.id`) into JSON objects and Parquet structs.
    ///
    /// # Errors
    /// [`SourceError`] for a file that is missing, empty, without rows, of another kind or encoding
    /// than the dialect says, or that lacks one of the columns.
    pub fn open(path: &Path, dialect: &Dialect, columns: &[String]) -> Result<Self, SourceError> {
        let kind = match dialect.format {
            Format::Csv => Kind::Csv(Box::new(csv::CsvReader::open(path, dialect, columns)?)),
            Format::Jsonl => {
                Kind::Jsonl(Box::new(jsonl::JsonlReader::open(path, dialect, columns)?))
            }
            Format::Parquet => {
                Kind::Parquet(Box::new(parquet::ParquetReader::open(path, columns)?))
            }
        };
        Ok(Self { kind })
    }

    /// The next batch of at most 16,384 rows, good and malformed together, or `None` at the end.
    ///
    /// # Errors
    /// [`SourceError`] for what makes the rest of the file unreadable: a record too long, a quote
    /// never closed, packed data cut short or damaged. What was handed out before stays valid.
    #[allow(clippy::should_implement_trait, reason = "an iterator could go on after an error")]
    pub fn next(&mut self) -> Result<Option<RawBatch>, SourceError> {
        match &mut self.kind {
            Kind::Csv(reader) => reader.next(),
            Kind::Jsonl(reader) => reader.next(),
            Kind::Parquet(reader) => reader.next(),
        }
    }

    /// Bytes of the file on disk read so far, for progress.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        match &self.kind {
            Kind::Csv(reader) => reader.window().bytes_read(),
            Kind::Jsonl(reader) => reader.window().bytes_read(),
            Kind::Parquet(reader) => reader.bytes_read(),
        }
    }

    /// Size of the file on disk.
    #[must_use]
    pub fn bytes_total(&self) -> u64 {
        match &self.kind {
            Kind::Csv(reader) => reader.window().bytes_total(),
            Kind::Jsonl(reader) => reader.window().bytes_total(),
            Kind::Parquet(reader) => reader.bytes_total(),
        }
    }
}
