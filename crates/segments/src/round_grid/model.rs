use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Stored};

use crate::ValueTiersModel;

/// The fitted cuts of every axis.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundGridModel {
    axes: Vec<ValueTiersModel>,
}

impl RoundGridModel {
    pub(super) fn new(axes: Vec<ValueTiersModel>) -> Self {
        Self { axes }
    }

    /// Number of axes.
    #[must_use]
    pub fn n_axes(&self) -> usize {
        self.axes.len()
    }

    /// What a user must exceed on an axis to be in tier 0, 1, …, in the units of the data.
    #[must_use]
    pub fn thresholds(&self, axis: usize) -> &[f32] {
        self.axes[axis].thresholds()
    }

    /// The tier of a segment on every axis; 0 is the highest.
    #[must_use]
    pub fn tiers_of(&self, segment: u32) -> Vec<u32> {
        let mut rest = segment;
        let mut tiers = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            let n_tiers = axis.n_segments() as u32;
            tiers.push(rest % n_tiers);
            rest /= n_tiers;
        }
        tiers.reverse();
        tiers
    }
}

impl Fitted for RoundGridModel {
    fn n_segments(&self) -> usize {
        self.axes.iter().map(Fitted::n_segments).product()
    }

    fn width(&self) -> usize {
        self.axes.len()
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        self.check(data)?;
        let mut segments = vec![0; data.n_rows()];
        let mut scores = vec![1.0f32; data.n_rows()];
        for (column, axis) in self.axes.iter().enumerate() {
            let tiers = axis.assign(&Matrix::new(data.n_rows(), 1, data.column(column))?)?;
            let n_tiers = axis.n_segments() as u32;
            for (segment, tier) in segments.iter_mut().zip(&tiers.segments) {
                *segment = *segment * n_tiers + tier;
            }
            // How far the nearest border is, whichever axis it belongs to.
            for (score, own) in scores.iter_mut().zip(&tiers.scores) {
                *score = score.min(*own);
            }
        }
        Assignment::new(segments, self.n_segments(), scores)
    }
}

impl Stored for RoundGridModel {
    const NAME: &'static str = "round_grid";

    fn state(&self) -> ModelState {
        let parts: Vec<ModelState> = self.axes.iter().map(Stored::state).collect();
        let mut state = ModelState::new(&parts);
        for (axis, part) in parts.into_iter().enumerate() {
            for (name, tensor) in part.tensors {
                state.tensors.insert(format!("{axis}.{name}"), tensor);
            }
        }
        state
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let mut parts: Vec<ModelState> = state.read_config(Self::NAME)?;
        if parts.is_empty() {
            let reason = "it holds no axes".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        for (axis, part) in parts.iter_mut().enumerate() {
            let prefix = format!("{axis}.");
            for (name, tensor) in &state.tensors {
                if let Some(name) = name.strip_prefix(&prefix) {
                    part.tensors.insert(name.to_owned(), tensor.clone());
                }
            }
        }
        let axes = parts.iter().map(ValueTiersModel::from_state).collect::<Result<_, _>>()?;
        Ok(Self { axes })
    }
}
