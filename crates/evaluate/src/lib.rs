//! How good is a segmentation, found or learned? And, from that, which one to choose.
//!
//! Segments found without labels: agreement, separation, what they explain, and whether they would
//! come out the same again.
//!
//! | question | answer |
//! |---|---|
//! | do two assignments agree? | [`adjusted_rand`], [`adjusted_mutual_information`] |
//! | do segments lie apart? | [`silhouette`], [`davies_bouldin`], [`calinski_harabasz`], [`inertia`] |
//! | do they say anything about the next period? | [`variance_explained`], [`mix_explained`] |
//! | would other users of the same shop give the same segments? | [`stability`], of the whole way [`stability_of`] |
//! | which candidate, how many segments? | [`choose`] |
//!
//! Users in no segment are no segment: [`only_assigned`] leaves them out of these numbers, and
//! whoever shows one says beside it how many they were.
//!
//! Labels that somebody knows, and heads that learn them:
//!
//! | question | answer |
//! |---|---|
//! | who may be learned from, who is asked? | [`splits`] |
//! | does a feature give the label away? | [`leaks`] |
//! | how good are decisions, probabilities, amounts? | [`metrics`] |
//! | which way is better, by how much, and is that luck? | [`compare`] |
//! | which settings are best, and what is the search worth? | [`search`] |
//! | what is one vector a user worth to any question ahead? | [`behaviour`] |
//!
//! Judge segments found without labels by stability first: a silhouette is high for any data cut
//! in two, and inertia always falls with more segments. None of these numbers says that segments
//! are useful; only the next period does.
//!
//! ```
//! use fenqun_base::{Progress, Seed, contract};
//! use fenqun_evaluate::{Candidate, Choosing, choose};
//! use fenqun_segments::KMeans;
//!
//! let users = contract::blobs(3, 30, 3, Seed(1));
//! let candidates = [Candidate::of("all", &users)];
//! let with = |n_segments| KMeans { n_segments, ..KMeans::default() };
//! let choosing = Choosing { n_segments: vec![3, 5], ..Choosing::default() };
//! let choice = choose(&candidates, &choosing, with, Seed(7), &Progress::silent())?;
//! assert_eq!((choice.best().candidate.as_str(), choice.best().n_segments), ("all", 3));
//! # Ok::<(), fenqun_evaluate::EvaluateError>(())
//! ```
//!
//! This room knows matrices and numbers of segments: no table, no segmenter by name. Randomness
//! comes from the caller's seed, and sums run in a fixed order: results do not depend on the number
//! of threads.

pub mod amounts;
pub mod behaviour;
pub mod compare;
pub mod leaks;
pub mod metrics;
pub mod search;
pub mod splits;

mod agreement;
mod choose;
mod dispersion;
mod distances;
mod error;
mod explained;
mod information;
mod nearest;
mod separation;
mod stability;
mod student;

pub use agreement::adjusted_rand;
pub use choose::{Again, Candidate, Choice, Choosing, Trial, choose};
pub use dispersion::{calinski_harabasz, davies_bouldin, only_assigned};
pub use error::EvaluateError;
pub use explained::{mix_explained, variance_explained};
pub use information::{adjusted_mutual_information, mutual_information};
pub use separation::{inertia, silhouette};
pub use stability::{MOST_ROWS, Stability, measured_rows, stability, stability_of};
