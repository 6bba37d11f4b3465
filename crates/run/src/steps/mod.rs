//! The steps of a run, in the order in which they happen.

pub(crate) mod blocks;
mod check;
pub(crate) mod explain;
mod grouping;
mod lookahead;
pub(crate) mod models;
mod order;
pub(crate) mod segment;
pub(crate) mod texts;

pub use check::check;
pub use order::{Outcome, RunRequest, Until, run};
