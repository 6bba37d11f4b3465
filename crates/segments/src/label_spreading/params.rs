use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// Settings of label spreading, as configuration spells them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelSpreading {
    /// Nearest users that each one is joined to.
    pub n_neighbours: usize,
    /// How much a user listens to its neighbours, above 0 and below 1.
    pub alpha: f64,
    /// How edges weigh.
    pub weights: EdgeWeights,
    /// Most rounds.
    pub max_iterations: usize,
    /// Rounds end when no share changes by more than this.
    pub tolerance: f64,
}

/// How much an edge of the graph weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeWeights {
    /// All alike.
    #[default]
    Equal,
    /// The nearer, the more, by local widths.
    Gaussian,
}

impl Default for LabelSpreading {
    fn default() -> Self {
        Self {
            n_neighbours: 7,
            alpha: 0.2,
            weights: EdgeWeights::Equal,
            max_iterations: 10_000,
            tolerance: 1e-9,
        }
    }
}

impl LabelSpreading {
    /// Most users the graph is built over: neighbours are found by comparing all with all.
    pub const MOST_ROWS: usize = 50_000;

    /// Checks every setting against its rule, and the number of users.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it; [`DataError::TooFewRows`].
    pub fn check(&self, n_rows: usize) -> Result<(), DataError> {
        let refuse =
            |name, rule: String, found: String| Err(DataError::Parameter { name, rule, found });
        if !(1..=1000).contains(&self.n_neighbours) {
            let found = self.n_neighbours.to_string();
            return refuse("n_neighbours", "between 1 and 1000".to_owned(), found);
        }
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            let rule = "above 0 and below 1".to_owned();
            return refuse("alpha", rule, self.alpha.to_string());
        }
        if self.max_iterations == 0 {
            return refuse("max_iterations", "1 or more".to_owned(), "0".to_owned());
        }
        if !self.tolerance.is_finite() || self.tolerance <= 0.0 {
            return refuse("tolerance", "above 0".to_owned(), self.tolerance.to_string());
        }
        if n_rows > Self::MOST_ROWS {
            let rule = format!(
                "at most {}, since all are compared with all: fit on a sample, then assign \
                 the others",
                Self::MOST_ROWS
            );
            return refuse("users for label spreading", rule, n_rows.to_string());
        }
        if n_rows <= self.n_neighbours {
            let needed = self.n_neighbours + 1;
            return Err(DataError::TooFewRows { needed, found: n_rows });
        }
        Ok(())
    }
}
