use serde::{Deserialize, Serialize};

/// Settings of taste from categories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CategoryTaste {
    /// Categories that fewer users have are left out.
    pub min_users: u32,
    /// Width of the decomposition, its first component included; less where there are fewer
    /// categories or users.
    pub dimensions: usize,
    /// Width of the result.
    pub n_coordinates: usize,
}

impl Default for CategoryTaste {
    fn default() -> Self {
        Self { min_users: 5, dimensions: 32, n_coordinates: 3 }
    }
}

/// Settings of taste from texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TextTaste {
    /// Texts that fewer users have are left out. Rare texts are welcome: their vectors lie near
    /// those of common ones.
    pub min_users: u32,
    /// Width of the result.
    pub n_coordinates: usize,
}

impl Default for TextTaste {
    fn default() -> Self {
        Self { min_users: 1, n_coordinates: 3 }
    }
}
