use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Stored};
use serde::{Deserialize, Serialize};

use super::fit::N_COLUMNS;
use super::params::N_CUTS;
use super::{RfmSegment, SecondAxis};

/// The names of the stored cuts.
const TENSORS: [&str; N_COLUMNS] = ["recency", "frequency", "spend"];

/// Fitted cuts of the three measures.
#[derive(Clone, Debug, PartialEq)]
pub struct RfmModel {
    axes: [Axis; N_COLUMNS],
    second_axis: SecondAxis,
}

/// One measure: four rising cuts, and the mean distance of the fitted users to the nearest.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    pub(super) thresholds: Vec<f32>,
    pub(super) spread: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    second_axis: SecondAxis,
    spreads: [f64; N_COLUMNS],
}

impl RfmModel {
    pub(super) fn new(axes: [Axis; N_COLUMNS], second_axis: SecondAxis) -> Self {
        Self { axes, second_axis }
    }

    /// The cuts of recency, frequency and spend, rising.
    #[must_use]
    pub fn thresholds(&self) -> [&[f32]; N_COLUMNS] {
        [&self.axes[0].thresholds, &self.axes[1].thresholds, &self.axes[2].thresholds]
    }

    /// The scores 1 to 5 of one user's recency, frequency and spend; 5 is best.
    #[must_use]
    pub fn scores(&self, recency: f32, frequency: f32, spend: f32) -> [u8; N_COLUMNS] {
        let exceeded = |axis: usize, value: f32| {
            self.axes[axis].thresholds.iter().filter(|&&cut| value > cut).count() as u8
        };
        [5 - exceeded(0, recency), 1 + exceeded(1, frequency), 1 + exceeded(2, spend)]
    }

    /// The named segment of one user.
    #[must_use]
    pub fn segment(&self, recency: f32, frequency: f32, spend: f32) -> RfmSegment {
        let [recency, frequency, spend] = self.scores(recency, frequency, spend);
        match self.second_axis {
            SecondAxis::Frequency => RfmSegment::of(recency, frequency),
            SecondAxis::FrequencyAndSpend => {
                RfmSegment::of(recency, (frequency + spend).div_ceil(2))
            }
        }
    }

    /// How clear a user's cell is: the least over the axes that decide.
    fn clearness(&self, row: &[f32]) -> f32 {
        let n_axes = match self.second_axis {
            SecondAxis::Frequency => 2,
            SecondAxis::FrequencyAndSpend => 3,
        };
        let clear = |(axis, &value): (&Axis, &f32)| {
            let gap = nearest_gap(&axis.thresholds, value);
            if gap > 0.0 { (gap / (gap + axis.spread)) as f32 } else { 0.0 }
        };
        self.axes[..n_axes].iter().zip(row).map(clear).fold(1.0, f32::min)
    }
}

/// Distance to the nearest cut.
pub(super) fn nearest_gap(thresholds: &[f32], value: f32) -> f64 {
    let gap = |&cut: &f32| (f64::from(value) - f64::from(cut)).abs();
    thresholds.iter().map(gap).fold(f64::INFINITY, f64::min)
}

impl Fitted for RfmModel {
    fn n_segments(&self) -> usize {
        RfmSegment::ALL.len()
    }

    fn width(&self) -> usize {
        N_COLUMNS
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        self.check(data)?;
        let segment = |row: &[f32]| self.segment(row[0], row[1], row[2]) as u32;
        let segments = data.rows().map(segment).collect();
        let scores = data.rows().map(|row| self.clearness(row)).collect();
        Assignment::new(segments, self.n_segments(), scores)
    }
}

impl Stored for RfmModel {
    const NAME: &'static str = "rfm";

    fn state(&self) -> ModelState {
        let spreads = [0, 1, 2].map(|axis: usize| self.axes[axis].spread);
        let state = ModelState::new(Summary { second_axis: self.second_axis, spreads });
        let named = TENSORS.iter().zip(&self.axes);
        named.fold(state, |state, (name, axis)| state.vector(name, &axis.thresholds))
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let summary: Summary = state.read_config(Self::NAME)?;
        let axis = |at: usize| {
            let thresholds = state.read_vector(Self::NAME, TENSORS[at])?;
            let rising = thresholds.windows(2).all(|pair| pair[0] <= pair[1]);
            let finite = thresholds.iter().all(|cut| cut.is_finite());
            if thresholds.len() != N_CUTS || !rising || !finite {
                let name = TENSORS[at];
                let reason = format!("the cuts of {name} must be 4 and rising: {thresholds:?}");
                return Err(DataError::Model { model: Self::NAME, reason });
            }
            Ok(Axis { thresholds, spread: summary.spreads[at] })
        };
        Ok(Self { axes: [axis(0)?, axis(1)?, axis(2)?], second_axis: summary.second_axis })
    }
}
