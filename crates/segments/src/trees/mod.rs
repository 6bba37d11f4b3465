//! Gradient-boosted trees: a head for classes, for yes or no, and for numbers.
//!
//! # Idea and maths
//! The score of a row is a sum of small trees. Each tree is grown on what those before it left over:
//! with `g` and `h` the first and second derivative of the loss by the score, a leaf adds
//! `−rate · Σg / (Σh + λ)`, and a split gains `G²/(H+λ)` of both sides less that of the whole. The
//! leaf with the largest gain is split next, until there are `leaves` of them. Losses: softmax over
//! three classes or more, log loss for two, half the squared difference for numbers. Every round
//! learns from a random share of the rows, every tree uses a random share of the columns.
//!
//! Columns are cut into at most 255 steps beforehand, and sums by step are whole numbers
//! (`histogram.rs`): exact, hence the same on any number of threads, and a child's sums are its
//! parent's less its sibling's. A row's score hangs on that row alone, and is stored without
//! losing a bit.
//!
//! Contributions are exact Shapley values of the path-dependent kind, in `O(leaves · depth²)` a tree:
//! together with the expected score they add up to the score.
//!
//! # Cost
//! A tree costs about `rows × columns × log(leaves)` additions, a quarter of them skipped by
//! subtraction, and `columns × leaves × 255` looks for a cut. Memory: a byte a value, 12 a row, and
//! 4 KiB a column and leaf.
//!
//! # When to use it
//! On raw aggregates, where thresholds and interactions matter (activity, value, the next
//! period), and averaged with a linear head for labels. Alone on a few hundred labelled users a
//! linear head on graph or category vectors is better. Values need no scaling.
//!
//! # Why our own
//! Judged by their sources, none of the Rust libraries at hand fits. `forust-ml` 0.8 has log loss
//! and squared loss, no softmax. `perpetual` 3 is steered by one budget, with no say over leaves,
//! rows a leaf, L2 or shares of rows and columns. `hessboost` 0.4 has nearly all of it, in a
//! hundred thousand lines that took three minutes to compile, but bounds a leaf by its second
//! derivatives alone and brings another version of the compression library. Their quality and
//! speed were not compared.
//!
//! # Papers
//! Friedman, *Greedy function approximation*, Annals of Statistics 29, 2001. Ke and others,
//! *LightGBM*, NeurIPS 2017 (steps, leaf-wise growth). Lundberg and others, *From local explanations
//! to global understanding with explainable AI for trees*, Nature Machine Intelligence 2, 2020.
//!
//! # Example
//! ```
//! use fenqun_base::{Fitted, Seed, Soft, Supervised, contract};
//! use fenqun_segments::Trees;
//!
//! let (users, labels) = contract::labelled_blobs(3, 40, 4, Seed(1));
//! let model = Trees::default().fit(&users, &labels, Seed(7))?;
//! assert_eq!(model.assign(&users)?.sizes(), [40, 40, 40]);
//!
//! let user = users.row(0);
//! let added: f64 = model.shapley(user)?[2].iter().sum();
//! let score = model.scores(&users)?.at(0, 2);
//! assert!((model.expected_scores()[2] + f64::from(added) - f64::from(score)).abs() < 1e-5);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod bins;
mod boost;
mod fit;
mod forest;
mod grow;
mod histogram;
mod loss;
mod model;
mod params;
mod sample;
mod shapley;
mod tree;

#[cfg(test)]
mod tests;

pub use model::{BinaryTreesModel, RegressionTreesModel, TreesModel};
pub use params::Trees;
