//! Principal components: dense, narrow data in fewer dimensions.
//!
//! # Idea and maths
//! Subtract the mean of every column, take the eigenvectors of the covariance with the largest
//! eigenvalues, project. The covariance is added up in 64 bits, in a fixed order. Signs are fixed:
//! the entry of largest magnitude of each component is positive.
//!
//! # Cost
//! `n·d²` for the covariance, `d³` for its eigenvectors: for up to a thousand or so columns. For
//! sparse, wide data take [`crate::svd`].
//!
//! # When to use it
//! To bring a block to the three or so dimensions in which groups of taste are stable; for the map
//! of users. Not on columns of different units: [`crate::scale`] first.
//!
//! # Paper
//! Hotelling, *Analysis of a complex of statistical variables into principal components*, 1933.
//!
//! # Example
//! ```
//! use fenqun_base::Matrix;
//! use fenqun_encoders::pca::Pca;
//!
//! let line = Matrix::from_rows(&[[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])?;
//! let model = Pca { dimensions: 1 }.fit(&line)?;
//! assert!((model.explained()[0] - 1.0).abs() < 1e-6);
//! assert!((model.transform(&line)?.at(2, 0) - 5f32.sqrt()).abs() < 1e-6);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

pub(crate) use fit::{centred, column_means};
pub use model::PcaModel;
pub use params::Pca;
