use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Seed, Soft, Stored};
use serde::{Deserialize, Serialize};

use super::Perceptron;
use super::fit::centred;
use crate::train::{Epoch, Input, Network, softmax};

/// A trained network, and what brings rows to its scale.
#[derive(Clone, Debug, PartialEq)]
pub struct PerceptronModel {
    pub(super) params: Perceptron,
    pub(super) n_classes: usize,
    pub(super) mean: Vec<f32>,
    pub(super) scale: f32,
    pub(super) network: Network,
    pub(super) curve: Vec<Epoch>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    params: Perceptron,
    n_classes: usize,
    scale: f32,
    curve: Vec<Epoch>,
}

impl PerceptronModel {
    /// Loss after each epoch; the network is that of the epoch with the least loss on the rows held
    /// out, or of the last where none were.
    #[must_use]
    pub fn curve(&self) -> &[Epoch] {
        &self.curve
    }
}

impl Fitted for PerceptronModel {
    fn n_segments(&self) -> usize {
        self.n_classes
    }

    fn width(&self) -> usize {
        self.mean.len()
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        Assignment::likeliest(&self.probabilities(data)?)
    }
}

impl Soft for PerceptronModel {
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError> {
        self.check(data)?;
        let rows = centred(data, &self.mean, self.scale);
        let outputs = self.network.predict(Input::Dense(&rows))?;
        // Finite rows can still be so far out that nothing is left to compare.
        outputs.check_finite()?;
        Ok(softmax(&outputs))
    }
}

impl Stored for PerceptronModel {
    const NAME: &'static str = "perceptron";

    fn state(&self) -> ModelState {
        let &Self { n_classes, scale, .. } = self;
        let (params, curve) = (self.params.clone(), self.curve.clone());
        let state = ModelState::new(Settings { params, n_classes, scale, curve });
        self.network.store(state.vector("mean", &self.mean))
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let Settings { params, n_classes, scale, curve } = state.read_config(Self::NAME)?;
        let refused = |reason| DataError::Model { model: Self::NAME, reason };
        params.check().map_err(|error| refused(error.to_string()))?;
        let mean = state.read_vector(Self::NAME, "mean")?;
        let is_finite = scale.is_finite() && mean.iter().all(|value| value.is_finite());
        if !is_finite || !(2..=MOST_CLASSES).contains(&n_classes) {
            let reason = "centre, scale or number of classes cannot be true".to_owned();
            return Err(refused(reason));
        }
        let network = params.network(mean.len(), n_classes, &mut Seed(0).rng());
        let network = network.load(Self::NAME, state)?;
        Ok(Self { params, n_classes, mean, scale, network, curve })
    }
}

/// A stored model that names more classes is damaged.
pub(crate) const MOST_CLASSES: usize = 1 << 20;
