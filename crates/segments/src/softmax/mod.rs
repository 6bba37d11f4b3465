//! Softmax: multinomial logistic regression with an L2 penalty, solved to the optimum.
//!
//! # Idea and maths
//! `P(class c | x) ∝ exp(w_c·x + b_c)`. Minimised is `C · Σᵢ ωᵢ · −ln P(yᵢ | xᵢ) + ½ Σ_c ‖w_c‖²`,
//! scikit-learn's convention: `ω` are class weights, the intercept is free. With two classes the
//! penalty is that of one difference vector `w_1 − w_0`, so that `C` means what it means in a
//! binary logistic regression. The rows are scaled by *one* factor to a mean squared norm of
//! `row_norm`, which lets one list of candidates for `C` serve every block; `C` is the candidate
//! of least log loss in stratified inner folds.
//!
//! # How it runs
//! L-BFGS in 64 bits over the data as they lie in memory: shift and scale are worked into the
//! coefficients of each round, never into a copy. A round reads the rows once. The candidates are
//! solved from the strongest penalty to the weakest, each from where the one before ended. The
//! rounds end when the strong convexity of the penalty says that the loss is within `tolerance` of
//! its minimum (mean loss a row). With far more columns than rows, the rows are first rotated to
//! as many coordinates as there are rows, which L2 does not notice.
//! Partial sums belong to fixed pieces of rows and are added in order: the number of threads leaves
//! no trace.
//!
//! # Cost
//! `4·n·d·k` operations a round, tens of rounds a candidate and fold; besides the data only
//! `~30·d·k` numbers, and at most 64 MiB of partial sums.
//!
//! # When to use it
//! The first head to try on any block: on a few hundred to a few thousand labelled users and wide
//! vectors it beat trees and perceptrons, and its contributions are exact. It cannot see what two
//! columns say only together: average it with trees ([`crate::Blend`]).
//!
//! # Papers
//! Liu and Nocedal, *On the limited memory BFGS method*, 1989; Böhning, *Multinomial logistic
//! regression algorithm*, 1992 (the curvature bound that preconditions it); Lundberg and Lee,
//! *A unified approach to interpreting model predictions*, 2017 (Shapley values of linear models).
//!
//! # Example
//! ```
//! use fenqun_base::{Seed, Soft, Supervised, contract};
//! use fenqun_segments::Softmax;
//!
//! let (users, labels) = contract::labelled_blobs(3, 20, 4, Seed(1));
//! let model = Softmax::default().fit(&users, &labels, Seed(7))?;
//! let shares = model.probabilities(&users)?;
//! assert!(shares.at(0, 0) > 0.9);
//! // What each column adds to each class's logit, against the mean user.
//! assert_eq!(model.shapley(users.row(0))?.len(), 3);
//! # Ok::<(), fenqun_base::DataError>(())
//! ```

mod block;
mod fit;
mod kernel;
mod lbfgs;
mod model;
mod params;
mod path;
mod rotate;
mod scale;

#[cfg(test)]
mod tests;

pub(crate) use fit::fit_on_folds;
pub use model::SoftmaxModel;
pub use params::{ClassWeights, Softmax};
