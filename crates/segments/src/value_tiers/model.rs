use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Stored};
use serde::{Deserialize, Serialize};

use super::fit::nearest_gap;

/// Thresholds between tiers, from the highest tier down.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueTiersModel {
    thresholds: Vec<f32>,
    summary: Summary,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    /// Mean distance of the fitted users to their nearest threshold.
    spread: f64,
}

impl ValueTiersModel {
    pub(super) fn new(thresholds: Vec<f32>, spread: f64) -> Self {
        Self { thresholds, summary: Summary { spread } }
    }

    /// What a value must exceed to be in tier 0, tier 1, …; the last tier has none.
    #[must_use]
    pub fn thresholds(&self) -> &[f32] {
        &self.thresholds
    }

    fn score(&self, value: f32) -> f32 {
        let gap = nearest_gap(&self.thresholds, value);
        if gap > 0.0 { (gap / (gap + self.summary.spread)) as f32 } else { 0.0 }
    }
}

impl Fitted for ValueTiersModel {
    fn n_segments(&self) -> usize {
        self.thresholds.len() + 1
    }

    fn width(&self) -> usize {
        1
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        self.check(data)?;
        let tier = |value: f32| self.thresholds.partition_point(|&threshold| value <= threshold);
        let segments = data.values().iter().map(|&value| tier(value) as u32).collect();
        let scores = data.values().iter().map(|&value| self.score(value)).collect();
        Assignment::new(segments, self.n_segments(), scores)
    }
}

impl Stored for ValueTiersModel {
    const NAME: &'static str = "value_tiers";

    fn state(&self) -> ModelState {
        ModelState::new(&self.summary).vector("thresholds", &self.thresholds)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let summary = state.read_config(Self::NAME)?;
        let thresholds = state.read_vector(Self::NAME, "thresholds")?;
        let falling = thresholds.windows(2).all(|pair| pair[0] >= pair[1]);
        if thresholds.is_empty() || !falling || thresholds.iter().any(|value| !value.is_finite()) {
            let reason = format!("thresholds must be finite and falling, got {thresholds:?}");
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        Ok(Self { thresholds, summary })
    }
}
