use fenqun_base::{DataError, SparseMatrix};
use serde::{Deserialize, Serialize};

/// Most rounds: after many, all vectors are much the same.
const MOST_ROUNDS: usize = 100;

/// Settings of graph vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Graph {
    /// Width of the result.
    pub dimensions: usize,
    /// Times from items to users and back.
    pub rounds: usize,
    /// Columns that fewer users have are dropped; 0 counts as 1.
    pub min_users: u32,
}

impl Default for Graph {
    fn default() -> Self {
        Self { dimensions: 128, rounds: 4, min_users: 20 }
    }
}

impl Graph {
    /// Checks the settings against weights of users × kept columns.
    ///
    /// # Errors
    /// [`DataError::Parameter`] unless `dimensions` is between 1 and the smaller side, and `rounds`
    /// between 1 and 100.
    pub fn check(&self, weights: &SparseMatrix) -> Result<(), DataError> {
        let (rows, columns) = (weights.n_rows(), weights.n_columns());
        let most = rows.min(columns);
        if !(1..=most).contains(&self.dimensions) {
            let rule = format!("between 1 and {most}, for {rows} users and {columns} kept columns");
            let found = self.dimensions.to_string();
            return Err(DataError::Parameter { name: "dimensions", rule, found });
        }
        if !(1..=MOST_ROUNDS).contains(&self.rounds) {
            let rule = format!("between 1 and {MOST_ROUNDS}");
            let found = self.rounds.to_string();
            return Err(DataError::Parameter { name: "rounds", rule, found });
        }
        Ok(())
    }
}
