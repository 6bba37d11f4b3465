//! Segments by rules over a finished run: definitions from files, facts from the run directory,
//! counts and audiences out.
//!
//! The language itself is [`fenqun_segments::rules`]; `docs/rules.md` is its reference.

mod audience;
mod error;
mod facts;
mod files;
mod placing;
mod told;
mod unseen;
mod written;

#[cfg(test)]
mod tests;

pub use audience::{Count, Counts, count, find, write_audience};
pub use error::{Problem, RulesError};
pub(crate) use facts::index_parts;
pub use facts::{RunFacts, facts_of, index_events};
pub use fenqun_segments::rules::{Definition, Rule, Schema};
pub use files::{DefinitionFiles, read_definitions, read_rule};
pub(crate) use placing::{check_for, check_stored, facts_for, place};
pub(crate) use unseen::unseen;
