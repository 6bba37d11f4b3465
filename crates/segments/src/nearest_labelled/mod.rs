//! Nearest labelled: every user in the class whose labelled users are nearest on average.
//!
//! # Idea and maths
//! A class is the mean of its labelled rows. The distances to all classes become shares by
//! `p_c ∝ exp(−‖x − m_c‖² / t)`. The temperature `t` is the one of least log loss when every
//! labelled row is asked with itself left out of its class's mean, so it needs a class with two
//! examples; with fewer, `t` is half the mean squared distance between the classes' means.
//!
//! # Cost
//! One pass over the rows; `n·k·d` operations to ask.
//!
//! # When to use it
//! With one to ten examples a class, on a block whose distances mean something: text or graph
//! vectors, usually with `normalise`. From some dozens of examples a class on,
//! [`crate::Softmax`] knows more: this head weighs all columns alike.
//!
//! # Papers
//! Tibshirani et al., *Diagnosis of multiple cancer types by shrunken centroids*, 2002 (the
//! classifier); Snell et al., *Prototypical networks for few-shot learning*, 2017 (shares by
//! squared distance).
//!
//! # Example
//! ```
//! use fenqun_base::{Fitted, Labels, Matrix, Seed, Supervised};
//! use fenqun_segments::NearestLabelled;
//!
//! let users = Matrix::from_rows(&[[0.0, 0.1], [5.0, 5.0], [0.2, 0.0], [5.1, 5.0]])?;
//! let labels = Labels::from_words(&[Some("new"), Some("old"), None, None]);
//! let model = NearestLabelled::default().fit(&users, &labels, Seed(1))?;
//! assert_eq!(model.assign(&users)?.segments, [0, 1, 0, 1]);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

#[cfg(test)]
mod tests;

pub use model::NearestLabelledModel;
pub use params::NearestLabelled;
