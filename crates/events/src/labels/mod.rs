//! Labels: files that say of some users what the shop already knows.
//!
//! A file has a column of users and a column of words, one row a user; every format, encoding and
//! packing of [`crate::source`] is read. Users become pseudonyms by the same key as in the events,
//! so that both meet; what is told of single rows is told by file and line, never by user.
//!
//! A user who is named twice with one word counts once; with two words, the file contradicts itself
//! and is refused, for nothing here can know which one holds.
//!
//! A third column may say whom users belong to (household, company). Its words become keyed hashes as
//! they are read; a user without one is a group of their own.

mod config;
mod read;
#[cfg(test)]
mod tests;

pub use config::{LabelColumns, LabelsConfig};
pub use read::{LabelLedger, LabelTable, read_labels};
