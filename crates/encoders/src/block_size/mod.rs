//! Brings a whole block of a user vector to one size: mean 0, total variance 1.
//!
//! # Idea and maths
//! Blocks differ in width and unit, and the widest would decide every distance. Subtract the mean
//! of each column and divide the block by √(Σ variances), one number for all columns, so that each
//! block brings the same total variance times its weight. Single columns are *not* brought to unit
//! variance: that blows up the noise of a decomposition's last components.
//!
//! # Cost
//! Two passes over the values.
//!
//! # When to use it
//! Last, on every block, before blocks are put side by side.
//!
//! # Source
//! Multiple factor analysis weighs groups of variables in the same spirit: Escofier and Pagès,
//! *Multiple factor analysis (AFMULT package)*, 1994; here by total inertia.
//!
//! # Example
//! ```
//! use fenqun_base::Matrix;
//! use fenqun_encoders::block_size::BlockSize;
//!
//! let block = Matrix::from_rows(&[[1.0, 10.0], [3.0, 10.0]])?;
//! let sized = BlockSize::default().fit(&block)?.transform(&block)?;
//! assert_eq!(sized.values(), [-1.0, 0.0, 1.0, 0.0]);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

pub use model::BlockSizeModel;
pub use params::BlockSize;
