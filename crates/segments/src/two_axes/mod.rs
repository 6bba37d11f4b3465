//! Two axes: value tiers × groups of taste. The default way to segment.
//!
//! # Idea and maths
//! Column 0 of the data is a value score, the columns after it are taste coordinates. The value is
//! cut into tiers ([`crate::ValueTiers`]), taste is grouped by k-means ([`crate::KMeans`]) on its
//! own, and a segment is a pair: `segment = tier × n_tastes + taste`. Neither axis sees the other,
//! so that neither scale has to be weighed against the other. The score of a user is the smaller
//! of the two axes' scores: how far the nearest border is, whichever it belongs to.
//!
//! # Soft memberships
//! Those of k-means in the taste groups, all in the user's own tier and none in the others.
//!
//! # Cost
//! That of its two parts.
//!
//! # When to use it
//! Nearly always. On purchase data, one k-means over value and taste together neither keeps its
//! segments between refits (mean adjusted Rand index .54–.60) nor says much about taste, because
//! size drowns it; two axes do both (.85 at 12 segments), and the pairs have names people
//! understand: "high value · pets". Part of that stability is by construction: quantiles hardly
//! move. Not for data without a value score: use k-means alone.
//!
//! # Source
//! Own measurements on two public shops; value × preference grids are long-standing practice in
//! retail (Tynan and Drayton, *Market segmentation*, 1987).
//!
//! # Example
//! ```
//! use fenqun_base::{Fitted, Matrix, Seed, Segmenter};
//! use fenqun_segments::{KMeans, TwoAxes, ValueTiers};
//!
//! let users = Matrix::from_rows(&[[9.0, 0.0], [1.0, 0.1], [8.0, 5.0], [2.0, 5.1], [2.5, 5.2]])?;
//! let params = TwoAxes {
//!     tiers: ValueTiers { quantiles: vec![0.5], ..ValueTiers::default() },
//!     taste: KMeans { n_segments: 2, ..KMeans::default() },
//! };
//! let model = params.fit(&users, Seed(7))?;
//! let assignment = model.assign(&users)?;
//! // The larger taste has number 0; the upper tier has number 0.
//! assert_eq!(assignment.segments, [1, 3, 0, 2, 0]);
//! assert_eq!((model.tier_of(3), model.taste_of(3)), (1, 1));
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

#[cfg(test)]
mod tests;

pub use model::TwoAxesModel;
pub use params::TwoAxes;
