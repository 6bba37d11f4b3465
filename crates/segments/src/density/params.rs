use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// Most rows a fit may look at: time is the square of them.
const MOST_ROWS: usize = 200_000;

/// Settings of density.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Density {
    /// Fewest rows that are a segment.
    pub min_segment_size: usize,
    /// Rows that make a place dense, itself counted; the more, the more users are unassigned. Not
    /// given: as many as `min_segment_size`.
    pub min_samples: Option<usize>,
    /// Which groups of the tree become segments.
    pub selection: Selection,
    /// Above so many rows, the fit looks at a sample of so many.
    pub exact_up_to: usize,
}

/// Which groups of the tree become segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// Those of largest total stability.
    #[default]
    ExcessOfMass,
    /// Those that never split.
    Leaf,
}

impl Default for Density {
    fn default() -> Self {
        Self {
            min_segment_size: 25,
            min_samples: None,
            selection: Selection::ExcessOfMass,
            exact_up_to: 20_000,
        }
    }
}

impl Density {
    /// Rows that make a place dense.
    #[must_use]
    pub fn n_samples(&self) -> usize {
        self.min_samples.unwrap_or(self.min_segment_size)
    }

    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self) -> Result<(), DataError> {
        let between = |name, found: usize, least: usize| {
            if (least..=MOST_ROWS).contains(&found) {
                return Ok(());
            }
            let rule = format!("between {least} and {MOST_ROWS}");
            Err(DataError::Parameter { name, rule, found: found.to_string() })
        };
        between("min_segment_size", self.min_segment_size, 2)?;
        between("min_samples", self.n_samples(), 1)?;
        between("exact_up_to", self.exact_up_to, 2)
    }
}
