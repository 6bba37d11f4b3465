//! Group users into segments: matrices in, one segment number and one score a user out.
//!
//! | you have | take | why |
//! |---|---|---|
//! | a value score and taste coordinates | [`TwoAxes`] | the default: stable, and names people understand |
//! | the same, and segments that must not move | [`RoundGrid`] | cut at round numbers, the same next time |
//! | one number a user | [`ValueTiers`] | tiers that hardly move between refits |
//! | recency, frequency and spend | [`Rfm`] | the named grid every marketer knows |
//! | dates and money of purchases | [`LifetimeTiers`] | tiers by what is to come |
//! | somebody who knows who is meant | [`rules`] | definitions in words, counted at once |
//! | any block of a user vector | [`KMeans`] | the plain baseline, and groups of taste alone |
//! | the same, and a wish for relatives | [`Hierarchical`] | a tree whose cuts are nested |
//! | few dimensions, users who belong nowhere | [`Density`] | any shape and number; strays stay unassigned |
//! | labels, and blocks of a user vector | [`Blend`] | the default head: softmax and trees, averaged |
//! | labels, one block | [`Softmax`] | linear, solved to the optimum, exactly explained |
//! | labels, aggregates | [`Trees`] | steps, and columns that matter together |
//! | a few labels | [`NearestLabelled`], [`LabelSpreading`] | one example a class is enough |
//!
//! Every way keeps the contract of [`fenqun_base::Segmenter`], or with labels that of
//! [`fenqun_base::Supervised`]: parameters → `fit` → a fitted type,
//! the only thing that can assign users; the same data, parameters and seed give the same model on
//! any number of threads. The battery in [`fenqun_base::contract`] checks all of them.
//!
//! Segments are numbered in an order that the data decide, never the random starts, so that a
//! number means the same segment in every refit of the same data.
//!
//! ```
//! use fenqun_base::{Fitted, Seed, Segmenter, contract};
//! use fenqun_segments::KMeans;
//!
//! let users = contract::blobs(3, 20, 4, Seed(1));
//! let model = KMeans { n_segments: 3, ..KMeans::default() }.fit(&users, Seed(7))?;
//! assert_eq!(model.assign(&users)?.sizes(), [20, 20, 20]);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```
//!
//! This room never reads a table. Its errors are [`fenqun_base::DataError`] and,
//! for what people write, [`rules::RuleError`].

pub mod blend;
pub mod calibration;
pub mod corrected;
pub mod decision;
pub mod density;
pub mod hierarchical;
pub mod k_means;
pub mod label_spreading;
pub mod lifetime;
pub mod nearest_labelled;
pub mod rfm;
pub mod round_grid;
pub mod rules;
pub mod softmax;
pub mod trees;
pub mod two_axes;
pub mod value_tiers;

mod planes;

pub use blend::{Blend, BlendModel, HeadModel, Part, PartHead, PartModel, View};
pub use calibration::{Calibration, CalibrationModel, out_of_fold};
pub use corrected::{Corrected, CorrectedModel};
pub use decision::{Decision, DecisionModel};
pub use density::{Density, DensityModel};
pub use hierarchical::{Hierarchical, HierarchicalModel, Linkage};
pub use k_means::{KMeans, KMeansModel};
pub use label_spreading::{EdgeWeights, LabelSpreading, LabelSpreadingModel};
pub use lifetime::{LifetimeTiers, LifetimeTiersModel};
pub use nearest_labelled::{NearestLabelled, NearestLabelledModel};
pub use rfm::{Rfm, RfmModel};
pub use round_grid::{RoundAxis, RoundGrid, RoundGridModel};
pub use softmax::{ClassWeights, Softmax, SoftmaxModel};
pub use trees::{BinaryTreesModel, RegressionTreesModel, Trees, TreesModel};
pub use two_axes::{TwoAxes, TwoAxesModel};
pub use value_tiers::{ValueTiers, ValueTiersModel};
