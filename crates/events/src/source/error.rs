use std::io;
use std::path::PathBuf;

use fenqun_base::{Classify, ErrorKind, Place};

use super::{Compression, Encoding};

/// Why a file cannot be read at all. Rows that are merely bad are no error: see
/// [`super::Malformed`].
///
/// No message holds a value of the data: a value may be a raw user id.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// No such file.
    #[error("{}: no such file; check the path (relative paths start from the config file's folder)", .file.display())]
    NotFound {
        /// The file.
        file: PathBuf,
    },
    /// The file system refuses.
    #[error("{}: cannot be read: {source}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A pattern that stands for nothing.
    #[error(
        "`{pattern}` matches no file; give a file, a folder with .csv, .tsv, .txt, .jsonl or .parquet files (also .gz, .zst), or a glob"
    )]
    NoFiles {
        /// The pattern as it was given.
        pattern: String,
    },
    /// A pattern that is no glob.
    #[error("`{pattern}` is not a valid glob: {reason}")]
    Glob {
        /// The pattern as it was given.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Zero bytes of content.
    #[error("{}: the file is empty; export it again or leave it out", .file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// Columns, but no row.
    #[error("{}: there is no row, only the names of columns; export it again or leave it out", .file.display())]
    HeaderOnly {
        /// The file.
        file: PathBuf,
    },
    /// Something that is no table of rows.
    #[error("{}: looks like {looks_like}; {remedy}", .file.display())]
    UnknownFormat {
        /// The file.
        file: PathBuf,
        /// What it is.
        looks_like: String,
        /// What to do.
        remedy: String,
    },
    /// Another encoding than the dialect says.
    #[error(
        "{}: is not {declared}, it looks like {looks_like}; set `dialect.encoding` to what it is, or run `fenqun init` again", .file.display()
    )]
    WrongEncoding {
        /// The file.
        file: PathBuf,
        /// What the dialect says.
        declared: Encoding,
        /// What the bytes say.
        looks_like: String,
    },
    /// A dialect that no file can have.
    #[error("`dialect.{name}` must be {rule}, got `{found}`")]
    Dialect {
        /// The parameter.
        name: &'static str,
        /// Its rule.
        rule: &'static str,
        /// What came.
        found: String,
    },
    /// One line that would fill the memory.
    #[error(
        "{place}: the line is longer than {limit} bytes; is this a text file with line breaks, and is `dialect` right?"
    )]
    LineTooLong {
        /// File and line.
        place: Place,
        /// The longest line that is read.
        limit: usize,
    },
    /// A quote that opens and never closes.
    #[error(
        "{place}: a field opens with {quote} and no {quote} closes it; close it, or set `dialect.quote = \"\\u0000\"` where quotes mean nothing"
    )]
    UnclosedQuote {
        /// File and the line where the quote opens.
        place: Place,
        /// The quote.
        quote: char,
    },
    /// Two columns of one name.
    #[error("{place}: columns {first} and {second} have the same name; rename one of them")]
    DuplicateColumn {
        /// File, line and name.
        place: Place,
        /// 1-based.
        first: usize,
        /// 1-based.
        second: usize,
    },
    /// A first line that cannot be names.
    #[error(
        "{place}: the line holds values, not names of columns; set `dialect.header = false` and call the columns \"1\", \"2\", …"
    )]
    HeaderHoldsValues {
        /// File and line.
        place: Place,
    },
    /// A column that the mapping needs and the file lacks.
    #[error("{}: there is no column `{column}`{}", .file.display(), .hint)]
    MissingColumn {
        /// The file.
        file: PathBuf,
        /// What was asked for.
        column: String,
        /// The nearest name, when one is near.
        nearest: Option<String>,
        /// What the message says of the columns that are there.
        hint: String,
    },
    /// One JSON array, or one object over several lines.
    #[error(
        "{}: is {found}, and one JSON object a line is needed; convert it with `{command}`", .file.display()
    )]
    NotLines {
        /// The file.
        file: PathBuf,
        /// What it is.
        found: &'static str,
        /// A command that makes lines of it.
        command: String,
    },
    /// A packed file that is cut short.
    #[error("{}: ends in the middle of its {compression} data; copy or export it again", .file.display())]
    Truncated {
        /// The file.
        file: PathBuf,
        /// How it is packed.
        compression: Compression,
    },
    /// A packed file that does not unpack.
    #[error("{}: the {compression} data is damaged ({reason}); copy or export it again", .file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// How it is packed.
        compression: Compression,
        /// What the decoder says.
        reason: String,
    },
    /// A Parquet file that is cut short.
    #[error("{}: the Parquet file is cut short: its end is missing; copy or export it again", .file.display())]
    ParquetCut {
        /// The file.
        file: PathBuf,
    },
    /// A Parquet file that cannot be read.
    #[error("{}: the Parquet file is damaged or of an unknown kind ({reason}); copy or export it again", .file.display())]
    Parquet {
        /// The file.
        file: PathBuf,
        /// What the reader says.
        reason: String,
    },
    /// A fault of this room.
    #[error("{}: a batch could not be built ({reason}); please report this", .file.display())]
    Batch {
        /// The file.
        file: PathBuf,
        /// What arrow says.
        reason: String,
    },
}

impl Classify for SourceError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreadable { .. } => ErrorKind::Environment,
            Self::Batch { .. } => ErrorKind::Internal,
            _ => ErrorKind::Input,
        }
    }
}
