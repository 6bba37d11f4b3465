//! The few statistics that features are made of, with their edge cases decided once.

/// Mean, spread, middle and largest of some numbers; all 0 for none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Spread {
    pub mean: f64,
    /// Sample standard deviation (n − 1); 0 for fewer than two numbers.
    pub sd: f64,
    /// Mean of the two middle ones for an even count.
    pub median: f64,
    pub max: f64,
}

impl Spread {
    /// Sorts `values` on the way.
    pub fn of(values: &mut [f64]) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let (Some(&max), n) = (values.last(), values.len()) else { return Self::default() };
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sd = if n > 1 { (squares / (n - 1) as f64).sqrt() } else { 0.0 };
        Self { mean, sd, median: (values[(n - 1) / 2] + values[n / 2]) / 2.0, max }
    }
}

/// Shannon entropy in nats of weights that need not sum to 1; 0 for none.
pub(crate) fn entropy(weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return 0.0;
    }
    let term = |&weight: &f64| match weight / total {
        share if share > 0.0 => -share * share.ln(),
        _ => 0.0,
    };
    weights.iter().map(term).sum::<f64>().max(0.0)
}

/// `part / whole`, and 0 where there is no whole.
pub(crate) fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// The nearest finite `f32`; what is not a number becomes 0.
pub(crate) fn narrow(value: f64) -> f32 {
    if value.is_nan() {
        return 0.0;
    }
    value.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
}

/// Values in order, against which others are ranked. Kept as `f32`, so that sums which differ by
/// rounding alone rank equal, and so that stored ranks are the fitted ones to the last bit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ranks(Vec<f32>);

impl Ranks {
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f32> = values.map(narrow).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        Self(sorted)
    }

    /// Ranks that were kept; `None` unless they rise and are finite.
    pub fn from_sorted(sorted: Vec<f32>) -> Option<Self> {
        let rises = sorted.windows(2).all(|pair| pair[0] <= pair[1]);
        (rises && sorted.iter().all(|value| value.is_finite())).then_some(Self(sorted))
    }

    pub fn sorted(&self) -> &[f32] {
        &self.0
    }

    /// Where a value stands: the normal deviate of its mid-rank, clipped to ±3. Equal values get
    /// equal scores; what lies outside stands with the outermost.
    pub fn score(&self, value: f64) -> f64 {
        let (value, n_values) = (narrow(value), self.0.len() as f64);
        if self.0.is_empty() {
            return 0.0;
        }
        let below = self.0.partition_point(|&known| known < value);
        let up_to = self.0.partition_point(|&known| known <= value);
        let middle = ((below + up_to) as f64 / 2.0).clamp(0.5, n_values - 0.5);
        normal_quantile(middle / n_values).clamp(-3.0, 3.0)
    }
}

/// Inverse of the standard normal distribution function, for 0 < p < 1: P. J. Acklam's rational
/// approximation, relative error below 1.2e-9.
fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
    ];
    let polynomial = |terms: &[f64], x: f64| terms.iter().fold(0.0, |sum, term| sum * x + term);
    let tail = |p: f64| {
        let q = (-2.0 * p.ln()).sqrt();
        polynomial(&C, q) / (polynomial(&D, q) * q + 1.0)
    };
    if p < 0.02425 {
        tail(p)
    } else if p > 1.0 - 0.02425 {
        -tail(1.0 - p)
    } else {
        let q = p - 0.5;
        let r = q * q;
        polynomial(&A, r) * q / (polynomial(&B, r) * r + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_of_none_one_and_many() {
        assert_eq!(Spread::of(&mut []), Spread::default());
        let one = Spread { mean: 5.0, sd: 0.0, median: 5.0, max: 5.0 };
        assert_eq!(Spread::of(&mut [5.0]), one);
        let four = Spread::of(&mut [4.0, 1.0, 3.0, 2.0]);
        assert_eq!((four.mean, four.median, four.max), (2.5, 2.5, 4.0));
        assert!((four.sd - 1.290_994_448_735_805_6).abs() < 1e-12);
    }

    #[test]
    fn entropy_is_zero_in_one_place_and_largest_when_even() {
        assert_eq!(entropy(&[]), 0.0);
        assert_eq!(entropy(&[0.0, 3.0]), 0.0);
        assert!((entropy(&[2.0, 2.0, 2.0]) - 3f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn quantiles_of_the_normal_distribution_are_the_known_ones() {
        for (p, z) in [(0.5, 0.0), (0.975, 1.959_963_985), (0.01, -2.326_347_874)] {
            assert!((normal_quantile(p) - z).abs() < 1e-7, "at {p}");
        }
    }

    #[test]
    fn equal_values_get_equal_scores_in_any_order() {
        let values = [3.0, 1.0, 3.0, 2.0];
        let ranks = Ranks::of(values.into_iter());
        let scores = values.map(|value| ranks.score(value));
        assert_eq!(scores[0], scores[2]);
        assert!(scores[1] < scores[3] && scores[3] < scores[0]);
        assert!((scores.iter().sum::<f64>()).abs() < 1.0);
        // A value between two known ones stands between them, one beyond all with the outermost.
        assert!(scores[1] < ranks.score(1.5) && ranks.score(1.5) < scores[3]);
        assert_eq!(ranks.score(0.0), scores[1]);
        assert_eq!(Ranks::default().score(1.0), 0.0);
    }

    #[test]
    fn narrowing_always_gives_a_finite_number() {
        for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e300] {
            assert!(narrow(value).is_finite());
        }
    }
}
