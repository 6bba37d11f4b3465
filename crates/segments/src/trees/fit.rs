use fenqun_base::{DataError, Labels, Matrix, Seed, Supervised};

use super::loss::Loss;
use super::{BinaryTreesModel, RegressionTreesModel, Trees, TreesModel};

impl Supervised for Trees {
    type Fitted = TreesModel;

    fn fit(&self, data: &Matrix, labels: &Labels, seed: Seed) -> Result<TreesModel, DataError> {
        self.check_data(data)?;
        labels.check(data.n_rows())?;
        self.class_weights.check(labels)?;
        let weights = self.class_weights.of(&labels.counts());
        let rows = labels.labelled();
        let (data, labels) = (data.select_rows(&rows), labels.select(&rows));
        let seed = seed.derive("trees");
        // Two classes are one question: half the trees, and the same loss.
        let forest = if let [no, yes] = weights[..] {
            let is_positive: Vec<bool> = labels.codes.iter().map(|&code| code == 1).collect();
            let loss = Loss::Logistic { is_positive: &is_positive, weights: [no, yes] };
            self.boost(&data, &loss, seed)
        } else {
            let loss = Loss::Softmax { classes: &labels.codes, weights: &weights };
            self.boost(&data, &loss, seed)
        };
        Ok(TreesModel::new(forest, labels.n_classes()))
    }

    fn for_classes(&self, kept: &[usize]) -> Option<Self> {
        let class_weights = self.class_weights.for_classes(kept)?;
        Some(Self { class_weights, ..self.clone() })
    }
}

impl Trees {
    /// Learns a number: squared differences are made small.
    ///
    /// # Errors
    /// [`DataError`] for a parameter outside its rule, no rows, another number of values than rows,
    /// values not finite.
    pub fn fit_values(
        &self,
        data: &Matrix,
        values: &[f32],
        seed: Seed,
    ) -> Result<RegressionTreesModel, DataError> {
        self.check_data(data)?;
        check_length("values", data.n_rows(), values.len())?;
        if let Some(row) = values.iter().position(|value| !value.is_finite()) {
            return Err(DataError::NotFinite { row, column: 0, value: values[row] });
        }
        let loss = Loss::Squared { values };
        Ok(RegressionTreesModel { forest: self.boost(data, &loss, seed.derive("trees")) })
    }

    /// Learns yes or no, on any number of rows up to 16,777,215. Every row counts the
    /// same.
    ///
    /// # Errors
    /// [`DataError`] for a parameter outside its rule, no rows, another number of answers than
    /// rows, values not finite; [`DataError::Labels`] when all answers are the same.
    pub fn fit_binary(
        &self,
        data: &Matrix,
        is_positive: &[bool],
        seed: Seed,
    ) -> Result<BinaryTreesModel, DataError> {
        self.check_data(data)?;
        check_length("answers", data.n_rows(), is_positive.len())?;
        if is_positive.iter().all(|&positive| positive == is_positive[0]) {
            let word = if is_positive[0] { "yes" } else { "no" };
            let reason = format!("all rows are `{word}`: there is nothing to tell apart");
            return Err(DataError::Labels { reason });
        }
        let loss = Loss::Logistic { is_positive, weights: [1.0; 2] };
        Ok(BinaryTreesModel { forest: self.boost(data, &loss, seed.derive("trees")) })
    }
}

fn check_length(what: &'static str, expected: usize, found: usize) -> Result<(), DataError> {
    if expected == found { Ok(()) } else { Err(DataError::WrongLength { what, expected, found }) }
}
