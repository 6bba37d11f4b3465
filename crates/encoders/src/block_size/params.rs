use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// Settings of a block's size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlockSize {
    /// Total variance after scaling: the weight of the block among others.
    pub weight: f32,
}

impl Default for BlockSize {
    fn default() -> Self {
        Self { weight: 1.0 }
    }
}

impl BlockSize {
    /// Checks the weight.
    ///
    /// # Errors
    /// [`DataError::Parameter`] unless it is positive and finite.
    pub fn check(&self) -> Result<(), DataError> {
        if self.weight > 0.0 && self.weight.is_finite() {
            return Ok(());
        }
        let rule = "a positive number".to_owned();
        Err(DataError::Parameter { name: "weight", rule, found: self.weight.to_string() })
    }
}
