use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// Settings of value tiers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValueTiers {
    /// Upper shares of users at which tiers are cut, rising, each between 0 and 1:
    /// `[0.1, 0.5]` is the best tenth, the rest of the upper half, and the lower half.
    pub quantiles: Vec<f32>,
    /// Values that a user must exceed to be in tier 0, tier 1, …, falling, in the units of the
    /// data. When there are any, they are taken as they are and `quantiles` are not looked at.
    pub thresholds: Vec<f32>,
}

impl Default for ValueTiers {
    fn default() -> Self {
        Self { quantiles: vec![1.0 / 3.0, 2.0 / 3.0], thresholds: Vec::new() }
    }
}

impl ValueTiers {
    /// Number of tiers.
    #[must_use]
    pub fn n_tiers(&self) -> usize {
        1 + if self.thresholds.is_empty() { self.quantiles.len() } else { self.thresholds.len() }
    }

    /// Checks the quantiles, or the thresholds where there are any.
    ///
    /// # Errors
    /// [`DataError::Parameter`] unless there is one quantile or more, all between 0 and 1, rising,
    /// or thresholds are finite and falling.
    pub fn check(&self) -> Result<(), DataError> {
        if !self.thresholds.is_empty() {
            let finite = self.thresholds.iter().all(|value| value.is_finite());
            if finite && self.thresholds.windows(2).all(|pair| pair[0] > pair[1]) {
                return Ok(());
            }
            let rule = "finite, each smaller than the one before".to_owned();
            let found = format!("{:?}", self.thresholds);
            return Err(DataError::Parameter { name: "thresholds", rule, found });
        }
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
