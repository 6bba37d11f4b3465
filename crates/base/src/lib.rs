//! The words and contracts of fenqun: everything that two rooms say to each other.
//!
//! Read this room first; it is the vocabulary of all others and holds no algorithm.
//!
//! | word | type | what it is |
//! |---|---|---|
//! | user | [`UserId`] | a keyed pseudonym; the raw id never leaves the room `events` |
//! | event, action | [`Event`], [`Action`] | one thing a user did at one time |
//! | item, catalogue | [`Catalogue`] | what was acted on: title, category path, brand |
//! | matrix | [`Matrix`], [`SparseMatrix`] | users (or texts) in rows |
//! | block | [`Block`] | a named part of a user vector |
//! | encoder | [`TextEncoder`] | texts in, vectors out |
//! | segmenter, assignment | [`Segmenter`], [`Fitted`], [`Assignment`] | parameters → fit → fitted type → assign |
//! | label, head | [`Labels`], [`Supervised`], [`Soft`] | labelled users in, probabilities of every class out |
//! | artifact | [`artifact`] | files that appear whole or not at all |
//! | seed | [`Seed`] | the only source of randomness |
//! | error kind | [`ErrorKind`] | the one place that maps a failure to an exit code |
//!
//! `base` never reads a source format, never computes a feature and never prints.

pub mod artifact;
pub mod contract;

mod action;
mod assignment;
mod block;
mod catalogue;
mod error;
mod event;
mod labels;
mod language;
mod matrix;
mod model;
mod progress;
mod seed;
mod segmenter;
mod sparse;
mod text_encoder;
mod user;

pub use action::Action;
pub use assignment::Assignment;
pub use block::Block;
pub use catalogue::{Catalogue, Item};
pub use error::{Classify, DataError, ErrorKind, Place};
pub use event::{Event, NO_CODE};
pub use labels::Labels;
pub use language::Language;
pub use matrix::Matrix;
pub use model::{ModelState, Stored, Tensor};
pub use progress::{Interrupted, Progress, Sink, Step, Unit};
pub use seed::{Rng, Seed};
pub use segmenter::{Contributions, Fitted, Segmenter, Soft, Supervised};
pub use sparse::SparseMatrix;
pub use text_encoder::TextEncoder;
pub use user::UserId;
