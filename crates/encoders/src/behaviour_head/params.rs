use fenqun_base::{DataError, Rng};
use serde::{Deserialize, Serialize};

use crate::train::{Activation, Layer, LayerNorm, Linear, Network, Schedule, Training};

/// Settings of the head; the defaults are those of the challenge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BehaviourHead {
    /// How wide it is.
    pub size: HeadSize,
    /// Times through the users.
    pub epochs: usize,
    /// Users in a batch.
    pub batch: usize,
    /// Length of a step.
    pub learning_rate: f64,
}

/// How wide the head is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadSize {
    /// 2048 wide, three blocks of 4096: that of the challenge.
    #[default]
    Full,
    /// 256 wide, one block of 512: for shops with few users.
    Small,
}

impl HeadSize {
    /// The word in configuration and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Small => "small",
        }
    }

    /// Width, width inside a block, number of blocks.
    #[must_use]
    pub fn shape(self) -> (usize, usize, usize) {
        match self {
            Self::Full => (2048, 4096, 3),
            Self::Small => (256, 512, 1),
        }
    }
}

impl Default for BehaviourHead {
    fn default() -> Self {
        Self { size: HeadSize::default(), epochs: 3, batch: 128, learning_rate: 1e-3 }
    }
}

impl BehaviourHead {
    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self) -> Result<(), DataError> {
        self.training().check()
    }

    pub(super) fn training(&self) -> Training {
        Training {
            epochs: self.epochs,
            batch: self.batch,
            learning_rate: self.learning_rate,
            schedule: Schedule::Constant,
            weight_decay: 0.01,
            held_out: 0.0,
            ..Training::default()
        }
    }

    /// The network, not trained yet.
    pub(super) fn network(&self, width: usize, n_targets: usize, rng: &mut Rng) -> Network {
        network(self.size.shape(), width, n_targets, rng)
    }
}

/// A network of any shape: width, width inside a block, number of blocks.
pub(super) fn network(
    (thin, wide, n_blocks): (usize, usize, usize),
    width: usize,
    n_targets: usize,
    rng: &mut Rng,
) -> Network {
    let mut layers =
        vec![Layer::Linear(Linear::new(width, thin, rng)), Layer::LayerNorm(LayerNorm::new(thin))];
    for _ in 0..n_blocks {
        layers.push(Layer::Residual(vec![
            Layer::LayerNorm(LayerNorm::new(thin)),
            Layer::Linear(Linear::new(thin, wide, rng)),
            Layer::Activation(Activation::Gelu),
            Layer::Linear(Linear::new(wide, thin, rng)),
        ]));
    }
    layers.push(Layer::LayerNorm(LayerNorm::new(thin)));
    layers.push(Layer::Linear(Linear::new(thin, n_targets, rng)));
    Network::new(layers, n_targets)
}
