use rayon::prelude::*;

/// Share of the past in the running mean of slopes, and of their squares.
const BETAS: (f64, f64) = (0.9, 0.999);
/// Keeps a step finite where slopes are zero.
const EPSILON: f64 = 1e-8;
/// Numbers in a piece of parallel work.
const PIECE: usize = 1 << 16;

/// AdamW: steps of even length in every direction, and decay apart from the slope.
#[derive(Debug, Default)]
pub(super) struct AdamW {
    n_steps: i32,
    moments: Vec<Vec<(f32, f32)>>,
}

impl AdamW {
    /// Moves every parameter against its slope.
    pub(super) fn step(
        &mut self,
        parameters: Vec<&mut [f32]>,
        slopes: &[Vec<f32>],
        rate: f64,
        decay: f64,
    ) {
        if self.moments.is_empty() {
            self.moments = slopes.iter().map(|slopes| vec![(0.0, 0.0); slopes.len()]).collect();
        }
        self.n_steps = self.n_steps.saturating_add(1);
        let first = 1.0 - BETAS.0.powi(self.n_steps);
        let second = 1.0 - BETAS.1.powi(self.n_steps);
        let length = (rate / first) as f32;
        let root = (1.0 / second.sqrt()) as f32;
        let keep = (1.0 - rate * decay) as f32;
        let (beta, square, epsilon) = (BETAS.0 as f32, BETAS.1 as f32, EPSILON as f32);
        for ((values, slopes), moments) in parameters.into_iter().zip(slopes).zip(&mut self.moments)
        {
            let pieces = values.par_chunks_mut(PIECE).zip(slopes.par_chunks(PIECE));
            pieces.zip(moments.par_chunks_mut(PIECE)).for_each(|((values, slopes), moments)| {
                for ((value, &slope), (mean, spread)) in values.iter_mut().zip(slopes).zip(moments)
                {
                    *mean = beta * *mean + (1.0 - beta) * slope;
                    *spread = square * *spread + (1.0 - square) * slope * slope;
                    *value = *value * keep - length * *mean / (spread.sqrt() * root + epsilon);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_steps_agree_with_a_count_by_hand() {
        // The first step is the rate itself, whatever the slope: 1 · (1 − .1 · .5) − .1.
        let mut values = [1.0f32, 1.0];
        let mut adam = AdamW::default();
        adam.step(vec![&mut values], &[vec![2.0, -0.01]], 0.1, 0.5);
        assert!((values[0] - 0.85).abs() < 1e-6 && (values[1] - 1.05).abs() < 1e-6, "{values:?}");
        // The second with the opposite slope: m̂ = (.18 − .2)/.19, v̂ = 4.
        adam.step(vec![&mut values], &[vec![-2.0, 0.0]], 0.1, 0.0);
        let expected = 0.85 - 0.1 * ((0.9 * 0.2 - 0.1 * 2.0) / 0.19) / 2.0;
        assert!((f64::from(values[0]) - expected).abs() < 1e-6, "{values:?}");
    }
}
