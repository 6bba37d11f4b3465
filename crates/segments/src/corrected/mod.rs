//! Corrected: any head, its probabilities calibrated and its class decided for a goal.
//!
//! # Idea and maths
//! Labelled rows are dealt into `n_folds` stratified folds, and each fold is asked of a head that
//! learned from the others ([`crate::out_of_fold`]). On these probabilities, of rows that their
//! head has not seen, the calibration ([`crate::Calibration`]) and the decision
//! ([`crate::Decision`]) are fitted. The head that is kept learns from all labelled rows.
//!
//! # What explains it
//! The head: calibration and decision change what its scores are read as, not what they are made
//! of.
//!
//! # Cost
//! That of the head, `n_folds + 1` times; once where neither correction has anything to learn.
//!
//! # When to use it
//! With every head whose classes are of unequal size and that is judged by macro-F1, and wherever
//! somebody reads its probabilities as such. [`crate::Blend`] corrects itself, on the folds that
//! choose its penalties.
//!
//! # Source
//! Platt, *Probabilistic outputs for support vector machines*, 1999, for fitting corrections on
//! held-out scores; those of [`crate::calibration`] and [`crate::decision`] for the corrections.
//!
//! # Example
//! ```
//! use fenqun_base::{Fitted, Seed, Supervised, contract};
//! use fenqun_segments::{Corrected, Softmax};
//!
//! let (users, labels) = contract::labelled_blobs(3, 40, 6, Seed(1));
//! let params = Corrected::of(Softmax::default());
//! let model = params.fit(&users, &labels, Seed(7))?;
//! assert_eq!(model.assign(&users)?.segments[0], 0);
//! assert!(model.decision().tau() >= 0.0);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

#[cfg(test)]
mod tests;

pub use model::CorrectedModel;
pub use params::Corrected;
