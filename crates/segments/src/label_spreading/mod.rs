//! Label spreading: labels flow along a graph of near users, also through those without label.
//!
//! # Idea and maths
//! Every user is joined to its `n_neighbours` nearest; an edge stands when either end chose the
//! other. With edge weights `W`, `S = D^−½ W D^−½` and `Y` the known labels, the shares are the
//! limit of `F ← α S F + (1 − α) Y`, rows scaled to sum 1. `α` says how much a user listens to its
//! neighbours against its own label. Edges weigh 1, or by the Gaussian kernel
//! `exp(−‖xᵢ − xⱼ‖² / (σᵢ σⱼ))`, where `σᵢ` is the distance to the last of the neighbours.
//!
//! A new user, and a known one alike, has the mean of the shares of its nearest fitted users,
//! weighted the same way; fitted users among them count as their own neighbour. Where no label
//! arrives, the shares of the classes among the labelled stand.
//!
//! # Cost
//! Exact neighbours: `n²·d` operations, so at most 50,000 fitted users; memory `n·(d + k +
//! n_neighbours)`. Asking costs `n·d` a user.
//!
//! # When to use it
//! With a handful of examples and many users without label, on a block where near users are alike:
//! it follows groups of any shape, which [`crate::NearestLabelled`] cannot. With hundreds of labels
//! [`crate::Softmax`] is better.
//!
//! # Papers
//! Zhou et al., *Learning with local and global consistency*, 2004; Zelnik-Manor and Perona,
//! *Self-tuning spectral clustering*, 2004 (the local widths).
//!
//! # Example
//! ```
//! use fenqun_base::{Fitted, Labels, Matrix, Seed, Supervised};
//! use fenqun_segments::LabelSpreading;
//!
//! let users = Matrix::from_rows(&[[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])?;
//! let labels = Labels::from_words(&[Some("near"), None, None, None, None, Some("far")]);
//! let params = LabelSpreading { n_neighbours: 2, ..LabelSpreading::default() };
//! let model = params.fit(&users, &labels, Seed(1))?;
//! assert_eq!(model.assign(&users)?.segments, [1, 1, 1, 0, 0, 0]);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod graph;
mod model;
mod params;

#[cfg(test)]
mod tests;

pub use model::LabelSpreadingModel;
pub use params::{EdgeWeights, LabelSpreading};
