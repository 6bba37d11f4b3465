//! What sets a segment apart, in the words and numbers a person would use.
//!
//! [`cards`] turns an assignment of users to segments into one [`Card`] a segment: a unique name,
//! a plain sentence, size and value, the categories and words its users choose more than everybody
//! does, the behaviour they differ in, and typical users by pseudonym.
//!
//! ```text
//! profiles ─┬─▶ items, spend ─▶ class-based TF-IDF ─▶ categories, words ─┐
//!           ├─▶ features ─────▶ Cliff's delta ──────▶ traits ────────────┼─▶ names ─▶ cards
//! segments ─┘─▶ space ────────▶ nearest to the mean ─▶ typical users ────┘
//! ```
//!
//! - Where segments are cells of value × taste, the taste part of the name comes from the whole
//!   taste group, so that "High value · pets & snacks" and "Low value · pets & snacks" share it.
//! - Where categories say nothing (numbers, "miscellaneous"), words of the titles name a group;
//!   where there are none either, the way its users behave does.
//! - Categories and words stay as the shop wrote them, made readable; everything around them is
//!   English or Chinese by [`CardParams::language`].
//!
//! A card describes; it explains nothing causally, and its shares say nothing of single users.
//!
//! This room never sees a raw user id, never changes an assignment and never prints.

mod card;
mod cards;
mod categories;
mod distinct;
mod error;
mod findings;
mod label;
mod name;
mod naming;
pub mod numbers;
mod summary;
#[cfg(test)]
mod tests;
mod traits;
mod typical;
pub mod why;
mod words;

pub use card::{Card, CardParams, Distinct, Shape, Trait};
pub use cards::cards;
pub use error::ExplainError;
pub use traits::feature_label;
