//! What a rule means once every name in it is known: typed, and nothing left to go wrong.

use fenqun_base::Action;

use super::expression::{Operation, Order};

/// A yes or no about every user.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Everyone, or nobody.
    Always(bool),
    /// Whoever is not.
    Not(Box<Condition>),
    /// Whoever meets all.
    All(Vec<Condition>),
    /// Whoever meets one at least.
    Any(Vec<Condition>),
    /// Whose numbers compare so.
    Compare(Quantity, Order, Quantity),
    /// Whose number is one of these, ascending.
    OneOf(Quantity, Vec<f32>),
    /// Whose word in this column is one of these, in sorted order.
    Word(String, Vec<String>),
    /// Whoever is in another segment, by its name.
    Segment(String),
}

/// A number of every user; missing where NaN.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// The same for everyone.
    Number(f32),
    /// A column.
    Column(String),
    /// What events say.
    Measure(Measure, Behaviour),
    /// Its negative.
    Negative(Box<Quantity>),
    /// A first number, then operations from left to right.
    Arithmetic(Box<Quantity>, Vec<(Operation, Quantity)>),
}

/// What is asked of the events that match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// How many there are.
    Count,
    /// Money: of purchases, of refunds (positive); over all actions purchases less refunds.
    Amount,
    /// Days begun since the last one, [`NEVER`] without one: at most `n` exactly when one is
    /// within `n` days.
    DaysSince,
}

/// Days since what never happened: more than any rule can name.
pub const NEVER: f32 = f32::MAX;

/// Which events are meant. Every list means "one of these"; an empty one leaves events alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Behaviour {
    /// What was done; `None` for anything.
    pub action: Option<Action>,
    /// Categories of the item, at any level of its path, case ignored.
    pub categories: Vec<String>,
    /// Ids of the item.
    pub items: Vec<String>,
    /// Brands of the item, case ignored.
    pub brands: Vec<String>,
    /// Words in the event's own text (a search, a review) or in the title of its item, case
    /// ignored.
    pub contains: Vec<String>,
    /// At most so many days before the time the facts are of.
    pub within: Option<u32>,
    /// More than so many days before it.
    pub before: Option<u32>,
}

impl Behaviour {
    /// Actions that are meant, in the order of their codes.
    pub(super) fn actions(&self) -> Vec<Action> {
        self.action.map_or(Action::ALL.to_vec(), |action| vec![action])
    }

    /// Days begun since an event that is meant: more than the first, at most the second.
    pub(super) fn window(&self) -> (u16, u16) {
        let day = |days: u32| u16::try_from(days).unwrap_or(u16::MAX);
        (self.before.map_or(0, day), self.within.map_or(u16::MAX, day))
    }

    /// How money of an action counts: what went back counts against what was spent only where both
    /// are asked for.
    pub(super) fn sign(&self, action: Action) -> f32 {
        if self.action.is_none() && action == Action::Refund { -1.0 } else { 1.0 }
    }
}

impl Condition {
    /// Names of the segments that this one refers to, in the order of the rule.
    #[must_use]
    pub fn segments(&self) -> Vec<&str> {
        match self {
            Self::Segment(name) => vec![name],
            Self::Not(inner) => inner.segments(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::segments).collect(),
            _ => Vec::new(),
        }
    }

    /// Every question about events, each once, in the order of the rule.
    #[must_use]
    pub fn behaviours(&self) -> Vec<(Measure, &Behaviour)> {
        let mut found = Vec::new();
        self.add_behaviours(&mut found);
        found
    }

    fn add_behaviours<'a>(&'a self, found: &mut Vec<(Measure, &'a Behaviour)>) {
        match self {
            Self::Not(inner) => inner.add_behaviours(found),
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.add_behaviours(found));
            }
            Self::Compare(left, _, right) => {
                left.add_behaviours(found);
                right.add_behaviours(found);
            }
            Self::OneOf(value, _) => value.add_behaviours(found),
            Self::Always(_) | Self::Word(..) | Self::Segment(_) => {}
        }
    }
}

impl Quantity {
    fn add_behaviours<'a>(&'a self, found: &mut Vec<(Measure, &'a Behaviour)>) {
        match self {
            Self::Number(_) | Self::Column(_) => {}
            Self::Measure(measure, behaviour) => {
                if !found.contains(&(*measure, behaviour)) {
                    found.push((*measure, behaviour));
                }
            }
            Self::Negative(inner) => inner.add_behaviours(found),
            Self::Arithmetic(first, rest) => {
                first.add_behaviours(found);
                rest.iter().for_each(|(_, value)| value.add_behaviours(found));
            }
        }
    }
}
