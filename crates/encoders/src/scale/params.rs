use serde::{Deserialize, Serialize};

/// Settings of scaling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scale {
    /// What happens to each column.
    pub method: Method,
}

/// What happens to each column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Signed logarithm, then mean 0 and variance 1.
    Log,
    /// Median 0 and quartiles one apart.
    Robust,
    /// Ranks as quantiles of a normal distribution, within ±3.
    #[default]
    Quantile,
    /// Mean 0 and variance 1.
    Standard,
}
