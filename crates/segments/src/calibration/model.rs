use fenqun_base::{DataError, Matrix, ModelState, Stored};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Calibration;
use super::fit::log;
use super::isotonic::Curve;

/// Rows in a piece of parallel work.
const PIECE: usize = 4096;

/// A fitted correction of probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationModel {
    summary: Summary,
    /// One curve a class for the isotonic way, otherwise none.
    curves: Vec<Curve>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    calibration: Calibration,
    n_classes: usize,
    temperature: f64,
}

impl CalibrationModel {
    pub(super) fn none(n_classes: usize) -> Self {
        let summary = Summary { calibration: Calibration::None, n_classes, temperature: 1.0 };
        Self { summary, curves: Vec::new() }
    }

    pub(super) fn temperature(n_classes: usize, temperature: f64) -> Self {
        let summary = Summary { calibration: Calibration::Temperature, n_classes, temperature };
        Self { summary, curves: Vec::new() }
    }

    pub(super) fn isotonic(curves: Vec<Curve>) -> Self {
        let (calibration, n_classes) = (Calibration::Isotonic, curves.len());
        Self { summary: Summary { calibration, n_classes, temperature: 1.0 }, curves }
    }

    /// The way it corrects.
    #[must_use]
    pub fn method(&self) -> Calibration {
        self.summary.calibration
    }

    /// The temperature, 1 where there is none: above 1 the head was too sure of itself.
    #[must_use]
    pub fn fitted_temperature(&self) -> f64 {
        self.summary.temperature
    }

    /// The corrected probabilities, every row summing to 1.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn calibrated(&self, shares: &Matrix) -> Result<Matrix, DataError> {
        let n_classes = self.summary.n_classes;
        if shares.n_columns() != n_classes {
            return Err(DataError::WrongWidth { expected: n_classes, found: shares.n_columns() });
        }
        shares.check_finite()?;
        let mut result = shares.clone();
        match self.summary.calibration {
            Calibration::None => {}
            Calibration::Temperature => {
                let sharpness = 1.0 / self.summary.temperature;
                change(&mut result, |_, share| sharpness * log(share), true);
            }
            Calibration::Isotonic => {
                change(&mut result, |class, share| self.curves[class].at(share), false);
            }
        }
        Ok(result)
    }
}

/// Changes every share and scales rows to sum 1; `logs` says whether changed values are
/// logarithms.
fn change(shares: &mut Matrix, by: impl Fn(usize, f32) -> f64 + Sync, logs: bool) {
    let n_classes = shares.n_columns();
    shares.values_mut().par_chunks_mut(PIECE * n_classes).for_each(|rows| {
        let mut changed = vec![0.0; n_classes];
        for row in rows.chunks_exact_mut(n_classes) {
            for (class, (changed, &share)) in changed.iter_mut().zip(row.iter()).enumerate() {
                *changed = by(class, share);
            }
            if logs {
                let largest = changed.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                changed.iter_mut().for_each(|log| *log = (*log - largest).exp());
            }
            let sum: f64 = changed.iter().sum();
            if sum > 0.0 {
                row.iter_mut().zip(&changed).for_each(|(share, own)| *share = (own / sum) as f32);
            }
        }
    });
}

impl Stored for CalibrationModel {
    const NAME: &'static str = "calibration";

    fn state(&self) -> ModelState {
        let mut state = ModelState::new(&self.summary);
        for (class, curve) in self.curves.iter().enumerate() {
            state = state
                .vector(&format!("shares.{class}"), &curve.shares)
                .vector(&format!("answers.{class}"), &curve.answers);
        }
        state
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let summary: Summary = state.read_config(Self::NAME)?;
        let refuse =
            |reason: &str| Err(DataError::Model { model: Self::NAME, reason: reason.to_owned() });
        if !summary.temperature.is_finite() || summary.temperature <= 0.0 {
            return refuse("its temperature is not above 0");
        }
        let mut curves = Vec::new();
        if summary.calibration == Calibration::Isotonic {
            for class in 0..summary.n_classes {
                let shares = state.read_vector(Self::NAME, &format!("shares.{class}"))?;
                let answers = state.read_vector(Self::NAME, &format!("answers.{class}"))?;
                let is_share = |answer: &f32| (0.0..=1.0).contains(answer);
                let rises = shares.is_sorted() && shares.iter().all(|share| share.is_finite());
                if shares.len() != answers.len() || !rises || !answers.iter().all(is_share) {
                    return refuse("a curve of shares is broken");
                }
                curves.push(Curve { shares, answers });
            }
        }
        Ok(Self { summary, curves })
    }
}
