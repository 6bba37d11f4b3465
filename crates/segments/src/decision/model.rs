use fenqun_base::{Assignment, DataError, Matrix, ModelState, Stored};
use serde::{Deserialize, Serialize};

/// A fitted decision.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionModel {
    summary: Summary,
    /// What each probability is multiplied by: `π^−τ`.
    factors: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    prior: Vec<f64>,
    tau: f64,
}

impl DecisionModel {
    pub(super) fn new(prior: Vec<f64>, tau: f64) -> Self {
        let factors = prior.iter().map(|share| share.powf(-tau)).collect();
        Self { summary: Summary { prior, tau }, factors }
    }

    /// The power of the classes' shares that probabilities are divided by.
    #[must_use]
    pub fn tau(&self) -> f64 {
        self.summary.tau
    }

    /// The classes' shares among the labelled users.
    #[must_use]
    pub fn prior(&self) -> &[f64] {
        &self.summary.prior
    }

    /// The class of every row of probabilities.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn decide(&self, shares: &Matrix) -> Result<Assignment, DataError> {
        let n_classes = self.factors.len();
        if shares.n_columns() != n_classes {
            return Err(DataError::WrongWidth { expected: n_classes, found: shares.n_columns() });
        }
        shares.check_finite()?;
        let (segments, scores) = shares.rows().map(|row| self.choose(row)).unzip();
        Assignment::new(segments, n_classes, scores)
    }

    /// The class of one row, and 1 − second / best; the lowest number among equals.
    pub(super) fn choose(&self, shares: &[f32]) -> (u32, f32) {
        let (mut class, mut best, mut second) = (0, f64::NEG_INFINITY, 0.0f64);
        for (at, (&share, factor)) in shares.iter().zip(&self.factors).enumerate() {
            let own = f64::from(share) * factor;
            if own > best {
                (class, second, best) = (at as u32, second.max(best), own);
            } else {
                second = second.max(own);
            }
        }
        let score = if best > 0.0 { (1.0 - second / best) as f32 } else { 0.0 };
        (class, score.clamp(0.0, 1.0))
    }
}

impl Stored for DecisionModel {
    const NAME: &'static str = "decision";

    fn state(&self) -> ModelState {
        ModelState::new(&self.summary)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let summary: Summary = state.read_config(Self::NAME)?;
        let is_share = |share: &f64| *share > 0.0 && *share <= 1.0;
        if summary.prior.len() < 2
            || !summary.prior.iter().all(is_share)
            || !summary.tau.is_finite()
        {
            let reason = "its shares of the classes are not above 0".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        Ok(Self::new(summary.prior, summary.tau))
    }
}
