//! Events to per-user features as of a time: aggregates, sequences, weighted items.
//!
//! ```text
//! event parts ─▶ Fold (one user: update · merge · finish) ─▶ rows ─┐
//!                                                                  ├─▶ Profiles
//! catalogue ───▶ Shop (what all users together say) ───────────────┘
//! ```
//!
//! A profile is three views of one user, all from events *before* `as_of`: numbers
//! ([`Profiles::values`]), items with weights and money ([`Profiles::items`],
//! [`Profiles::spend`]), and the last events in order ([`Profiles::sequences`]). The fold refuses
//! an event that is not before `as_of`; [`build`] leaves such events out and counts them.
//!
//! What each feature is, and by which formula, stands in one table: [`formulas`]. A column that
//! could only be zero in a shop (discounts where nobody gets one, views where only tills report)
//! is left out; `recency`, `tenure`, `frequency`, `spend` and `lines` are always there.
//!
//! # Example
//! ```
//! use fenqun_base::{Action, Catalogue, Event, Item, NO_CODE, Progress, UserId};
//! use fenqun_profiles::{EventsInMemory, ProfileParams, build};
//!
//! let bought = Event {
//!     user: UserId([7; 16]),
//!     time: 0,
//!     session: 1,
//!     quantity: 2.0,
//!     price: 3.5,
//!     discount: 0.0,
//!     item: 0,
//!     text: NO_CODE,
//!     attributes: NO_CODE,
//!     rating: f32::NAN,
//!     offset_minutes: 0,
//!     action: Action::Purchase as u8,
//!     padding: [0; 5],
//! };
//! let catalogue = Catalogue { items: vec![Item { id: "tea".into(), ..Item::default() }] };
//! let events = EventsInMemory { parts: vec![vec![bought]], catalogue };
//! let ten_days = 10 * 86_400_000;
//! let profiles = build(&events, ten_days, &ProfileParams::default(), &Progress::silent())?;
//! assert_eq!(profiles.column("recency"), Some(vec![10.0]));
//! assert_eq!(profiles.column("spend"), Some(vec![7.0]));
//! # Ok::<(), fenqun_profiles::ProfilesError>(())
//! ```
//!
//! # Cost
//! Linear in the number of events, with a sort only where a user's events come unsorted. Parts are
//! folded in parallel, two a thread at a time, so memory holds those parts and the result; results
//! are put together in the order of parts and do not depend on the number of threads.
//!
//! # When not to use it
//! It knows no labels, no splits and no scaling: profiles are raw numbers in their own units.

mod behaviour;
mod build;
mod categories;
mod error;
mod feature;
mod fold;
mod frame;
mod pairs;
mod params;
mod parts;
mod price;
mod profiles;
mod sequence;
mod shop;
mod statistics;
mod stored;
mod summary;
mod taste;
mod value;
mod visit;

pub use build::{build, build_like};
pub use error::ProfilesError;
pub use feature::{Feature, FeatureKind};
pub use fold::{Fold, Row};
pub use frame::Frame;
pub use pairs::{ItemCategories, NEVER, PAIR_FEATURES, Pair, PairHistory, PairParams, Span};
pub use params::ProfileParams;
pub use parts::{EventsInMemory, Parts};
pub use profiles::Profiles;
pub use sequence::{SequenceEvent, Sequences};
pub use shop::Shop;
pub use value::{ValueBasis, ValueChoice};

/// Every feature that a shop can have with these parameters; a name that ends in `:` goes on with a
/// brand or category of the shop.
#[must_use]
pub fn possible_features(params: &ProfileParams) -> Vec<String> {
    let behaviour = behaviour::columns(params).into_iter().map(|column| column.feature.name);
    let taste = taste::FORMULAS.iter().map(|(name, _)| name.replace("{}", ""));
    behaviour.chain(taste).collect()
}

/// Name and formula of every feature, in the order of columns; `{}` stands for a window in days,
/// a band of hours, a day of the week, a brand or a category.
pub fn formulas() -> impl Iterator<Item = (&'static str, &'static str)> {
    behaviour::formulas().chain(taste::FORMULAS.iter().copied())
}
