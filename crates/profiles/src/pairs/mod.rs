//! One user with one category: what the own history says of the next purchase.
//!
//! [`PairHistory::fold`] reads the events once and keeps, for every category that a user bought from
//! before `as_of`, in how many baskets, in which windows, when first and last, and a count that
//! halves with every 28 days. [`PairHistory::features`] turns a pair into ten numbers
//! ([`PAIR_FEATURES`]); a pair that never happened has them too.
//!
//! The same fold over a period (`from` to `as_of`) gives what happened in it: the labels.
//!
//! # Example
//! ```
//! use fenqun_base::{Action, Catalogue, Event, Item, NO_CODE, Progress, UserId};
//! use fenqun_profiles::{EventsInMemory, ItemCategories, PairHistory, PairParams, Span};
//!
//! let bought = |time: i64| Event {
//!     user: UserId([7; 16]),
//!     time,
//!     session: 0,
//!     quantity: 1.0,
//!     price: 2.0,
//!     discount: 0.0,
//!     item: 0,
//!     text: NO_CODE,
//!     attributes: NO_CODE,
//!     rating: f32::NAN,
//!     offset_minutes: 0,
//!     action: Action::Purchase as u8,
//!     padding: [0; 5],
//! };
//! let day = 86_400_000;
//! let catalogue = Catalogue { items: vec![Item { id: "tea".into(), ..Item::default() }] };
//! let events = EventsInMemory { parts: vec![vec![bought(0), bought(10 * day)]], catalogue };
//! let span = Span { from: None, as_of: 30 * day };
//! let categories = ItemCategories { of_item: vec![0], n_categories: 1 };
//! let (params, progress) = (PairParams::default(), Progress::silent());
//! let history = PairHistory::fold(&events, span, &categories, &params, &progress)?;
//! let tea = history.pair(0, 0).expect("bought twice");
//! assert_eq!((tea.n_baskets, tea.recent), (2, [0, 1, 2, 2]));
//! assert_eq!((tea.last, tea.first), (20.0, 30.0));
//! # Ok::<(), fenqun_profiles::ProfilesError>(())
//! ```
//!
//! # Cost
//! Linear in the events; memory holds one entry for every pair that happened.

mod features;
mod history;
mod params;

#[cfg(test)]
mod tests;

pub use features::{NEVER, PAIR_FEATURES};
pub use history::{ItemCategories, Pair, PairHistory, Span};
pub use params::PairParams;
