//! Calibration: probabilities that come true as often as they say.
//!
//! # Idea and maths
//! Both ways are fitted on out-of-fold probabilities ([`out_of_fold`]), never on those of rows the
//! head has learned from.
//!
//! - *Temperature*: `pᵢ ∝ exp(ln pᵢ / T)`, one number, by least log loss. The order of the classes
//!   of a user stays as it is. The loss is convex in `1 / T`; its slope is halved to zero between
//!   1/100 and 100.
//! - *Isotonic*: for each class, the rising step function of least squares between the share and
//!   what came true (pool adjacent violators), joined by straight lines; then every row is scaled
//!   to sum 1. A row to which every class's curve says 0 keeps its shares.
//!
//! # Cost
//! Temperature: `40·n·k` exponentials. Isotonic: a sort a class.
//!
//! # When to use it
//! When somebody reads the number and not only the order. Temperature from a few hundred rows;
//! isotonic from some thousand: with few it overfits, and its shares of exactly 0 cost an infinite
//! log loss when they are wrong.
//!
//! # Papers
//! Guo et al., *On calibration of modern neural networks*, 2017; Zadrozny and Elkan, *Transforming
//! classifier scores into accurate multiclass probability estimates*, 2002.
//!
//! # Example
//! ```
//! use fenqun_base::{Seed, contract};
//! use fenqun_segments::{Calibration, Softmax, out_of_fold};
//!
//! let (users, labels) = contract::labelled_blobs(2, 20, 4, Seed(1));
//! let shares = out_of_fold(&Softmax::default(), &users, &labels, 3, Seed(7))?;
//! let model = Calibration::Temperature.fit(&shares, &labels)?;
//! assert_eq!(model.calibrated(&shares)?.n_rows(), 40);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod isotonic;
mod model;
mod out_of_fold;
mod params;

#[cfg(test)]
mod tests;

pub(crate) use fit::sharpness;
pub use model::CalibrationModel;
pub use out_of_fold::out_of_fold;
pub(crate) use out_of_fold::out_of_fold_on;
pub use params::Calibration;
