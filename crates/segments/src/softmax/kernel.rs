//! The one loop that costs: logits of rows, their loss, and its gradient, in one reading.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::block::{BLOCK, Block, Padded};

/// Fewest rows in a piece of parallel work.
const FEWEST_ROWS: usize = 2048;
/// Most pieces, and most numbers that their partial gradients may hold together.
const MOST_PIECES: usize = 64;
const MOST_PARTIAL: usize = 1 << 23;

/// Rows the head learns from or is asked about: where they lie in `values`.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, T> {
    pub(super) values: &'a [T],
    pub(super) width: usize,
    pub(super) at: &'a [u32],
}

/// Coefficients for the values as they are: `[class][column]`, and one intercept a class.
#[derive(Clone, Copy)]
pub(super) struct Linear<'a> {
    pub(super) weights: &'a [f64],
    pub(super) intercepts: &'a [f64],
}

/// What the rows say about the coefficients.
#[derive(Clone, Debug, Default)]
pub(super) struct Slope {
    /// Weighted sum of log losses.
    pub(super) loss: f64,
    /// `Σ residual × row`, as the coefficients lie.
    pub(super) gradient: Vec<f64>,
    /// `Σ residual` of each class.
    pub(super) sums: Vec<f64>,
}

impl<'a, T: Copy + Into<f64> + Sync> Rows<'a, T> {
    pub(super) fn row(&self, at: u32) -> &'a [T] {
        let start = at as usize * self.width;
        &self.values[start..start + self.width]
    }

    /// Loss and gradient; `classes` and `weights` have one entry a row.
    pub(super) fn slope(&self, linear: Linear<'_>, classes: &[u32], weights: &[f64]) -> Slope {
        let padded = Padded::new(linear, self.width);
        let linear = &padded;
        let most = (MOST_PARTIAL / linear.weights.len()).clamp(2, MOST_PIECES);
        let piece = self.at.len().div_ceil(most).max(FEWEST_ROWS);
        let work = self.at.par_chunks(piece).zip(classes.par_chunks(piece));
        let parts: Vec<Slope> = work
            .zip(weights.par_chunks(piece))
            .map(|((at, classes), weights)| {
                let rows = Rows { at, ..*self };
                pulp::Arch::new().dispatch(Learn { rows, linear, classes, weights })
            })
            .collect();
        let mut parts = parts.into_iter();
        let mut slope = parts.next().unwrap_or_default();
        for part in parts {
            slope.loss += part.loss;
            add(&mut slope.gradient, &part.gradient);
            add(&mut slope.sums, &part.sums);
        }
        slope.gradient = linear.without_padding(&slope.gradient);
        slope
    }

    /// Probabilities of every class, row after row, given to `take` a piece at a time.
    pub(super) fn shares<R: Send>(
        &self,
        linear: Linear<'_>,
        take: impl Fn(usize, &[f64]) -> R + Sync,
    ) -> Vec<R> {
        let padded = Padded::new(linear, self.width);
        let linear = &padded;
        let pieces = self.at.par_chunks(FEWEST_ROWS).enumerate();
        let work = pieces.map(|(piece, at)| {
            let rows = Rows { at, ..*self };
            let mut shares = pulp::Arch::new().dispatch(Ask { rows, linear });
            for row in shares.chunks_exact_mut(linear.intercepts.len()) {
                softmax(row);
            }
            take(piece * FEWEST_ROWS, &shares)
        });
        work.collect()
    }
}

/// Turns logits into shares; returns the logarithm of their sum.
pub(super) fn softmax(logits: &mut [f64]) -> f64 {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for logit in logits.iter_mut() {
        *logit = (*logit - largest).exp();
        sum += *logit;
    }
    logits.iter_mut().for_each(|share| *share /= sum);
    largest + sum.ln()
}

pub(super) fn add(sums: &mut [f64], part: &[f64]) {
    for (sum, part) in sums.iter_mut().zip(part) {
        *sum += part;
    }
}

struct Learn<'a, T> {
    rows: Rows<'a, T>,
    linear: &'a Padded<'a>,
    classes: &'a [u32],
    weights: &'a [f64],
}

impl<T: Copy + Into<f64> + Sync> WithSimd for Learn<'_, T> {
    type Output = Slope;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Slope {
        let Self { rows, linear, classes, weights } = self;
        let n_classes = linear.intercepts.len();
        let gradient = vec![0.0; linear.weights.len()];
        let mut slope = Slope { loss: 0.0, gradient, sums: vec![0.0; n_classes] };
        let mut block = Block::new(rows.width);
        let mut logits = vec![0.0; BLOCK * n_classes];
        let mut residuals = vec![[0.0; BLOCK]; n_classes];
        let labelled = classes.chunks(BLOCK).zip(weights.chunks(BLOCK));
        for (at, (classes, weights)) in rows.at.chunks(BLOCK).zip(labelled) {
            block.fill(&rows, at);
            block.logits(simd, linear, &mut logits);
            residuals.iter_mut().for_each(|row| *row = [0.0; BLOCK]);
            let known = classes.iter().zip(weights);
            let shares = logits.chunks_exact_mut(n_classes);
            for (row, (shares, (&class, &weight))) in shares.zip(known).enumerate() {
                let own = shares[class as usize];
                slope.loss += weight * (softmax(shares) - own);
                shares[class as usize] -= 1.0;
                for (class, &residual) in shares.iter().enumerate() {
                    residuals[class][row] = weight * residual;
                    slope.sums[class] += weight * residual;
                }
            }
            block.back(simd, &residuals, &mut slope.gradient);
        }
        slope
    }
}

struct Ask<'a, T> {
    rows: Rows<'a, T>,
    linear: &'a Padded<'a>,
}

impl<T: Copy + Into<f64> + Sync> WithSimd for Ask<'_, T> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<f64> {
        let n_classes = self.linear.intercepts.len();
        let mut block = Block::new(self.rows.width);
        let mut logits = vec![0.0; self.rows.at.len().next_multiple_of(BLOCK) * n_classes];
        let blocks = self.rows.at.chunks(BLOCK).zip(logits.chunks_exact_mut(BLOCK * n_classes));
        for (at, logits) in blocks {
            block.fill(&self.rows, at);
            block.logits(simd, self.linear, logits);
        }
        logits.truncate(self.rows.at.len() * n_classes);
        logits
    }
}
