use fenqun_base::{Classify, ErrorKind};

/// What rendering a report can meet: always a fault of the program, never of the data.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The page's template cannot be rendered.
    #[error("the report's template cannot be rendered: {0:#}")]
    Template(#[from] minijinja::Error),
    /// The chart data cannot be written as JSON.
    #[error("the report's chart data cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

impl Classify for ReportError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Internal
    }
}
