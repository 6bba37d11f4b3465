//! Four rows at a time in vector instructions: logits forwards, gradient back.

use pulp::Simd;

use super::kernel::{Linear, Rows};

/// Lanes of a sum: fixed, so that every machine adds in the same order.
const LANES: usize = 8;
/// Rows worked on at once.
pub(super) const BLOCK: usize = 4;

/// Coefficients with every class padded with zeros to whole lanes.
pub(super) struct Padded<'a> {
    pub(super) weights: Vec<f64>,
    width: usize,
    stride: usize,
    pub(super) intercepts: &'a [f64],
}

impl<'a> Padded<'a> {
    pub(super) fn new(linear: Linear<'a>, width: usize) -> Self {
        let stride = width.next_multiple_of(LANES);
        let mut weights = vec![0.0; linear.intercepts.len() * stride];
        let rows = weights.chunks_exact_mut(stride).zip(linear.weights.chunks_exact(width));
        rows.for_each(|(padded, own)| padded[..width].copy_from_slice(own));
        Self { weights, width, stride, intercepts: linear.intercepts }
    }

    /// What was summed up class by class with padding, without it.
    pub(super) fn without_padding(&self, sums: &[f64]) -> Vec<f64> {
        sums.chunks_exact(self.stride).flat_map(|own| own[..self.width].iter().copied()).collect()
    }
}

/// Rows widened to 64 bits and padded with zeros to whole lanes, a block at a time.
pub(super) struct Block {
    values: Vec<f64>,
    stride: usize,
}

impl Block {
    pub(super) fn new(width: usize) -> Self {
        let stride = width.next_multiple_of(LANES);
        Self { values: vec![0.0; BLOCK * stride], stride }
    }

    /// A short last block repeats its last row.
    #[inline(always)]
    pub(super) fn fill<T: Copy + Into<f64> + Sync>(&mut self, rows: &Rows<'_, T>, at: &[u32]) {
        for (place, row) in self.values.chunks_exact_mut(self.stride).enumerate() {
            let values = rows.row(at[place.min(at.len() - 1)]);
            row.iter_mut().zip(values).for_each(|(wide, &value)| *wide = value.into());
        }
    }

    #[inline(always)]
    fn rows<S: Simd, const N: usize>(&self, first: usize) -> [&[S::f64s]; N] {
        std::array::from_fn(|row| {
            let start = (first + row) * self.stride;
            S::as_simd_f64s(&self.values[start..start + self.stride]).0
        })
    }

    /// Logits of the block's rows, one after the other.
    #[inline(always)]
    pub(super) fn logits<S: Simd>(&self, simd: S, linear: &Padded<'_>, logits: &mut [f64]) {
        let n_classes = linear.intercepts.len();
        for (pair, logits) in logits.chunks_exact_mut(2 * n_classes).enumerate() {
            let rows = self.rows::<S, 2>(2 * pair);
            let mut class = 0;
            while class < n_classes {
                let left = n_classes - class;
                match left {
                    1 => dots::<S, 1>(simd, rows, linear, class, logits),
                    2 => dots::<S, 2>(simd, rows, linear, class, logits),
                    3 => dots::<S, 3>(simd, rows, linear, class, logits),
                    _ => dots::<S, 4>(simd, rows, linear, class, logits),
                }
                class += left.min(4);
            }
        }
    }

    /// Adds `Σ residual × row` to the gradient of every class.
    #[inline(always)]
    pub(super) fn back<S: Simd>(&self, simd: S, residuals: &[[f64; BLOCK]], gradient: &mut [f64]) {
        let [a, b, c, d] = self.rows::<S, BLOCK>(0);
        for (own, residual) in gradient.chunks_exact_mut(self.stride).zip(residuals) {
            let own = S::as_mut_simd_f64s(own).0;
            let residual = residual.map(|residual| simd.splat_f64s(residual));
            let rows = a.iter().zip(b).zip(c.iter().zip(d));
            for (sum, ((&a, &b), (&c, &d))) in own.iter_mut().zip(rows) {
                *sum = simd.mul_add_f64s(residual[0], a, *sum);
                *sum = simd.mul_add_f64s(residual[1], b, *sum);
                *sum = simd.mul_add_f64s(residual[2], c, *sum);
                *sum = simd.mul_add_f64s(residual[3], d, *sum);
            }
        }
    }
}

/// Products of two rows with `K` classes from `first` on.
///
/// Lane `l` sums the columns `l`, `l + 8`, `l + 16` …, however many lanes the machine has at once.
#[inline(always)]
fn dots<S: Simd, const K: usize>(
    simd: S,
    rows: [&[S::f64s]; 2],
    linear: &Padded<'_>,
    first: usize,
    logits: &mut [f64],
) {
    let n_classes = linear.intercepts.len();
    let weights: [&[S::f64s]; K] = std::array::from_fn(|class| {
        let start = (first + class) * linear.stride;
        S::as_simd_f64s(&linear.weights[start..start + linear.stride]).0
    });
    let n_parts = LANES / S::F64_LANES;
    let mut lanes = [[[0.0f64; LANES]; K]; 2];
    for part in 0..n_parts {
        let mut sums = [[simd.splat_f64s(0.0); K]; 2];
        for at in (part..rows[0].len()).step_by(n_parts) {
            let values = [rows[0][at], rows[1][at]];
            for class in 0..K {
                let weight = weights[class][at];
                sums[0][class] = simd.mul_add_f64s(values[0], weight, sums[0][class]);
                sums[1][class] = simd.mul_add_f64s(values[1], weight, sums[1][class]);
            }
        }
        for (lanes, sums) in lanes.iter_mut().flatten().zip(sums.iter().flatten()) {
            S::as_mut_simd_f64s(lanes).0[part] = *sums;
        }
    }
    for (row, lanes) in lanes.iter().enumerate() {
        for (class, lanes) in lanes.iter().enumerate() {
            let at = first + class;
            logits[row * n_classes + at] = fold(lanes) + linear.intercepts[at];
        }
    }
}

#[inline(always)]
fn fold(lanes: &[f64; LANES]) -> f64 {
    ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5]))
        + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]))
}
