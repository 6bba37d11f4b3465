use std::io;
use std::path::PathBuf;

use fenqun_base::{Classify, ErrorKind, Interrupted};

use crate::Reason;
use crate::source::SourceError;

/// Everything that can stop this room. No message holds a raw user id.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// A file cannot be read as what it is said to be.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Stopped on request.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// A setting outside its rule.
    #[error("`{field}` must be {rule}, got {found}")]
    Config {
        /// The setting as the TOML file spells it.
        field: String,
        /// The rule in words, after "must be".
        rule: String,
        /// What came.
        found: String,
    },
    /// Two fields of the mapping name one column.
    #[error(
        "`source.columns`: `{first}` and `{second}` are both mapped to the column `{column}`; \
         a column can fill one field only: remove one of the two lines"
    )]
    SameColumn {
        /// The field named first.
        first: &'static str,
        /// The field named second.
        second: &'static str,
        /// The column both want.
        column: String,
    },
    /// A column of a type that no field can be read from.
    #[error(
        "{file}: column `{column}` has the type {found}, which cannot be read as text, number or time; leave it out of `columns` or write it as text"
    )]
    ColumnType {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// The stored type.
        found: String,
    },
    /// So many rows of a file are broken that the mapping is likely wrong.
    #[error(transparent)]
    TooManyFaults(#[from] Box<TooManyFaults>),
    /// Nothing was left after cleaning.
    #[error(
        "none of the {n_in} rows became an event ({why}): loosen `[cleaning]` or correct the mapping"
    )]
    NothingKept {
        /// Rows read.
        n_in: u64,
        /// Reasons with their counts.
        why: String,
    },
    /// `[[source]]` names no file, or there is no source.
    #[error("there is nothing to read: `[[source]]` needs `files`; `fenqun init FILES` writes it")]
    NoSource,
    /// No file given to `init` holds events.
    #[error("no file holds events: a user column and a time column are needed; seen: {seen}")]
    NoEvents {
        /// Files and their columns.
        seen: String,
    },
    /// One user has two labels, or two groups.
    #[error(
        "{file}, line {line}, column `{column}`: this user has another word than in {first_file}, \
         line {first_line}; a user has one label and one group: correct one of the two rows, or give \
         two labels one class in `labels.classes`"
    )]
    Contradiction {
        /// The file.
        file: String,
        /// 1-based line of the second word.
        line: u64,
        /// The column.
        column: String,
        /// The file that says otherwise.
        first_file: String,
        /// Its line.
        first_line: u64,
    },
    /// A file of labels that labels nobody.
    #[error(
        "{files}: none of the {n_rows} rows has both a user and a label in the column `{column}`: \
         name another column, or correct `labels.classes`"
    )]
    NoLabels {
        /// The files.
        files: String,
        /// The column of labels.
        column: String,
        /// Rows read.
        n_rows: u64,
    },
    /// The key file is open to other users of the machine.
    #[error(
        "{file} can be read by others (mode {mode:03o}): whoever has the key can undo pseudonyms; run `chmod 600 {file}`"
    )]
    KeyExposed {
        /// The key file.
        file: String,
        /// Its mode.
        mode: u32,
    },
    /// The key file does not hold a key.
    #[error(
        "{file} must hold 64 hexadecimal digits; restore it from a copy, or delete it to make a new key, which changes every pseudonym"
    )]
    KeyUnreadable {
        /// The key file.
        file: String,
    },
    /// An event table that is not there, not whole, or of another version.
    #[error("{folder}: {reason}")]
    Table {
        /// The folder.
        folder: PathBuf,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The file system refused.
    #[error("{path}: {error}{advice}", advice = disk_advice(.error))]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// The ledger does not add up: a fault of fenqun.
    #[error(
        "{file}: {n_in} rows went in and {n_out} came out; this is a fault in fenqun, please report it"
    )]
    Ledger {
        /// The file.
        file: String,
        /// Rows read.
        n_in: u64,
        /// Rows accounted for.
        n_out: u64,
    },
    /// A table cannot be written or read: a fault of fenqun or of the disk.
    #[error("{what}: {reason}")]
    Format {
        /// What was being done.
        what: String,
        /// What went wrong.
        reason: String,
    },
}

/// So many rows of a file are broken that the mapping is likely wrong.
#[derive(Debug, thiserror::Error)]
#[error(
    "{file}, line {line}{column}: {n_faulty} of {n_in} rows are broken, more than the stated \
     share of {limit} (`cleaning.max_faulty`); most often the row {sentence}{examples}{hint}",
    column = at_column(.column), sentence = reason.sentence(fenqun_base::Language::En),
    examples = for_example(.examples), hint = with_hint(.hint)
)]
pub struct TooManyFaults {
    /// The file.
    pub file: String,
    /// The first line with the most frequent fault.
    pub line: u64,
    /// The column at fault, where one is.
    pub column: Option<String>,
    /// The most frequent fault.
    pub reason: Reason,
    /// Values that were found, at most three.
    pub examples: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
    /// Broken rows.
    pub n_faulty: u64,
    /// Rows read.
    pub n_in: u64,
    /// The stated share.
    pub limit: f64,
}

impl EventsError {
    /// A file system error at a path.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::File { path, error }
    }

    /// A failure of the table format at a path.
    pub(crate) fn format<E: std::fmt::Display>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        let what = what.into();
        move |error| Self::Format { what, reason: error.to_string() }
    }
}

impl From<io::Error> for EventsError {
    fn from(error: io::Error) -> Self {
        Self::File { path: PathBuf::from("event table"), error }
    }
}

impl Classify for EventsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Source(error) => error.kind(),
            Self::Interrupted(_) => ErrorKind::Interrupted,
            Self::File { .. } | Self::Format { .. } => ErrorKind::Environment,
            Self::Ledger { .. } => ErrorKind::Internal,
            _ => ErrorKind::Input,
        }
    }
}

fn at_column(column: &Option<String>) -> String {
    column.as_ref().map_or_else(String::new, |column| format!(", column `{column}`"))
}

fn for_example(examples: &[String]) -> String {
    if examples.is_empty() {
        return String::new();
    }
    let quoted: Vec<String> = examples.iter().map(|one| format!("`{one}`")).collect();
    format!(", for example {}", quoted.join(", "))
}

fn with_hint(hint: &Option<String>) -> String {
    hint.as_ref().map_or_else(String::new, |hint| format!("; {hint}"))
}

fn disk_advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space or choose another folder with --out"
        }
        io::ErrorKind::PermissionDenied => "; check who may write there",
        _ => "",
    }
}
