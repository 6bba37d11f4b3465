use serde::{Deserialize, Serialize};

/// Settings of principal components.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pca {
    /// Width of the result: between 1 and the width of the data.
    pub dimensions: usize,
}

impl Default for Pca {
    fn default() -> Self {
        Self { dimensions: 3 }
    }
}
