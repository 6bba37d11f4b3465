//! Predictions made ready to be measured many times over, as a bootstrap does.

use fenqun_base::DataError;

use super::{Confusion, Metric, Ranking, calibration, check_probabilities, probability, ranking};
use super::{known_classes, same_users};
use crate::compare::Predictions;

/// Bins of the calibration error unless told otherwise.
pub(crate) const CALIBRATION_BINS: usize = 10;

/// Truth and predictions of some users, sorted and reduced to what the metrics ask for.
pub(crate) struct Scored {
    pub(crate) truth: Vec<u32>,
    pub(crate) decided: Vec<u32>,
    n_classes: usize,
    /// One a class, by the probability of that class.
    rankings: Vec<Ranking>,
    log_losses: Vec<f64>,
    brier_losses: Vec<f64>,
    /// Whether the likeliest class is the true one, and its probability.
    top: Vec<(bool, f64)>,
    n_bins: usize,
}

impl Scored {
    pub(crate) fn new(
        truth: &[u32],
        predictions: &Predictions,
        n_bins: usize,
    ) -> Result<Self, DataError> {
        let Predictions { probabilities, decided } = predictions;
        check_probabilities(truth, probabilities)?;
        let n_classes = probabilities.n_columns();
        same_users("decisions", truth.len(), decided.len())?;
        known_classes("decisions", decided, n_classes)?;
        let ranking = |class| Ranking::new(&probabilities.column(class));
        Ok(Self {
            n_classes,
            rankings: (0..n_classes).map(ranking).collect(),
            log_losses: probability::log_losses(truth, probabilities),
            brier_losses: probability::brier_losses(truth, probabilities),
            top: calibration::top(truth, probabilities),
            truth: truth.to_vec(),
            decided: decided.clone(),
            n_bins,
        })
    }

    /// The metric where user `row` stands for `weight(row)` users; `None` where it does not exist.
    pub(crate) fn measure(&self, metric: Metric, weight: impl Fn(usize) -> u32) -> Option<f64> {
        let confusion = || {
            let found = Confusion::weighted(&self.truth, &self.decided, self.n_classes, &weight);
            (found.n_users() > 0).then_some(found)
        };
        match metric {
            Metric::MacroF1 => confusion().map(|found| found.macro_average().f1),
            Metric::WeightedF1 => confusion().map(|found| found.weighted_average().f1),
            Metric::MacroPrecision => confusion().map(|found| found.macro_average().precision),
            Metric::MacroRecall => confusion().map(|found| found.macro_average().recall),
            Metric::MicroF1 => confusion().map(|found| found.micro_average().f1),
            Metric::MicroPrecision => confusion().map(|found| found.micro_average().precision),
            Metric::MicroRecall => confusion().map(|found| found.micro_average().recall),
            Metric::Accuracy => confusion().map(|found| found.accuracy()),
            Metric::BalancedAccuracy => confusion().map(|found| found.balanced_accuracy()),
            Metric::Auroc => {
                ranking::mean_over_classes(self.n_classes, |class| self.auroc(class, &weight))
            }
            Metric::PrAuc => {
                ranking::mean_over_classes(self.n_classes, |class| self.pr_auc(class, &weight))
            }
            Metric::LogLoss => mean(&self.log_losses, weight),
            Metric::Brier => mean(&self.brier_losses, weight),
            Metric::CalibrationError => {
                let users = self.top.iter().enumerate();
                let users = users.map(|(row, &(is, share))| (is, share, weight(row)));
                let bins = calibration::curve(users, self.n_bins);
                (!bins.is_empty()).then(|| calibration::error_of(&bins))
            }
        }
    }

    /// Area under the receiver operating characteristic of one class.
    pub(crate) fn auroc(&self, class: usize, weight: impl Fn(usize) -> u32) -> Option<f64> {
        self.rankings[class].auroc(|row| self.truth[row] as usize == class, weight)
    }

    /// Area under the precision–recall curve of one class.
    pub(crate) fn pr_auc(&self, class: usize, weight: impl Fn(usize) -> u32) -> Option<f64> {
        self.rankings[class].average_precision(|row| self.truth[row] as usize == class, weight)
    }

    /// Whether the likeliest class is the true one, and its probability, user by user.
    pub(crate) fn top(&self) -> &[(bool, f64)] {
        &self.top
    }

    /// Who is taken for whom.
    pub(crate) fn confusion(&self) -> Confusion {
        Confusion::weighted(&self.truth, &self.decided, self.n_classes, |_| 1)
    }
}

fn mean(losses: &[f64], weight: impl Fn(usize) -> u32) -> Option<f64> {
    let (mut sum, mut total) = (0.0, 0.0);
    for (row, loss) in losses.iter().enumerate() {
        let weight = f64::from(weight(row));
        sum += weight * loss;
        total += weight;
    }
    (total > 0.0).then(|| sum / total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::Matrix;
    use proptest::prelude::*;

    proptest! {
        /// A weight of 2 is the user twice, and of 0 nobody.
        #[test]
        fn a_weight_is_that_many_users(
            users in prop::collection::vec((0u32..3, 0u32..3, 1u8..9, 1u8..9, 1u8..9, 0u32..3), 1..40),
        ) {
            let build = |users: &[(u32, u32, u8, u8, u8, u32)]| {
                let shares: Vec<[f32; 3]> = users.iter().map(|user| {
                    let sum = f32::from(user.2 + user.3 + user.4);
                    [user.2, user.3, user.4].map(|part| f32::from(part) / sum)
                }).collect();
                let probabilities = Matrix::from_rows(&shares).expect("equal rows");
                let truth: Vec<u32> = users.iter().map(|user| user.0).collect();
                let decided = users.iter().map(|user| user.1).collect();
                Scored::new(&truth, &Predictions { probabilities, decided }, 10)
            };
            let once = build(&users).expect("fits");
            let copies: Vec<_> = users
                .iter()
                .flat_map(|user| std::iter::repeat_n(*user, user.5 as usize))
                .collect();
            for metric in Metric::ALL {
                let weighted = once.measure(metric, |row| users[row].5);
                match build(&copies) {
                    Err(_) => prop_assert_eq!(weighted, None),
                    Ok(copied) => match (weighted, copied.measure(metric, |_| 1)) {
                        (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-9, "{metric:?}"),
                        (a, b) => prop_assert_eq!(a, b),
                    },
                }
            }
        }
    }
}
