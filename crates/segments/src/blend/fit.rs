use fenqun_base::{DataError, Labels, Matrix, Seed, Supervised};
use rayon::prelude::*;

use super::model::pool;
use super::part::Sight;
use super::{Blend, BlendModel, PartModel};
use crate::{Calibration, Decision};

impl Supervised for Blend {
    type Fitted = BlendModel;

    fn fit(&self, data: &Matrix, labels: &Labels, seed: Seed) -> Result<BlendModel, DataError> {
        self.check(data.n_columns())?;
        labels.check(data.n_rows())?;
        data.check_finite()?;
        let at = labels.labelled();
        let labels = labels.select(&at);
        let folds = labels.folds(self.n_folds, seed.derive("blend folds"));
        let wants_shares =
            self.calibration != Calibration::None || self.decision == Decision::MacroF1;
        let fitted: Vec<(PartModel, Option<Matrix>)> = self
            .parts
            .par_iter()
            .map(|part| {
                let sight = Sight::fit(part, data, &at);
                let rows = sight.rows(data, at.iter().copied())?;
                let seed = seed.derive(&part.name);
                let (head, shares) = part.head.fit(&rows, &labels, &folds, wants_shares, seed)?;
                Ok((PartModel { name: part.name.clone(), sight, head }, shares))
            })
            .collect::<Result<_, DataError>>()?;
        let mut shares = Matrix::zeros(at.len(), labels.n_classes());
        if wants_shares {
            let parts: Vec<&Matrix> = fitted.iter().filter_map(|(_, own)| own.as_ref()).collect();
            pool(&parts, &mut shares);
        }
        let calibration = self.calibration.fit(&shares, &labels)?;
        let decision = self.decision.fit(&calibration.calibrated(&shares)?, &labels)?;
        let parts = fitted.into_iter().map(|(part, _)| part).collect();
        Ok(BlendModel::new(parts, data.n_columns(), calibration, decision))
    }
}
