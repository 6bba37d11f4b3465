use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

use crate::ClassWeights;

/// Settings of boosted trees. The defaults are those for some hundred to some thousand labelled
/// users; [`Trees::of_users`] and [`Trees::of_pairs`] are for the next period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trees {
    /// Trees, one after another; with three classes or more, trees a class. 1 to 10,000.
    pub rounds: usize,
    /// How much of its correction every tree is allowed, above 0 and up to 1.
    pub learning_rate: f64,
    /// Most leaves of a tree, 2 to 4,096.
    pub leaves: usize,
    /// Fewest rows in a leaf, at least 1.
    pub min_rows: usize,
    /// Share of the columns that each tree may use, above 0 and up to 1.
    pub column_share: f64,
    /// Share of the rows that each round learns from, above 0 and up to 1.
    pub row_share: f64,
    /// Strength of the penalty on squared leaf values, 0 or more.
    pub l2: f64,
    /// Most steps that a column is cut into, 2 to 255.
    pub bins: usize,
    /// What an error costs, class by class.
    pub class_weights: ClassWeights,
}

impl Default for Trees {
    fn default() -> Self {
        Self {
            rounds: 60,
            learning_rate: 0.08,
            leaves: 7,
            min_rows: 15,
            column_share: 0.3,
            row_share: 0.8,
            l2: 5.0,
            bins: 255,
            class_weights: ClassWeights::Uniform,
        }
    }
}

impl Trees {
    /// For what users do next (inactive or not, spend, coupons): more and slower trees.
    #[must_use]
    pub fn of_users() -> Self {
        Self { rounds: 300, learning_rate: 0.03, min_rows: 30, ..Self::default() }
    }

    /// For pooled rows of (user, category) pairs: larger trees on many rows.
    #[must_use]
    pub fn of_pairs() -> Self {
        Self {
            rounds: 200,
            leaves: 31,
            min_rows: 200,
            column_share: 0.6,
            row_share: 0.5,
            ..Self::default()
        }
    }

    pub(super) fn check(&self) -> Result<(), DataError> {
        in_range("rounds", self.rounds, 1, 10_000)?;
        in_range("leaves", self.leaves, 2, 4096)?;
        in_range("min_rows", self.min_rows, 1, usize::MAX)?;
        in_range("bins", self.bins, 2, 255)?;
        share("learning_rate", self.learning_rate)?;
        share("column_share", self.column_share)?;
        share("row_share", self.row_share)?;
        if !(self.l2.is_finite() && self.l2 >= 0.0) {
            let (rule, found) = ("finite and 0 or more".to_owned(), self.l2.to_string());
            return Err(DataError::Parameter { name: "l2", rule, found });
        }
        Ok(())
    }
}

fn in_range(name: &'static str, found: usize, least: usize, most: usize) -> Result<(), DataError> {
    if (least..=most).contains(&found) {
        return Ok(());
    }
    let rule = match most {
        usize::MAX => format!("at least {least}"),
        _ => format!("between {least} and {most}"),
    };
    Err(DataError::Parameter { name, rule, found: found.to_string() })
}

fn share(name: &'static str, found: f64) -> Result<(), DataError> {
    if found > 0.0 && found <= 1.0 {
        return Ok(());
    }
    let rule = "above 0 and at most 1".to_owned();
    Err(DataError::Parameter { name, rule, found: found.to_string() })
}
