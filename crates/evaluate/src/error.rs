use std::path::PathBuf;

use fenqun_base::{Classify, DataError, ErrorKind, Interrupted};

/// Why an evaluation ended without a number.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EvaluateError {
    /// The data or a setting is at fault.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A contender failed on one of the splits.
    #[error("`{contender}` cannot be evaluated (repeat {repeat}, fold {fold}): {source}")]
    Contender {
        /// Its name.
        contender: String,
        /// Repetition of the folds, from 1.
        repeat: usize,
        /// Fold of the repetition, from 1.
        fold: usize,
        /// What it said.
        source: DataError,
    },
    /// A feature gives the label away.
    #[error(
        "feature `{feature}` gives the label away: {reason}. Leave it out, or allow it by name \
         (`--allow \"{feature}\"`) if it is truly known before the label is"
    )]
    Leak {
        /// Name of the feature.
        feature: String,
        /// What was found.
        reason: String,
    },
    /// A split learns from what was not known yet.
    #[error(
        "a label to learn from looks up to {}, past {}, when the users to be asked about are \
         described: learn from windows that end by then", day(*label_end), day(*test_as_of)
    )]
    Future {
        /// Where the label window ends, in milliseconds since 1970.
        label_end: i64,
        /// When the tested users are described.
        test_as_of: i64,
    },
    /// A log of trials that cannot be read or written.
    #[error("{path}: {reason}")]
    Log {
        /// The log.
        path: PathBuf,
        /// What the file system said.
        reason: String,
    },
    /// A log of trials of another search.
    #[error(
        "{path} holds the trials of another search (the space, the seed, the data or the strategy \
         differ): name another file, or remove this one"
    )]
    OtherSearch {
        /// The log.
        path: PathBuf,
    },
    /// Stopped on request.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl Classify for EvaluateError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Data(error) => error.kind(),
            Self::Contender { source, .. } => source.kind(),
            Self::Leak { .. } | Self::Future { .. } | Self::OtherSearch { .. } => ErrorKind::Input,
            Self::Log { .. } => ErrorKind::Environment,
            Self::Interrupted(_) => ErrorKind::Interrupted,
        }
    }
}

/// A moment in words.
fn day(milliseconds: i64) -> String {
    match jiff::Timestamp::from_millisecond(milliseconds) {
        Ok(moment) => moment.to_string(),
        Err(_) => format!("{milliseconds} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_dates() {
        assert_eq!(day(1_512_950_400_000), "2017-12-11T00:00:00Z");
        assert_eq!(day(i64::MAX), "9223372036854775807 ms");
    }
}
