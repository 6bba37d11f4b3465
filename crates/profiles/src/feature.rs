use serde::{Deserialize, Serialize};

/// What the numbers of a feature are, so that a reader can be told them in the right unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureKind {
    /// How many: visits, lines, distinct items.
    Count,
    /// The shop's currency.
    Money,
    /// Days, with fractions.
    Days,
    /// A part of a whole, 0..=1.
    Share,
    /// One quantity over another, or the logarithm of such a ratio for trends.
    Ratio,
    /// Shannon entropy in nats: 0 when everything is in one place.
    Entropy,
    /// Hour of the day on the shop's wall clock, 0..24.
    Hours,
}

/// One column of the aggregates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// What configuration, tables and cards call it, for example `spend_28d`.
    pub name: String,
    /// What its numbers are.
    pub kind: FeatureKind,
}

impl Feature {
    /// A feature of a name and kind.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: FeatureKind) -> Self {
        Self { name: name.into(), kind }
    }
}
