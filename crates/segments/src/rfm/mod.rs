//! The RFM grid: recency × frequency in fifths, every cell with a name.
//!
//! # Idea and maths
//! Each of recency, frequency and spend is cut at four values into scores 1 to 5, 5 the best; for
//! recency a *small* number of days is good. The cuts are the 20, 40, 60 and 80 % quantiles of the
//! fitted users, or given values. A user whose value equals a cut has the lower score (the higher
//! days): users of equal value are never split, so that a score may hold more than a fifth of
//! them, or nobody, where many are alike.
//!
//! A segment is a rectangle of the 5 × 5 grid of recency and the second axis. The rectangles cover
//! the grid and do not overlap:
//!
//! | recency ╲ second axis | 1 | 2 | 3 | 4 | 5 |
//! |---|---|---|---|---|---|
//! | 5 | new | potential | potential | champions | champions |
//! | 4 | promising | potential | potential | loyal | loyal |
//! | 3 | about to sleep | about to sleep | need attention | loyal | loyal |
//! | 2 | hibernating | hibernating | at risk | at risk | can't lose |
//! | 1 | lost | lost | at risk | at risk | can't lose |
//!
//! The second axis is the score of frequency, or the mean of frequency and spend, rounded up from
//! the half ([`SecondAxis`]). The number of a segment is its place in [`RfmSegment::ALL`], from the
//! best to the lost. The assignment's score is that of value tiers, `g / (g + s)`, on the axis
//! whose cut is nearest: `g` the distance to the nearest cut, `s` its mean over the fitted users.
//!
//! # Cost
//! Three sorts: `n log n`.
//!
//! # When to use it
//! When people want the segments every marketer knows, with names that say what to do. It says
//! nothing of taste: [`crate::TwoAxes`] does. With given cuts it learns nothing from the data, so
//! that segments of two months can be compared.
//!
//! # Source
//! Hughes, *Strategic Database Marketing*, 1994, for the fifths. The named rectangles are common
//! practice and differ from one tool to the next; these are the usual ten, with the worst of the
//! hibernating split off as lost.
//!
//! # Example
//! ```
//! use fenqun_base::{Fitted, Matrix, Seed, Segmenter};
//! use fenqun_segments::rfm::{Cuts, Rfm, RfmSegment};
//!
//! // Days since the last purchase, purchases, spend.
//! let users = Matrix::from_rows(&[[3.0, 40.0, 900.0], [200.0, 35.0, 800.0], [5.0, 1.0, 20.0]])?;
//! let given = |values: [f32; 4]| Cuts { thresholds: values.to_vec(), ..Cuts::default() };
//! let grid = Rfm {
//!     recency: given([7.0, 30.0, 90.0, 180.0]),
//!     frequency: given([1.0, 3.0, 10.0, 30.0]),
//!     spend: given([50.0, 100.0, 250.0, 500.0]),
//!     ..Rfm::default()
//! };
//! let model = grid.fit(&users, Seed(7))?;
//! let found = model.assign(&users)?.segments;
//! let named: Vec<RfmSegment> = found.iter().map(|&at| RfmSegment::ALL[at as usize]).collect();
//! assert_eq!(named, [RfmSegment::Champions, RfmSegment::CannotLose, RfmSegment::New]);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod grid;
mod model;
mod params;

#[cfg(test)]
mod tests;

pub use grid::RfmSegment;
pub use model::RfmModel;
pub use params::{Cuts, Rfm, SecondAxis};
