//! Student's distribution, for intervals over and tests of few repetitions.

use std::f64::consts::PI;

/// The normal quantile of 97.5 %.
const NORMAL: f64 = 1.959_963_984_540_054;

/// What a standardised mean of `freedom + 1` values stays below with probability 97.5 %.
///
/// From the expansion of Cornish and Fisher (Abramowitz and Stegun, *Handbook of Mathematical
/// Functions*, 26.7.5), made exact by Newton's steps on [`two_sided`].
pub(crate) fn upper_quantile(freedom: usize) -> f64 {
    let (n, z) = (freedom as f64, NORMAL);
    let mut t = match freedom {
        0 => return f64::INFINITY,
        // The expansion is too rough to start from: from the tables.
        1 => 12.706_204_736_432_095,
        2 => 4.302_652_729_911_275,
        _ => {
            let first = (z.powi(3) + z) / 4.0;
            let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
            let third = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
            z + first / n + second / n.powi(2) + third / n.powi(3)
        }
    };
    for _ in 0..4 {
        // A difference is a good enough slope: the function is smooth.
        let step = 1e-5 * t;
        let slope = (two_sided(t + step, freedom) - two_sided(t - step, freedom)) / (2.0 * step);
        t -= (two_sided(t, freedom) - 0.05) / slope;
    }
    t
}

/// The probability that a standardised mean of `freedom + 1` values lies at least `t` from 0 by
/// chance; exact (Abramowitz and Stegun, 26.7.3 and 26.7.4).
pub(crate) fn two_sided(t: f64, freedom: usize) -> f64 {
    if freedom == 0 || t.is_nan() {
        return 1.0;
    }
    if t.is_infinite() {
        return 0.0;
    }
    let n = freedom as f64;
    let (sin, cos) = {
        let angle = (t.abs() / n.sqrt()).atan();
        angle.sin_cos()
    };
    let cos2 = cos * cos;
    // The sum 1 + a·cos² + a·b·cos⁴ + …, beginning with 1/2 or 2/3.
    let series = |first: usize, n_terms: usize| {
        let (mut term, mut sum) = (1.0, 1.0);
        for at in 1..n_terms {
            let k = (first + 2 * at) as f64;
            term *= cos2 * (k - 1.0) / k;
            sum += term;
        }
        sum
    };
    let inside = match freedom {
        1 => 2.0 / PI * (t.abs()).atan(),
        _ if freedom.is_multiple_of(2) => sin * series(0, freedom / 2),
        _ => {
            let angle = (t.abs() / n.sqrt()).atan();
            2.0 / PI * (angle + sin * cos * series(1, (freedom - 1) / 2))
        }
    };
    (1.0 - inside).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `scipy.stats.t.ppf(0.975, freedom)` 1.17.
    #[test]
    fn quantiles_agree_with_the_tables() {
        let known = [
            (1, 12.706_204_736_174_7),
            (2, 4.302_652_729_749_46),
            (3, 3.182_446_305_284_26),
            (5, 2.570_581_835_636_31),
            (14, 2.144_786_687_916_93),
            (29, 2.045_229_642_132_7),
            (999, 1.962_341_461_133_45),
        ];
        for (freedom, expected) in known {
            let found = upper_quantile(freedom);
            assert!((found / expected - 1.0).abs() < 1e-8, "{freedom}: {found}");
        }
        assert_eq!(upper_quantile(0), f64::INFINITY);
    }

    /// Values of `2 * scipy.stats.t.sf(t, freedom)`.
    #[test]
    fn probabilities_agree_with_the_tables() {
        let known = [
            (0.0, 4, 1.0),
            (0.7, 1, 0.6111997755715705),
            (2.5, 2, 0.12961172022151082),
            (1.3, 3, 0.28446750872789706),
            (4.2, 4, 0.013695810305096449),
            (2.1, 14, 0.05433314597490481),
            (3.3, 15, 0.004858906575528157),
            (1.96, 999, 0.050273462733810045),
        ];
        for (t, freedom, expected) in known {
            let found = two_sided(t, freedom);
            assert!((found - expected).abs() < 1e-10, "{t} {freedom}: {found}");
            assert_eq!(found, two_sided(-t, freedom));
        }
        assert_eq!((two_sided(f64::INFINITY, 3), two_sided(2.0, 0)), (0.0, 1.0));
    }
}
