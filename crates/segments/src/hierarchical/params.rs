use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

/// Most segments that a cut may give.
pub(super) const MOST_SEGMENTS: usize = 10_000;

/// Most leaves: the table of distances is then 20 GB.
const MOST_LEAVES: usize = 100_000;

/// Settings of hierarchical grouping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hierarchical {
    /// What the distance of two groups is.
    pub linkage: Linkage,
    /// Number of segments.
    pub n_segments: usize,
    /// Groups that lie nearer than this are one segment; when given, `n_segments` is not looked at.
    pub height: Option<f32>,
    /// Up to so many rows, every row is a leaf of the tree.
    pub exact_up_to: usize,
    /// Above, so many k-means centroids are.
    pub n_summary: usize,
}

/// What the distance of two groups is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Linkage {
    /// What joining them adds to the inertia: round groups.
    #[default]
    Ward,
    /// The mean over all pairs.
    Average,
    /// The largest of all pairs: compact groups.
    Complete,
    /// The smallest of all pairs: chains.
    Single,
}

impl Default for Hierarchical {
    fn default() -> Self {
        Self {
            linkage: Linkage::Ward,
            n_segments: 8,
            height: None,
            exact_up_to: 20_000,
            n_summary: 1_000,
        }
    }
}

impl Hierarchical {
    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self) -> Result<(), DataError> {
        let between = |name, found: usize, least: usize, most: usize| {
            if (least..=most).contains(&found) {
                return Ok(());
            }
            let rule = format!("between {least} and {most}");
            Err(DataError::Parameter { name, rule, found: found.to_string() })
        };
        between("n_segments", self.n_segments, 1, MOST_SEGMENTS)?;
        between("exact_up_to", self.exact_up_to, 1, MOST_LEAVES)?;
        between("n_summary", self.n_summary, 2, MOST_SEGMENTS)?;
        if self.height.is_none() && self.n_summary < self.n_segments {
            let (rule, found) =
                (format!("n_segments ({}) or more", self.n_segments), self.n_summary);
            return Err(DataError::Parameter { name: "n_summary", rule, found: found.to_string() });
        }
        match self.height {
            Some(height) if !(height.is_finite() && height > 0.0) => {
                let (rule, found) = ("above 0".to_owned(), height.to_string());
                Err(DataError::Parameter { name: "height", rule, found })
            }
            _ => Ok(()),
        }
    }
}
