use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

use crate::ValueTiers;

/// Longest horizon in days: a hundred years.
const LONGEST: f64 = 36_500.0;

/// Settings of tiers by what is to come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LifetimeTiers {
    /// What users are ranked by.
    pub by: Predicted,
    /// Days that are looked ahead.
    pub horizon_days: f64,
    /// What money loses in a year: 0.1 is a tenth. Not used for purchases.
    pub yearly_discount: f64,
    /// Where the prediction is cut; thresholds are in money, or in purchases.
    pub tiers: ValueTiers,
}

/// What users are ranked by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicted {
    /// Discounted money of the horizon.
    #[default]
    Value,
    /// Purchases of the horizon, for shops without prices.
    Purchases,
}

impl Default for LifetimeTiers {
    fn default() -> Self {
        Self {
            by: Predicted::Value,
            horizon_days: 365.0,
            yearly_discount: 0.1,
            tiers: ValueTiers::default(),
        }
    }
}

impl LifetimeTiers {
    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self) -> Result<(), DataError> {
        let refuse = |name, rule: &str, found: f64| {
            Err(DataError::Parameter { name, rule: rule.to_owned(), found: found.to_string() })
        };
        if !(self.horizon_days > 0.0 && self.horizon_days <= LONGEST) {
            return refuse("horizon_days", "above 0, at most 36500", self.horizon_days);
        }
        if !(0.0..=10.0).contains(&self.yearly_discount) {
            return refuse("yearly_discount", "between 0 and 10", self.yearly_discount);
        }
        self.tiers.check()?;
        if self.tiers.thresholds.last().is_some_and(|&least| least < 0.0) {
            let (rule, found) = ("0 or more".to_owned(), format!("{:?}", self.tiers.thresholds));
            return Err(DataError::Parameter { name: "tiers.thresholds", rule, found });
        }
        Ok(())
    }
}
