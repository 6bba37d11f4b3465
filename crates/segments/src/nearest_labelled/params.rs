use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// Settings of the nearest labelled class, as configuration spells them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NearestLabelled {
    /// Whether rows are first scaled to length 1, so that only their direction counts.
    pub normalise: bool,
    /// The squared distance that makes a class `e` times less likely; absent: fitted.
    pub temperature: Option<f64>,
}

impl NearestLabelled {
    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`].
    pub fn check(&self) -> Result<(), DataError> {
        match self.temperature {
            Some(found) if !found.is_finite() || found <= 0.0 => {
                let rule = "above 0, or absent to have it fitted".to_owned();
                Err(DataError::Parameter { name: "temperature", rule, found: found.to_string() })
            }
            _ => Ok(()),
        }
    }
}
