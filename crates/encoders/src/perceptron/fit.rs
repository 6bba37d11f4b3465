use fenqun_base::{DataError, Labels, Matrix, NO_CODE, Progress, Seed, Supervised};

use super::{Perceptron, PerceptronModel};
use crate::EncoderError;
use crate::train::{Input, Target, Task, train};

impl Supervised for Perceptron {
    type Fitted = PerceptronModel;

    fn fit(
        &self,
        data: &Matrix,
        labels: &Labels,
        seed: Seed,
    ) -> Result<PerceptronModel, DataError> {
        self.fit_watched(data, labels, seed, &Progress::silent()).map_err(data_error)
    }
}

impl Perceptron {
    /// As [`Supervised::fit`], telling how far it is and stopping on request.
    ///
    /// # Errors
    /// [`EncoderError::Data`] as [`Supervised::fit`]; [`EncoderError::Interrupted`].
    pub fn fit_watched(
        &self,
        data: &Matrix,
        labels: &Labels,
        seed: Seed,
        progress: &Progress,
    ) -> Result<PerceptronModel, EncoderError> {
        self.check()?;
        labels.check(data.n_rows())?;
        data.check_finite()?;
        let seed = seed.derive("perceptron");
        let (learn, held_out) = self.training.split(labels, seed);
        let (mean, scale) = centring(data, &labels.labelled());
        let rows = centred(data, &mean, scale);
        let target = target(labels, self.training.weights(labels, &learn));
        let mut network =
            self.network(data.n_columns(), labels.n_classes(), &mut seed.derive("start").rng());
        let input = Input::Dense(&rows);
        let task =
            Task { input, target: &target, learn: &learn, held_out: &held_out, shuffled: true };
        let curve = train(&mut network, &task, &self.training, seed, progress, &mut |_| Ok(()))?;
        let n_classes = labels.n_classes();
        Ok(PerceptronModel { params: self.clone(), n_classes, mean, scale, network, curve })
    }
}

/// Classes as the loop takes them; rows without one are never among those it is given.
pub(crate) fn target(labels: &Labels, weights: Vec<f32>) -> Target {
    let codes = labels.codes.iter().map(|&code| if code == NO_CODE { 0 } else { code });
    Target::Classes { codes: codes.collect(), weights }
}

/// The error of a fit that nobody can interrupt.
pub(crate) fn data_error(error: EncoderError) -> DataError {
    match error {
        EncoderError::Data(error) => error,
        other => DataError::Labels { reason: other.to_string() },
    }
}

/// Column means over `rows`, and one number that brings the mean squared row to the width.
fn centring(data: &Matrix, rows: &[usize]) -> (Vec<f32>, f32) {
    let n = rows.len().max(1) as f64;
    let mut sums = vec![0.0f64; data.n_columns()];
    for &row in rows {
        sums.iter_mut().zip(data.row(row)).for_each(|(sum, &value)| *sum += f64::from(value));
    }
    let mean: Vec<f32> = sums.iter().map(|sum| (sum / n) as f32).collect();
    let distance = |row: &usize| -> f64 {
        let pairs = data.row(*row).iter().zip(&mean);
        pairs.map(|(value, mean)| (f64::from(*value) - f64::from(*mean)).powi(2)).sum()
    };
    let variance: f64 = rows.iter().map(distance).sum::<f64>() / n;
    let scale = (data.n_columns() as f64 / variance).sqrt() as f32;
    (mean, if scale.is_finite() { scale } else { 1.0 })
}

/// The rows as the network gets them.
pub(super) fn centred(data: &Matrix, mean: &[f32], scale: f32) -> Matrix {
    let mut rows = data.clone();
    for row in rows.values_mut().chunks_exact_mut(mean.len().max(1)) {
        row.iter_mut().zip(mean).for_each(|(value, mean)| *value = (*value - mean) * scale);
    }
    rows
}
