use fenqun_base::{DataError, Rng};
use serde::{Deserialize, Serialize};

use crate::train::{BatchNorm, Layer, Linear, Network, Training, number, whole};

/// Widest token vector.
const MOST_DIMENSIONS: usize = 4096;

/// Settings of the baseline, as configuration spells them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenBaseline {
    /// Width of the token vectors.
    pub dimensions: usize,
    /// Share of a user's vector that is switched off while training.
    pub dropout: f64,
    /// The training loop.
    pub training: Training,
}

impl Default for TokenBaseline {
    fn default() -> Self {
        Self { dimensions: 64, dropout: 0.3, training: Training::default() }
    }
}

impl TokenBaseline {
    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self) -> Result<(), DataError> {
        whole("dimensions", self.dimensions, 1, MOST_DIMENSIONS)?;
        let share = self.dropout;
        number("dropout", share, (0.0..=0.95).contains(&share), "between 0 and 0.95")?;
        self.training.check()
    }

    /// The network, not trained yet.
    pub(super) fn network(&self, n_tokens: usize, n_classes: usize, rng: &mut Rng) -> Network {
        let layers = vec![
            Layer::Dropout(self.dropout as f32),
            Layer::BatchNorm(BatchNorm::new(self.dimensions)),
            Layer::Linear(Linear::new(self.dimensions, n_classes, rng)),
        ];
        Network::on_tokens(n_tokens, self.dimensions, layers, n_classes, rng)
    }
}
