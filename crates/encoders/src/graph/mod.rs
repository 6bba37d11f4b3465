//! Graph vectors: items that the same users have lie near each other, and users near their items.
//!
//! # Idea and maths
//! `X` holds [`crate::tfidf`] weights of users × items. Items start as Gaussian vectors `V`; then,
//! `rounds` times,
//!
//! ```text
//! U = D⁻¹ X V            a user is the weighted mean of the own items (D: row sums of X)
//! U = QR(U − mean)       columns centred and made orthonormal, so that no two say the same
//! V = rows of Xᵀ U, each scaled to length 1
//! ```
//!
//! A user's vector is then `D⁻¹ X V` once more, every column standardised over the fitted users
//! and clipped at ±6. A new user gets the same product with the same `V`: nothing is trained again,
//! and the bits do not hang on who else is in the batch. A user without any kept item stands at the
//! origin, the average, and has no say in the fit.
//!
//! The users' side is never held whole. `D⁻¹ X` takes means, so subtracting the mean user from `U`
//! is subtracting it from every row of `V` beforehand; and with `UᵀU = RᵀR` (Cholesky, 64 bits) the
//! orthonormal factor is `U R⁻¹`, which can be applied after `XᵀU` has been added up. One pass over
//! the users in waves then does a round.
//!
//! # Cost
//! A round is two sparse products of `entries × dimensions` and `users × dimensions²` for `UᵀU`.
//! Memory beside `X` (8 bytes an entry, twice: counts and weights):
//! `8·kept columns·dimensions + 4·8192·dimensions + 32·dimensions²` bytes and some, whatever the
//! number of users and threads. Sums go in a fixed order: the result does not depend on the number
//! of threads.
//!
//! # When to use it
//! As a block for supervised heads: the strongest single one on groceries, where items number many
//! and their names say little. Columns may stand for anything users share: put items, types and
//! categories side by side in one matrix to propagate over all of them. Wider than 128 or more than
//! 4 rounds did not help. It has nothing to say about items that were not in the fit: text vectors
//! do. For the few dimensions of a segmentation take [`crate::taste`].
//!
//! # Papers
//! Rychalska, Bąbel, Gołuchowski, Michałowski and Dąbrowski, *Cleora: a simple, strong and scalable
//! graph embedding scheme*, 2021, for propagation with normalised rows; orthogonal iteration (Golub
//! and Van Loan, *Matrix computations*) for the step between.
//!
//! # Example
//! ```
//! use fenqun_base::{Seed, SparseMatrix};
//! use fenqun_encoders::graph::Graph;
//!
//! // Even users share items 0 to 2, odd users 3 to 5; everyone has item 6.
//! let mut counts = SparseMatrix::with_width(7);
//! for user in 0..40u8 {
//!     let first = u32::from(user % 2) * 3;
//!     let second = first + 1 + u32::from(user / 2 % 2);
//!     counts.push_row(&mut [(first, 1.0), (second, 2.0), (6, 1.0 + f32::from(user % 3))])?;
//! }
//! let model = Graph { dimensions: 2, min_users: 5, ..Graph::default() }.fit(&counts, Seed(7))?;
//! let users = model.transform(&counts)?;
//! let distance = |a: usize, b: usize| {
//!     users.row(a).iter().zip(users.row(b)).map(|(a, b)| (a - b).powi(2)).sum::<f32>()
//! };
//! assert!(distance(0, 4) < distance(0, 5));
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;
mod propagate;
mod scatter;

#[cfg(test)]
mod tests;

pub use model::GraphModel;
pub use params::Graph;
