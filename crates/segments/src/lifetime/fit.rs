use fenqun_base::{DataError, Matrix, Seed, Segmenter};

use super::model::{N_COLUMNS, Prediction, Row, logarithms};
use super::{BgNbd, GammaGamma, History, LifetimeTiers, LifetimeTiersModel, Predicted, Spending};
use crate::ValueTiers;

impl Segmenter for LifetimeTiers {
    type Fitted = LifetimeTiersModel;

    /// Takes four columns: purchases, days since the last, days since the first, spend. A row
    /// without purchase teaches nothing and is worth nothing. The seed is not used.
    fn fit(&self, data: &Matrix, seed: Seed) -> Result<LifetimeTiersModel, DataError> {
        self.check()?;
        if data.n_rows() == 0 {
            return Err(DataError::Empty);
        }
        if data.n_columns() != N_COLUMNS {
            let rule = "4: purchases, days since the last, days since the first, spend".to_owned();
            let found = data.n_columns().to_string();
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        data.check_finite()?;
        let rows: Vec<Row> = data.rows().map(Row::of).collect::<Result<_, _>>()?;
        let histories: Vec<History> = rows.iter().filter_map(Row::history).collect();
        let purchases = BgNbd {}.fit(&histories)?;
        let money = match self.by {
            Predicted::Purchases => None,
            Predicted::Value => {
                let spends: Vec<Spending> = rows.iter().map(Row::spending).collect();
                Some(GammaGamma {}.fit(&spends)?)
            }
        };
        let LifetimeTiers { horizon_days, yearly_discount, .. } = *self;
        let prediction = Prediction { horizon_days, yearly_discount, purchases, money };
        // Tiers stand on the logarithm, where distances to a threshold mean something.
        let thresholds = self.tiers.thresholds.iter().map(|value| value.ln_1p()).collect();
        let tiers = ValueTiers { thresholds, ..self.tiers.clone() };
        let tiers = tiers.fit(&logarithms(&prediction.of(data)?)?, seed)?;
        Ok(LifetimeTiersModel::new(prediction, tiers))
    }
}
