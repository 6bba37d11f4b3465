use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// How a user's history with a category is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PairParams {
    /// Lengths of the windows that end at `as_of`, in days, ascending.
    pub windows_days: [u32; 4],
    /// After so many days a basket counts half.
    pub half_life_days: f64,
}

impl Default for PairParams {
    fn default() -> Self {
        Self { windows_days: [14, 28, 56, 112], half_life_days: 28.0 }
    }
}

impl PairParams {
    pub(super) fn check(&self) -> Result<(), DataError> {
        let windows = &self.windows_days;
        if windows[0] == 0 || !windows.is_sorted_by(|a, b| a < b) {
            let (rule, found) = ("above 0 and ascending".to_owned(), format!("{windows:?}"));
            return Err(DataError::Parameter { name: "windows_days", rule, found });
        }
        if !(self.half_life_days.is_finite() && self.half_life_days > 0.0) {
            let (rule, found) = ("finite and above 0".to_owned(), self.half_life_days.to_string());
            return Err(DataError::Parameter { name: "half_life_days", rule, found });
        }
        Ok(())
    }
}
