use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a step counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of input.
    Bytes,
    /// Anything counted one by one: users, texts, refits.
    Count,
}

/// Whoever shows progress: a terminal, a log, nobody.
pub trait Sink: Send + Sync {
    /// A step of `total` units begins (0: unknown); returns what names it from now on.
    fn begin(&self, what: &str, total: u64, unit: Unit) -> usize;
    /// The step went on by `n` units.
    fn advance(&self, step: usize, n: u64);
    /// The step ended.
    fn end(&self, step: usize);
}

/// The user asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// Handed through every long step: tells how far it is, and whether it should stop.
#[derive(Clone)]
pub struct Progress {
    sink: Option<Arc<dyn Sink>>,
    stop: Arc<AtomicBool>,
}

impl Progress {
    /// Shows progress in `sink`; stops once `stop` is true.
    #[must_use]
    pub fn new(sink: Arc<dyn Sink>, stop: Arc<AtomicBool>) -> Self {
        Self { sink: Some(sink), stop }
    }

    /// Shows nothing and never stops: for tests and callers that do not care.
    #[must_use]
    pub fn silent() -> Self {
        Self { sink: None, stop: Arc::new(AtomicBool::new(false)) }
    }

    /// Begins a step; dropping the returned value ends it.
    #[must_use]
    pub fn begin(&self, what: &str, total: u64, unit: Unit) -> Step {
        let id = self.sink.as_ref().map_or(0, |sink| sink.begin(what, total, unit));
        Step { sink: self.sink.clone(), id }
    }

    /// Asked between pieces of work that take at most about a second.
    ///
    /// # Errors
    /// [`Interrupted`] once the user asked to stop.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.stop.load(Ordering::Relaxed) { Err(Interrupted) } else { Ok(()) }
    }
}

/// One step under way.
pub struct Step {
    sink: Option<Arc<dyn Sink>>,
    id: usize,
}

impl Step {
    /// The step went on by `n` units.
    pub fn advance(&self, n: u64) {
        if let Some(sink) = &self.sink {
            sink.advance(self.id, n);
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(sink) = &self.sink {
            sink.end(self.id);
        }
    }
}
