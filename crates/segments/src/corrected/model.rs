use fenqun_base::{Assignment, Contributions, DataError, Fitted, Matrix, ModelState, Soft, Stored};
use serde::{Deserialize, Serialize};

use crate::{CalibrationModel, DecisionModel};

/// Tensors of the head stand under names that begin so.
const OF_HEAD: &str = "head.";
/// See [`OF_HEAD`].
const OF_CALIBRATION: &str = "calibration.";

/// A fitted head with its corrections.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrectedModel<F> {
    head: F,
    calibration: CalibrationModel,
    decision: DecisionModel,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    head: ModelState,
    calibration: ModelState,
    decision: ModelState,
}

impl<F> CorrectedModel<F> {
    pub(super) fn new(head: F, calibration: CalibrationModel, decision: DecisionModel) -> Self {
        Self { head, calibration, decision }
    }

    /// The head as it was fitted.
    #[must_use]
    pub fn head(&self) -> &F {
        &self.head
    }

    /// How its probabilities are corrected.
    #[must_use]
    pub fn calibration(&self) -> &CalibrationModel {
        &self.calibration
    }

    /// How a class is chosen.
    #[must_use]
    pub fn decision(&self) -> &DecisionModel {
        &self.decision
    }
}

impl<F: Soft> Fitted for CorrectedModel<F> {
    fn n_segments(&self) -> usize {
        self.head.n_segments()
    }

    fn width(&self) -> usize {
        self.head.width()
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        self.decision.decide(&self.probabilities(data)?)
    }
}

impl<F: Soft> Soft for CorrectedModel<F> {
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError> {
        self.calibration.calibrated(&self.head.probabilities(data)?)
    }

    fn contributions(&self, row: &[f32]) -> Result<Option<Contributions>, DataError> {
        self.head.contributions(row)
    }
}

impl<F: Soft> Stored for CorrectedModel<F> {
    const NAME: &'static str = "corrected";

    fn state(&self) -> ModelState {
        let (head, calibration) = (self.head.state(), self.calibration.state());
        let summary = Summary { head, calibration, decision: self.decision.state() };
        let state = ModelState::new(&summary);
        state.with_part(OF_HEAD, summary.head).with_part(OF_CALIBRATION, summary.calibration)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let summary: Summary = state.read_config(Self::NAME)?;
        let head = F::from_state(&state.part(OF_HEAD, summary.head))?;
        let calibration = state.part(OF_CALIBRATION, summary.calibration);
        let calibration = CalibrationModel::from_state(&calibration)?;
        let decision = DecisionModel::from_state(&summary.decision)?;
        if decision.prior().len() != head.n_segments() {
            let reason = "its head and decision differ in classes".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        Ok(Self::new(head, calibration, decision))
    }
}
