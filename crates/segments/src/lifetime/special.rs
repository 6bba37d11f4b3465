//! The gamma function's logarithm and its first two derivatives, for positive arguments.

/// From here on the asymptotic series is exact to rounding.
const LARGE: f64 = 12.0;

/// ln Γ(x).
pub(super) fn ln_gamma(x: f64) -> f64 {
    // Γ(x) = Γ(x + n) / (x (x + 1) … (x + n − 1)).
    let (mut x, mut product) = (x, 1.0);
    while x < LARGE {
        product *= x;
        x += 1.0;
    }
    let (inverse, square) = (1.0 / x, 1.0 / (x * x));
    let series = inverse
        * (1.0 / 12.0
            - square
                * (1.0 / 360.0
                    - square
                        * (1.0 / 1260.0
                            - square
                                * (1.0 / 1680.0
                                    - square * (1.0 / 1188.0 - square * 691.0 / 360_360.0)))));
    let half_ln_two_pi = 0.918_938_533_204_672_8;
    (x - 0.5) * x.ln() - x + half_ln_two_pi + series - product.ln()
}

/// ψ(x), the derivative of ln Γ.
pub(super) fn digamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < LARGE {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = square
        * (1.0 / 12.0
            - square
                * (1.0 / 120.0
                    - square
                        * (1.0 / 252.0
                            - square
                                * (1.0 / 240.0
                                    - square * (1.0 / 132.0 - square * 691.0 / 32_760.0)))));
    sum + x.ln() - 0.5 / x - series
}

/// ψ′(x), the second derivative of ln Γ.
pub(super) fn trigamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < LARGE {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let (inverse, square) = (1.0 / x, 1.0 / (x * x));
    let series = 1.0 / 6.0
        - square
            * (1.0 / 30.0
                - square
                    * (1.0 / 42.0
                        - square * (1.0 / 30.0 - square * (5.0 / 66.0 - square * 691.0 / 2730.0))));
    sum + inverse + 0.5 * square + inverse * square * series
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of SciPy's `gammaln`, `digamma` and `polygamma(1, ·)`.
    #[test]
    fn the_gamma_function_agrees_with_scipy() {
        let known = [
            (0.001, 6.907178885383853, -1000.5755719318103, 1000001.6425331959),
            (0.25, 1.2880225246980774, -4.2274535333762655, 17.197329154507113),
            (1.0, 0.0, -0.5772156649015329, 1.6449340668482266),
            (4.5, 2.4537365708424423, 1.388870926359529, 0.24872510303901035),
            (11.99, 17.477885575426185, 2.4417922836683346, 0.08697741048698757),
            (12.5, 18.73434751193645, 2.4851956512749123, 0.08328522460157839),
            (80.3, 270.60439205487717, 4.379530047367196, 0.012531164342565113),
            (1e6, 12815504.569147611, 13.81551005796419, 1.0000005000001667e-06),
        ];
        for (x, gamma, first, second) in known {
            let near =
                |found: f64, known: f64| (found - known).abs() <= 1e-13 * known.abs().max(1.0);
            assert!(near(ln_gamma(x), gamma), "{x}: {} {gamma}", ln_gamma(x));
            assert!(near(digamma(x), first), "{x}: {} {first}", digamma(x));
            assert!(near(trigamma(x), second), "{x}: {} {second}", trigamma(x));
        }
    }
}
