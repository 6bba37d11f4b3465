//! The classic text baseline on a behaviour record: tokens → embedding → dropout → batch norm →
//! dense → softmax.
//!
//! # Idea and maths
//! The record of a user is a bag of tokens: items, categories or words, with how often each came.
//! Every token has a vector that is learned; a user is their mean, weighted by ln(1 + count):
//! `x = Σ ln(1 + c_t) e_t / Σ ln(1 + c_t)`. Dropout, batch norm and one product lead to a number a
//! class, softmax to probabilities. A user without any known token gets the zero vector, and by it
//! about the shares that classes have. See [`crate::train`] for the training.
//!
//! # Cost
//! Linear in stored counts and epochs, and `tokens × dimensions` for the step after each batch. On
//! 800 users and 2,000 tokens, a few seconds.
//!
//! # When to use it
//! To compare with: it is what many start with. It learns all its vectors from the labels alone, so
//! with hundreds of labelled users it falls behind heads on [`crate::svd`] or graph vectors, which
//! know all users.
//!
//! # Paper
//! Joulin, Grave, Bojanowski and Mikolov, *Bag of Tricks for Efficient Text Classification*, 2017.
//!
//! # Example
//! ```
//! use fenqun_base::{Labels, Seed, SparseMatrix};
//! use fenqun_encoders::token_baseline::TokenBaseline;
//!
//! let mut record = SparseMatrix::with_width(4);
//! let mut words = Vec::new();
//! for user in 0..60u32 {
//!     let is_young = user % 2 == 0;
//!     let own = if is_young { 0 } else { 2 };
//!     record.push_row(&mut [(own + user % 4 / 2, 3.0)])?;
//!     words.push(Some(if is_young { "young" } else { "old" }));
//! }
//! let labels = Labels::from_words(&words);
//! let model = TokenBaseline::default().fit(&record, &labels, Seed(7))?;
//! assert_eq!(model.assign(&record)?.segments[0], labels.codes[0]);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

#[cfg(test)]
mod tests;

pub use model::TokenBaselineModel;
pub use params::TokenBaseline;
