//! TF-IDF: counts of users × columns (categories, items, texts) to weights.
//!
//! # Idea and maths
//! `x = log(1 + count) · idf`, `idf = ln((1 + n) / (1 + df)) + 1`, where `df` of `n` users have the
//! column; then every row is scaled to length 1. The logarithm keeps one bulk purchase from
//! drowning the rest, `idf` lowers what everyone buys, the length takes out how much a user buys.
//! Columns that fewer than `min_users` users have are dropped: they say who, not what.
//!
//! # Cost
//! One pass over the stored entries for `fit`, one for `transform`.
//!
//! # When to use it
//! Before [`crate::svd`] or a linear head. Not on signed values: counts below 0 are refused.
//!
//! # Source
//! The smoothed formula of scikit-learn's `TfidfTransformer`, with `log(1 + count)` for `tf`;
//! Salton and Buckley, *Term-weighting approaches in automatic text retrieval*, 1988.
//!
//! # Example
//! ```
//! use fenqun_base::SparseMatrix;
//! use fenqun_encoders::tfidf::TfIdf;
//!
//! let mut counts = SparseMatrix::with_width(3);
//! counts.push_row(&mut [(0, 2.0), (1, 1.0)])?;
//! counts.push_row(&mut [(0, 1.0), (2, 9.0)])?;
//! counts.push_row(&mut [(0, 3.0), (1, 4.0)])?;
//! let model = TfIdf { min_users: 2 }.fit(&counts)?;
//! let weights = model.transform(&counts)?;
//! assert_eq!(weights.n_columns(), 2); // column 2 has one user only
//! assert!(weights.row(0).1[1] > weights.row(0).1[0] * 0.8); // rarer, so nearly as heavy
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

pub use model::TfIdfModel;
pub use params::TfIdf;
