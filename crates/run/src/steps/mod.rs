//! The steps of a run, in the order in which they happen.

mod blocks;
mod check;
mod explain;
mod lookahead;
mod models;
mod order;
mod segment;
pub(crate) mod texts;

pub use check::check;
pub use order::{Outcome, RunRequest, Until, run};
