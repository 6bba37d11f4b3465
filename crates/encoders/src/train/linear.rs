use fenqun_base::{Matrix, Rng};
use rand::RngExt;

use super::products::{times, times_transposed, transposed_times};

/// `x Wᵀ + b`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Linear {
    /// A row an output.
    pub(super) weights: Matrix,
    pub(super) bias: Vec<f32>,
}

impl Linear {
    /// Uniform numbers within ± 1/√inputs.
    pub(crate) fn new(inputs: usize, outputs: usize, rng: &mut Rng) -> Self {
        let bound = 1.0 / (inputs.max(1) as f32).sqrt();
        let mut weights = Matrix::zeros(outputs, inputs);
        let mut draw = |value: &mut f32| *value = (rng.random::<f32>() * 2.0 - 1.0) * bound;
        weights.values_mut().iter_mut().for_each(&mut draw);
        let mut bias = vec![0.0; outputs];
        bias.iter_mut().for_each(draw);
        Self { weights, bias }
    }

    pub(super) fn apply(&self, rows: &Matrix) -> Matrix {
        let mut result = times_transposed(rows, &self.weights);
        for row in result.values_mut().chunks_exact_mut(self.bias.len().max(1)) {
            row.iter_mut().zip(&self.bias).for_each(|(value, bias)| *value += bias);
        }
        result
    }

    pub(super) fn backward(&self, rows: &Matrix, slope: &Matrix, slopes: &mut Vec<Vec<f32>>) {
        let mut bias = vec![0.0f32; self.bias.len()];
        for row in slope.rows() {
            bias.iter_mut().zip(row).for_each(|(sum, slope)| *sum += slope);
        }
        slopes.push(bias);
        slopes.push(transposed_times(slope, rows).into_values());
    }

    /// The slope by what came in.
    pub(super) fn slope(&self, slope: &Matrix) -> Matrix {
        times(slope, &self.weights)
    }
}
