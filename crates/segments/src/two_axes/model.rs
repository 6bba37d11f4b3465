use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Soft, Stored};
use serde::{Deserialize, Serialize};

use super::fit::split;
use crate::{KMeansModel, ValueTiersModel};

/// Both fitted axes.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoAxesModel {
    tiers: ValueTiersModel,
    taste: KMeansModel,
}

/// The settings of both parts; their tensors stand side by side, by their own names.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    tiers: ModelState,
    taste: ModelState,
}

impl TwoAxesModel {
    pub(super) fn new(tiers: ValueTiersModel, taste: KMeansModel) -> Self {
        Self { tiers, taste }
    }

    /// The value axis.
    #[must_use]
    pub fn tiers(&self) -> &ValueTiersModel {
        &self.tiers
    }

    /// The taste axis.
    #[must_use]
    pub fn taste(&self) -> &KMeansModel {
        &self.taste
    }

    /// The value tier of a segment; 0 is the highest.
    #[must_use]
    pub fn tier_of(&self, segment: u32) -> u32 {
        segment / self.taste.n_segments() as u32
    }

    /// The taste group of a segment; 0 is the largest.
    #[must_use]
    pub fn taste_of(&self, segment: u32) -> u32 {
        segment % self.taste.n_segments() as u32
    }
}

impl Fitted for TwoAxesModel {
    fn n_segments(&self) -> usize {
        self.tiers.n_segments() * self.taste.n_segments()
    }

    fn width(&self) -> usize {
        1 + self.taste.width()
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        self.check(data)?;
        let (value, taste) = split(data)?;
        let tiers = self.tiers.assign(&value)?;
        let taste = self.taste.assign(&taste)?;
        let n_tastes = self.taste.n_segments() as u32;
        let pairs = tiers.segments.iter().zip(&taste.segments);
        let segments = pairs.map(|(tier, taste)| tier * n_tastes + taste).collect();
        let scores = tiers.scores.iter().zip(&taste.scores).map(|(a, b)| a.min(*b)).collect();
        Assignment::new(segments, self.n_segments(), scores)
    }

    fn shares(&self, data: &Matrix) -> Result<Option<Matrix>, DataError> {
        self.probabilities(data).map(Some)
    }
}

impl Soft for TwoAxesModel {
    /// The memberships of the taste group, all of them in the user's own tier: a cut is no matter
    /// of degree.
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError> {
        self.check(data)?;
        let (value, taste) = split(data)?;
        let tiers = self.tiers.assign(&value)?.segments;
        let tastes = self.taste.probabilities(&taste)?;
        let mut shares = Matrix::zeros(data.n_rows(), self.n_segments());
        for (row, &tier) in tiers.iter().enumerate() {
            let first = tier as usize * tastes.n_columns();
            shares.row_mut(row)[first..first + tastes.n_columns()].copy_from_slice(tastes.row(row));
        }
        Ok(shares)
    }
}

impl Stored for TwoAxesModel {
    const NAME: &'static str = "two_axes";

    fn state(&self) -> ModelState {
        let parts = Parts { tiers: self.tiers.state(), taste: self.taste.state() };
        let mut state = ModelState::new(&parts);
        state.tensors.extend(parts.tiers.tensors);
        state.tensors.extend(parts.taste.tensors);
        state
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let mut parts: Parts = state.read_config(Self::NAME)?;
        parts.tiers.tensors.clone_from(&state.tensors);
        parts.taste.tensors.clone_from(&state.tensors);
        let tiers = ValueTiersModel::from_state(&parts.tiers)?;
        Ok(Self { tiers, taste: KMeansModel::from_state(&parts.taste)? })
    }
}
