//! Maximum likelihood over a few positive parameters: damped Newton steps on their logarithms.

use std::fmt;

use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// Most steps of a fit; usual are about ten.
const MOST_STEPS: usize = 200;
/// A fit has converged when no derivative of the mean log likelihood is larger.
const LEAST_GRADIENT: f64 = 1e-9;
/// Logarithms of parameters that leave this range say that there is no maximum.
const FARTHEST: f64 = 30.0;

/// The check that a maximum was reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convergence {
    /// Newton steps taken.
    pub n_iterations: usize,
    /// Log likelihood of all users.
    pub log_likelihood: f64,
    /// Largest derivative of the mean log likelihood by the logarithm of a parameter.
    pub gradient: f64,
    /// Least pivot of the mean information matrix; above 0 it is positive definite, and the
    /// point is a maximum.
    pub least_pivot: f64,
    /// Standard errors of the parameters, in their order.
    pub standard_errors: Vec<f64>,
}

impl fmt::Display for Convergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "converged in {} steps: log likelihood {:.3}, largest derivative {:.1e}, information \
             positive definite (least pivot {:.1e})",
            self.n_iterations, self.log_likelihood, self.gradient, self.least_pivot
        )
    }
}

/// The mean log likelihood at a point with its derivatives by the parameters themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slope<const N: usize> {
    pub(super) value: f64,
    pub(super) gradient: [f64; N],
    pub(super) hessian: [[f64; N]; N],
}

impl<const N: usize> Default for Slope<N> {
    fn default() -> Self {
        Self { value: 0.0, gradient: [0.0; N], hessian: [[0.0; N]; N] }
    }
}

impl<const N: usize> Slope<N> {
    /// Adds `weight` times another.
    pub(super) fn add(&mut self, other: &Self, weight: f64) {
        self.value += weight * other.value;
        for i in 0..N {
            self.gradient[i] += weight * other.gradient[i];
            for j in 0..N {
                self.hessian[i][j] += weight * other.hessian[i][j];
            }
        }
    }

    /// Derivatives by the logarithms.
    fn by_logarithms(&self, point: &[f64; N]) -> Self {
        let mut slope = *self;
        for i in 0..N {
            slope.gradient[i] *= point[i];
            for j in 0..N {
                slope.hessian[i][j] *= point[i] * point[j];
            }
            slope.hessian[i][i] += slope.gradient[i];
        }
        slope
    }

    fn steepness(&self) -> f64 {
        self.gradient.iter().fold(0.0, |largest, slope| slope.abs().max(largest))
    }
}

/// The point of greatest mean log likelihood, from a start.
///
/// # Errors
/// [`DataError::NotConverged`].
pub(super) fn maximise<const N: usize>(
    model: &'static str,
    n_users: usize,
    start: [f64; N],
    at: impl Fn(&[f64; N]) -> Slope<N>,
) -> Result<([f64; N], Convergence), DataError> {
    let failed = |reason: String| DataError::NotConverged { model, reason };
    let mut point = start;
    let mut slope = at(&point).by_logarithms(&point);
    let mut damping = 0.0f64;
    for n_iterations in 0..MOST_STEPS {
        if slope.steepness() <= LEAST_GRADIENT
            && let Some(root) = cholesky(&information(&slope, 0.0))
        {
            let least_pivot = (0..N).map(|i| root[i][i]).fold(f64::INFINITY, f64::min);
            let standard_errors = (0..N)
                .map(|i| point[i] * (inverse_diagonal(&root, i) / n_users as f64).sqrt())
                .collect();
            let log_likelihood = slope.value * n_users as f64;
            let gradient = slope.steepness();
            let check = Convergence {
                n_iterations,
                log_likelihood,
                gradient,
                least_pivot,
                standard_errors,
            };
            return Ok((point, check));
        }
        let Some((next, found, used)) = step(&point, &slope, damping, &at) else {
            return Err(failed(format!(
                "the likelihood stops rising with a derivative of {:.1e}",
                slope.steepness()
            )));
        };
        damping = if used > 1e-12 { used / 10.0 } else { 0.0 };
        (point, slope) = (next, found);
        if point.iter().any(|value| value.ln().abs() > FARTHEST) {
            let reason = "the likelihood rises without end: too few users bought again".to_owned();
            return Err(failed(reason));
        }
    }
    Err(failed(format!("no maximum after {MOST_STEPS} steps")))
}

