//! Taste along axes of the catalogue: directions in which its texts differ, the same for any users.
//!
//! # Idea and maths
//! Pretrained vectors of all texts of the catalogue, each once, are scaled to length 1; their first
//! principal components are the axes. A user stands at the TF-IDF-weighted mean of the own texts'
//! positions on them. Users have no say in the axes: another sample of users gives the same axes,
//! where components of the users' vectors turn a little with every sample.
//!
//! A user without any known text stands at the origin, the average text.
//!
//! # Cost
//! `texts·width²` and `width³` for the components, one pass over the counts.
//!
//! # When to use it
//! For segments that must be the same next time: cut each axis at a round number
//! (`fenqun_segments::RoundGrid`). Axes tell less apart than k-means on [`crate::taste`] does, which
//! follows where users are. It needs texts.
//!
//! # Source
//! Own measurements on two public shops: four cells of two axes, refitted on bootstrap resamples,
//! keep an adjusted Rand index of .92 to .95 with cuts at the mean, against .87 to .88 for axes of
//! the users, at the same share of the next period's mix.
//!
//! # Example
//! ```
//! use fenqun_base::{Matrix, SparseMatrix};
//! use fenqun_encoders::text_axes::TextAxes;
//!
//! let vectors = Matrix::from_rows(&[[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]])?;
//! let mut counts = SparseMatrix::with_width(4);
//! counts.push_row(&mut [(0, 2.0), (1, 1.0)])?;
//! counts.push_row(&mut [(2, 1.0), (3, 5.0)])?;
//! let model = TextAxes { dimensions: 1, ..TextAxes::default() }.fit(&counts, &vectors)?;
//! let users = model.coordinates(&counts, &vectors)?;
//! assert!(users.at(0, 0) * users.at(1, 0) < 0.0);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod fit;
mod model;
mod params;

pub use model::TextAxesModel;
pub use params::TextAxes;
