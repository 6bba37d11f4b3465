//! Hierarchical grouping: users joined two by two into a tree, the tree cut into segments.
//!
//! # Idea and maths
//! Every user begins alone; again and again the two nearest groups are joined, at a *height* that
//! is their distance. What "distance" means is the [`Linkage`]:
//!
//! | linkage | distance of groups A and B |
//! |---|---|
//! | `ward` | √(2 nₐ n_b / (nₐ + n_b)) · ‖mean A − mean B‖: what the join adds to the inertia |
//! | `average` | mean distance over all pairs |
//! | `complete` | largest distance of a pair |
//! | `single` | smallest distance of a pair |
//!
//! The tree is cut into `n_segments` groups, or below a `height`. The joins are found by the
//! nearest-neighbour chain: follow nearest neighbours until two are each other's, join them, go on
//! from what is left of the chain. For these four linkages that gives the same tree as searching
//! for the nearest pair of all every time.
//!
//! # Above a size
//! Up to `exact_up_to` rows every row is a leaf. Above, k-means makes `n_summary` centroids, which
//! become the leaves, each with the weight of its rows: with Ward and average linkage a centroid of
//! 500 rows counts as 500 rows. [`HierarchicalModel::n_summarised`] says so. The inside of such
//! leaves is then not part of the tree.
//!
//! # New users
//! A row belongs to the segment of the nearest leaf, so that the rows of an exact fit are where the
//! tree put them, whatever the shape of their segment. The score compares distances to the
//! segments' means, `max(0, 1 − own / nearest other)`: with linkages that make long segments it can
//! be 0 for a user well inside.
//!
//! # Cost
//! Time n² · columns. Memory: n · columns for Ward, which needs means alone; `2 n²` bytes for the
//! others, 800 MB at the default bound of 20,000 rows. To assign a row: leaves · columns.
//!
//! # When to use it
//! When the tree itself is wanted: which segments are close relatives, what two of them become
//! when one number fewer is asked for. Cuts of one tree are nested, which k-means of two sizes are
//! not. Ward finds round groups like k-means; single linkage finds chains and stray users: take
//! [`crate::Density`] for those.
//!
//! # Why no library
//! `kodama` has the same chain, but starts all leaves at weight 1 and needs the n² table for Ward.
//!
//! # Papers
//! Müllner, *Modern hierarchical, agglomerative clustering algorithms*, 2011; Ward, *Hierarchical
//! grouping to optimize an objective function*, 1963.
//!
//! # Example
//! ```
//! use fenqun_base::{Fitted, Matrix, Seed, Segmenter};
//! use fenqun_segments::Hierarchical;
//!
//! let users = Matrix::from_rows(&[[0.0], [0.2], [0.1], [5.0], [5.1], [9.0]])?;
//! let three = Hierarchical { n_segments: 3, ..Hierarchical::default() };
//! let model = three.fit(&users, Seed(7))?;
//! assert_eq!(model.assign(&users)?.segments, [0, 0, 0, 1, 1, 2]);
//! // The last join made one group of all six.
//! assert_eq!(model.merges().last().map(|merge| merge.size), Some(6.0));
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod chain;
mod fit;
mod model;
mod params;
mod table;
mod tree;
mod ward;

#[cfg(test)]
mod tests;

pub use model::HierarchicalModel;
pub use params::{Hierarchical, Linkage};
pub use tree::Merge;
