//! Which way of predicting labels is better, by how much, and is that more than luck?
//!
//! Contenders are fitted on the training rows of every split and asked about its test rows: all of
//! them on the same splits with the same seeds, so that they differ by what they are and not by
//! luck. Baselines stand among them: a number without one says little.
//!
//! # Intervals
//! The value of a metric is its mean over the splits. Its 95 % interval
//! - over two splits or more is Student's with the variance corrected for training sets that
//!   overlap, `(1/J + n_test/n_train) · s²` over J splits: the plain one is far too narrow, as
//!   repetitions add no users (Nadeau and Bengio, *Inference for the Generalization Error*, 2003);
//! - of a single split, in time say, comes from a bootstrap over users: percentiles of the metric
//!   over resamples of the tested users.
//!
//! # Tests
//! Every contender that is no baseline is tested against every other, on the differences split by
//! split (the corrected test of the same paper), and by a bootstrap over users of the very
//! difference of the means: the same resampled users for both, in all their splits at once. The
//! first asks whether another draw of training users would say the same, the second whether other
//! users asked would. On a single split, McNemar's exact test looks at the users only one of the two
//! decides rightly. Which one wins follows the first (the second on a single split), after Holm's
//! correction for the number of pairs.
//!
//! # Cost
//! One fit for each contender and split, in parallel, and as many as the learning curve asks for;
//! the bootstrap takes less than a second for a thousand users.
//!
//! ```
//! use fenqun_base::{Language, Progress, Seed, contract};
//! use fenqun_evaluate::compare::{Comparing, Contender, DataError, Majority, Predictions, Task, compare};
//! use fenqun_evaluate::splits::stratified;
//!
//! /// Knows the answer.
//! struct Oracle<'a>(&'a fenqun_base::Labels);
//! impl Contender for Oracle<'_> {
//!     fn name(&self) -> &str {
//!         "oracle"
//!     }
//!     fn probabilities(&self, _: &[usize], test: &[usize], _: Seed) -> Result<Predictions, DataError> {
//!         let sure = |&row: &usize| {
//!             let mut shares = vec![0.0; self.0.n_classes()];
//!             shares[self.0.codes[row] as usize] = 1.0;
//!             shares
//!         };
//!         let shares: Vec<Vec<f32>> = test.iter().map(sure).collect();
//!         Ok(Predictions::likeliest(fenqun_base::Matrix::from_rows(&shares)?))
//!     }
//! }
//!
//! let (_, labels) = contract::labelled_blobs(2, 20, 2, Seed(1));
//! let folds = stratified(&labels, 4, 2, Seed(7))?;
//! let task = Task::new(&labels, &folds.splits);
//! let (majority, oracle) = (Majority::new(&labels), Oracle(&labels));
//! let found = compare(&[&majority, &oracle], &task, &Comparing::default(), Seed(7), &Progress::silent())?;
//! let verdict = &found.verdicts()[0];
//! assert!(verdict.words(Language::En).starts_with("oracle beats majority by .667 macro-F1"));
//! # Ok::<(), fenqun_evaluate::EvaluateError>(())
//! ```

mod bootstrap;
mod contender;
mod curve;
mod estimate;
mod markdown;
mod paired;
mod params;
mod play;
mod result;
mod standing;
mod verdict;

pub use fenqun_base::DataError;

pub use contender::{Contender, Majority, Predictions};
pub use curve::CurvePoint;
pub use estimate::{Estimate, IntervalKind};
pub use paired::{Discordant, Outcome, Paired, Range};
pub use params::{Comparing, Task};
pub use play::compare;
pub use result::{ClassCount, Comparison};
pub use standing::{ClassStanding, Measured, Standing};
pub use verdict::{Against, Verdict};

/// Below this probability, chance is no explanation.
pub const SIGNIFICANT: f64 = 0.05;
