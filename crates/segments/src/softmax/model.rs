use fenqun_base::{Assignment, Contributions, DataError, Fitted, Matrix, ModelState, Soft, Stored};
use serde::{Deserialize, Serialize};

use super::kernel::{Linear, Rows};

/// Coefficients and intercepts, in the units of the data.
#[derive(Clone, Debug, PartialEq)]
pub struct SoftmaxModel {
    coefficients: Matrix,
    mean: Vec<f32>,
    summary: Summary,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    c: f64,
    intercepts: Vec<f64>,
    n_iterations: usize,
}

impl SoftmaxModel {
    pub(super) fn new(
        coefficients: Matrix,
        intercepts: Vec<f64>,
        mean: Vec<f32>,
        c: f64,
        n_iterations: usize,
    ) -> Self {
        Self { coefficients, mean, summary: Summary { c, intercepts, n_iterations } }
    }

    /// One row of coefficients a class, in the units of the data.
    #[must_use]
    pub fn coefficients(&self) -> &Matrix {
        &self.coefficients
    }

    /// One intercept a class.
    #[must_use]
    pub fn intercepts(&self) -> &[f64] {
        &self.summary.intercepts
    }

    /// The mean of the labelled rows it was fitted on: the user that others are explained against.
    #[must_use]
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// The candidate for `C` that the inner folds chose.
    #[must_use]
    pub fn c(&self) -> f64 {
        self.summary.c
    }

    /// Rounds of the last fit.
    #[must_use]
    pub fn n_iterations(&self) -> usize {
        self.summary.n_iterations
    }

    /// The logit of every class for one row.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`].
    pub fn logits(&self, row: &[f32]) -> Result<Vec<f64>, DataError> {
        self.check_width(row)?;
        let own = |(coefficients, intercept): (&[f32], &f64)| {
            let terms = coefficients.iter().zip(row);
            intercept + terms.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>()
        };
        Ok(self.coefficients.rows().zip(&self.summary.intercepts).map(own).collect())
    }

    /// What every column adds to every class's logit against the mean row, one list a class: the
    /// exact Shapley values of a linear function whose columns are drawn one by one from the rows
    /// it was fitted on. A class's values sum to its logit less its logit at [`Self::mean`].
    ///
    /// # Errors
    /// [`DataError::WrongWidth`].
    pub fn shapley(&self, row: &[f32]) -> Result<Vec<Vec<f64>>, DataError> {
        self.check_width(row)?;
        let apart =
            row.iter().zip(&self.mean).map(|(&own, &mean)| f64::from(own) - f64::from(mean));
        let apart: Vec<f64> = apart.collect();
        let of_class = |coefficients: &[f32]| {
            coefficients.iter().zip(&apart).map(|(&it, apart)| f64::from(it) * apart).collect()
        };
        Ok(self.coefficients.rows().map(of_class).collect())
    }

    fn check_width(&self, row: &[f32]) -> Result<(), DataError> {
        if row.len() == self.width() {
            return Ok(());
        }
        Err(DataError::WrongWidth { expected: self.width(), found: row.len() })
    }
}

impl Fitted for SoftmaxModel {
    fn n_segments(&self) -> usize {
        self.coefficients.n_rows()
    }

    fn width(&self) -> usize {
        self.coefficients.n_columns()
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        Assignment::likeliest(&self.probabilities(data)?)
    }
}

impl Soft for SoftmaxModel {
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError> {
        self.check(data)?;
        let weights: Vec<f64> = self.coefficients.values().iter().copied().map(f64::from).collect();
        let linear = Linear { weights: &weights, intercepts: &self.summary.intercepts };
        let at: Vec<u32> = (0..data.n_rows() as u32).collect();
        let rows = Rows { values: data.values(), width: self.width(), at: &at };
        let narrow = |_, shares: &[f64]| shares.iter().map(|&share| share as f32).collect();
        let pieces: Vec<Vec<f32>> = rows.shares(linear, narrow);
        Matrix::new(data.n_rows(), self.n_segments(), pieces.concat())
    }

    fn contributions(&self, row: &[f32]) -> Result<Option<Contributions>, DataError> {
        let (amounts, slopes) = (self.shapley(row)?, self.coefficients.clone());
        Ok(Some(Contributions { amounts, slopes }))
    }
}

impl Stored for SoftmaxModel {
    const NAME: &'static str = "softmax";

    fn state(&self) -> ModelState {
        ModelState::new(&self.summary)
            .matrix("coefficients", &self.coefficients)
            .vector("mean", &self.mean)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let summary: Summary = state.read_config(Self::NAME)?;
        let coefficients = state.read_matrix(Self::NAME, "coefficients")?;
        let mean = state.read_vector(Self::NAME, "mean")?;
        let refuse =
            |reason: &str| Err(DataError::Model { model: Self::NAME, reason: reason.to_owned() });
        if coefficients.n_rows() < 2 || coefficients.n_columns() == 0 {
            return refuse("it holds no coefficients");
        }
        if summary.intercepts.len() != coefficients.n_rows()
            || mean.len() != coefficients.n_columns()
        {
            return refuse("its coefficients, intercepts and mean differ in length");
        }
        if !summary.intercepts.iter().all(|intercept| intercept.is_finite()) {
            return refuse("its intercepts are not finite");
        }
        coefficients.check_finite()?;
        Ok(Self { coefficients, mean, summary })
    }
}
