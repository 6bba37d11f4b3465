//! Which number is roundest.

/// Steps tried within a power of ten, roundest first.
const STEPS: [f64; 3] = [1.0, 0.5, 0.2];
/// Powers of ten tried before an interval counts as one point: past the precision of `f32`.
const MOST_POWERS: usize = 12;

/// The roundest number of an interval: 0, or a whole multiple of the largest of …, 0.1, 0.2, 0.5,
/// 1, 2, 5, … that has one inside, the nearest to the middle among several, the smaller in size
/// among two as near.
pub(super) fn roundest(low: f64, high: f64) -> f64 {
    if low <= 0.0 && high >= 0.0 {
        return 0.0;
    }
    let middle = low + (high - low) / 2.0;
    let largest = low.abs().max(high.abs());
    if !largest.is_finite() {
        return low;
    }
    let mut power = 10f64.powi(largest.log10().floor() as i32 + 1);
    for _ in 0..MOST_POWERS {
        for step in STEPS.map(|share| share * power) {
            // In units of the step, which are exact where the interval is not.
            let (first, last) = ((low / step).ceil(), (high / step).floor());
            if first <= last {
                let nearest = (middle / step).round().clamp(first, last);
                return nearest * step;
            }
        }
        power /= 10.0;
    }
    middle
}

#[cfg(test)]
mod tests {
    use super::roundest;

    #[test]
    fn the_roundest_number_of_an_interval() {
        for (low, high, expected) in [
            (-0.3, 0.1, 0.0),
            (431.0, 1204.0, 1000.0),
            (612.0, 930.0, 800.0),
            (140.0, 390.0, 200.0),
            (-0.146, -0.111, -0.12),
            (3.2, 3.4, 3.2),
            (-7.0, -4.0, -5.0),
            (0.000_31, 0.000_58, 0.000_5),
            (17.0, 17.0, 17.0),
        ] {
            let found = roundest(low, high);
            assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{low} {high}: {found}");
        }
        assert_eq!(roundest(1.0 / 3.0, 1.0 / 3.0), 1.0 / 3.0);
        assert_eq!(roundest(f64::MAX, f64::INFINITY), f64::MAX);
    }
}
