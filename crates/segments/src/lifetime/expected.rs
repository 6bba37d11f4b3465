//! Purchases of a user that is alive: one integral over the chance to leave.

use std::f64::consts::PI;

/// Points of double-exponential quadrature in a unit of its variable.
const POINTS: f64 = 16.0;
/// Weights end where they are e to the minus this.
const LEAST_WEIGHT: f64 = 45.0;

/// `∫ (1 − (1 + p y)^−count) / p · Beta(p; a, b) dp` over 0..1 for every `y`, `y ≥ 0`.
///
/// With p = 1 / (1 + e^−t) and t = π sinh s the weight falls off so fast at both ends that equal
/// steps of s are exact to rounding, however sharp the ends of the Beta density are. Weights are
/// logarithms, taken relative to the density's peak; they also give the density's own integral.
pub(super) fn alive_purchases(count: f64, a: f64, b: f64, ys: &[f64]) -> Vec<f64> {
    let peak = a * (a / (a + b)).ln() + b * (b / (a + b)).ln();
    let end = |power: f64| ((LEAST_WEIGHT / (PI * power)).asinh() * POINTS).ceil().min(1e4) as i32;
    let (mut total, mut sums) = (0.0, vec![0.0; ys.len()]);
    for at in -end(a)..=end(b) {
        let s = f64::from(at) / POINTS;
        let t = PI * s.sinh();
        // ln p and ln (1 − p), exact at both ends.
        let (leave, stay) = (-(-t).exp().ln_1p(), -t.exp().ln_1p());
        let weight = (a * leave + b * stay - peak).exp() * s.cosh();
        if !(weight > 0.0 && weight.is_finite()) {
            continue;
        }
        total += weight;
        let p = leave.exp();
        for (sum, y) in sums.iter_mut().zip(ys) {
            let purchases = match p > 0.0 {
                true => -(-count * (p * y).ln_1p()).exp_m1() / p,
                false => count * y,
            };
            *sum += weight * purchases;
        }
    }
    sums.iter_mut().for_each(|sum| *sum /= total);
    sums
}
