use serde::{Deserialize, Serialize};

/// Settings of TF-IDF weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TfIdf {
    /// Columns that fewer users have are dropped; 0 counts as 1.
    pub min_users: u32,
}

impl Default for TfIdf {
    fn default() -> Self {
        Self { min_users: 5 }
    }
}
