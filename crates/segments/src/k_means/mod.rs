//! k-means: `k` centroids, every user in the segment of the nearest one.
//!
//! # Idea and maths
//! Minimise the inertia `Σᵢ minⱼ ‖xᵢ − cⱼ‖²`. Starts are chosen by greedy k-means++: each next
//! centroid is the best of `2 + ⌊ln k⌋` rows drawn with probability proportional to the squared
//! distance to what is chosen already. Lloyd's rounds then alternate between assigning rows and
//! averaging them, until the centroids move less than `tolerance × mean column variance` (sum of
//! squares) or no row changes. The best of `n_starts` is kept. A centroid that loses all its rows
//! is put on the row farthest from its own centroid.
//!
//! Above `mini_batch_above` rows, each start takes steps on random batches, a centroid moving by
//! `1 / (rows it has seen)` towards each row; the best start is finished by full rounds.
//!
//! # How it runs
//! Rows are shifted to their mean, scaled to `-1..=1` and kept in tiles of 64 rows, column by
//! column, so that one vector instruction works on many rows at once: the scores
//! `‖c‖² − 2 x·c` of 4 centroids and a strip of rows stay in registers, and the smallest is kept
//! on the way. Sums are 64-bit, only rows that change segment are moved between them, and partial
//! sums are added in a fixed order: the result does not depend on the number of threads. The last
//! assignment uses plain 64-bit squared differences.
//!
//! # Soft memberships
//! `wᵢⱼ = ‖xᵢ − cⱼ‖⁻² / Σₗ ‖xᵢ − cₗ‖⁻²`, the memberships of fuzzy c-means at exponent 2: they need no
//! assumption on the spread of segments and no scale. The largest is that of the nearest centroid.
//!
//! # Cost
//! `2·n·k·d` operations a round; a second copy of the data, and 4 bytes a row and start.
//!
//! # What is invariant
//! - Adding a constant to a column: same segments (up to rounding of the input itself).
//! - The order of rows when *assigning*: always. When *fitting*: the random starts draw other rows,
//!   so only data with one clear optimum, which every start finds, give the same partition.
//! - Numbers: segments are ordered by size, largest first, ties by centroid, column by column.
//!
//! # When to use it
//! On few dimensions of comparable scale. On a wide user vector its stability falls to about .5,
//! and spend drowns taste: prefer [`crate::TwoAxes`]. It finds round groups of similar spread; it
//! does not find out how many there are: that is `evaluate`'s choice by stability.
//!
//! # Papers
//! Arthur and Vassilvitskii, *k-means++: the advantages of careful seeding*, 2007 (the greedy
//! variant is scikit-learn's); Lloyd, *Least squares quantization in PCM*, 1982; Sculley,
//! *Web-scale k-means clustering*, 2010; Bezdek, *Pattern recognition with fuzzy objective function
//! algorithms*, 1981.
//!
//! # Example
//! ```
//! use fenqun_base::{Fitted, Matrix, Seed, Segmenter};
//! use fenqun_segments::KMeans;
//!
//! let users = Matrix::from_rows(&[[0.0, 0.1], [0.1, 0.0], [0.0, 0.0], [5.0, 5.0], [5.1, 5.0]])?;
//! let model = KMeans { n_segments: 2, ..KMeans::default() }.fit(&users, Seed(7))?;
//! let assignment = model.assign(&users)?;
//! assert_eq!(assignment.segments, [0, 0, 0, 1, 1]);
//! assert!(assignment.scores[0] > 0.9);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod exact;
mod fit;
mod lloyd;
mod mini_batch;
mod model;
mod nearest;
mod params;
mod starts;
mod tiles;

#[cfg(test)]
mod tests;

pub(crate) use exact::places;
pub use model::KMeansModel;
pub use params::KMeans;
