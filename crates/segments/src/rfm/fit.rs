use fenqun_base::{DataError, Matrix, Seed, Segmenter};

use super::model::{Axis, nearest_gap};
use super::params::N_CUTS;
use super::{Cuts, Rfm, RfmModel};

/// Recency, frequency, spend.
pub(super) const N_COLUMNS: usize = 3;

impl Segmenter for Rfm {
    type Fitted = RfmModel;

    /// Takes three columns: recency in days, frequency, spend. The seed is not used.
    fn fit(&self, data: &Matrix, _: Seed) -> Result<RfmModel, DataError> {
        self.check()?;
        if data.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        if data.n_columns() != N_COLUMNS {
            let rule = "3: recency, frequency, spend".to_owned();
            let found = data.n_columns().to_string();
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        data.check_finite()?;
        let needed = N_CUTS + 1;
        if self.cuts().iter().any(|cuts| cuts.are_learned()) && data.n_rows() < needed {
            return Err(DataError::TooFewRows { needed, found: data.n_rows() });
        }
        let axis = |column: usize| learn(self.cuts()[column], data.column(column));
        Ok(RfmModel::new([axis(0), axis(1), axis(2)], self.second_axis))
    }
}

fn learn(cuts: &Cuts, mut values: Vec<f32>) -> Axis {
    values.sort_by(f32::total_cmp);
    let thresholds: Vec<f32> = if cuts.are_learned() {
        cuts.quantiles.iter().map(|&share| quantile(&values, share)).collect()
    } else {
        cuts.thresholds.clone()
    };
    let gaps = values.iter().map(|&value| nearest_gap(&thresholds, value));
    let spread = gaps.sum::<f64>() / values.len() as f64;
    Axis { thresholds, spread }
}

/// Halfway between the last user below the share and the first above, never the upper one itself.
fn quantile(rising: &[f32], share: f32) -> f32 {
    let below = (f64::from(share) * rising.len() as f64).round() as usize;
    let below = below.clamp(1, rising.len() - 1);
    let (lower, upper) = (rising[below - 1], rising[below]);
    let halfway = (f64::from(lower) + (f64::from(upper) - f64::from(lower)) / 2.0) as f32;
    if halfway < upper { halfway } else { lower }
}
