use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Stored};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{BgNbdModel, GammaGammaModel, History, Spending};
use crate::ValueTiersModel;

/// Purchases, days since the last, days since the first, spend.
pub(super) const N_COLUMNS: usize = 4;

/// Parts of the horizon; purchases of a part are discounted to its end.
const N_PARTS: usize = 12;

/// Days of a year.
const YEAR: f64 = 365.25;

/// Fitted prediction and tiers.
#[derive(Clone, Debug, PartialEq)]
pub struct LifetimeTiersModel {
    prediction: Prediction,
    tiers: ValueTiersModel,
}

/// What a row is worth.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Prediction {
    pub(super) horizon_days: f64,
    pub(super) yearly_discount: f64,
    pub(super) purchases: BgNbdModel,
    /// Absent where purchases are counted.
    pub(super) money: Option<GammaGammaModel>,
}

/// What is stored beside the thresholds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    horizon_days: f64,
    yearly_discount: f64,
    purchases: ModelState,
    money: Option<ModelState>,
    tiers: ModelState,
}

/// One row of the data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    purchases: f64,
    since_last: f64,
    since_first: f64,
    spend: f64,
}

impl Row {
    /// Checks what no shop can have.
    pub(super) fn of(row: &[f32]) -> Result<Self, DataError> {
        let [purchases, since_last, since_first, spend] = [0, 1, 2, 3].map(|at| f64::from(row[at]));
        if purchases < 0.0 || purchases.fract() != 0.0 {
            let rule = "a whole number, 0 or more".to_owned();
            let found = purchases.to_string();
            return Err(DataError::Parameter { name: "purchases", rule, found });
        }
        if since_last < 0.0 || since_first < 0.0 {
            let found = since_last.min(since_first).to_string();
            return Err(DataError::Parameter { name: "days", rule: "0 or more".into(), found });
        }
        Ok(Self { purchases, since_last, since_first, spend })
    }

    /// The history of a user who bought. The last purchase is no earlier than the first, whatever
    /// rounding says.
    pub(super) fn history(&self) -> Option<History> {
        if self.purchases < 1.0 {
            return None;
        }
        let repeats = self.purchases - 1.0;
        let last = if repeats > 0.0 { (self.since_first - self.since_last).max(0.0) } else { 0.0 };
        Some(History { repeats, last, age: self.since_first })
    }

    /// Spend a purchase; what was sent back may leave less than nothing, which counts as nothing.
    pub(super) fn spending(&self) -> Spending {
        let mean = if self.purchases > 0.0 { (self.spend / self.purchases).max(0.0) } else { 0.0 };
        Spending { purchases: self.purchases, mean }
    }
}

impl LifetimeTiersModel {
    pub(super) fn new(prediction: Prediction, tiers: ValueTiersModel) -> Self {
        Self { prediction, tiers }
    }

    /// The model of purchases to come.
    #[must_use]
    pub fn purchases(&self) -> &BgNbdModel {
        &self.prediction.purchases
    }

    /// The model of money a purchase, where tiers are by value.
    #[must_use]
    pub fn money(&self) -> Option<&GammaGammaModel> {
        self.prediction.money.as_ref()
    }

    /// What a user must be worth more than to be in tier 0, tier 1, …
    #[must_use]
    pub fn thresholds(&self) -> Vec<f32> {
        self.tiers.thresholds().iter().map(|value| value.exp_m1()).collect()
    }

    /// Discounted money, or purchases, of every row's horizon.
    ///
    /// # Errors
    /// As [`Fitted::assign`].
    pub fn predict(&self, data: &Matrix) -> Result<Vec<f32>, DataError> {
        self.check(data)?;
        self.prediction.of(data)
    }
}

impl Prediction {
    pub(super) fn of(&self, data: &Matrix) -> Result<Vec<f32>, DataError> {
        let part = |part: usize| self.horizon_days * part as f64 / N_PARTS as f64;
        let ends: Vec<f64> = (1..=N_PARTS).map(part).collect();
        let factor = |end: &f64| (-(end / YEAR) * self.yearly_discount.ln_1p()).exp();
        let factors: Vec<f64> = ends.iter().map(factor).collect();
        let rows: Vec<&[f32]> = data.rows().collect();
        rows.par_iter().map(|row| self.of_row(row, &ends, &factors)).collect()
    }

    fn of_row(&self, row: &[f32], ends: &[f64], factors: &[f64]) -> Result<f32, DataError> {
        let row = Row::of(row)?;
        let Some(history) = row.history() else { return Ok(0.0) };
        let Some(money) = &self.money else {
            return Ok(self.purchases.expected(&history, self.horizon_days) as f32);
        };
        let (mut before, mut discounted) = (0.0, 0.0);
        for (until, factor) in self.purchases.expected_by(&history, ends).into_iter().zip(factors) {
            discounted += (until - before) * factor;
            before = until;
        }
        Ok((discounted * money.expected(&row.spending())) as f32)
    }
}

/// What tiers are cut on.
pub(super) fn logarithms(predicted: &[f32]) -> Result<Matrix, DataError> {
    Matrix::new(predicted.len(), 1, predicted.iter().map(|value| value.ln_1p()).collect())
}

impl Fitted for LifetimeTiersModel {
    fn n_segments(&self) -> usize {
        self.tiers.n_segments()
    }

    fn width(&self) -> usize {
        N_COLUMNS
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        self.tiers.assign(&logarithms(&self.predict(data)?)?)
    }
}

impl Stored for LifetimeTiersModel {
    const NAME: &'static str = "lifetime";

    fn state(&self) -> ModelState {
        let prediction = &self.prediction;
        let parts = Parts {
            horizon_days: prediction.horizon_days,
            yearly_discount: prediction.yearly_discount,
            purchases: prediction.purchases.state(),
            money: prediction.money.as_ref().map(Stored::state),
            tiers: self.tiers.state(),
        };
        let mut state = ModelState::new(&parts);
        state.tensors.extend(parts.tiers.tensors);
        state
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let mut parts: Parts = state.read_config(Self::NAME)?;
        parts.tiers.tensors.clone_from(&state.tensors);
        let prediction = Prediction {
            horizon_days: parts.horizon_days,
            yearly_discount: parts.yearly_discount,
            purchases: BgNbdModel::from_state(&parts.purchases)?,
            money: parts.money.as_ref().map(GammaGammaModel::from_state).transpose()?,
        };
        Ok(Self { prediction, tiers: ValueTiersModel::from_state(&parts.tiers)? })
    }
}
