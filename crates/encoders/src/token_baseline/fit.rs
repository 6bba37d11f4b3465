use fenqun_base::{DataError, Labels, Progress, Seed, SparseMatrix};

use super::model::check_counts;
use super::{TokenBaseline, TokenBaselineModel};
use crate::EncoderError;
use crate::perceptron::{data_error, target};
use crate::train::{Input, Task, train};

impl TokenBaseline {
    /// Learns from the rows that have a label; a column a token.
    ///
    /// # Errors
    /// [`DataError`] for a setting outside its rule, what [`Labels::check`] refuses, counts that are
    /// not finite.
    pub fn fit(
        &self,
        record: &SparseMatrix,
        labels: &Labels,
        seed: Seed,
    ) -> Result<TokenBaselineModel, DataError> {
        self.fit_watched(record, labels, seed, &Progress::silent()).map_err(data_error)
    }

    /// As [`Self::fit`], telling how far it is and stopping on request.
    ///
    /// # Errors
    /// [`EncoderError::Data`] as [`Self::fit`]; [`EncoderError::Interrupted`].
    pub fn fit_watched(
        &self,
        record: &SparseMatrix,
        labels: &Labels,
        seed: Seed,
        progress: &Progress,
    ) -> Result<TokenBaselineModel, EncoderError> {
        self.check()?;
        labels.check(record.n_rows())?;
        check_counts(record)?;
        let seed = seed.derive("token_baseline");
        let (learn, held_out) = self.training.split(labels, seed);
        let target = target(labels, self.training.weights(labels, &learn));
        let (n_tokens, n_classes) = (record.n_columns(), labels.n_classes());
        let mut network = self.network(n_tokens, n_classes, &mut seed.derive("start").rng());
        let input = Input::Tokens(record);
        let task =
            Task { input, target: &target, learn: &learn, held_out: &held_out, shuffled: true };
        let curve = train(&mut network, &task, &self.training, seed, progress, &mut |_| Ok(()))?;
        Ok(TokenBaselineModel { params: self.clone(), n_tokens, n_classes, network, curve })
    }
}
