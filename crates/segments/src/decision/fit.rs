use fenqun_base::{DataError, Labels, Matrix};
use rayon::prelude::*;

use super::{Decision, DecisionModel};

/// Candidates for `τ`, in tenths.
const TENTHS: std::ops::RangeInclusive<u32> = 0..=14;

impl Decision {
    /// Fits on probabilities of rows that their head has not learned from; rows without label are
    /// left out. Only [`Decision::MacroF1`] looks at the probabilities.
    ///
    /// # Errors
    /// [`DataError::Parameter`], [`DataError::WrongWidth`], [`DataError::NotFinite`], and what
    /// [`Labels::check`] refuses.
    pub fn fit(&self, shares: &Matrix, labels: &Labels) -> Result<DecisionModel, DataError> {
        self.check()?;
        labels.check(shares.n_rows())?;
        if shares.n_columns() != labels.n_classes() {
            let (expected, found) = (labels.n_classes(), shares.n_columns());
            return Err(DataError::WrongWidth { expected, found });
        }
        let counts = labels.counts();
        let n_labelled: usize = counts.iter().sum();
        let prior: Vec<f64> =
            counts.iter().map(|&count| count as f64 / n_labelled as f64).collect();
        let tau = match self {
            Self::Accuracy => 0.0,
            Self::Fixed { tau } => *tau,
            Self::MacroF1 => {
                shares.check_finite()?;
                best_tau(shares, labels, &prior)
            }
        };
        Ok(DecisionModel::new(prior, tau))
    }
}

fn best_tau(shares: &Matrix, labels: &Labels, prior: &[f64]) -> f64 {
    let taus: Vec<f64> = TENTHS.map(|tenths| f64::from(tenths) / 10.0).collect();
    let rows = labels.labelled();
    let judged: Vec<f64> = taus
        .par_iter()
        .map(|&tau| {
            let model = DecisionModel::new(prior.to_vec(), tau);
            let pairs =
                rows.iter().map(|&row| (labels.codes[row], model.choose(shares.row(row)).0));
            macro_f1(pairs, labels.n_classes())
        })
        .collect();
    let mut best = (0, f64::NEG_INFINITY);
    for at in 0..judged.len() {
        let near = &judged[at.saturating_sub(1)..(at + 2).min(judged.len())];
        let smooth = near.iter().sum::<f64>() / near.len() as f64;
        if smooth > best.1 + 1e-12 {
            best = (at, smooth);
        }
    }
    taus[best.0]
}

/// The mean of all classes' F1, from pairs of a label and what was said.
pub(crate) fn macro_f1(pairs: impl Iterator<Item = (u32, u32)>, n_classes: usize) -> f64 {
    // Right, and said plus labelled: F1 is twice the one over the other.
    let (mut right, mut named) = (vec![0u64; n_classes], vec![0u64; n_classes]);
    for (label, said) in pairs {
        right[label as usize] += u64::from(label == said);
        named[label as usize] += 1;
        named[said as usize] += 1;
    }
    let own = |(&right, &named): (&u64, &u64)| match named {
        0 => 0.0,
        _ => 2.0 * right as f64 / named as f64,
    };
    right.iter().zip(&named).map(own).sum::<f64>() / n_classes as f64
}
