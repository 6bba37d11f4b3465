use fenqun_base::{DataError, Rng};
use serde::{Deserialize, Serialize};

use crate::train::{Activation, BatchNorm, Layer, Linear, Network, Training, number, whole};

/// Most hidden layers, and most units in one.
const MOST_LAYERS: usize = 8;
const MOST_UNITS: usize = 4096;

/// Settings of the perceptron, as configuration spells them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Perceptron {
    /// Units of each hidden layer; none make a linear head.
    pub hidden: Vec<usize>,
    /// What bends between layers.
    pub activation: Activation,
    /// Share of hidden units switched off while training.
    pub dropout: f64,
    /// Whether hidden units are normalised over each batch.
    pub batch_norm: bool,
    /// The training loop.
    pub training: Training,
}

impl Default for Perceptron {
    fn default() -> Self {
        Self {
            hidden: vec![64],
            activation: Activation::Gelu,
            dropout: 0.5,
            batch_norm: true,
            training: Training::default(),
        }
    }
}

impl Perceptron {
    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self) -> Result<(), DataError> {
        if self.hidden.len() > MOST_LAYERS {
            let rule = format!("at most {MOST_LAYERS} layers");
            let found = self.hidden.len().to_string();
            return Err(DataError::Parameter { name: "hidden", rule, found });
        }
        self.hidden.iter().try_for_each(|&units| whole("hidden", units, 1, MOST_UNITS))?;
        let share = self.dropout;
        number("dropout", share, (0.0..=0.95).contains(&share), "between 0 and 0.95")?;
        self.training.check()
    }

    /// The network, not trained yet.
    pub(super) fn network(&self, width: usize, n_classes: usize, rng: &mut Rng) -> Network {
        let mut layers = Vec::new();
        let mut inputs = width;
        for &units in &self.hidden {
            layers.push(Layer::Linear(Linear::new(inputs, units, rng)));
            if self.batch_norm {
                layers.push(Layer::BatchNorm(BatchNorm::new(units)));
            }
            layers.push(Layer::Activation(self.activation));
            layers.push(Layer::Dropout(self.dropout as f32));
            inputs = units;
        }
        layers.push(Layer::Linear(Linear::new(inputs, n_classes, rng)));
        Network::new(layers, n_classes)
    }
}
