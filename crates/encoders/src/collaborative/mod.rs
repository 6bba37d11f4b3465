//! What users who are alike in this did as well: scores of columns from other columns.
//!
//! # Idea and maths
//! A row `x` holds how much a user did of each column (category, type, item), for example
//! `log(1 + count)` scaled to length 1 ([`log_rows`]). Its scores are `x B`, where `B` has a zero
//! diagonal: a column says nothing of itself, so that what is left is what the *other* columns say.
//!
//! - [`Ease`]: the `B` with the least `‖X − XB‖² + λ‖B‖²`. With `P = (XᵀX + λI)⁻¹` it is
//!   `B = −P / diag(P)`, column by column. It explains away: of two columns that say the same, one
//!   is enough.
//! - [`CoOccurrence`]: the cosine between columns. Nothing is explained away, nothing can go wrong.
//!
//! # Cost
//! One pass over the rows for `XᵀX` (entries a row squared), then for [`Ease`] a Cholesky
//! factorisation, cubic in the columns: for some thousands of columns, not for all items. Sums are
//! added up in a fixed order: the result does not depend on the number of threads.
//!
//! # When to use it
//! For what a user will do next, above all for what the user never did yet, where the own history is
//! silent. Beside the own history it adds little, but that reliably.
//!
//! # Paper
//! Steck, *Embarrassingly shallow autoencoders for sparse data*, WWW 2019.
//!
//! # Example
//! ```
//! use fenqun_base::SparseMatrix;
//! use fenqun_encoders::collaborative::{Ease, log_rows};
//!
//! let mut counts = SparseMatrix::with_width(3);
//! for _ in 0..20 {
//!     counts.push_row(&mut [(0, 3.0), (1, 2.0)])?; // bread with butter
//!     counts.push_row(&mut [(2, 5.0)])?; // fuel alone
//! }
//! let model = Ease::default().fit(&log_rows(&counts))?;
//! let mut bread = SparseMatrix::with_width(3);
//! bread.push_row(&mut [(0, 1.0)])?;
//! let scores = model.scores(&log_rows(&bread))?;
//! assert!(scores.at(0, 1) > 0.3 && scores.at(0, 2) < 0.1);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

#[cfg(test)]
mod tests;

pub use fit::log_rows;
pub use model::CollaborativeModel;
pub use params::{CoOccurrence, Ease};
