use fenqun_base::{DataError, ModelState, Stored};
use serde::{Deserialize, Serialize};

use super::likelihood;
use super::{Convergence, Spending};

/// Fewest users with spend that a fit is asked of.
const LEAST_SPENDERS: usize = 10;

/// How much a purchase is worth: the parameters of the fit, of which there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GammaGamma {}

/// Fitted p, q and v. Money is in the unit of the fitted means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GammaGammaModel {
    p: f64,
    q: f64,
    v: f64,
    convergence: Option<Convergence>,
}

impl GammaGamma {
    /// Maximum likelihood over the users with a purchase and a mean above 0; others are left out.
    ///
    /// # Errors
    /// [`DataError::NotConverged`] where too few users spent anything, or the likelihood has no
    /// maximum; [`DataError::Parameter`] for a number that is not finite.
    pub fn fit(&self, users: &[Spending]) -> Result<GammaGammaModel, DataError> {
        if let Some(bad) = users.iter().find(|it| !it.mean.is_finite() || !it.purchases.is_finite())
        {
            let found = format!("{bad:?}");
            return Err(DataError::Parameter { name: "spending", rule: "finite".into(), found });
        }
        let spent = |user: &&Spending| user.purchases > 0.0 && user.mean > 0.0;
        let users: Vec<Spending> = users.iter().filter(spent).copied().collect();
        if users.len() < LEAST_SPENDERS {
            let n = users.len();
            let reason = format!("{n} users spent anything, {LEAST_SPENDERS} are needed");
            return Err(DataError::NotConverged { model: GammaGammaModel::NAME, reason });
        }
        // The currency must not matter, so money is counted in mean purchases.
        let unit = users.iter().map(|user| user.mean).sum::<f64>() / users.len() as f64;
        let scaled: Vec<Spending> =
            users.iter().map(|user| Spending { mean: user.mean / unit, ..*user }).collect();
        let tally = likelihood::tally(users.iter().map(|user| user.purchases));
        let at = |point: &[f64; 3]| likelihood::gamma_gamma(&scaled, &tally, point);
        let ([p, above, v], mut convergence) =
            super::newton::maximise(GammaGammaModel::NAME, users.len(), [1.0, 2.0, 1.0], at)?;
        convergence.standard_errors[2] *= unit;
        convergence.log_likelihood -= users.len() as f64 * unit.ln();
        Ok(GammaGammaModel { p, q: 1.0 + above, v: v * unit, convergence: Some(convergence) })
    }
}

impl GammaGammaModel {
    /// The model of known parameters.
    ///
    /// # Errors
    /// [`DataError::Parameter`] unless p and v are above 0 and q above 1: at 1 or below, the mean
    /// over users is infinite.
    pub fn from_parameters(p: f64, q: f64, v: f64) -> Result<Self, DataError> {
        for (name, value, least) in [("p", p, 0.0), ("q", q, 1.0), ("v", v, 0.0)] {
            if !(value > least && value.is_finite()) {
                let (rule, found) = (format!("above {least}"), value.to_string());
                return Err(DataError::Parameter { name, rule, found });
            }
        }
        Ok(Self { p, q, v, convergence: None })
    }

    /// p, q, v.
    #[must_use]
    pub fn parameters(&self) -> [f64; 3] {
        [self.p, self.q, self.v]
    }

    /// The check of the fit; `None` for given parameters.
    #[must_use]
    pub fn convergence(&self) -> Option<&Convergence> {
        self.convergence.as_ref()
    }

    /// Expected money of a purchase of this user.
    #[must_use]
    pub fn expected(&self, user: &Spending) -> f64 {
        let Self { p, q, v, .. } = *self;
        let (x, m) = (user.purchases.max(0.0), user.mean.max(0.0));
        p * (v + x * m) / (p * x + q - 1.0)
    }
}

impl Stored for GammaGammaModel {
    const NAME: &'static str = "gamma_gamma";

    fn state(&self) -> ModelState {
        ModelState::new(self)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let read: Self = state.read_config(Self::NAME)?;
        let refused =
            |error: DataError| DataError::Model { model: Self::NAME, reason: error.to_string() };
        Self::from_parameters(read.p, read.q, read.v).map_err(refused)?;
        Ok(read)
    }
}
