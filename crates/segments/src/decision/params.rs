use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// What the chosen class is to be good at, as configuration spells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "goal", rename_all = "snake_case", deny_unknown_fields)]
pub enum Decision {
    /// The mean of all classes' F1.
    #[default]
    MacroF1,
    /// Being right most often.
    Accuracy,
    /// A given correction.
    Fixed {
        /// The power of the classes' shares that probabilities are divided by.
        tau: f64,
    },
}

impl Decision {
    /// Checks a given correction.
    ///
    /// # Errors
    /// [`DataError::Parameter`].
    pub fn check(&self) -> Result<(), DataError> {
        match self {
            Self::Fixed { tau } if !(0.0..=2.0).contains(tau) => {
                let rule = "between 0 (the likeliest class) and 2".to_owned();
                Err(DataError::Parameter { name: "tau", rule, found: tau.to_string() })
            }
            _ => Ok(()),
        }
    }
}
