//! What users will buy and spend: BG/NBD and Gamma-Gamma, and tiers by the prediction.
//!
//! # Idea and maths
//! **BG/NBD** ([`BgNbd`]): while alive a user buys at a rate λ of their own, and after every
//! purchase stays away for good with a probability p of their own; λ is Gamma(r, α) and p
//! Beta(a, b) over users. Of a user with `x` repeat purchases, the last one `tₓ` after the first,
//! looked at for `T`, the likelihood is
//!
//! ```text
//! B(a, b + x)   Γ(r + x) αʳ                    B(a + 1, b + x − 1)   Γ(r + x) αʳ
//! ─────────── · ─────────────────── + [x > 0] · ─────────────────── · ────────────────────
//!   B(a, b)     Γ(r) (α + T)^(r+x)                  B(a, b)          Γ(r) (α + tₓ)^(r+x)
//! ```
//!
//! A user that is alive will make, in the time `t` after `T`,
//! `∫ (1 − (1 + p t / (α + T))^−(r+x)) / p · Beta(p; a, b + x) dp` purchases. This is the paper's
//! ₂F₁ formula before it was written as one: as an integral it has no singular point at a = 1 and
//! no slow series at long horizons, and double-exponential quadrature gives it to 12 digits.
//!
//! **Gamma-Gamma** ([`GammaGamma`]): money a purchase is Gamma(p, ν) within a user, ν is
//! Gamma(q, v) over users, independent of how often they buy. The expected money a purchase is the
//! user's own mean drawn towards everybody's: `p (v + x m) / (p x + q − 1)`.
//!
//! **Fit**: maximum likelihood in 64 bits over the logarithms of the parameters (of `q − 1` for q,
//! so that the mean over users is finite), times in units of their mean; Newton steps with
//! analytic first and second derivatives, damped until the likelihood rises. A fit that does not
//! end with a vanishing gradient and a negative definite second derivative is an error; the
//! [`Convergence`] is kept with the model and written out by its `Display`.
//!
//! **Tiers** ([`LifetimeTiers`]): the value of the coming year, discounted, cut by
//! [`crate::ValueTiers`].
//!
//! # Cost
//! Of a round of the fit: two logarithms and an exponential a user. Of a prediction: about 100
//! powers a user and period. Rounds: about ten.
//!
//! # When to use it
//! Where people buy again without a contract and a year or so of purchases is known. It sees
//! nothing but counts and times: seasons, campaigns and taste are not in it, and trees on fuller
//! features rank next-period spend better where there is data to train them on. A user who bought
//! once counts as alive (x = 0 says nothing of p): rank by expected purchases, never by
//! [`BgNbdModel::alive`] alone.
//!
//! # Papers
//! Fader, Hardie and Lee, *"Counting your customers" the easy way*, Marketing Science 24, 2005;
//! Fader and Hardie, *The Gamma-Gamma model of monetary value*, 2013.
//!
//! # Example
//! ```
//! use fenqun_segments::lifetime::{BgNbdModel, History};
//!
//! // Parameters of the paper's table 2, in weeks.
//! let model = BgNbdModel::from_parameters(0.243, 4.414, 0.793, 2.426)?;
//! let user = History { repeats: 2.0, last: 30.43, age: 38.86 };
//! // The paper's example: 1.226 purchases in the next 39 weeks.
//! assert!((model.expected(&user, 39.0) - 1.226).abs() < 0.001);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod bg_nbd;
mod expected;
mod fit;
mod gamma_gamma;
mod history;
mod likelihood;
mod model;
mod newton;
mod params;
mod special;

#[cfg(test)]
mod tests;

pub use bg_nbd::{BgNbd, BgNbdModel};
pub use gamma_gamma::{GammaGamma, GammaGammaModel};
pub use history::{History, Spending};
pub use model::LifetimeTiersModel;
pub use newton::Convergence;
pub use params::{LifetimeTiers, Predicted};
