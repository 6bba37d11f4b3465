use fenqun_base::{Assignment, Contributions, DataError, Fitted, Matrix, ModelState, Soft, Stored};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::head::HeadKind;
use super::part::{FittedView, Sight};
use super::{HeadModel, PartModel};
use crate::{CalibrationModel, DecisionModel};

/// Rows in a piece of parallel work: what the parts see is built for one piece at a time.
const PIECE: usize = 2048;
/// The least share whose logarithm is taken.
const LEAST_SHARE: f32 = 1e-30;

/// Fitted parts, correction and decision.
#[derive(Clone, Debug, PartialEq)]
pub struct BlendModel {
    parts: Vec<PartModel>,
    width: usize,
    calibration: CalibrationModel,
    decision: DecisionModel,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    width: usize,
    parts: Vec<StoredPart>,
    calibration: ModelState,
    decision: ModelState,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredPart {
    name: String,
    views: Vec<FittedView>,
    kind: HeadKind,
    head: ModelState,
}

impl BlendModel {
    pub(super) fn new(
        parts: Vec<PartModel>,
        width: usize,
        calibration: CalibrationModel,
        decision: DecisionModel,
    ) -> Self {
        Self { parts, width, calibration, decision }
    }

    /// The fitted parts.
    #[must_use]
    pub fn parts(&self) -> &[PartModel] {
        &self.parts
    }

    /// How the averaged probabilities are corrected.
    #[must_use]
    pub fn calibration(&self) -> &CalibrationModel {
        &self.calibration
    }

    /// How a class is chosen.
    #[must_use]
    pub fn decision(&self) -> &DecisionModel {
        &self.decision
    }

    /// What every column of the user vector adds to every class's score beyond the expected one:
    /// one list a class. The score is the mean of the parts' scores; the averaged probabilities
    /// before calibration are its softmax.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`].
    pub fn shapley(&self, user: &[f32]) -> Result<Vec<Vec<f64>>, DataError> {
        if user.len() != self.width {
            return Err(DataError::WrongWidth { expected: self.width, found: user.len() });
        }
        let n_parts = self.parts.len() as f64;
        let mut result = vec![vec![0.0; self.width]; self.n_segments()];
        for part in &self.parts {
            let (own, _) = part.head.shapley(&part.row(user)?)?;
            let columns = part.columns();
            for (sums, own) in result.iter_mut().zip(own) {
                for (&column, value) in columns.iter().zip(own) {
                    sums[column] += value / n_parts;
                }
            }
        }
        Ok(result)
    }

    /// What one unit more of a column of the user vector adds to every class's score by the linear
    /// parts: classes × columns.
    #[must_use]
    pub fn slopes(&self) -> Matrix {
        let n_parts = self.parts.len() as f32;
        let mut slopes = Matrix::zeros(self.n_segments(), self.width);
        for part in &self.parts {
            let HeadModel::Softmax(model) = &part.head else { continue };
            for (class, coefficients) in model.coefficients().rows().enumerate() {
                let mut own = coefficients.iter();
                for view in &part.sight.views {
                    let sums = &mut slopes.row_mut(class)[view.from..view.to];
                    for (sum, coefficient) in sums.iter_mut().zip(own.by_ref()) {
                        *sum += coefficient * view.factor / n_parts;
                    }
                }
            }
        }
        slopes
    }

    /// The score of every class that [`Self::shapley`] starts from.
    ///
    /// # Errors
    /// None that a fitted model can meet.
    pub fn expected_scores(&self) -> Result<Vec<f64>, DataError> {
        let mut scores = vec![0.0; self.n_segments()];
        for part in &self.parts {
            let (_, expected) = part.head.shapley(&vec![0.0; part.sight.mean.len()])?;
            for (score, own) in scores.iter_mut().zip(expected) {
                *score += own / self.parts.len() as f64;
            }
        }
        Ok(scores)
    }

