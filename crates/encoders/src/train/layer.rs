use fenqun_base::{Matrix, Rng};
use rand::RngExt;

use super::Activation;
use super::linear::Linear;
use super::norm::{BatchNorm, LayerNorm, Normalised};

/// One link of the chain.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Layer {
    /// A product with weights, and a bias.
    Linear(Linear),
    /// Centred and scaled over the batch.
    BatchNorm(BatchNorm),
    /// Centred and scaled over the row.
    LayerNorm(LayerNorm),
    /// A bend.
    Activation(Activation),
    /// While training, this share of the values is set to zero and the rest scaled up.
    Dropout(f32),
    /// What comes in, added to what these layers make of it.
    Residual(Vec<Layer>),
}

/// What a layer keeps on the way forwards for the way back.
#[derive(Debug)]
pub(super) enum Kept {
    Values(Matrix),
    Normalised(Normalised),
    Layers(Vec<Kept>),
    Nothing,
}

impl Layer {
    /// Forwards, after training.
    pub(super) fn apply(&self, rows: Matrix) -> Matrix {
        match self {
            Self::Linear(linear) => linear.apply(&rows),
            Self::BatchNorm(norm) => norm.apply(rows),
            Self::LayerNorm(norm) => norm.apply(rows).0,
            Self::Activation(activation) => activation.apply(&rows),
            Self::Dropout(_) => rows,
            Self::Residual(layers) => {
                let mut result = layers.iter().fold(rows.clone(), |rows, layer| layer.apply(rows));
                add(&mut result, &rows);
                result
            }
        }
    }

    /// Forwards, while training.
    pub(super) fn train(&mut self, rows: Matrix, rng: &mut Rng) -> (Matrix, Kept) {
        match self {
            Self::Linear(linear) => (linear.apply(&rows), Kept::Values(rows)),
            Self::BatchNorm(norm) => {
                let (result, normalised) = norm.train(rows);
                (result, Kept::Normalised(normalised))
            }
            Self::LayerNorm(norm) => {
                let (result, normalised) = norm.apply(rows);
                (result, Kept::Normalised(normalised))
            }
            Self::Activation(activation) => (activation.apply(&rows), Kept::Values(rows)),
            Self::Dropout(share) if *share > 0.0 => {
                let mut mask = rows.clone();
                let rest = 1.0 / (1.0 - *share);
                for value in mask.values_mut() {
                    *value = if rng.random::<f32>() < *share { 0.0 } else { rest };
                }
                (masked(rows, &mask), Kept::Values(mask))
            }
            Self::Dropout(_) => (rows, Kept::Nothing),
            Self::Residual(layers) => {
                let (mut result, kept) = train_all(layers, rows.clone(), rng);
                add(&mut result, &rows);
                (result, Kept::Layers(kept))
            }
        }
    }

    /// Backwards: from the slope by the result to the slope by what came in; slopes by the layer's
    /// own numbers are appended to `slopes`, last one first.
    pub(super) fn backward(
        &self,
        kept: &Kept,
        slope: Matrix,
        slopes: &mut Vec<Vec<f32>>,
    ) -> Matrix {
        match (self, kept) {
            (Self::Linear(linear), Kept::Values(rows)) => {
                linear.backward(rows, &slope, slopes);
                linear.slope(&slope)
            }
            (Self::BatchNorm(norm), Kept::Normalised(kept)) => norm.backward(kept, slope, slopes),
            (Self::LayerNorm(norm), Kept::Normalised(kept)) => norm.backward(kept, slope, slopes),
            (Self::Activation(activation), Kept::Values(rows)) => activation.backward(rows, slope),
            (Self::Dropout(_), Kept::Values(mask)) => masked(slope, mask),
            (Self::Residual(layers), Kept::Layers(kept)) => {
                let mut result = backward_all(layers, kept, slope.clone(), slopes);
                add(&mut result, &slope);
                result
            }
            // Dropout of nothing; no other pair is ever made.
            _ => slope,
        }
    }

    /// The numbers that training changes, in the order in which slopes come, reversed.
    pub(super) fn parameters<'a>(&'a mut self, into: &mut Vec<&'a mut [f32]>) {
        match self {
            Self::Linear(linear) => {
                into.push(linear.weights.values_mut());
                into.push(&mut linear.bias);
            }
            Self::BatchNorm(BatchNorm { scale, shift, .. })
            | Self::LayerNorm(LayerNorm { scale, shift }) => into.extend([&mut scale[..], shift]),
            Self::Activation(_) | Self::Dropout(_) => {}
            Self::Residual(layers) => layers.iter_mut().for_each(|layer| layer.parameters(into)),
        }
    }

    /// All numbers that make up the layer.
    pub(super) fn numbers<'a>(&'a mut self, into: &mut Vec<&'a mut [f32]>) {
        match self {
            Self::BatchNorm(BatchNorm { scale, shift, mean, variance }) => {
                into.extend([&mut scale[..], shift, mean, variance]);
            }
            Self::Residual(layers) => layers.iter_mut().for_each(|layer| layer.numbers(into)),
            other => other.parameters(into),
        }
    }
}

pub(super) fn train_all(
    layers: &mut [Layer],
    mut rows: Matrix,
    rng: &mut Rng,
) -> (Matrix, Vec<Kept>) {
    let mut all = Vec::with_capacity(layers.len());
    for layer in layers {
        let (result, kept) = layer.train(rows, rng);
        rows = result;
        all.push(kept);
    }
    (rows, all)
}

pub(super) fn backward_all(
    layers: &[Layer],
    kept: &[Kept],
    slope: Matrix,
    slopes: &mut Vec<Vec<f32>>,
) -> Matrix {
    let links = layers.iter().zip(kept).rev();
    links.fold(slope, |slope, (layer, kept)| layer.backward(kept, slope, slopes))
}

fn add(rows: &mut Matrix, more: &Matrix) {
    rows.values_mut().iter_mut().zip(more.values()).for_each(|(value, more)| *value += more);
}

fn masked(mut rows: Matrix, mask: &Matrix) -> Matrix {
    rows.values_mut().iter_mut().zip(mask.values()).for_each(|(value, mask)| *value *= mask);
    rows
}
