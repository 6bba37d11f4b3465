//! Batch norm and layer norm: the same formulas, over the rows of a batch and over the columns of a
//! row.

use fenqun_base::Matrix;

/// Added to every variance, so that a constant column stays finite.
const EPSILON: f32 = 1e-5;
/// Share of a new batch in the running mean and variance.
const MOMENTUM: f32 = 0.1;

/// Centred and scaled over the batch while training, by running means afterwards.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BatchNorm {
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
    pub(super) mean: Vec<f32>,
    pub(super) variance: Vec<f32>,
}

/// Centred and scaled over the columns of each row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LayerNorm {
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
}

/// What going backwards needs: the values before scale and shift, and what they were divided by,
/// inverted: a number a column, or a row.
#[derive(Debug)]
pub(super) struct Normalised {
    pub(super) values: Matrix,
    pub(super) inverse: Vec<f32>,
}

impl BatchNorm {
    pub(crate) fn new(width: usize) -> Self {
        let (ones, zeros) = (vec![1.0; width], vec![0.0; width]);
        Self { scale: ones.clone(), shift: zeros.clone(), mean: zeros, variance: ones }
    }

    pub(super) fn apply(&self, mut rows: Matrix) -> Matrix {
        let inverse: Vec<f32> =
            self.variance.iter().map(|variance| 1.0 / (variance + EPSILON).sqrt()).collect();
        for row in rows.values_mut().chunks_exact_mut(self.scale.len().max(1)) {
            for (column, value) in row.iter_mut().enumerate() {
                *value = (*value - self.mean[column]) * inverse[column] * self.scale[column]
                    + self.shift[column];
            }
        }
        rows
    }

    pub(super) fn train(&mut self, mut rows: Matrix) -> (Matrix, Normalised) {
        let width = self.scale.len();
        let n = rows.n_rows() as f32;
        let mut mean = vec![0.0f32; width];
        for row in rows.rows() {
            mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        mean.iter_mut().for_each(|sum| *sum /= n);
        let mut variance = vec![0.0f32; width];
        for row in rows.values_mut().chunks_exact_mut(width.max(1)) {
            for (column, value) in row.iter_mut().enumerate() {
                *value -= mean[column];
                variance[column] += *value * *value;
            }
        }
        variance.iter_mut().for_each(|sum| *sum /= n);
        let inverse: Vec<f32> =
            variance.iter().map(|variance| 1.0 / (variance + EPSILON).sqrt()).collect();
        // The running variance is that of the shop, not of the batch.
        let unbiased = n / (n - 1.0).max(1.0);
        for column in 0..width {
            self.mean[column] += MOMENTUM * (mean[column] - self.mean[column]);
            self.variance[column] +=
                MOMENTUM * (variance[column] * unbiased - self.variance[column]);
        }
        for row in rows.values_mut().chunks_exact_mut(width.max(1)) {
            row.iter_mut().zip(&inverse).for_each(|(value, inverse)| *value *= inverse);
        }
        let result = scaled(&rows, &self.scale, &self.shift);
        (result, Normalised { values: rows, inverse })
    }

    pub(super) fn backward(
        &self,
        kept: &Normalised,
        mut slope: Matrix,
        slopes: &mut Vec<Vec<f32>>,
    ) -> Matrix {
        let n = slope.n_rows() as f32;
        let (shift, scale) = parameter_slopes(kept, &slope);
        for (row, values) in
            slope.values_mut().chunks_exact_mut(scale.len().max(1)).zip(kept.values.rows())
        {
            for (column, slope) in row.iter_mut().enumerate() {
                let rest = (shift[column] + values[column] * scale[column]) / n;
                *slope = self.scale[column] * kept.inverse[column] * (*slope - rest);
            }
        }
        slopes.push(shift);
        slopes.push(scale);
        slope
    }
}

impl LayerNorm {
    pub(crate) fn new(width: usize) -> Self {
        Self { scale: vec![1.0; width], shift: vec![0.0; width] }
    }

    pub(super) fn apply(&self, rows: Matrix) -> (Matrix, Normalised) {
        let mut values = rows;
        let width = self.scale.len();
        let mut inverse = Vec::with_capacity(values.n_rows());
        for row in values.values_mut().chunks_exact_mut(width.max(1)) {
            let mean = row.iter().sum::<f32>() / width as f32;
            row.iter_mut().for_each(|value| *value -= mean);
            let variance = row.iter().map(|value| value * value).sum::<f32>() / width as f32;
            let own = 1.0 / (variance + EPSILON).sqrt();
            row.iter_mut().for_each(|value| *value *= own);
            inverse.push(own);
        }
        (scaled(&values, &self.scale, &self.shift), Normalised { values, inverse })
    }

    pub(super) fn backward(
        &self,
        kept: &Normalised,
        mut slope: Matrix,
        slopes: &mut Vec<Vec<f32>>,
    ) -> Matrix {
        let (shift, scale) = parameter_slopes(kept, &slope);
        let width = self.scale.len();
        let rows = slope.values_mut().chunks_exact_mut(width.max(1));
        for ((row, values), inverse) in rows.zip(kept.values.rows()).zip(&kept.inverse) {
            row.iter_mut().zip(&self.scale).for_each(|(slope, scale)| *slope *= scale);
            let sum = row.iter().sum::<f32>() / width as f32;
            let along: f32 = row.iter().zip(values).map(|(slope, value)| slope * value).sum();
            let along = along / width as f32;
            for (slope, value) in row.iter_mut().zip(values) {
                *slope = inverse * (*slope - sum - value * along);
            }
        }
        slopes.push(shift);
        slopes.push(scale);
        slope
    }
}

fn scaled(values: &Matrix, scale: &[f32], shift: &[f32]) -> Matrix {
    let mut result = values.clone();
    for row in result.values_mut().chunks_exact_mut(scale.len().max(1)) {
        for ((value, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
            *value = *value * scale + shift;
        }
    }
    result
}

/// Slopes by shift and by scale: sums over the rows.
fn parameter_slopes(kept: &Normalised, slope: &Matrix) -> (Vec<f32>, Vec<f32>) {
    let width = slope.n_columns();
    let (mut shift, mut scale) = (vec![0.0f32; width], vec![0.0f32; width]);
    for (row, values) in slope.rows().zip(kept.values.rows()) {
        for (column, (slope, value)) in row.iter().zip(values).enumerate() {
            shift[column] += slope;
            scale[column] += slope * value;
        }
    }
    (shift, scale)
}
