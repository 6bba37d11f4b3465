//! Rules: a shop says in words who belongs to a segment.
//!
//! # Idea
//! A rule is one expression with a yes or no for every user:
//!
//! ```text
//! purchased(category = "baby", within = "90d", at_least = 2) and spend_91d > 300
//!     and not refund_share > 0.2
//! ```
//!
//! It is a bounded tree and never a script: no loops, no variables, no functions of one's own. What
//! it may cost is limited beforehand ([`MAX_LENGTH`], [`MAX_DEPTH`], [`MAX_PARTS`],
//! [`MAX_BEHAVIOURS`]). The whole language stands in `docs/rules.md`.
//!
//! # How it works
//! ```text
//! text ─▶ Rule (tree) ─▶ check(Schema) ─▶ Condition ─▶ members(Facts) ─▶ bitmap of rows
//! ```
//! - Reading gives a tree ([`Rule`]) or an error that points at the character. Printing a rule gives
//!   its canonical form; reading that gives the same tree.
//! - Checking looks every name up in a [`Schema`] and gives each part a type. What comes out, a
//!   [`Condition`], has nothing left that could go wrong with facts of that schema. Unknown names
//!   are refused with the nearest known one.
//! - Facts are columns of numbers, columns of words, and an [`EventsIndex`]: all events ordered by
//!   action and user, and by action and item, each time the oldest first, so that a question about
//!   behaviour reads only the events it is about.
//! - Several [`Definitions`] may refer to one another, never in a circle. [`RuleSegments::members`]
//!   gives each its users, overlapping as they may; [`RuleSegments::assign`] puts each user into the
//!   first that fits and leaves the others unassigned.
//!
//! # What holds
//! - Numbers are 32-bit, also literals; a comparison is exact. Two-valued: a comparison with a
//!   missing number (NaN, a division by 0) is false, also `!=`; `not` turns it true.
//! - A window of `n` days holds events at most `n · 24` hours before the time of the facts; `before`
//!   holds those that are older.
//! - A user's answer depends on that user's facts alone.
//!
//! # Cost
//! A comparison reads its column once: about a millisecond for a million users. The index takes 14
//! bytes an event (18 where events have texts); a question about behaviour reads those of its events
//! that lie in its window once, on all threads, and the answer is kept for the next rule that asks
//! it. Over a million users with 20 million events a question about all of them takes some 20 ms on
//! two cores.
//!
//! # When to use it
//! Whenever somebody knows who is meant: campaigns, laws, agreements. Rules find nothing new: use
//! [`crate::TwoAxes`] for that, and refer to its segments with `in_segment("…")`.
//!
//! # Example
//! ```
//! use fenqun_segments::rules::{Definition, Definitions, FactTable};
//!
//! let define = |name: &str, rule: &str| Definition {
//!     name: name.into(),
//!     rule: rule.into(),
//!     ..Definition::default()
//! };
//! let definitions = Definitions::new(vec![
//!     define("vip", "spend > 300 and recency <= 4w"),
//!     define("sleeping", "recency > 90d and not segment(\"vip\")"),
//! ])
//! .map_err(|errors| errors[0].clone())?;
//! let facts = FactTable::new(3)
//!     .with_numbers("spend", vec![500.0, 20.0, 40.0])?
//!     .with_numbers("recency", vec![3.0, 120.0, 30.0])?;
//! let segments = definitions.check(&facts.schema()).map_err(|errors| errors[0].clone())?;
//! assert_eq!(segments.members(&facts)?[1].iter().collect::<Vec<_>>(), [1]);
//! let assignment = segments.assign(&facts)?;
//! assert!(assignment.is_assigned(0) && !assignment.is_assigned(2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod behaviour_call;
mod check;
mod condition;
mod definition;
mod error;

mod events_index;
mod events_part;
mod expression;
mod facts;
mod limits;
mod members;
mod parse;
mod print;
mod schema;
mod shop;
mod token;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

pub use behaviour_call::ACTIONS;
pub use condition::{Behaviour, Condition, Measure, NEVER, Quantity};
pub use definition::{Definition, DefinitionError, DefinitionFault, Definitions, RuleSegments};
pub use error::{RuleError, RuleFault, Span};
pub use events_index::{EventsIndex, EventsIndexBuilder};
pub use expression::{Argument, Call, Duration, Expression, Node, Operation, Order};
pub use facts::{FactTable, Facts};
pub use limits::{MAX_BEHAVIOURS, MAX_DAYS, MAX_DEFINITIONS, MAX_DEPTH, MAX_LENGTH, MAX_PARTS};
pub use members::members;
pub use schema::{Schema, ShopNames, nearest};

/// A rule that could be read. Shown in its canonical form.
#[derive(Clone, Debug)]
pub struct Rule {
    text: String,
    expression: Expression,
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// [`RuleError`] at the character where the text stops being a rule, or where it becomes too
    /// long, too deep or too large.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        Ok(Self { text: text.to_owned(), expression: parse::parse(text)? })
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says.
    #[must_use]
    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// Names of the columns that it asks for, as they are written.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        self.expression.add_columns(&mut found);
        found
    }

    /// What it means to users of a schema.
    ///
    /// # Errors
    /// [`RuleError`] at the first name that is unknown or value of the wrong type.
    pub fn check(&self, schema: &Schema) -> Result<Condition, RuleError> {
        check::check(&self.text, &self.expression, schema)
    }
}

/// Rules are equal when they say the same, however they are written.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expression)
    }
}
