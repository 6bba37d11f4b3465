use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// Settings of value tiers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValueTiers {
    /// Upper shares of users at which tiers are cut, rising, each between 0 and 1:
    /// `[0.1, 0.5]` is the best tenth, the rest of the upper half, and the lower half.
    pub quantiles: Vec<f32>,
}

impl Default for ValueTiers {
    fn default() -> Self {
        Self { quantiles: vec![1.0 / 3.0, 2.0 / 3.0] }
    }
}

impl ValueTiers {
    /// Number of tiers.
    #[must_use]
    pub fn n_tiers(&self) -> usize {
        self.quantiles.len() + 1
    }

    /// Checks the quantiles.
    ///
    /// # Errors
    /// [`DataError::Parameter`] unless there is one or more, all between 0 and 1, rising.
    pub fn check(&self) -> Result<(), DataError> {
        let inside = self.quantiles.iter().all(|&share| share > 0.0 && share < 1.0);
        let rising = self.quantiles.windows(2).all(|pair| pair[0] < pair[1]);
        if inside && rising && !self.quantiles.is_empty() {
            return Ok(());
        }
        let rule = "one or more shares between 0 and 1, each larger than the one before".to_owned();
        let found = format!("{:?}", self.quantiles);
        Err(DataError::Parameter { name: "quantiles", rule, found })
    }
}
