use serde::{Deserialize, Serialize};

/// Settings of axes of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TextAxes {
    /// Number of axes.
    pub dimensions: usize,
    /// Texts that fewer users have are left out of the users' positions, not of the axes.
    pub min_users: u32,
}

impl Default for TextAxes {
    fn default() -> Self {
        Self { dimensions: 2, min_users: 1 }
    }
}
