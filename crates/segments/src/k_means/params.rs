use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// Most segments that can be asked for: nobody reads more cards, and a typing error is caught.
const MOST_SEGMENTS: usize = 10_000;

/// Settings of k-means, as configuration spells them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KMeans {
    /// Number of segments.
    pub n_segments: usize,
    /// Independent starts, of which the best is kept.
    pub n_starts: usize,
    /// Most rounds of a start (batches, above `mini_batch_above` rows).
    pub max_iterations: usize,
    /// Rounds end when the centroids move less than this share of the mean column variance.
    pub tolerance: f64,
    /// Above so many rows, starts work on random batches.
    pub mini_batch_above: usize,
    /// Rows in a batch.
    pub batch: usize,
}

impl Default for KMeans {
    fn default() -> Self {
        Self {
            n_segments: 8,
            n_starts: 8,
            max_iterations: 100,
            tolerance: 1e-4,
            mini_batch_above: 200_000,
            batch: 8192,
        }
    }
}

impl KMeans {
    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self) -> Result<(), DataError> {
        let between = |name, found: usize, most: usize| {
            if (1..=most).contains(&found) {
                return Ok(());
            }
            let rule = format!("between 1 and {most}");
            Err(DataError::Parameter { name, rule, found: found.to_string() })
        };
        between("n_segments", self.n_segments, MOST_SEGMENTS)?;
        between("n_starts", self.n_starts, 1000)?;
        between("max_iterations", self.max_iterations, 100_000)?;
        between("batch", self.batch, 1 << 24)?;
        if !self.tolerance.is_finite() || self.tolerance < 0.0 {
            let (rule, found) = ("0 or more".to_owned(), self.tolerance.to_string());
            return Err(DataError::Parameter { name: "tolerance", rule, found });
        }
        Ok(())
    }
}
