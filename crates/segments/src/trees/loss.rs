//! What trees are to make small: its slope and its curvature at every row.

use rayon::prelude::*;

/// Rows in a piece of parallel work.
const CHUNK: usize = 8192;

/// What is to be predicted.
pub(super) enum Loss<'a> {
    /// Half the squared difference from a number.
    Squared { values: &'a [f32] },
    /// Log loss of yes or no.
    Logistic { is_positive: &'a [bool], weights: [f64; 2] },
    /// Log loss of one class among several.
    Softmax { classes: &'a [u32], weights: &'a [f64] },
}

/// First and second derivative of the loss by a row's score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Slope {
    pub(super) gradient: f64,
    pub(super) hessian: f64,
}

impl Loss<'_> {
    /// Scores a row: one, or one a class.
    pub(super) fn n_outputs(&self) -> usize {
        match self {
            Self::Squared { .. } | Self::Logistic { .. } => 1,
            Self::Softmax { weights, .. } => weights.len(),
        }
    }

    /// The constant scores that are best before the first tree: the mean, the log-odds, the logs
    /// of the classes' shares.
    pub(super) fn start(&self) -> Vec<f32> {
        match self {
            Self::Squared { values } => {
                let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
                vec![(sum / values.len() as f64) as f32]
            }
            Self::Logistic { is_positive, weights } => {
                let n_positive = is_positive.iter().filter(|&&positive| positive).count();
                let positive = n_positive as f64 * weights[1];
                let negative = (is_positive.len() - n_positive) as f64 * weights[0];
                vec![(positive / negative).ln() as f32]
            }
            Self::Softmax { classes, weights } => {
                let mut sums = vec![0.0; weights.len()];
                for &class in *classes {
                    sums[class as usize] += weights[class as usize];
                }
                let total: f64 = sums.iter().sum();
                sums.iter().map(|sum| (sum / total).ln() as f32).collect()
            }
        }
    }

    /// The slopes of each output at `rows`, given the scores of all rows: `[output][row]`.
    pub(super) fn slopes(&self, scores: &[Vec<f64>], rows: &[u32]) -> Vec<Vec<Slope>> {
        match self {
            Self::Squared { values } => one(rows, |row| {
                let gradient = scores[0][row] - f64::from(values[row]);
                Slope { gradient, hessian: 1.0 }
            }),
            Self::Logistic { is_positive, weights } => one(rows, |row| {
                let chance = 1.0 / (1.0 + (-scores[0][row]).exp());
                let wanted = f64::from(u8::from(is_positive[row]));
                let weight = weights[usize::from(is_positive[row])];
                let hessian = weight * chance * (1.0 - chance);
                Slope { gradient: weight * (chance - wanted), hessian }
            }),
            Self::Softmax { classes, weights } => softmax(scores, rows, classes, weights),
        }
    }
}

fn one(rows: &[u32], slope: impl Fn(usize) -> Slope + Sync) -> Vec<Vec<Slope>> {
    let slopes = rows.par_iter().with_min_len(CHUNK).map(|&row| slope(row as usize));
    vec![slopes.collect()]
}

fn softmax(scores: &[Vec<f64>], rows: &[u32], classes: &[u32], weights: &[f64]) -> Vec<Vec<Slope>> {
    let n_classes = scores.len();
    // All scores of a row move against each other, which the plain second derivative leaves out.
    let factor = n_classes as f64 / (n_classes as f64 - 1.0);
    let mut chances = vec![0.0; rows.len() * n_classes];
    chances.par_chunks_mut(CHUNK * n_classes).zip(rows.par_chunks(CHUNK)).for_each(
        |(chances, rows)| {
            for (chances, &row) in chances.chunks_exact_mut(n_classes).zip(rows) {
                for (chance, scores) in chances.iter_mut().zip(scores) {
                    *chance = scores[row as usize];
                }
                to_shares(chances);
            }
        },
    );
    let slopes_of = |class: usize| -> Vec<Slope> {
        let own = chances.chunks_exact(n_classes).map(|chances| chances[class]);
        let slope = |(&row, chance): (&u32, f64)| {
            let of_row = classes[row as usize] as usize;
            let weight = weights[of_row];
            let wanted = f64::from(u8::from(of_row == class));
            let hessian = factor * weight * chance * (1.0 - chance);
            Slope { gradient: weight * (chance - wanted), hessian }
        };
        rows.iter().zip(own).map(slope).collect()
    };
    (0..n_classes).into_par_iter().map(slopes_of).collect()
}

/// Scores to shares that sum to 1, in place.
pub(super) fn to_shares(scores: &mut [f64]) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - most).exp();
        total += *score;
    }
    scores.iter_mut().for_each(|score| *score /= total);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slopes against differences of the loss itself.
    #[test]
    fn gradients_are_those_of_the_loss() {
        let (values, is_positive) = ([0.3f32, -2.0, 5.0], [true, false, true]);
        let (classes, weights) = ([2u32, 0, 1], [1.0, 2.0, 0.5]);
        let one = [0.4, -1.2, 0.1];
        let three = [[0.4, -1.2, 0.1], [0.0, 0.7, -0.3], [1.5, 0.2, 0.9]];
        for row in 0..3 {
            let squared = |s: f64| (s - f64::from(values[row])).powi(2) / 2.0;
            let found = Loss::Squared { values: &values }.slopes(&[one.to_vec()], &[row as u32]);
            near(found[0][0].gradient, squared, one[row]);

            let loss = Loss::Logistic { is_positive: &is_positive, weights: [1.0, 3.0] };
            let log = |s: f64| match is_positive[row] {
                true => 3.0 * (1.0 + (-s).exp()).ln(),
                false => (1.0 + s.exp()).ln(),
            };
            near(loss.slopes(&[one.to_vec()], &[row as u32])[0][0].gradient, log, one[row]);

            let loss = Loss::Softmax { classes: &classes, weights: &weights };
            let scores: Vec<Vec<f64>> = three.iter().map(|scores| scores.to_vec()).collect();
            for class in 0..3 {
                let log = |s: f64| {
                    let mut shares = [three[0][row], three[1][row], three[2][row]];
                    shares[class] = s;
                    to_shares(&mut shares);
                    let own = classes[row] as usize;
                    -weights[own] * shares[own].ln()
                };
                let found = loss.slopes(&scores, &[row as u32])[class][0].gradient;
                near(found, log, three[class][row]);
            }
        }
    }

    fn near(gradient: f64, loss: impl Fn(f64) -> f64, at: f64) {
        let step = 1e-5;
        let difference = (loss(at + step) - loss(at - step)) / (2.0 * step);
        assert!((gradient - difference).abs() < 1e-8, "{gradient} {difference}");
    }

    #[test]
    fn starts_leave_no_slope() {
        let classes: Vec<u32> = (0..60).map(|row| [0, 0, 1, 2, 2, 2][row % 6]).collect();
        let rows: Vec<u32> = (0..60).collect();
        let loss = Loss::Softmax { classes: &classes, weights: &[1.0, 4.0, 1.0] };
        let start = loss.start();
        let scores: Vec<Vec<f64>> = start.iter().map(|&s| vec![f64::from(s); 60]).collect();
        for slopes in loss.slopes(&scores, &rows) {
            assert!(slopes.iter().map(|slope| slope.gradient).sum::<f64>().abs() < 1e-5);
        }
    }
}
