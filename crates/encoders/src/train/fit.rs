use fenqun_base::{DataError, Progress, Seed, Unit};
use serde::{Deserialize, Serialize};

use super::adam_w::AdamW;
use super::batches::batches;
use super::{Input, Network, Target, Training};
use crate::EncoderError;

/// A point of the learning curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epoch {
    /// Mean loss over the batches, each as it was met: with dropout, and before its step.
    pub loss: f64,
    /// Loss on the rows held out after the epoch; none where no rows are held out.
    pub held_out: Option<f64>,
}

/// What to learn, and from which rows.
pub(crate) struct Task<'a> {
    /// Rows.
    pub(crate) input: Input<'a>,
    /// What is known of them.
    pub(crate) target: &'a Target,
    /// Rows to learn from.
    pub(crate) learn: &'a [usize],
    /// Rows that tell when to stop.
    pub(crate) held_out: &'a [usize],
    /// Whether each epoch draws a new order.
    pub(crate) shuffled: bool,
}

/// Trains until the last epoch or until the loss on the rows held out stops falling; the network of
/// the best epoch remains. `after` sees the network after every epoch.
pub(crate) fn train(
    network: &mut Network,
    task: &Task<'_>,
    training: &Training,
    seed: Seed,
    progress: &Progress,
    after: &mut dyn FnMut(&Network) -> Result<(), EncoderError>,
) -> Result<Vec<Epoch>, EncoderError> {
    training.check()?;
    if task.learn.is_empty() {
        return Err(DataError::Empty.into());
    }
    let step = progress.begin("training", training.epochs as u64, Unit::Count);
    let mut optimiser = AdamW::default();
    let mut rng = seed.derive("dropout").rng();
    let mut curve: Vec<Epoch> = Vec::new();
    let mut best: Option<(f64, usize, Network)> = None;
    let mut n_done = 0;
    for epoch in 0..training.epochs {
        let order = task.shuffled.then(|| seed.derive("order").nth(epoch));
        let batches = batches(task.learn, training.batch, order);
        let n_steps = batches.len() * training.epochs;
        let (mut sum, mut weight) = (0.0, 0.0);
        for batch in &batches {
            progress.check()?;
            let (outputs, trace) = network.train(task.input, batch, &mut rng);
            let loss = task.target.loss(batch, &outputs);
            sum += loss.mean * loss.weight;
            weight += loss.weight;
            let slopes = network.backward(&trace, loss.slope);
            let rate = training.rate(n_done, n_steps);
            optimiser.step(network.parameters(), &slopes, rate, training.weight_decay);
            n_done += 1;
        }
        let held_out = held_out_loss(network, task)?;
        let point = Epoch { loss: sum / weight, held_out };
        if !point.loss.is_finite() || held_out.is_some_and(|loss| !loss.is_finite()) {
            return Err(diverged(training).into());
        }
        curve.push(point);
        after(network)?;
        step.advance(1);
        let Some(loss) = held_out else { continue };
        match &best {
            Some((least, at, _)) if loss >= *least => {
                if epoch - at >= training.patience {
                    break;
                }
            }
            _ => best = Some((loss, epoch, network.clone())),
        }
    }
    if let Some((_, _, kept)) = best {
        *network = kept;
    }
    Ok(curve)
}

fn held_out_loss(network: &Network, task: &Task<'_>) -> Result<Option<f64>, DataError> {
    if task.held_out.is_empty() {
        return Ok(None);
    }
    let outputs = network.predict_rows(task.input, task.held_out)?;
    Ok(Some(task.target.loss(task.held_out, &outputs).mean))
}

fn diverged(training: &Training) -> DataError {
    DataError::Parameter {
        name: "learning_rate",
        rule: "small enough that the loss stays finite".to_owned(),
        found: training.learning_rate.to_string(),
    }
}
