//! Why a user is in a segment, which short rule tells a segment, and what would move a user.
//!
//! # Idea
//! - **Reasons.** Whoever decided (a linear head, trees, distances to centroids) hands over how much
//!   each named thing added to the decision: Shapley values ([`shapley_values`] where few things
//!   decide), or the parts of a [`Border`] between two centres for clusters. Parts that say much the
//!   same are added up, and the largest are told with the user's number beside that of the segment:
//!   "bought Baby food 6 times in the last 90 days; segment average 4.2, all users 0.4". See
//!   [`reasons`].
//! - **A short rule.** [`short_rules`] looks for at most three conditions over named features that
//!   tell the users of a segment from all others, by a beam search for the best F1. It is written
//!   in the language of rules, and its precision, recall and F1 are those on users that the search
//!   did not see.
//! - **A move.** [`smallest_moves`] tries changes of things that can change, the smallest first, alone
//!   and together, and asks the model itself where the user then stands: what it returns does cross
//!   the border. Changes are measured by the unit of each lever, so that those of several add up.
//!
//! # Cost
//! Reasons are linear in their parts. A rule costs `beam × cuts × features × conditions` passes over
//! bitsets of at most 10,000 users a segment. A move costs one answer of the model a try.
//!
//! # When not to believe it
//! A rule of low F1 does not tell the segment: show it with its figures or not at all. Reasons and
//! moves speak of the model, not of what makes people buy.
//!
//! # Papers
//! Lundberg and Lee, *A unified approach to interpreting model predictions*, 2017, for parts that add
//! up; Wachter, Mittelstadt and Russell, *Counterfactual explanations without opening the black
//! box*, 2017.
//!
//! # Example
//! ```
//! use fenqun_explain::why::{Deed, Lever, Step, smallest_moves};
//!
//! // Tier 0 from a spend of 100 on.
//! let tier = |spend: f64| u32::from(spend < 100.0);
//! let spend = Lever {
//!     name: "spend".into(),
//!     deed: Deed::Spend { on: None },
//!     amounts: vec![10.0, 20.0, 50.0, 100.0],
//!     unit: 10.0,
//!     step: Step::Any,
//! };
//! let found = smallest_moves(&[spend], |changes| {
//!     let then = tier(70.0 + changes[0].1);
//!     Ok::<_, std::convert::Infallible>((then != 1).then_some(then))
//! })?;
//! let amount = found[0].changes[0].amount;
//! assert!((30.0..32.0).contains(&amount) && found[0].segment == 0, "30 more are enough");
//! # Ok::<(), std::convert::Infallible>(())
//! ```

mod deeds;
mod distance;
mod moves;
mod reasons;
mod search;
mod shapley;
mod short_rule;

pub use deeds::Deed;
pub use distance::Border;
pub use moves::{Change, Lever, Move, Step, smallest_moves};
pub use reasons::{Beside, Part, Reason, Thing, Window, readable, reasons};
pub use shapley::shapley_values;
pub use short_rule::{RuleParams, ShortRule, short_rules};
