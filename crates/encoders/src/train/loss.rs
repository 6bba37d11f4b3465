use fenqun_base::Matrix;

/// What is to be learned of every row.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// One class a row; cross-entropy, weighted by class.
    Classes {
        /// The class of every row.
        codes: Vec<u32>,
        /// What a row of each class counts.
        weights: Vec<f32>,
    },
    /// Any of several things, 0 or 1 each; binary cross-entropy, all things alike.
    Flags(Matrix),
}

/// The loss of some rows.
pub(super) struct Loss {
    /// Weighted mean.
    pub(super) mean: f64,
    /// By how much the rows count together.
    pub(super) weight: f64,
    /// The slope of the mean by what came out of the network.
    pub(super) slope: Matrix,
}

impl Target {
    /// The loss of `rows`, for which the network gave `outputs`.
    pub(super) fn loss(&self, rows: &[usize], outputs: &Matrix) -> Loss {
        match self {
            Self::Classes { codes, weights } => {
                let weight_of = |row: usize| weights[codes[row] as usize];
                let weight: f64 = rows.iter().map(|&row| f64::from(weight_of(row))).sum();
                let mut slope = softmax(outputs);
                let mut sum = 0.0;
                for (at, &row) in rows.iter().enumerate() {
                    let class = codes[row] as usize;
                    let own = f64::from(weight_of(row));
                    sum += own * -log_share(outputs.row(at), class);
                    let slopes = slope.row_mut(at);
                    slopes[class] -= 1.0;
                    slopes.iter_mut().for_each(|slope| *slope *= (own / weight) as f32);
                }
                Loss { mean: sum / weight, weight, slope }
            }
            Self::Flags(flags) => {
                let n = (rows.len() * flags.n_columns()) as f64;
                let mut slope = outputs.clone();
                let mut sum = 0.0;
                for (at, &row) in rows.iter().enumerate() {
                    for (slope, &flag) in slope.row_mut(at).iter_mut().zip(flags.row(row)) {
                        let (x, flag) = (f64::from(*slope), f64::from(flag));
                        sum += x.max(0.0) - x * flag + (-x.abs()).exp().ln_1p();
                        *slope = ((1.0 / (1.0 + (-x).exp()) - flag) / n) as f32;
                    }
                }
                Loss { mean: sum / n, weight: n, slope }
            }
        }
    }
}

/// Shares that sum to 1, row by row.
pub(crate) fn softmax(outputs: &Matrix) -> Matrix {
    let mut result = outputs.clone();
    for row in result.values_mut().chunks_exact_mut(outputs.n_columns().max(1)) {
        let largest = row.iter().fold(f32::NEG_INFINITY, |most, &value| most.max(value));
        let shares: Vec<f64> =
            row.iter().map(|value| (f64::from(*value) - f64::from(largest)).exp()).collect();
        let total: f64 = shares.iter().sum();
        row.iter_mut().zip(shares).for_each(|(value, share)| *value = (share / total) as f32);
    }
    result
}

/// ln of one share of [`softmax`].
fn log_share(row: &[f32], class: usize) -> f64 {
    let largest = row.iter().fold(f32::NEG_INFINITY, |most, &value| most.max(value));
    let largest = f64::from(largest);
    let total: f64 = row.iter().map(|&value| (f64::from(value) - largest).exp()).sum();
    f64::from(row[class]) - largest - total.ln()
}
