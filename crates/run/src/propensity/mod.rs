//! Which categories will a user buy from in the next period?
//!
//! # Idea
//! One pooled yes-or-no model over all pairs of user and category. A row holds the own history with
//! the category ([`fenqun_profiles::PAIR_FEATURES`]), how common the category is, what the user's
//! other categories say of it (EASE and cosine), and eighteen numbers of the user alone. Because all
//! categories share one model, a rare one learns from the common ones.
//!
//! Rows are made as of several earlier moments, each one period before the next, each with its own
//! answers from the period after it. Collaborative weights come from the history before the latest
//! of them. Nothing at or after the moment of the fit is seen.
//!
//! ```text
//!            origin 3     origin 2     origin 1     as_of
//! ───history────┼──answers───┼──answers───┼──answers───┼──foretold──▶
//! ```
//!
//! # Judged
//! [`evaluate`] foretells a period that the events hold and compares with what was bought: AUROC over
//! users for each category, mean over categories; also among the users that never bought from the
//! category, where the own history is silent. Beside it, in the same go: the same with fewer
//! periods, without other users, one model a category, and the plain counts of the past.
//!
//! # Cost
//! Two passes over the events an origin. Rows × columns bytes for the trees and four times that while
//! rows are made; above `max_rows`, a share of the users is learned from.

mod areas;
mod evaluate;
mod fit;
mod level;
mod model;
mod origin;
mod params;

#[cfg(test)]
pub(crate) mod tests;

pub use evaluate::{CategoryStanding, PropensityReport, PropensityStanding, evaluate};
pub use fit::fit;
pub use model::{Propensities, PropensityModel};
pub use params::PropensityParams;
