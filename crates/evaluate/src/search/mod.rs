//! Which settings are best? Tries them out, inside the training rows, and can be killed at any time.
//!
//! # Ways to search
//! - [`Strategy::Grid`]: everything, where there are few settings and each has few values;
//! - [`Strategy::Random`]: points drawn from the space, better than a grid of the same size as soon
//!   as some settings matter more than others (Bergstra and Bengio, *Random Search for
//!   Hyper-Parameter Optimization*, 2012);
//! - [`Strategy::Halving`]: many points on a small budget, the best of them on a larger one, and so
//!   on (Jamieson and Talwalkar, *Non-stochastic Best Arm Identification*, 2016). What a budget is,
//!   a share of rows, folds or epochs, the objective decides.
//!
//! # What can be relied on
//! The same space, settings and seed try the same points and come to the same table, on any number
//! of threads, and whether or not the search was killed and resumed: every finished trial is on the
//! disk before the next one of its place begins. Only a limit in seconds depends on the machine.
//!
//! The best of many trials flatters itself. [`nested`] tells what the search is worth: it searches
//! inside the training rows of each outer split, and scores the winner once on the rows held out.
//!
//! ```
//! use std::collections::BTreeMap;
//! use fenqun_base::{DataError, Progress, Seed};
//! use fenqun_evaluate::search::{Objective, Point, Score, Space, Tuning, tune};
//!
//! struct Hill;
//! impl Objective for Hill {
//!     fn parameters(&self) -> Vec<&str> {
//!         vec!["rate"]
//!     }
//!     fn score(&self, point: &Point, _: f64, _: Seed) -> Result<Score, DataError> {
//!         let rate = point.number("rate")?;
//!         Ok(Score::of("macro_f1", 1.0 - (rate.log10() + 2.0).abs()))
//!     }
//! }
//!
//! let space: Space = serde_json::from_str(
//!     r#"{ "rate": { "kind": "range", "from": 0.0001, "to": 1.0, "scale": "log" } }"#,
//! )?;
//! let params = Tuning::default().until("macro_f1=0.9")?;
//! let found = tune(&Hill, &space, &params, None, Seed(7), &Progress::silent())?;
//! assert_eq!(found.met, Some(true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod log;
mod nested;
mod plan;
mod result;
mod space;
mod tune;
mod words;

pub use nested::{InFolds, Nested, NestedFold, Tunable, nested};
pub use plan::Strategy;
pub use result::{Score, Stop, Trial, Tuned};
pub use space::{Dimension, Point, Scale, Space};
pub use tune::{LogPlace, Objective, Tuning, tune};
