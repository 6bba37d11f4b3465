use fenqun_base::{DataError, Labels, Matrix, ModelState, Seed, Soft, Stored, Supervised};
use serde::{Deserialize, Serialize};

use super::PartHead;
use crate::calibration::out_of_fold_on;
use crate::softmax::fit_on_folds;
use crate::{SoftmaxModel, TreesModel};

/// A fitted head of a part.
#[derive(Clone, Debug, PartialEq)]
pub enum HeadModel {
    /// Multinomial logistic regression.
    Softmax(SoftmaxModel),
    /// Boosted trees.
    Trees(TreesModel),
}

/// Which head a stored part has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HeadKind {
    Softmax,
    Trees,
}

impl PartHead {
    /// Whether views are centred and scaled for it.
    pub(super) fn is_scaled(&self) -> bool {
        matches!(self, Self::Softmax(_))
    }

    /// Fits on all rows, and if wanted gives probabilities of each row from heads that have not
    /// seen its fold.
    pub(super) fn fit(
        &self,
        rows: &Matrix,
        labels: &Labels,
        folds: &[u32],
        wants_shares: bool,
        seed: Seed,
    ) -> Result<(HeadModel, Option<Matrix>), DataError> {
        match self {
            Self::Softmax(params) => {
                let found = fit_on_folds(params, rows, labels, folds)?;
                Ok((HeadModel::Softmax(found.model), Some(found.shares)))
            }
            Self::Trees(params) => {
                let (model, shares) = rayon::join(
                    || params.fit(rows, labels, seed),
                    || {
                        let shares = || out_of_fold_on(params, rows, labels, folds, seed);
                        wants_shares.then(shares).transpose()
                    },
                );
                Ok((HeadModel::Trees(model?), shares?))
            }
        }
    }
}

impl HeadModel {
    /// Probabilities of every class, for rows as the part sees them.
    pub(super) fn probabilities(&self, rows: &Matrix) -> Result<Matrix, DataError> {
        match self {
            Self::Softmax(model) => model.probabilities(rows),
            Self::Trees(model) => model.probabilities(rows),
        }
    }

    /// What each column adds to each class's score beyond the expected one, and the expected.
    pub(super) fn shapley(&self, row: &[f32]) -> Result<(Vec<Vec<f64>>, Vec<f64>), DataError> {
        match self {
            Self::Softmax(model) => Ok((model.shapley(row)?, model.logits(model.mean())?)),
            Self::Trees(model) => Ok((model.shapley(row)?, model.expected_scores())),
        }
    }

    pub(super) fn kind(&self) -> HeadKind {
        match self {
            Self::Softmax(_) => HeadKind::Softmax,
            Self::Trees(_) => HeadKind::Trees,
        }
    }

    pub(super) fn state(&self) -> ModelState {
        match self {
            Self::Softmax(model) => model.state(),
            Self::Trees(model) => model.state(),
        }
    }

    pub(super) fn from_state(kind: HeadKind, state: &ModelState) -> Result<Self, DataError> {
        match kind {
            HeadKind::Softmax => SoftmaxModel::from_state(state).map(Self::Softmax),
            HeadKind::Trees => TreesModel::from_state(state).map(Self::Trees),
        }
    }

    pub(super) fn width_and_classes(&self) -> (usize, usize) {
        use fenqun_base::Fitted;
        match self {
            Self::Softmax(model) => (model.width(), model.n_segments()),
            Self::Trees(model) => (model.width(), model.n_segments()),
        }
    }
}
