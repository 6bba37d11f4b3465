use serde::{Deserialize, Serialize};

/// Settings of whitening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Whiten {
    /// Width of the result: between 1 and the width of the data.
    pub dimensions: usize,
}

impl Default for Whiten {
    fn default() -> Self {
        Self { dimensions: 128 }
    }
}
