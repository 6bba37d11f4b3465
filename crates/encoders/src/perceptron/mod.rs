//! The multi-layer perceptron: a head that can bend, with dropout, batch norm and early stopping.
//!
//! # Idea and maths
//! Columns are centred, and the whole block is scaled by one number so that a row has as much
//! variance as it has columns: what the blocks' weights say of one another stays true. Then, for every entry
//! of `hidden`: product with weights, batch norm, activation, dropout; at last a product to one
//! number a class and softmax. The loss is cross-entropy. See [`crate::train`] for the training.
//!
//! # Cost
//! Linear in rows, epochs and the number of weights. On 600 users with 128 columns and 64 hidden
//! units, a second or two.
//!
//! # When to use it
//! With some thousand labelled users and classes that no plane tells apart. Below that a linear
//! head with strong regularisation is as good or better, and faster: ask for both and compare.
//!
//! # Paper
//! Rumelhart, Hinton and Williams, *Learning representations by back-propagating errors*, 1986, and
//! the papers of [`crate::train`].
//!
//! # Example
//! ```
//! use fenqun_base::{Fitted, Seed, Supervised, contract};
//! use fenqun_encoders::perceptron::Perceptron;
//!
//! let (users, labels) = contract::labelled_blobs(3, 40, 4, Seed(1));
//! let model = Perceptron::default().fit(&users, &labels, Seed(7))?;
//! let assignment = model.assign(&users)?;
//! assert_eq!(assignment.segments[0], labels.codes[0]);
//! assert!(model.curve().len() > 1);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

#[cfg(test)]
mod tests;

pub(crate) use fit::{data_error, target};
pub(crate) use model::MOST_CLASSES;
pub use model::PerceptronModel;
pub use params::Perceptron;
