use fenqun_base::{DataError, Labels, Matrix, NO_CODE, Seed, Supervised};

use super::path::{Problem, Solution};
use super::rotate::Rotation;
use super::scale::Frame;
use super::{Softmax, SoftmaxModel};

/// A fitted head, and what the inner folds say of rows they have not seen.
pub(crate) struct OutOfFold {
    pub(crate) model: SoftmaxModel,
    /// One row a row of the data, one column a class; zeros for a row without fold.
    pub(crate) shares: Matrix,
}

impl Supervised for Softmax {
    type Fitted = SoftmaxModel;

    fn fit(&self, data: &Matrix, labels: &Labels, seed: Seed) -> Result<SoftmaxModel, DataError> {
        self.check_data(data, labels)?;
        let folds = labels.folds(self.n_folds, seed.derive("softmax folds"));
        let folds = (self.candidates().len() > 1).then_some(&folds[..]);
        Ok(self.fit_rows(data, labels, folds, false)?.model)
    }

    fn for_classes(&self, kept: &[usize]) -> Option<Self> {
        let class_weights = self.class_weights.for_classes(kept)?;
        Some(Self { class_weights, ..self.clone() })
    }
}

/// Fits on inner folds that others share: `folds` has one number a row, [`NO_CODE`] without label.
///
/// # Errors
/// As `fit`.
pub(crate) fn fit_on_folds(
    params: &Softmax,
    data: &Matrix,
    labels: &Labels,
    folds: &[u32],
) -> Result<OutOfFold, DataError> {
    params.check_data(data, labels)?;
    params.fit_rows(data, labels, Some(folds), true)
}

impl Softmax {
    fn check_data(&self, data: &Matrix, labels: &Labels) -> Result<(), DataError> {
        self.check()?;
        labels.check(data.n_rows())?;
        self.class_weights.check(labels)?;
        if data.n_columns() == 0 {
            let (rule, found) = ("1 or more".to_owned(), "0".to_owned());
            return Err(DataError::Parameter { name: "columns", rule, found });
        }
        data.check_finite()
    }

    fn fit_rows(
        &self,
        data: &Matrix,
        labels: &Labels,
        folds: Option<&[u32]>,
        wants_shares: bool,
    ) -> Result<OutOfFold, DataError> {
        let at: Vec<u32> = (0..data.n_rows() as u32)
            .filter(|&row| labels.codes[row as usize] != NO_CODE)
            .collect();
        let pick = |values: &[u32]| at.iter().map(|&row| values[row as usize]).collect::<Vec<_>>();
        let codes = pick(&labels.codes);
        let folds = folds.map(pick);
        let frame = Frame::of(self, data, &at);
        let n_classes = labels.n_classes();
        let (found, weights, mut own) = if Rotation::pays(at.len(), data.n_columns()) {
            let rotation = Rotation::of(data, &at, &frame);
            let inner = Frame::identity(rotation.spread());
            let rows: Vec<u32> = (0..at.len() as u32).collect();
            let (values, width) = (&rotation.values[..], rotation.width);
            let problem = Problem {
                params: self,
                values,
                width,
                frame: &inner,
                n_classes,
                at: &rows,
                codes: &codes,
            };
            let found = solve(&problem, folds.as_deref(), wants_shares);
            let scaled = &found.solution.point[..n_classes * width];
            let weights = rotation.back(data, &at, &frame, scaled);
            let own = found.solution.point[n_classes * width..].to_vec();
            (found, weights, own)
        } else {
            let (values, width) = (data.values(), data.n_columns());
            let problem = Problem {
                params: self,
                values,
                width,
                frame: &frame,
                n_classes,
                at: &at,
                codes: &codes,
            };
            let found = solve(&problem, folds.as_deref(), wants_shares);
            let (weights, own) = found.solution.point.split_at(n_classes * width);
            let (weights, own) = (weights.to_vec(), own.to_vec());
            (found, weights, own)
        };
        let mut coefficients = Matrix::zeros(n_classes, data.n_columns());
        for (class, row) in weights.chunks_exact(data.n_columns()).enumerate() {
            let stored = coefficients.row_mut(class).iter_mut().zip(row).enumerate();
            for (column, (stored, weight)) in stored {
                *stored = (weight * frame.scale[column]) as f32;
                own[class] -= f64::from(*stored) * frame.shift[column];
            }
        }
        coefficients.check_finite()?;
        // What all intercepts share changes no probability.
        let shared = own.iter().sum::<f64>() / n_classes as f64;
        own.iter_mut().for_each(|intercept| *intercept -= shared);
        let mean = frame.shift.iter().map(|&mean| mean as f32).collect();
        let n_iterations = found.solution.n_iterations;
        let model = SoftmaxModel::new(coefficients, own, mean, found.c, n_iterations);
        let mut shares = Matrix::zeros(if wants_shares { data.n_rows() } else { 0 }, n_classes);
        for (&row, own) in at.iter().zip(found.shares.chunks_exact(n_classes)) {
            shares.row_mut(row as usize).copy_from_slice(own);
        }
        Ok(OutOfFold { model, shares })
    }
}

struct Found {
    c: f64,
    solution: Solution,
    /// One row a labelled row, if wanted.
    shares: Vec<f32>,
}

fn solve<T: Copy + Into<f64> + Sync>(
    problem: &Problem<'_, T>,
    folds: Option<&[u32]>,
    wants_shares: bool,
) -> Found {
    let candidates = problem.params.candidates();
    let Some(folds) = folds else {
        let c = candidates[0];
        return Found { c, solution: problem.solve_all(c, None), shares: Vec::new() };
    };
    let choice = problem.choose(folds, &candidates);
    let solution = problem.solve_all(choice.c, choice.solutions.first());
    let mut shares = Vec::new();
    if wants_shares {
        shares.resize(problem.at.len() * problem.n_classes, 0.0);
        for (fold, solution) in choice.solutions.iter().enumerate() {
            problem.held_out(solution, folds, fold as u32, &mut shares);
        }
    }
    Found { c: choice.c, solution, shares }
}
