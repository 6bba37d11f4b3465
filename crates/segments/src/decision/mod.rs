//! Decision: from probabilities of the classes to one class a user.
//!
//! # Idea and maths
//! `argmax_c p_c / π_c^τ`, where `π` are the shares of the classes among the labelled users. `τ = 0`
//! is the likeliest class, which is right most often (accuracy); a larger `τ` speaks for rare
//! classes, which the mean of all classes' F1 rewards. For macro-F1, `τ` is chosen among 0, 0.1 …
//! 1.4 on out-of-fold probabilities; each candidate is judged by the mean with its neighbours,
//! because one candidate alone wins by luck. The least `τ` wins among equals. The score of a user
//! is 1 − second / best of the corrected shares.
//!
//! # Cost
//! 15 passes over the probabilities.
//!
//! # When to use it
//! Whenever classes are of unequal size and somebody reads macro-F1: worth .02 to .10 there, more
//! than training with balanced class weights. Not with those: they correct the same thing.
//!
//! # Source
//! Menon et al., *Long-tail learning via logit adjustment*, 2021; the smoothing is our own.
//!
//! # Example
//! ```
//! use fenqun_base::{Labels, Matrix};
//! use fenqun_segments::Decision;
//!
//! let shares = Matrix::from_rows(&[[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])?;
//! let labels = Labels::from_words(&[Some("no"), Some("no"), Some("no"), Some("yes")]);
//! let likeliest = Decision::Accuracy.fit(&shares, &labels)?;
//! assert_eq!(likeliest.decide(&shares)?.segments, [0, 0, 0, 0]);
//! let corrected = Decision::Fixed { tau: 0.6 }.fit(&shares, &labels)?;
//! assert_eq!(corrected.decide(&shares)?.segments, [0, 0, 0, 1]);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use fit::macro_f1;
pub use model::DecisionModel;
pub use params::Decision;
