use fenqun_base::{Classify, DataError, ErrorKind, Interrupted};

/// Why an evaluation ended without a number.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EvaluateError {
    /// The data or a setting is at fault.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Stopped on request.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl Classify for EvaluateError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Data(error) => error.kind(),
            Self::Interrupted(_) => ErrorKind::Interrupted,
        }
    }
}
