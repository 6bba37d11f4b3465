use fenqun_base::{Assignment, DataError, Matrix, ModelState, Seed, SparseMatrix, Stored};
use serde::{Deserialize, Serialize};

use super::TokenBaseline;
use crate::perceptron::MOST_CLASSES;
use crate::train::{Epoch, Input, Network, softmax};

/// A vector a token, and the layers behind them.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenBaselineModel {
    pub(super) params: TokenBaseline,
    pub(super) n_tokens: usize,
    pub(super) n_classes: usize,
    pub(super) network: Network,
    pub(super) curve: Vec<Epoch>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    params: TokenBaseline,
    n_tokens: usize,
    n_classes: usize,
    curve: Vec<Epoch>,
}

impl TokenBaselineModel {
    /// Number of classes.
    #[must_use]
    pub fn n_segments(&self) -> usize {
        self.n_classes
    }

    /// Columns of the records it was fitted on.
    #[must_use]
    pub fn width(&self) -> usize {
        self.n_tokens
    }

    /// Loss after each epoch; the network is that of the epoch with the least loss on the rows held
    /// out, or of the last where none were.
    #[must_use]
    pub fn curve(&self) -> &[Epoch] {
        &self.curve
    }

    /// The probability of every class: users × classes, every row summing to 1.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn probabilities(&self, record: &SparseMatrix) -> Result<Matrix, DataError> {
        if record.n_columns() != self.n_tokens {
            let (expected, found) = (self.n_tokens, record.n_columns());
            return Err(DataError::WrongWidth { expected, found });
        }
        check_counts(record)?;
        let outputs = self.network.predict(Input::Tokens(record))?;
        outputs.check_finite()?;
        Ok(softmax(&outputs))
    }

    /// The likeliest class of every user.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn assign(&self, record: &SparseMatrix) -> Result<Assignment, DataError> {
        Assignment::likeliest(&self.probabilities(record)?)
    }
}

impl Stored for TokenBaselineModel {
    const NAME: &'static str = "token_baseline";

    fn state(&self) -> ModelState {
        let &Self { n_tokens, n_classes, .. } = self;
        let (params, curve) = (self.params.clone(), self.curve.clone());
        self.network.store(ModelState::new(Settings { params, n_tokens, n_classes, curve }))
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let Settings { params, n_tokens, n_classes, curve } = state.read_config(Self::NAME)?;
        let refused = |reason| DataError::Model { model: Self::NAME, reason };
        params.check().map_err(|error| refused(error.to_string()))?;
        // The table comes first; memory is asked for only when it is really there.
        let n_values = state.read_vector(Self::NAME, "network.0")?.len();
        let is_table = n_tokens.checked_mul(params.dimensions) == Some(n_values);
        if !is_table || !(2..=MOST_CLASSES).contains(&n_classes) {
            let reason = "number of tokens or of classes cannot be true".to_owned();
            return Err(refused(reason));
        }
        let network = params.network(n_tokens, n_classes, &mut Seed(0).rng());
        let network = network.load(Self::NAME, state)?;
        Ok(Self { params, n_tokens, n_classes, network, curve })
    }
}

pub(super) fn check_counts(record: &SparseMatrix) -> Result<(), DataError> {
    for row in 0..record.n_rows() {
        for (column, value) in record.entries(row) {
            if !value.is_finite() {
                return Err(DataError::NotFinite { row, column, value });
            }
        }
    }
    Ok(())
}
