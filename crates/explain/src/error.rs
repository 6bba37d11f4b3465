use fenqun_base::{Classify, DataError, ErrorKind};

/// What writing cards refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExplainError {
    /// A table of another length than there are users, or values that are not finite.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Tiers and tastes do not multiply to the number of segments.
    #[error(
        "tiers × tastes must be the number of segments: {n_tiers} × {n_tastes} is not {n_segments}"
    )]
    Shape {
        /// Value tiers stated.
        n_tiers: usize,
        /// Taste groups stated.
        n_tastes: usize,
        /// Segments in the assignment.
        n_segments: usize,
    },
}

impl Classify for ExplainError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Data(error) => error.kind(),
            Self::Shape { .. } => ErrorKind::Internal,
        }
    }
}
