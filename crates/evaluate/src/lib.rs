//! How good is a segmentation: agreement, separation, what it explains, and whether it would come
//! out the same again. And, from that, which candidate and how many segments to choose.
//!
//! | question | answer |
//! |---|---|
//! | do two assignments agree? | [`adjusted_rand`] |
//! | do segments lie apart? | [`silhouette`], [`inertia`] |
//! | do they say anything about the next period? | [`variance_explained`], [`mix_explained`] |
//! | would other users of the same shop give the same segments? | [`stability`] |
//! | which candidate, how many segments? | [`choose`] |
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
//! let candidates = [Candidate { name: "all", data: &users }];
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

mod agreement;
mod choose;
mod error;
mod explained;
mod separation;
mod stability;
mod student;

pub use agreement::adjusted_rand;
pub use choose::{Candidate, Choice, Choosing, Trial, choose};
pub use error::EvaluateError;
pub use explained::{mix_explained, variance_explained};
pub use separation::{inertia, silhouette};
pub use stability::{MOST_ROWS, Stability, stability};
