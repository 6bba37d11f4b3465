use fenqun_base::{DataError, Matrix, ModelState, Stored};
use rayon::prelude::*;

use super::fit::signed_log;
use super::normal;
use super::{Method, Scale};

/// Ranks beyond this many standard deviations are not told apart.
const CLIP: f64 = 3.0;

/// The scale of every column.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleModel {
    params: Scale,
    /// One row a column of the data: centre and spread, or rising ranks.
    scales: Matrix,
}

impl ScaleModel {
    pub(super) fn new(params: Scale, scales: Vec<Vec<f32>>) -> Result<Self, DataError> {
        Ok(Self { params, scales: Matrix::from_rows(&scales)? })
    }

    /// The columns on one scale.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn transform(&self, data: &Matrix) -> Result<Matrix, DataError> {
        let width = self.scales.n_rows();
        if data.n_columns() != width {
            return Err(DataError::WrongWidth { expected: width, found: data.n_columns() });
        }
        data.check_finite()?;
        let mut result = data.clone();
        result.values_mut().par_chunks_mut(width.max(1)).for_each(|row| {
            for (value, scale) in row.iter_mut().zip(self.scales.rows()) {
                *value = self.place(*value, scale);
            }
        });
        Ok(result)
    }

    fn place(&self, value: f32, scale: &[f32]) -> f32 {
        match (self.params.method, scale) {
            (Method::Log, &[centre, spread]) => by_spread(signed_log(value), centre, spread),
            (Method::Quantile, ranks) => by_rank(value, ranks),
            (_, &[centre, spread]) => by_spread(value, centre, spread),
            _ => 0.0,
        }
    }
}

fn by_spread(value: f32, centre: f32, spread: f32) -> f32 {
    // A column that did not vary: rounding must not be blown up to variance.
    let least = f32::EPSILON * centre.abs();
    let spread = if spread > least { spread } else { 1.0 };
    (value - centre) / spread
}

fn by_rank(value: f32, ranks: &[f32]) -> f32 {
    let below = ranks.partition_point(|&rank| rank < value);
    let up_to = ranks.partition_point(|&rank| rank <= value);
    if below == 0 && up_to == ranks.len() {
        // Every fitted user had this value.
        return 0.0;
    }
    let last = ranks.len().saturating_sub(1).max(1) as f64;
    let place = if up_to > below {
        (below + up_to - 1) as f64 / 2.0
    } else if below == 0 {
        0.0
    } else if below == ranks.len() {
        last
    } else {
        let (low, high) = (f64::from(ranks[below - 1]), f64::from(ranks[below]));
        (below - 1) as f64 + (f64::from(value) - low) / (high - low)
    };
    // An outermost value stands at the edge, however many users share it.
    let share = match (below, up_to) {
        (0, _) => 0.0,
        (_, end) if end == ranks.len() => 1.0,
        _ => place / last,
    };
    normal::quantile(share).clamp(-CLIP, CLIP) as f32
}

impl Stored for ScaleModel {
    const NAME: &'static str = "scale";

    fn state(&self) -> ModelState {
        ModelState::new(self.params).matrix("scales", &self.scales)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let params: Scale = state.read_config(Self::NAME)?;
        let scales = state.read_matrix(Self::NAME, "scales")?;
        scales.check_finite()?;
        if params.method != Method::Quantile && scales.n_columns() != 2 && scales.n_rows() > 0 {
            let reason = format!("2 numbers a column are needed, got {}", scales.n_columns());
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        Ok(Self { params, scales })
    }
}
