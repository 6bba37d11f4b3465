use fenqun_base::{DataError, Labels, Matrix, Seed, Supervised};

use super::{Corrected, CorrectedModel};
use crate::calibration::out_of_fold_on;

impl<H: Supervised> Supervised for Corrected<H> {
    type Fitted = CorrectedModel<H::Fitted>;

    fn fit(
        &self,
        data: &Matrix,
        labels: &Labels,
        seed: Seed,
    ) -> Result<CorrectedModel<H::Fitted>, DataError> {
        self.check()?;
        // The head alone is the head of the same seed, whatever is corrected.
        let head = self.head.fit(data, labels, seed)?;
        let at = labels.labelled();
        let shares = if self.wants_shares() {
            let folds = labels.folds(self.n_folds, seed.derive("correction folds"));
            let seed = seed.derive("correction");
            out_of_fold_on(&self.head, data, labels, &folds, seed)?.select_rows(&at)
        } else {
            Matrix::zeros(at.len(), labels.n_classes())
        };
        let labels = labels.select(&at);
        let calibration = self.calibration.fit(&shares, &labels)?;
        let decision = self.decision.fit(&calibration.calibrated(&shares)?, &labels)?;
        Ok(CorrectedModel::new(head, calibration, decision))
    }
}
