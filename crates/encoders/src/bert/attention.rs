//! Self-attention of texts of any lengths that lie one after another in one batch.
//!
//! Every text looks only at its own rows, so nothing is padded and nothing masked. For one head of a
//! text of `n` tokens: scores = q · kᵀ (the scale 1/√d is folded into the weights of q), softmax
//! over each row, then the mean of the values by these shares. Keys are laid out transposed, so that
//! scores are sums of whole vectors.

use pulp::NullaryFnOnce;

use super::vector::{LANES, exp};

/// Computes `context` from `projected`.
pub(super) struct Attention<'a> {
    /// A row a token: query, key, value, each `width` wide. The bias is added here.
    pub(super) projected: &'a mut [f32],
    /// Three times `width`.
    pub(super) bias: &'a [f32],
    /// Tokens of each text, in order.
    pub(super) lengths: &'a [usize],
    pub(super) heads: usize,
    /// A row a token, `width` wide.
    pub(super) context: &'a mut [f32],
}

impl NullaryFnOnce for Attention<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let width = self.bias.len() / 3;
        for row in self.projected.chunks_exact_mut(3 * width) {
            row.iter_mut().zip(self.bias).for_each(|(x, bias)| *x += bias);
        }
        let longest = self.lengths.iter().copied().max().unwrap_or(0).next_multiple_of(LANES);
        let mut head = Head {
            width,
            d: width / self.heads,
            keys: vec![0.0; width / self.heads * longest],
            scores: vec![0.0; longest],
        };
        let mut start = 0;
        for &n in self.lengths {
            let rows = &self.projected[start * 3 * width..(start + n) * 3 * width];
            let context = &mut self.context[start * width..(start + n) * width];
            for number in 0..self.heads {
                head.attend(number, n, rows, context);
            }
            start += n;
        }
    }
}

/// Room for one head of one text.
struct Head {
    width: usize,
    /// Width of a head.
    d: usize,
    /// `d` rows of as many columns as tokens, rounded up to whole lanes.
    keys: Vec<f32>,
    scores: Vec<f32>,
}

impl Head {
    #[inline(always)]
    fn attend(&mut self, number: usize, n: usize, rows: &[f32], context: &mut [f32]) {
        let (width, d) = (self.width, self.d);
        let padded = n.next_multiple_of(LANES);
        let at = number * d;
        for (token, row) in rows.chunks_exact(3 * width).enumerate() {
            for (column, &key) in row[width + at..width + at + d].iter().enumerate() {
                self.keys[column * padded + token] = key;
            }
        }
        let keys = &self.keys[..d * padded];
        let scores = &mut self.scores[..padded];
        let tokens = rows.chunks_exact(3 * width).zip(context.chunks_exact_mut(width));
        for (row, context) in tokens {
            score(&row[at..at + d], keys, scores);
            softmax(&mut scores[..n]);
            mix(&scores[..n], rows, 3 * width, 2 * width + at, &mut context[at..at + d]);
        }
    }
}

/// scores = query · keys.
#[inline(always)]
fn score(query: &[f32], keys: &[f32], scores: &mut [f32]) {
    let padded = scores.len();
    for (block, scores) in scores.chunks_exact_mut(LANES).enumerate() {
        let mut lanes = [0.0f32; LANES];
        for (&q, row) in query.iter().zip(keys.chunks_exact(padded)) {
            let keys = &row[block * LANES..(block + 1) * LANES];
            for (lane, &key) in lanes.iter_mut().zip(keys) {
                *lane += q * key;
            }
        }
        scores.copy_from_slice(&lanes);
    }
}

#[inline(always)]
fn softmax(scores: &mut [f32]) {
    let mut highest = f32::NEG_INFINITY;
    for &score in scores.iter() {
        highest = if score > highest { score } else { highest };
    }
    for score in scores.iter_mut() {
        *score = exp(*score - highest);
    }
    let total: f32 = scores.iter().sum();
    let scale = 1.0 / total;
    for score in scores.iter_mut() {
        *score *= scale;
    }
}

/// context = Σ share · value, the values lying in `rows` at `offset` of every `stride`.
#[inline(always)]
fn mix(shares: &[f32], rows: &[f32], stride: usize, offset: usize, context: &mut [f32]) {
    for (block, context) in context.chunks_mut(LANES).enumerate() {
        let from = offset + block * LANES;
        let n = context.len();
        let mut lanes = [0.0f32; LANES];
        if n == LANES {
            for (&share, row) in shares.iter().zip(rows.chunks_exact(stride)) {
                for (lane, &value) in lanes.iter_mut().zip(&row[from..from + LANES]) {
                    *lane += share * value;
                }
            }
        } else {
            for (&share, row) in shares.iter().zip(rows.chunks_exact(stride)) {
                for (lane, &value) in lanes.iter_mut().zip(&row[from..from + n]) {
                    *lane += share * value;
                }
            }
        }
        context.copy_from_slice(&lanes[..n]);
    }
}
