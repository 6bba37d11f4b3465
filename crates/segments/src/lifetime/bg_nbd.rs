use fenqun_base::{DataError, ModelState, Stored};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::expected::alive_purchases;
use super::likelihood;
use super::{Convergence, History};

/// Fewest users who bought again that a fit is asked of.
const LEAST_REPEATERS: usize = 10;

/// How many purchases are to come: the parameters of the fit, of which there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BgNbd {}

/// Fitted r, α, a and b. Times are in the unit of the fitted histories.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BgNbdModel {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
    convergence: Option<Convergence>,
}

impl BgNbd {
    /// Maximum likelihood over the histories, one a user, all in one unit of time.
    ///
    /// # Errors
    /// [`DataError::Empty`]; what [`History::check`] refuses; [`DataError::NotConverged`] where too
    /// few users bought again, or the likelihood has no maximum.
    pub fn fit(&self, users: &[History]) -> Result<BgNbdModel, DataError> {
        if users.is_empty() {
            return Err(DataError::Empty);
        }
        users.iter().try_for_each(History::check)?;
        let n_again = users.iter().filter(|user| user.repeats > 0.0).count();
        if n_again < LEAST_REPEATERS {
            let reason = format!(
                "{n_again} users bought more than once, {LEAST_REPEATERS} are needed: bring a \
                 longer period"
            );
            return Err(DataError::NotConverged { model: BgNbdModel::NAME, reason });
        }
        // The unit of time must not matter, so times are counted in mean ages.
        let unit = users.iter().map(|user| user.age).sum::<f64>() / users.len() as f64;
        let scaled: Vec<History> = users
            .iter()
            .map(|user| History { last: user.last / unit, age: user.age / unit, ..*user })
            .collect();
        let tally = likelihood::tally(users.iter().map(|user| user.repeats));
        let at = |point: &[f64; 4]| likelihood::bg_nbd(&scaled, &tally, point);
        let ([r, alpha, a, b], mut convergence) =
            super::newton::maximise(BgNbdModel::NAME, users.len(), [1.0; 4], at)?;
        convergence.standard_errors[1] *= unit;
        // A density of x purchases at given times has the unit of time to the power −x.
        let n_repeats: f64 = users.iter().map(|user| user.repeats).sum();
        convergence.log_likelihood -= n_repeats * unit.ln();
        Ok(BgNbdModel { r, alpha: alpha * unit, a, b, convergence: Some(convergence) })
    }
}

impl BgNbdModel {
    /// The model of known parameters, for example of a paper.
    ///
    /// # Errors
    /// [`DataError::Parameter`] unless all are above 0.
    pub fn from_parameters(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self, DataError> {
        for (name, value) in [("r", r), ("alpha", alpha), ("a", a), ("b", b)] {
            if !(value > 0.0 && value.is_finite()) {
                let (rule, found) = ("above 0".to_owned(), value.to_string());
                return Err(DataError::Parameter { name, rule, found });
            }
        }
        Ok(Self { r, alpha, a, b, convergence: None })
    }

    /// r, α, a, b.
    #[must_use]
    pub fn parameters(&self) -> [f64; 4] {
        [self.r, self.alpha, self.a, self.b]
    }

    /// The check of the fit; `None` for given parameters.
    #[must_use]
    pub fn convergence(&self) -> Option<&Convergence> {
        self.convergence.as_ref()
    }

    /// Probability that a user will buy again at all; 1 for a user who bought once.
    #[must_use]
    pub fn alive(&self, user: &History) -> f64 {
        if user.repeats == 0.0 {
            return 1.0;
        }
        let ratio = ((self.alpha + user.age) / (self.alpha + user.last)).ln();
        let odds = (self.a / (self.b + user.repeats - 1.0)).ln() + (self.r + user.repeats) * ratio;
        1.0 / (1.0 + odds.exp())
    }

    /// Expected purchases in the time `horizon` from now.
    #[must_use]
    pub fn expected(&self, user: &History, horizon: f64) -> f64 {
        self.expected_by(user, &[horizon])[0]
    }

    /// Expected purchases up to each of some times from now.
    #[must_use]
    pub fn expected_by(&self, user: &History, times: &[f64]) -> Vec<f64> {
        let of_age = 1.0 / (self.alpha + user.age);
        let ys: Vec<f64> = times.iter().map(|time| time.max(0.0) * of_age).collect();
        let count = self.r + user.repeats;
        let mut expected = alive_purchases(count, self.a, self.b + user.repeats, &ys);
        let alive = self.alive(user);
        expected.iter_mut().for_each(|purchases| *purchases *= alive);
        expected
    }

    /// [`BgNbdModel::expected`] of many users.
    #[must_use]
    pub fn expected_of_all(&self, users: &[History], horizon: f64) -> Vec<f64> {
        users.par_iter().map(|user| self.expected(user, horizon)).collect()
    }
}

impl Stored for BgNbdModel {
    const NAME: &'static str = "bg_nbd";

    fn state(&self) -> ModelState {
        ModelState::new(self)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let read: Self = state.read_config(Self::NAME)?;
        let known = Self::from_parameters(read.r, read.alpha, read.a, read.b);
        let refused =
            |error: DataError| DataError::Model { model: Self::NAME, reason: error.to_string() };
        known.map_err(refused)?;
        Ok(read)
    }
}
