use serde::{Deserialize, Serialize};

/// How probabilities are corrected, as configuration spells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Calibration {
    /// Not at all.
    #[default]
    None,
    /// One temperature for all classes.
    Temperature,
    /// One rising curve a class.
    Isotonic,
}
