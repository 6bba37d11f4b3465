use fenqun_base::{DataError, Labels};
use serde::{Deserialize, Serialize};

/// Settings of the softmax head, as configuration spells them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Softmax {
    /// Candidates for `C`, the weight of the data against the penalty: the larger, the freer the
    /// coefficients. A single candidate is taken as it is.
    pub c: Vec<f64>,
    /// Inner folds that choose among the candidates.
    pub n_folds: usize,
    /// What an error costs, class by class.
    pub class_weights: ClassWeights,
    /// Mean squared norm the rows are scaled to, by one factor; 0: the rows as they are.
    pub row_norm: f32,
    /// Whether every column is first brought to mean 0 and variance 1. Blocks that come
    /// standardised, and singular vectors whose variance means something, should stay as they are.
    pub standardise: bool,
    /// Rounds end when the mean loss is within this of its minimum.
    pub tolerance: f64,
    /// Most rounds for one candidate.
    pub max_iterations: usize,
}

/// How much one row of a class counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// Every row counts 1.
    #[default]
    Uniform,
    /// Every class counts the same in sum: `n / (n_classes × n_of_class)` a row.
    Balanced,
    /// One number above 0 a class, in the order of the classes.
    Given(Vec<f64>),
}

impl Default for Softmax {
    fn default() -> Self {
        Self {
            c: vec![0.001, 0.003, 0.01, 0.03, 0.1],
            n_folds: 3,
            class_weights: ClassWeights::Uniform,
            row_norm: 50.0,
            standardise: false,
            tolerance: 1e-7,
            max_iterations: 1000,
        }
    }
}

impl Softmax {
    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self) -> Result<(), DataError> {
        let refuse = |name, rule: &str, found: String| {
            Err(DataError::Parameter { name, rule: rule.to_owned(), found })
        };
        let is_positive = |value: &f64| value.is_finite() && *value > 0.0;
        if self.c.is_empty() || !self.c.iter().all(is_positive) {
            return refuse("c", "one number above 0 or more", format!("{:?}", self.c));
        }
        if !(2..=100).contains(&self.n_folds) {
            return refuse("n_folds", "between 2 and 100", self.n_folds.to_string());
        }
        if !(self.row_norm.is_finite() && self.row_norm >= 0.0) {
            return refuse("row_norm", "0 or more", self.row_norm.to_string());
        }
        if !is_positive(&self.tolerance) {
            return refuse("tolerance", "above 0", self.tolerance.to_string());
        }
        if !(1..=1_000_000).contains(&self.max_iterations) {
            let found = self.max_iterations.to_string();
            return refuse("max_iterations", "between 1 and 1000000", found);
        }
        Ok(())
    }

    /// Candidates for `C`, strongest penalty first, each once.
    pub(super) fn candidates(&self) -> Vec<f64> {
        let mut candidates = self.c.clone();
        candidates.sort_by(f64::total_cmp);
        candidates.dedup();
        candidates
    }
}

impl ClassWeights {
    /// Checks given weights against the classes.
    ///
    /// # Errors
    /// [`DataError::WrongLength`], [`DataError::Parameter`].
    pub fn check(&self, labels: &Labels) -> Result<(), DataError> {
        let Self::Given(weights) = self else { return Ok(()) };
        if weights.len() != labels.n_classes() {
            let (expected, found) = (labels.n_classes(), weights.len());
            return Err(DataError::WrongLength { what: "class_weights", expected, found });
        }
        if !weights.iter().all(|weight| weight.is_finite() && *weight > 0.0) {
            let rule = "a number above 0 for every class (leave out users of a class that should \
                        not count)";
            let found = format!("{weights:?}");
            return Err(DataError::Parameter { name: "class_weights", rule: rule.into(), found });
        }
        Ok(())
    }

    /// Those of some of the classes; `None` where there is nothing to leave out.
    pub(crate) fn for_classes(&self, kept: &[usize]) -> Option<Self> {
        let Self::Given(weights) = self else { return None };
        let own = kept.iter().filter_map(|&class| weights.get(class).copied());
        Some(Self::Given(own.collect()))
    }

    /// What one row of each class counts, given how many rows there are of each.
    pub(crate) fn of(&self, counts: &[usize]) -> Vec<f64> {
        match self {
            Self::Uniform => vec![1.0; counts.len()],
            Self::Given(weights) => weights.clone(),
            Self::Balanced => {
                let n_rows: usize = counts.iter().sum();
                let n_classes = counts.iter().filter(|&&count| count > 0).count();
                let weight = |&count: &usize| match count {
                    0 => 0.0,
                    _ => n_rows as f64 / (n_classes * count) as f64,
                };
                counts.iter().map(weight).collect()
            }
        }
    }
}
