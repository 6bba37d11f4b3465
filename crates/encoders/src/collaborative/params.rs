use serde::{Deserialize, Serialize};

/// Settings of the linear autoencoder with a zero diagonal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ease {
    /// Strength of the penalty on squared weights, above 0; on rows of length 1 of the order of
    /// a few users.
    pub lambda: f64,
}

impl Default for Ease {
    fn default() -> Self {
        Self { lambda: 5.0 }
    }
}

/// Cosine between columns: nothing to set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoOccurrence {}
