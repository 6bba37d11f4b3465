//! The element-wise passes, over plain slices, compiled for the widest vectors of the processor at
//! hand and chosen when the program runs.
//!
//! Why not tensor operations: each would be a pass of its own over memory with a new allocation,
//! and the CPU device computes the error function one number at a time. Here bias, activation,
//! residual and layer norm are one pass each; with attention they take some 7 % of a forward, nearly
//! all of the rest being tensor products. Sums run in 16 lanes, whatever the processor, so that a vector does
//! not depend on it.

use pulp::NullaryFnOnce;

use super::config::Activation;

/// Numbers worked on at once.
pub(super) const LANES: usize = 16;

/// Runs `pass` compiled for the widest vectors of this processor.
pub(crate) fn widest<P: NullaryFnOnce>(pass: P) -> P::Output {
    pulp::Arch::new().dispatch(pass)
}

/// Adds `bias` to every row of `values`, then activates.
pub(super) struct Activate<'a> {
    pub(super) values: &'a mut [f32],
    pub(super) bias: &'a [f32],
    pub(super) activation: Activation,
}

impl NullaryFnOnce for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for row in self.values.chunks_exact_mut(self.bias.len()) {
            let pairs = row.iter_mut().zip(self.bias);
            match self.activation {
                Activation::Gelu => pairs.for_each(|(x, bias)| *x = gelu(*x + bias)),
                Activation::GeluTanh => pairs.for_each(|(x, bias)| *x = gelu_tanh(*x + bias)),
                Activation::Relu => pairs.for_each(|(x, bias)| *x = (*x + bias).max(0.0)),
            }
        }
    }
}

/// For every row: layer norm of `values + bias + residual`, in place.
pub(super) struct AddNorm<'a> {
    pub(super) values: &'a mut [f32],
    /// As long as `values`.
    pub(super) residual: &'a [f32],
    pub(super) bias: &'a [f32],
    pub(super) norm: &'a Norm,
}

/// Scale, shift and epsilon of a layer norm.
pub(super) struct Norm {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) epsilon: f32,
}

impl NullaryFnOnce for AddNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let width = self.bias.len();
        let residuals = self.residual.chunks_exact(width);
        for (row, residual) in self.values.chunks_exact_mut(width).zip(residuals) {
            for ((x, bias), residual) in row.iter_mut().zip(self.bias).zip(residual) {
                *x += bias + residual;
            }
            normalise(row, self.norm);
        }
    }
}

/// Layer norm of one row.
#[inline(always)]
fn normalise(row: &mut [f32], norm: &Norm) {
    let n = row.len() as f32;
    let mean = sum(row, |x| x) / n;
    let variance = sum(row, |x| (x - mean) * (x - mean)) / n;
    let scale = 1.0 / (variance + norm.epsilon).sqrt();
    for ((x, weight), bias) in row.iter_mut().zip(&norm.weight).zip(&norm.bias) {
        *x = (*x - mean) * scale * weight + bias;
    }
}

/// The sum of `term` over a row.
#[inline(always)]
fn sum(row: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let chunks = row.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += term(x);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|&x| term(x)).sum::<f32>()
}

/// x · Φ(x) = x/2 · (1 + erf(x/√2)).
#[inline(always)]
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// x/2 · (1 + tanh u) = x / (1 + exp(−2u)), u = √(2/π) · (x + 0.044715 x³).
#[inline(always)]
fn gelu_tanh(x: f32) -> f32 {
    let u = 0.797_884_6 * (x + 0.044_715 * x * x * x);
    x / (1.0 + exp(-2.0 * u))
}

/// The error function as a ratio of two polynomials, right to a few units of the last place; beyond
/// ±4 it is ±1 in `f32`. Coefficients as in Eigen's `generic_fast_erf_float`.
#[inline(always)]
pub(crate) fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let mut above = -2.726_142e-10;
    above = above * square + 2.770_681_4e-8;
    above = above * square - 2.101_024e-6;
    above = above * square - 5.692_506_4e-5;
    above = above * square - 7.349_906e-4;
    above = above * square - 2.954_6e-3;
    above = above * square - 1.609_603_3e-2;
    let mut below = -1.456_607_2e-5;
    below = below * square - 2.133_740_5e-4;
    below = below * square - 1.682_827e-3;
    below = below * square - 7.373_329e-3;
    below = below * square - 1.426_473_9e-2;
    x * above / below
}

/// e^x: 2^n · e^r with r in ±ln(2)/2, e^r by a polynomial (Cephes); right to two units of the last
/// place. Below −87 it stays at e^−87, above 88 at e^88.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding 1.5 · 2²³ rounds to a whole number and leaves it in the low bits.
    const SHIFT: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = x - n * 0.693_359_4 - n * -2.121_944_4e-4;
    let mut y = 1.987_569_1e-4;
    y = y * r + 1.398_2e-3;
    y = y * r + 8.333_452e-3;
    y = y * r + 4.166_579_6e-2;
    y = y * r + 1.666_666_5e-1;
    y = y * r + 5e-1;
    y = y * r * r + r + 1.0;
    let exponent = shifted.to_bits().wrapping_sub(SHIFT.to_bits()).wrapping_add(127);
    y * f32::from_bits(exponent << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// erf by its Taylor series in `f64`, far more exact than what it is held against.
    fn exact_erf(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    }

    fn grid() -> impl Iterator<Item = f32> {
        (-12_000..=12_000).map(|step| step as f32 * 5e-4)
    }

    #[test]
    fn the_error_function_is_right_to_the_last_digits() {
        for x in grid().filter(|x| x.abs() < 4.5) {
            let error = (f64::from(erf(x)) - exact_erf(f64::from(x))).abs();
            assert!(error < 4e-7, "erf({x}) is off by {error}");
        }
        assert!((erf(40.0) - 1.0).abs() < 4e-7 && erf(f32::NAN).is_nan());
    }

    #[test]
    fn the_exponential_is_right_to_the_last_digits() {
        for x in grid().map(|x| x * 14.0) {
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x)) / exact - 1.0).abs();
            assert!(error < 3e-7, "exp({x}) is off by {error}");
        }
        assert!(exp(-1000.0) > 0.0 && exp(1000.0).is_finite() && exp(0.0) == 1.0);
    }

    #[test]
    fn both_forms_of_gelu_are_near_each_other_and_near_the_exact_one() {
        for x in grid() {
            let exact = 0.5 * f64::from(x) * (1.0 + exact_erf(f64::from(x) / 2f64.sqrt()));
            let tolerance = 1e-6 * f64::from(x.abs().max(1.0));
            if x.abs() < 6.0 {
                assert!((f64::from(gelu(x)) - exact).abs() < tolerance, "gelu({x})");
            }
            assert!((gelu(x) - gelu_tanh(x)).abs() < 1e-3, "gelu_tanh({x})");
        }
    }

    #[test]
    fn a_normalised_row_has_mean_zero_and_deviation_one() {
        let norm = Norm { weight: vec![1.0; 37], bias: vec![0.0; 37], epsilon: 0.0 };
        let mut values: Vec<f32> = (0..37).map(|at| (at * at % 11) as f32).collect();
        let residual: Vec<f32> = (0..37).map(|at| at as f32).collect();
        widest(AddNorm { values: &mut values, residual: &residual, bias: &[3.0; 37], norm: &norm });
        let mean = values.iter().sum::<f32>() / 37.0;
        let variance = values.iter().map(|x| x * x).sum::<f32>() / 37.0;
        assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-5);
    }
}
