//! Which settings of a head tell a label best, and what choosing them was worth.
//!
//! ```text
//! finished run ─▶ blocks ─┐                ┌─▶ search on all labelled users ─▶ head.toml
//! labels ─────────────────┼─▶ points of ───┤
//! [head] ─▶ settings by ──┘   the space    └─▶ search inside each outer fold ─▶ tuned against untuned,
//!           dotted path                                                         on users it never saw
//! ```
//!
//! A setting is named by its place in the configuration: `head.settings.training.learning_rate`,
//! `head.blocks.graph.weight`, `head.parts.trees.head.rounds`. Every trial is judged in inner folds
//! of the rows it may learn from. The best of many trials flatters itself, so the same search is run
//! again inside each outer fold, and its winner meets the untuned head on the users held out; only
//! that comparison says what tuning was worth.
//!
//! Every finished trial is on the disk: the same command goes on after a kill, and comes to the same
//! table.

mod config;
mod labelled;
mod objective;
mod outcome;
mod path;
mod search;
mod space;
mod words;
mod write;

#[cfg(test)]
mod tests;

pub use config::{TuneConfig, TuneRequest};
pub use outcome::TuneOutcome;
pub use search::tune;