    /// The averaged probabilities before calibration.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn uncalibrated(&self, data: &Matrix) -> Result<Matrix, DataError> {
        self.check(data)?;
        let n_pieces = data.n_rows().div_ceil(PIECE);
        let pieces: Vec<Vec<f32>> = (0..n_pieces)
            .into_par_iter()
            .map(|piece| {
                let rows = piece * PIECE..((piece + 1) * PIECE).min(data.n_rows());
                let parts: Vec<Matrix> = self
                    .parts
                    .iter()
                    .map(|part| part.head.probabilities(&part.sight.rows(data, rows.clone())?))
                    .collect::<Result<_, DataError>>()?;
                let mut shares = Matrix::zeros(rows.len(), self.n_segments());
                pool(&parts.iter().collect::<Vec<_>>(), &mut shares);
                Ok(shares.into_values())
            })
            .collect::<Result<_, DataError>>()?;
        Matrix::new(data.n_rows(), self.n_segments(), pieces.concat())
    }
}

/// The geometric mean of the parts' probabilities, row by row, scaled to sum 1.
pub(super) fn pool(parts: &[&Matrix], shares: &mut Matrix) {
    let mut logs = vec![0.0; shares.n_columns()];
    for row in 0..shares.n_rows() {
        logs.fill(0.0);
        for part in parts {
            for (log, share) in logs.iter_mut().zip(part.row(row)) {
                *log += f64::from(share.max(LEAST_SHARE)).ln() / parts.len() as f64;
            }
        }
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        logs.iter_mut().for_each(|log| *log = (*log - largest).exp());
        let sum: f64 = logs.iter().sum();
        for (share, own) in shares.row_mut(row).iter_mut().zip(&logs) {
            *share = (own / sum) as f32;
        }
    }
}

impl Fitted for BlendModel {
    fn n_segments(&self) -> usize {
        self.decision.prior().len()
    }

    fn width(&self) -> usize {
        self.width
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        self.decision.decide(&self.probabilities(data)?)
    }
}

impl Soft for BlendModel {
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError> {
        self.calibration.calibrated(&self.uncalibrated(data)?)
    }

    fn contributions(&self, row: &[f32]) -> Result<Option<Contributions>, DataError> {
        Ok(Some(Contributions { amounts: self.shapley(row)?, slopes: self.slopes() }))
    }
}

impl Stored for BlendModel {
    const NAME: &'static str = "blend";

    fn state(&self) -> ModelState {
        let stored = |part: &PartModel| StoredPart {
            name: part.name.clone(),
            views: part.sight.views.clone(),
            kind: part.head.kind(),
            head: part.head.state(),
        };
        let summary = Summary {
            width: self.width,
            parts: self.parts.iter().map(stored).collect(),
            calibration: self.calibration.state(),
            decision: self.decision.state(),
        };
        let mut state = ModelState::new(&summary);
        for (at, (part, stored)) in self.parts.iter().zip(summary.parts).enumerate() {
            state = state.vector(&format!("parts.{at}.view_mean"), &part.sight.mean);
            state = state.with_part(&format!("parts.{at}."), stored.head);
        }
        state.with_part("calibration.", summary.calibration)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let summary: Summary = state.read_config(Self::NAME)?;
        let refuse =
            |reason: &str| Err(DataError::Model { model: Self::NAME, reason: reason.to_owned() });
        let decision = DecisionModel::from_state(&summary.decision)?;
        let mut parts = Vec::new();
        for (at, part) in summary.parts.into_iter().enumerate() {
            let head = state.part(&format!("parts.{at}."), part.head);
            let head = HeadModel::from_state(part.kind, &head)?;
            let mean = state.read_vector(Self::NAME, &format!("parts.{at}.view_mean"))?;
            let is_inside = |view: &FittedView| {
                view.from < view.to && view.to <= summary.width && view.factor.is_finite()
            };
            if !part.views.iter().all(is_inside) || !mean.iter().all(|mean| mean.is_finite()) {
                return refuse("a part sees columns that are not there");
            }
            let n_columns: usize = part.views.iter().map(|view| view.to - view.from).sum();
            let expected = (n_columns, decision.prior().len());
            if mean.len() != n_columns || head.width_and_classes() != expected {
                return refuse("a part's head and views differ in width or classes");
            }
            let sight = Sight { views: part.views, mean };
            parts.push(PartModel { name: part.name, sight, head });
        }
        if parts.is_empty() {
            return refuse("it holds no parts");
        }
        let calibration = state.part("calibration.", summary.calibration);
        let calibration = CalibrationModel::from_state(&calibration)?;
        Ok(Self { parts, width: summary.width, calibration, decision })
    }
}
