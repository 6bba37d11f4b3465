use fenqun_base::{DataError, Matrix, Seed, Segmenter};

use super::{ValueTiers, ValueTiersModel};

impl Segmenter for ValueTiers {
    type Fitted = ValueTiersModel;

    /// Takes one column; the seed is not used.
    fn fit(&self, data: &Matrix, _: Seed) -> Result<ValueTiersModel, DataError> {
        self.check()?;
        if data.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        if data.n_columns() != 1 {
            let (rule, found) = ("1: the value".to_owned(), data.n_columns().to_string());
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        data.check_finite()?;
        let n_rows = data.n_rows();
        if n_rows < self.n_tiers() {
            return Err(DataError::TooFewRows { needed: self.n_tiers(), found: n_rows });
        }
        let mut values = data.values().to_vec();
        values.sort_by(|a, b| b.total_cmp(a));
        let thresholds: Vec<f32> = match &self.thresholds[..] {
            [] => self.quantiles.iter().map(|&share| threshold(&values, share)).collect(),
            given => given.to_vec(),
        };
        let gaps = values.iter().map(|&value| nearest_gap(&thresholds, value));
        let spread = gaps.sum::<f64>() / n_rows as f64;
        Ok(ValueTiersModel::new(thresholds, spread))
    }
}

/// Halfway between the last user inside the share and the first outside.
fn threshold(descending: &[f32], share: f32) -> f32 {
    let inside = (f64::from(share) * descending.len() as f64).round() as usize;
    let inside = inside.clamp(1, descending.len() - 1);
    let (upper, lower) = (f64::from(descending[inside - 1]), f64::from(descending[inside]));
    // Between neighbours halfway may round up to the upper one, which would then fall outside.
    let halfway = (lower + (upper - lower) / 2.0) as f32;
    if halfway < descending[inside - 1] { halfway } else { descending[inside] }
}

/// Distance to the nearest threshold.
pub(super) fn nearest_gap(thresholds: &[f32], value: f32) -> f64 {
    let gap = |&threshold: &f32| (f64::from(value) - f64::from(threshold)).abs();
    thresholds.iter().map(gap).fold(f64::INFINITY, f64::min)
}
