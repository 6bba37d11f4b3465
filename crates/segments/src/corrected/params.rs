use fenqun_base::DataError;

use crate::{Calibration, Decision};

/// A head, and how what it says is corrected.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected<H> {
    /// Settings of the head.
    pub head: H,
    /// Inner folds whose probabilities the corrections are fitted on.
    pub n_folds: usize,
    /// How probabilities are made to be what they say.
    pub calibration: Calibration,
    /// What a class is chosen for.
    pub decision: Decision,
}

impl<H> Corrected<H> {
    /// The usual corrections of a head.
    #[must_use]
    pub fn of(head: H) -> Self {
        let (calibration, decision) = (Calibration::default(), Decision::default());
        Self { head, n_folds: 3, calibration, decision }
    }

    /// Whether a correction has anything to learn from out-of-fold probabilities.
    pub(super) fn wants_shares(&self) -> bool {
        self.calibration != Calibration::None || self.decision == Decision::MacroF1
    }

    /// Checks the corrections; the head checks itself.
    ///
    /// # Errors
    /// [`DataError::Parameter`].
    pub fn check(&self) -> Result<(), DataError> {
        if !(2..=100).contains(&self.n_folds) {
            let (rule, found) = ("between 2 and 100".to_owned(), self.n_folds.to_string());
            return Err(DataError::Parameter { name: "n_folds", rule, found });
        }
        self.decision.check()
    }
}
