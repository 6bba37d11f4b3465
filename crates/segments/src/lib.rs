//! Group users into segments: matrices in, one segment number and one score a user out.
//!
//! | you have | take | why |
//! |---|---|---|
//! | a value score and taste coordinates | [`TwoAxes`] | the default: stable, and names people understand |
//! | one number a user | [`ValueTiers`] | tiers that hardly move between refits |
//! | any block of a user vector | [`KMeans`] | the plain baseline, and groups of taste alone |
//!
//! Every way keeps the contract of [`fenqun_base::Segmenter`]: parameters → `fit` → a fitted type,
//! the only thing that can assign users; the same data, parameters and seed give the same model on
//! any number of threads. The battery in [`fenqun_base::contract`] checks all of them.
//!
//! Segments are numbered in an order that the data decide, never the random starts, so that a
//! number means the same segment in every refit of the same data.
//!
//! ```
//! use fenqun_base::{Fitted, Seed, Segmenter, contract};
//! use fenqun_segments::KMeans;
//!
//! let users = contract::blobs(3, 20, 4, Seed(1));
//! let model = KMeans { n_segments: 3, ..KMeans::default() }.fit(&users, Seed(7))?;
//! assert_eq!(model.assign(&users)?.sizes(), [20, 20, 20]);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```
//!
//! This room never reads a table and knows no labels. Its only error is
//! [`fenqun_base::DataError`]: it has no failure of its own.

pub mod k_means;
pub mod two_axes;
pub mod value_tiers;

pub use k_means::{KMeans, KMeansModel};
pub use two_axes::{TwoAxes, TwoAxesModel};
pub use value_tiers::{ValueTiers, ValueTiersModel};
