use serde::{Deserialize, Serialize};

use crate::{KMeans, ValueTiers};

/// Settings of both axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TwoAxes {
    /// How column 0 is cut.
    pub tiers: ValueTiers,
    /// How the columns after it are grouped.
    pub taste: KMeans,
}

impl Default for TwoAxes {
    fn default() -> Self {
        let taste = KMeans { n_segments: 4, ..KMeans::default() };
        Self { tiers: ValueTiers::default(), taste }
    }
}
