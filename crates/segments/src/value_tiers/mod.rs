//! Value tiers: cut one number a user at quantiles. Tier 0 is the highest.
//!
//! # Idea and maths
//! With `quantiles = [q₁, q₂, …]`, upper shares in rising order, tier 0 holds about the share `q₁`
//! of users with the highest value, tier 1 those from `q₁` to `q₂`, and so on; the last tier holds
//! the rest. Each threshold lies halfway between the two users it separates. A user is in the
//! first tier whose threshold the value *exceeds*: users of equal value are never split, and where
//! a threshold falls among equals (many users who spent nothing) they all go to the lower tier, so
//! that a tier may hold fewer users than its share, or nobody.
//!
//! With `thresholds = [t₁, t₂, …]`, falling, the cuts are those values and nothing is learned but
//! `s` below: for tiers that were agreed on ("more than 500 a year") and must not move with the
//! data.
//!
//! The score says how clear the tier is: `g / (g + s)`, where `g` is the distance to the nearest
//! threshold and `s` its mean over the fitted users. On a threshold it is 0, for a user at
//! the usual distance ½.
//!
//! # Cost
//! One sort: `n log n`.
//!
//! # When to use it
//! For anything that has no groups by nature: spend, frequency. Quantiles hardly move between
//! refits, where k-means on the same column does. Units do not matter, only the order (the score
//! is by distance: give it a value on a log scale).
//!
//! # Source
//! The tiers of classical recency-frequency-monetary practice; Hughes, *Strategic Database
//! Marketing*, 1994.
//!
//! # Example
//! ```
//! use fenqun_base::{Fitted, Matrix, Seed, Segmenter};
//! use fenqun_segments::ValueTiers;
//!
//! let spend = Matrix::new(6, 1, vec![1.0, 9.0, 4.0, 8.0, 2.0, 5.0])?;
//! let model = ValueTiers::default().fit(&spend, Seed(7))?;
//! assert_eq!(model.assign(&spend)?.segments, [2, 0, 1, 0, 2, 1]);
//! assert_eq!(model.thresholds(), [6.5, 3.0]);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

#[cfg(test)]
mod tests;

pub use model::ValueTiersModel;
pub use params::ValueTiers;
