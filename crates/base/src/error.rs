use std::fmt;
use std::path::PathBuf;

/// What kind of failure this is: the one place that decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The user's data, configuration or command is at fault, and the message says what to do.
    Input,
    /// The machine is: no space, no permission, no network.
    Environment,
    /// Stopped on request; what was finished is kept and can be resumed.
    Interrupted,
    /// fenqun is: a fault to report.
    Internal,
}

impl ErrorKind {
    /// The documented exit code: 2 for input and environment, 130 after Ctrl-C, 1 for a fault.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Input | Self::Environment => 2,
            Self::Interrupted => 130,
            Self::Internal => 1,
        }
    }
}

/// Every room's error says which kind it is.
pub trait Classify {
    /// The kind of this error.
    fn kind(&self) -> ErrorKind;
}

/// Where in the user's files something was found: file, line and column, as far as known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it.
    pub file: PathBuf,
    /// 1-based line (text formats) or row (Parquet).
    pub line: Option<u64>,
    /// Name of the column, or its 1-based number as text.
    pub column: Option<String>,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn file(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), line: None, column: None }
    }

    /// The same place, at a line.
    #[must_use]
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same place, at a column.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        Ok(())
    }
}

/// What any numeric step refuses: shared by every encoder, segmenter and metric.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DataError {
    /// A parameter is outside its rule.
    #[error("`{name}` must be {rule}, got {found}")]
    Parameter {
        /// The parameter as configuration spells it.
        name: &'static str,
        /// The rule in words, after "must be".
        rule: String,
        /// What came.
        found: String,
    },
    /// No rows.
    #[error("there are no rows: at least one user is needed")]
    Empty,
    /// Fewer rows than the method needs.
    #[error("{needed} rows are needed, got {found}: ask for fewer segments or bring more users")]
    TooFewRows {
        /// Rows needed.
        needed: usize,
        /// Rows given.
        found: usize,
    },
    /// A matrix of another width than the model was fitted on.
    #[error("rows must be {expected} wide as in the fitted model, got {found}")]
    WrongWidth {
        /// Width at fit.
        expected: usize,
        /// Width given.
        found: usize,
    },
    /// Two inputs that must have one length do not.
    #[error("{what} must have {expected} entries, got {found}")]
    WrongLength {
        /// What was counted.
        what: &'static str,
        /// Entries needed.
        expected: usize,
        /// Entries given.
        found: usize,
    },
    /// NaN or infinity.
    #[error("values must be finite: row {row}, column {column} is {value}")]
    NotFinite {
        /// 0-based row.
        row: usize,
        /// 0-based column.
        column: usize,
        /// What was found.
        value: f32,
    },
    /// Labels that nothing can be learned from.
    #[error("labels cannot be used: {reason}")]
    Labels {
        /// What is wrong, and what to do.
        reason: String,
    },
    /// A fit that ended without an optimum.
    #[error("`{model}` cannot be fitted: {reason}")]
    NotConverged {
        /// Name of the model.
        model: &'static str,
        /// What happened, and what to do.
        reason: String,
    },
    /// A stored model that this version cannot read.
    #[error("stored model `{model}` cannot be read: {reason}")]
    Model {
        /// Name of the model.
        model: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl Classify for DataError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Input
    }
}
