//! Density: segments are where users lie close, and who lies nowhere is left unassigned (HDBSCAN).
//!
//! # Idea and maths
//! The *core distance* of a row is the distance to its `min_samples`-th nearest row, itself counted
//! (scikit-learn's convention). Two rows are as far apart as the largest of their distance and
//! their two core distances. The minimum spanning tree over those distances, cut from the longest
//! edge down, falls apart step by step; a part below `min_segment_size` rows has *fallen out* of
//! its group, two larger parts are two new groups. With density λ = 1 / distance, the stability of
//! a group is `Σ (λ at which a row leaves − λ at which the group began)` over its rows.
//!
//! | `selection` | segments are |
//! |---|---|
//! | `excess_of_mass` | the groups of largest total stability of which none holds another |
//! | `leaf` | the groups that never split: more, smaller, more alike |
//!
//! Rows that fell out before the segments began are in none. The assignment marks them
//! ([`fenqun_base::Assignment::unassigned`]) and names the segment of the nearest row that is in
//! one. The score of a member is its λ over the largest λ of the segment, 1 in the middle; that of
//! an unassigned row is 0. This is how strongly a row belongs to its own segment; of the others the
//! tree says nothing, so there are no shares that sum to 1.
//!
//! # New users
//! A new row hangs on the fitted row that is nearest by the tree's distance, and shares its fate:
//! it is in the segment of that row if it joins at a density at which the segment had begun. This
//! is the paper's approximate prediction; it never starts a new segment. A fitted row asked again
//! gets exactly what the fit gave it.
//!
//! # Above a size
//! Above `exact_up_to` rows the fit looks at so many, drawn by the seed; the others are assigned
//! as new users are, and [`DensityModel::n_sampled_from`] says so. `min_segment_size` then counts
//! rows that were drawn.
//!
//! # Cost
//! Time n² · columns for the core distances and again for the tree; memory n · columns. To assign a
//! row: fitted rows · columns. The model holds the fitted rows.
//!
//! # When to use it
//! To find a dense core and stray users, of any shape and number, where it is right that many users
//! belong nowhere. On few dimensions: above about ten all rows are nearly equally far, and nearly
//! everybody is stray. Where everybody must have a segment: [`crate::KMeans`].
//!
//! # Why no library
//! A model here is stored, and answers for one new row with the bits it has for all.
//! `petal-clustering` and `hdbscan` answer for no new rows; `hdbscan-rs` does, but is young and
//! would bring a second kind of matrix.
//!
//! # Papers
//! Campello, Moulavi and Sander, *Density-based clustering based on hierarchical density
//! estimates*, 2013; McInnes and Healy, *Accelerated hierarchical density based clustering*, 2017.
//!
//! # Example
//! ```
//! use fenqun_base::{Fitted, Matrix, Seed, Segmenter};
//! use fenqun_segments::Density;
//!
//! let values = [0.0, 0.1, 0.2, 0.3, 5.0, 5.1, 5.2, 20.0];
//! let users = Matrix::new(8, 1, values.to_vec())?;
//! let params = Density { min_segment_size: 3, min_samples: Some(2), ..Density::default() };
//! let assignment = params.fit(&users, Seed(7))?.assign(&users)?;
//! assert_eq!(assignment.sizes(), [4, 3]);
//! // The last user is nowhere, and nearest to the second segment.
//! assert!(!assignment.is_assigned(7));
//! assert_eq!(assignment.segments[7], 1);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod condensed;
mod fit;
mod model;
mod params;
mod select;
mod spanning;

#[cfg(test)]
mod tests;

pub use model::DensityModel;
pub use params::{Density, Selection};
