//! Whitening: principal components, each brought to variance 1.
//!
//! # Idea and maths
//! `w = (x − mean) · C · Λ^(−½)`, with `C` the eigenvectors of the covariance of largest
//! eigenvalues `Λ`. Pooled text vectors of users differ in a few strong directions that say little
//! (all groceries are alike); whitening lets the weaker ones speak. Directions with next to no
//! variance come out as zeros rather than as blown-up rounding noise. Signs are fixed: the entry of
//! largest magnitude of each component is positive.
//!
//! A row of zeros (a user without any text) stands at the origin, the average, and has no say in
//! the fit.
//!
//! # Cost
//! `n·d²` for the covariance, `d³` for its eigenvectors.
//!
//! # When to use it
//! On pooled text vectors, before a linear head, where users have many events: it helped alone
//! (.63 → .64 AUROC) and hurt with few events per user; let validation choose. Not on
//! [`crate::svd`] of counts, where bringing every dimension to one variance hurts.
//!
//! # Paper
//! Su, Cao, Liu and Ou, *Whitening sentence representations for better semantics and faster
//! retrieval*, 2021.
//!
//! # Example
//! ```
//! use fenqun_base::Matrix;
//! use fenqun_encoders::whiten::Whiten;
//!
//! let users = Matrix::from_rows(&[[9.0, 1.0], [9.0, 3.0], [1.0, 1.0], [1.0, 3.0], [0.0, 0.0]])?;
//! let white = Whiten { dimensions: 2 }.fit(&users)?.transform(&users)?;
//! assert_eq!(white.row(0), [1.0, -1.0]);
//! assert_eq!(white.row(4), [0.0, 0.0]);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

pub use model::WhitenModel;
pub use params::Whiten;
