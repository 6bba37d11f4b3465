use fenqun_base::{DataError, Matrix, ModelState, Rng, SparseMatrix};
use rand::RngExt;

use super::Layer;
use super::layer::{Kept, backward_all, train_all};

/// Rows predicted at a time, to bound memory.
const PREDICTED: usize = 1024;

/// Layers in a chain, and what stands before them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Network {
    /// A vector a token; without it, rows go to the first layer as they are.
    table: Option<Matrix>,
    layers: Vec<Layer>,
    n_outputs: usize,
}

/// Rows to learn from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Input<'a> {
    /// Vectors.
    Dense(&'a Matrix),
    /// Counts of tokens.
    Tokens(&'a SparseMatrix),
}

/// What a forward pass keeps for the way back.
pub(super) struct Trace {
    layers: Vec<Kept>,
    /// Token and its share, of every row.
    shares: Vec<Vec<(usize, f32)>>,
}

impl Input<'_> {
    pub(super) fn n_rows(&self) -> usize {
        match self {
            Self::Dense(matrix) => matrix.n_rows(),
            Self::Tokens(matrix) => matrix.n_rows(),
        }
    }
}

impl Network {
    /// Layers on vectors.
    pub(crate) fn new(layers: Vec<Layer>, n_outputs: usize) -> Self {
        Self { table: None, layers, n_outputs }
    }

    /// Layers on the mean of token vectors, `n_tokens` of them, `width` wide, standard normal.
    pub(crate) fn on_tokens(
        n_tokens: usize,
        width: usize,
        layers: Vec<Layer>,
        n_outputs: usize,
        rng: &mut Rng,
    ) -> Self {
        let mut table = Matrix::zeros(n_tokens, width);
        for value in table.values_mut() {
            // The method of Box and Muller.
            let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
            *value = (radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()) as f32;
        }
        Self { table: Some(table), layers, n_outputs }
    }

    /// What comes out for every row, before softmax or sigmoid.
    pub(crate) fn predict(&self, input: Input<'_>) -> Result<Matrix, DataError> {
        let n_rows = input.n_rows();
        let all: Vec<usize> = (0..n_rows).collect();
        self.predict_rows(input, &all)
    }

    /// The same, for some rows.
    pub(crate) fn predict_rows(
        &self,
        input: Input<'_>,
        rows: &[usize],
    ) -> Result<Matrix, DataError> {
        let mut values = Vec::with_capacity(rows.len() * self.n_outputs);
        for batch in rows.chunks(PREDICTED) {
            let gathered = self.gather(input, batch).0;
            let result = self.layers.iter().fold(gathered, |rows, layer| layer.apply(rows));
            values.extend_from_slice(result.values());
        }
        Matrix::new(rows.len(), self.n_outputs, values)
    }

    /// Forwards, while training.
    pub(super) fn train(
        &mut self,
        input: Input<'_>,
        rows: &[usize],
        rng: &mut Rng,
    ) -> (Matrix, Trace) {
        let (gathered, shares) = self.gather(input, rows);
        let (result, layers) = train_all(&mut self.layers, gathered, rng);
        (result, Trace { layers, shares })
    }

    /// Slopes by every parameter, in the order of [`Self::parameters`].
    pub(super) fn backward(&self, trace: &Trace, slope: Matrix) -> Vec<Vec<f32>> {
        let mut slopes = Vec::new();
        let slope = backward_all(&self.layers, &trace.layers, slope, &mut slopes);
        if let Some(table) = &self.table {
            let mut sums = Matrix::zeros(table.n_rows(), table.n_columns());
            for (row, shares) in slope.rows().zip(&trace.shares) {
                for &(token, share) in shares {
                    let sums = sums.row_mut(token).iter_mut().zip(row);
                    sums.for_each(|(sum, slope)| *sum += share * slope);
                }
            }
            slopes.push(sums.into_values());
        }
        slopes.reverse();
        slopes
    }

    /// The numbers that training changes.
    pub(super) fn parameters(&mut self) -> Vec<&mut [f32]> {
        let mut all = Vec::new();
        all.extend(self.table.iter_mut().map(Matrix::values_mut));
        self.layers.iter_mut().for_each(|layer| layer.parameters(&mut all));
        all
    }

    /// Everything that makes up this network, added to a state.
    pub(crate) fn store(&self, mut state: ModelState) -> ModelState {
        for (number, values) in self.clone().numbers().into_iter().enumerate() {
            state = state.vector(&format!("network.{number}"), values);
        }
        state
    }

    /// Takes the numbers of a stored network of the same layers.
    pub(crate) fn load(
        mut self,
        model: &'static str,
        state: &ModelState,
    ) -> Result<Self, DataError> {
        for (number, values) in self.numbers().into_iter().enumerate() {
            let name = format!("network.{number}");
            let stored = state.read_vector(model, &name)?;
            let refused = |reason| DataError::Model { model, reason };
            if stored.len() != values.len() {
                let (expected, found) = (values.len(), stored.len());
                let reason = format!("tensor `{name}` must have {expected} values, got {found}");
                return Err(refused(reason));
            }
            if stored.iter().any(|value| !value.is_finite()) {
                return Err(refused(format!("tensor `{name}` holds values that are not finite")));
            }
            values.copy_from_slice(&stored);
        }
        Ok(self)
    }

    fn numbers(&mut self) -> Vec<&mut [f32]> {
        let mut all = Vec::new();
        all.extend(self.table.iter_mut().map(Matrix::values_mut));
        self.layers.iter_mut().for_each(|layer| layer.numbers(&mut all));
        all
    }

    /// The rows as the first layer gets them.
    fn gather(&self, input: Input<'_>, rows: &[usize]) -> (Matrix, Vec<Vec<(usize, f32)>>) {
        let tokens = match input {
            Input::Dense(matrix) => return (matrix.select_rows(rows), Vec::new()),
            Input::Tokens(tokens) => tokens,
        };
        let empty = Matrix::default();
        let table = self.table.as_ref().unwrap_or(&empty);
        let mut result = Matrix::zeros(rows.len(), table.n_columns());
        let mut all = Vec::with_capacity(rows.len());
        for (at, &row) in rows.iter().enumerate() {
            let shares = shares(tokens, row);
            for &(token, share) in &shares {
                let pairs = result.row_mut(at).iter_mut().zip(table.row(token));
                pairs.for_each(|(sum, value)| *sum += share * value);
            }
            all.push(shares);
        }
        (result, all)
    }
}

/// ln(1 + count) of every token of a row, over their sum. What is not above zero counts for nothing.
fn shares(tokens: &SparseMatrix, row: usize) -> Vec<(usize, f32)> {
    let logs = tokens.entries(row).map(|(token, count)| (token, count.max(0.0).ln_1p()));
    let mut logs: Vec<(usize, f32)> = logs.filter(|&(_, log)| log > 0.0).collect();
    let total: f32 = logs.iter().map(|&(_, log)| log).sum();
    logs.iter_mut().for_each(|(_, log)| *log /= total);
    logs
}
