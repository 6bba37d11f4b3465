use fenqun_base::{Assignment, Contributions, DataError, Fitted, Matrix, ModelState, Soft, Stored};

use super::forest::Forest;
use super::loss::to_shares;

/// Trees that tell classes apart.
///
/// Every class has a score; the probabilities are the softmax of the scores. Of two classes the
/// scores are each other's negative.
#[derive(Clone, Debug, PartialEq)]
pub struct TreesModel {
    forest: Forest,
    n_classes: usize,
}

impl TreesModel {
    pub(super) fn new(forest: Forest, n_classes: usize) -> Self {
        Self { forest, n_classes }
    }

    /// The score of every class: rows × classes, as the trees add them up.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn scores(&self, data: &Matrix) -> Result<Matrix, DataError> {
        self.each_class(data, |_| ())
    }

    /// Mean score of every class over the rows that were learned from: what [`Self::shapley`]
    /// starts from.
    #[must_use]
    pub fn expected_scores(&self) -> Vec<f64> {
        let mut scores = self.forest.expected();
        self.complete(&mut scores);
        scores
    }

    /// What each column adds to each class's score, beyond the expected score: one list a class.
    /// The expected score and a class's list add up to the score. Exact Shapley values.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn shapley(&self, row: &[f32]) -> Result<Vec<Vec<f64>>, DataError> {
        let outputs = self.forest.shapley(row)?;
        let [one] = &outputs[..] else { return Ok(outputs) };
        let half = |sign: f64| one.iter().map(|value| sign * value / 2.0).collect();
        Ok(vec![half(-1.0), half(1.0)])
    }

    /// Each column's share of all that the splits gained; they sum to 1, or to 0 when nothing was
    /// split.
    #[must_use]
    pub fn importance(&self) -> Vec<f64> {
        self.forest.importance()
    }

    /// One score becomes two: half of the log-odds for, half against.
    fn complete(&self, scores: &mut Vec<f64>) {
        if let [log_odds] = scores[..] {
            *scores = vec![-log_odds / 2.0, log_odds / 2.0];
        }
    }

    fn each_class(&self, data: &Matrix, change: fn(&mut [f64])) -> Result<Matrix, DataError> {
        let rows = self.forest.map(data, |scores| {
            let mut scores = scores.to_vec();
            self.complete(&mut scores);
            change(&mut scores);
            scores
        })?;
        let values = rows.into_iter().flatten().map(|value| value as f32).collect();
        Matrix::new(data.n_rows(), self.n_classes, values)
    }
}

impl Fitted for TreesModel {
    fn n_segments(&self) -> usize {
        self.n_classes
    }

    fn width(&self) -> usize {
        self.forest.width
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        Assignment::likeliest(&self.probabilities(data)?)
    }
}

impl Soft for TreesModel {
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError> {
        self.each_class(data, to_shares)
    }

    fn contributions(&self, row: &[f32]) -> Result<Option<Contributions>, DataError> {
        let amounts = self.shapley(row)?;
        let slopes = Matrix::zeros(self.n_classes, self.forest.width);
        Ok(Some(Contributions { amounts, slopes }))
    }
}

impl Stored for TreesModel {
    const NAME: &'static str = "trees";

    fn state(&self) -> ModelState {
        self.forest.state()
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let forest = Forest::from_state(state, Self::NAME)?;
        let n_classes = forest.n_outputs().max(2);
        Ok(Self { forest, n_classes })
    }
}

/// Trees that predict a number.
#[derive(Clone, Debug, PartialEq)]
pub struct RegressionTreesModel {
    pub(super) forest: Forest,
}

/// Trees that predict the chance of a yes.
#[derive(Clone, Debug, PartialEq)]
pub struct BinaryTreesModel {
    pub(super) forest: Forest,
}

impl RegressionTreesModel {
    /// The number of every row.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn predict(&self, data: &Matrix) -> Result<Vec<f32>, DataError> {
        self.forest.map(data, |scores| scores[0] as f32)
    }
}

impl BinaryTreesModel {
    /// The chance of a yes, of every row.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn predict(&self, data: &Matrix) -> Result<Vec<f32>, DataError> {
        self.forest.map(data, |scores| (1.0 / (1.0 + (-scores[0]).exp())) as f32)
    }

    /// The log-odds of a yes, of every row: orders rows as [`Self::predict`] does, without ties at
    /// the ends.
    ///
    /// # Errors
    /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
    pub fn log_odds(&self, data: &Matrix) -> Result<Vec<f32>, DataError> {
        self.forest.map(data, |scores| scores[0] as f32)
    }
}

/// What the models of one output share.
macro_rules! one_output {
    ($model:ty, $name:literal) => {
        impl $model {
            /// Width of the rows it was fitted on.
            #[must_use]
            pub fn width(&self) -> usize {
                self.forest.width
            }

            /// Mean score over the rows that were learned from.
            #[must_use]
            pub fn expected_score(&self) -> f64 {
                self.forest.expected()[0]
            }

            /// What each column adds to the score, beyond the expected score: exact Shapley
            /// values.
            ///
            /// # Errors
            /// [`DataError::WrongWidth`], [`DataError::NotFinite`].
            pub fn shapley(&self, row: &[f32]) -> Result<Vec<f64>, DataError> {
                Ok(self.forest.shapley(row)?.swap_remove(0))
            }

            /// Each column's share of all that the splits gained.
            #[must_use]
            pub fn importance(&self) -> Vec<f64> {
                self.forest.importance()
            }
        }

        impl Stored for $model {
            const NAME: &'static str = $name;

            fn state(&self) -> ModelState {
                self.forest.state()
            }

            fn from_state(state: &ModelState) -> Result<Self, DataError> {
                let forest = Forest::from_state(state, Self::NAME)?;
                if forest.n_outputs() == 1 {
                    return Ok(Self { forest });
                }
                let reason = format!("one output is expected, it has {}", forest.n_outputs());
                Err(DataError::Model { model: Self::NAME, reason })
            }
        }
    };
}

one_output!(RegressionTreesModel, "regression-trees");
one_output!(BinaryTreesModel, "binary-trees");
