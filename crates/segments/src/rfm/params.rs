use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// Cuts on every axis: scores 1 to 5.
pub(super) const N_CUTS: usize = 4;

/// Settings of the RFM grid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rfm {
    /// How recency is cut, in days: fewer are better.
    pub recency: Cuts,
    /// How frequency is cut.
    pub frequency: Cuts,
    /// How spend is cut.
    pub spend: Cuts,
    /// What stands beside recency.
    pub second_axis: SecondAxis,
}

/// What stands beside recency on the grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondAxis {
    /// The score of frequency; spend has a score and decides nothing.
    #[default]
    Frequency,
    /// The mean of the scores of frequency and spend, a half rounded up.
    FrequencyAndSpend,
}

/// Where one measure is cut into scores 1 to 5.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cuts {
    /// Four shares of users, rising, each between 0 and 1.
    pub quantiles: Vec<f32>,
    /// Four values, rising, in the units of the measure. When given, they are taken as they are
    /// and `quantiles` are not looked at.
    pub thresholds: Vec<f32>,
}

impl Default for Cuts {
    fn default() -> Self {
        Self { quantiles: vec![0.2, 0.4, 0.6, 0.8], thresholds: Vec::new() }
    }
}

impl Cuts {
    /// Whether the data decide the cuts.
    pub(super) fn are_learned(&self) -> bool {
        self.thresholds.is_empty()
    }

    fn check(&self, quantiles: &'static str, thresholds: &'static str) -> Result<(), DataError> {
        let refuse = |name, rule: &str, found: &[f32]| {
            let (rule, found) = (rule.to_owned(), format!("{found:?}"));
            Err(DataError::Parameter { name, rule, found })
        };
        let rising = |values: &[f32]| values.windows(2).all(|pair| pair[0] < pair[1]);
        if self.are_learned() {
            let found = &self.quantiles;
            let inside = found.iter().all(|&share| share > 0.0 && share < 1.0);
            if found.len() != N_CUTS || !inside || !rising(found) {
                let rule = "four shares between 0 and 1, each larger than the one before";
                return refuse(quantiles, rule, found);
            }
            return Ok(());
        }
        let found = &self.thresholds;
        let finite = found.iter().all(|value| value.is_finite());
        if found.len() != N_CUTS || !finite || !rising(found) {
            return refuse(thresholds, "four values, each larger than the one before", found);
        }
        Ok(())
    }
}

impl Rfm {
    /// Checks the cuts of every measure.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks its rule.
    pub fn check(&self) -> Result<(), DataError> {
        self.recency.check("recency.quantiles", "recency.thresholds")?;
        self.frequency.check("frequency.quantiles", "frequency.thresholds")?;
        self.spend.check("spend.quantiles", "spend.thresholds")
    }

    pub(super) fn cuts(&self) -> [&Cuts; 3] {
        [&self.recency, &self.frequency, &self.spend]
    }
}
