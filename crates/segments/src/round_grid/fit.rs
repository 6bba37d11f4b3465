use fenqun_base::{DataError, Matrix, Seed, Segmenter};

use super::round::roundest;
use super::{RoundAxis, RoundGrid, RoundGridModel};
use crate::ValueTiers;

impl Segmenter for RoundGrid {
    type Fitted = RoundGridModel;

    /// Takes an axis a column; the seed is not used.
    fn fit(&self, data: &Matrix, seed: Seed) -> Result<RoundGridModel, DataError> {
        self.check()?;
        if data.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        if data.n_columns() != self.axes.len() {
            let rule = format!("{}: one for each of `axes`", self.axes.len());
            let found = data.n_columns().to_string();
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        data.check_finite()?;
        if data.n_rows() < self.n_segments() {
            let (needed, found) = (self.n_segments(), data.n_rows());
            return Err(DataError::TooFewRows { needed, found });
        }
        let fit_axis = |(column, axis): (usize, &RoundAxis)| {
            let values = data.column(column);
            let thresholds = axis.thresholds(&values);
            let tiers = ValueTiers { thresholds, ..ValueTiers::default() };
            tiers.fit(&Matrix::new(values.len(), 1, values)?, seed)
        };
        let axes = self.axes.iter().enumerate().map(fit_axis).collect::<Result<_, _>>()?;
        Ok(RoundGridModel::new(axes))
    }
}

impl RoundAxis {
    /// Falling; where many users share one value, a tier between two of them may hold nobody.
    fn thresholds(&self, values: &[f32]) -> Vec<f32> {
        let mut falling = values.to_vec();
        falling.sort_by(|a, b| b.total_cmp(a));
        let at = |share: f32| {
            let place = (f64::from(share) * falling.len() as f64).round() as usize;
            f64::from(falling[place.min(falling.len() - 1)])
        };
        let mut result: Vec<f32> = Vec::with_capacity(self.quantiles.len());
        for &share in &self.quantiles {
            let low = at((share + self.within).min(1.0));
            let high = at((share - self.within).max(0.0));
            let threshold = if self.is_log {
                roundest(low.exp_m1(), high.exp_m1()).ln_1p() as f32
            } else {
                roundest(low, high) as f32
            };
            // A logarithm of what is below −1, or a number past the largest.
            let threshold = if threshold.is_finite() { threshold } else { low as f32 };
            result.push(match result.last() {
                Some(&last) if threshold >= last => last.next_down(),
                _ => threshold,
            });
        }
        result
    }
}
