//! Truncated singular value decomposition of a sparse matrix, randomised.
//!
//! # Idea and maths
//! `X ≈ U Σ Vᵀ` with few columns. Multiply `X` by a random Gaussian matrix of
//! `dimensions + oversampling` columns; go through `X` and `Xᵀ` `iterations` more times, making
//! the columns orthonormal each time, so that they span the leading left singular vectors (`Q`).
//! The small matrix `QᵀX` is then decomposed exactly. A row `x` becomes `x V`, which for the
//! fitted rows is `U Σ`.
//!
//! Columns are made orthonormal through the eigenvectors of their Gram matrix in 64 bits: the same
//! span as a QR factorisation, but one pass over the rows, in parallel. Signs are fixed: the entry
//! of largest magnitude of each right singular vector is positive.
//!
//! # Cost
//! `(2·iterations + 2)` sparse products of `entries × (dimensions + oversampling)`, two dense
//! matrices of that width. Products are parallel and add up in a fixed order: the result does not
//! depend on the number of threads.
//!
//! # When to use it
//! On [`crate::tfidf`] weights, to find what goes together. The first component is mostly size
//! (how much of everything): [`crate::taste`] drops it. Do not scale the result to equal variance
//! a column: it hurts. For dense, narrow data take [`crate::pca`], which centres first.
//!
//! # Paper
//! Halko, Martinsson and Tropp, *Finding structure with randomness*, SIAM Review 53, 2011.
//!
//! # Example
//! ```
//! use fenqun_base::{Seed, SparseMatrix};
//! use fenqun_encoders::svd::Svd;
//!
//! let mut weights = SparseMatrix::with_width(3);
//! for mut row in [[(0, 1.0), (1, 1.0)], [(0, 2.0), (1, 2.0)], [(1, 1.0), (2, 3.0)]] {
//!     weights.push_row(&mut row)?;
//! }
//! let model = Svd { dimensions: 2, ..Svd::default() }.fit(&weights, Seed(7))?;
//! let vectors = model.transform(&weights)?;
//! assert_eq!((vectors.n_rows(), vectors.n_columns()), (3, 2));
//! assert!((vectors.at(1, 0) - 2.0 * vectors.at(0, 0)).abs() < 1e-5);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;
mod products;

#[cfg(test)]
mod tests;

pub use model::SvdModel;
pub use params::Svd;
pub(crate) use products::{dense_times, eigen, fix_signs, gram};