type Step<const N: usize> = ([f64; N], Slope<N>, f64);

/// The next point, which is no worse: damped more and more until there is one.
fn step<const N: usize>(
    point: &[f64; N],
    slope: &Slope<N>,
    damping: f64,
    at: &impl Fn(&[f64; N]) -> Slope<N>,
) -> Option<Step<N>> {
    let mut damping = damping;
    for _ in 0..60 {
        if let Some(root) = cholesky(&information(slope, damping)) {
            let shift = solve(&root, &slope.gradient);
            let longest = shift.iter().fold(0.0f64, |most, part| part.abs().max(most));
            // Parameters change by a factor of e² at most.
            let shorter = if longest > 2.0 { 2.0 / longest } else { 1.0 };
            let mut next = *point;
            for i in 0..N {
                next[i] *= (shorter * shift[i]).exp();
            }
            let found = at(&next).by_logarithms(&next);
            // Near the maximum the value is flat to rounding, and the derivative tells.
            let rounding = 1e-14 * slope.value.abs();
            let is_better = found.value > slope.value
                || (found.value >= slope.value - rounding && found.steepness() < slope.steepness());
            if found.value.is_finite() && is_better {
                return Some((next, found, damping));
            }
        }
        damping = if damping > 0.0 { damping * 10.0 } else { 1e-6 };
    }
    None
}

/// Minus the second derivatives, with `damping` on the diagonal.
fn information<const N: usize>(slope: &Slope<N>, damping: f64) -> [[f64; N]; N] {
    let mut matrix = slope.hessian.map(|row| row.map(|value| -value));
    for (i, row) in matrix.iter_mut().enumerate() {
        row[i] += damping;
    }
    matrix
}

/// The lower root of a positive definite matrix; `None` for any other.
fn cholesky<const N: usize>(matrix: &[[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut root = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| root[i][k] * root[j][k]).sum();
            let left = matrix[i][j] - known;
            if i == j {
                if !(left > 0.0 && left.is_finite()) {
                    return None;
                }
                root[i][i] = left.sqrt();
            } else {
                root[i][j] = left / root[j][j];
            }
        }
    }
    Some(root)
}

fn solve<const N: usize>(root: &[[f64; N]; N], right: &[f64; N]) -> [f64; N] {
    let mut found = *right;
    for i in 0..N {
        let known: f64 = (0..i).map(|k| root[i][k] * found[k]).sum();
        found[i] = (found[i] - known) / root[i][i];
    }
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|k| root[k][i] * found[k]).sum();
        found[i] = (found[i] - known) / root[i][i];
    }
    found
}

fn inverse_diagonal<const N: usize>(root: &[[f64; N]; N], i: usize) -> f64 {
    let mut unit = [0.0; N];
    unit[i] = 1.0;
    solve(root, &unit)[i]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ln x − x / 2 has its maximum at 2, with information 1 by the logarithm.
    #[test]
    fn a_known_maximum_is_found_from_afar() {
        let at = |point: &[f64; 1]| Slope {
            value: point[0].ln() - point[0] / 2.0,
            gradient: [1.0 / point[0] - 0.5],
            hessian: [[-1.0 / (point[0] * point[0])]],
        };
        for start in [1e-3, 1.0, 500.0] {
            let (found, check) = maximise("test", 100, [start], at).expect("converges");
            assert!((found[0] - 2.0).abs() < 1e-8, "{found:?}");
            assert!((check.standard_errors[0] - 0.2).abs() < 1e-8, "{check:?}");
        }
    }

    #[test]
    fn a_likelihood_without_maximum_is_an_error() {
        let at = |point: &[f64; 1]| Slope {
            value: point[0].ln(),
            gradient: [1.0 / point[0]],
            hessian: [[-1.0 / (point[0] * point[0])]],
        };
        assert!(matches!(maximise("test", 9, [1.0], at), Err(DataError::NotConverged { .. })));
    }
}
