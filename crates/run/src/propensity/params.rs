use fenqun_base::DataError;
use fenqun_encoders::collaborative::Ease;
use fenqun_profiles::PairParams;
use fenqun_segments::Trees;
use serde::{Deserialize, Serialize};

/// How the next period's categories are foretold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PropensityParams {
    /// Length of the period, in days.
    pub days: u32,
    /// Categories that are asked about: those in most baskets.
    pub n_categories: usize,
    /// Earlier periods to learn from, one right before the other.
    pub n_origins: usize,
    /// Whether scores from what other users did are among the features.
    pub collaborative: bool,
    /// The stronger of the two collaborative scores.
    pub ease: Ease,
    /// How the own history is looked at.
    pub pairs: PairParams,
    /// The trees. Those not named here are [`Trees::default`]'s, not [`Trees::of_pairs`]'s.
    pub trees: Trees,
    /// Most rows (users × categories × periods) to learn from; above it, of a share of the users.
    pub max_rows: usize,
}

impl Default for PropensityParams {
    fn default() -> Self {
        Self {
            days: 28,
            n_categories: 100,
            n_origins: 3,
            collaborative: true,
            ease: Ease::default(),
            pairs: PairParams::default(),
            trees: Trees::of_pairs(),
            max_rows: 4_000_000,
        }
    }
}

impl PropensityParams {
    pub(super) fn check(&self) -> Result<(), DataError> {
        in_range("days", self.days as usize, 1, 3650)?;
        in_range("n_categories", self.n_categories, 1, 5000)?;
        in_range("n_origins", self.n_origins, 1, 60)?;
        in_range("max_rows", self.max_rows, 1000, 16_000_000)
    }

    /// The period in milliseconds.
    pub(super) fn length(&self) -> i64 {
        i64::from(self.days) * 86_400_000
    }
}

fn in_range(name: &'static str, found: usize, least: usize, most: usize) -> Result<(), DataError> {
    if (least..=most).contains(&found) {
        return Ok(());
    }
    let rule = format!("between {least} and {most}");
    Err(DataError::Parameter { name, rule, found: found.to_string() })
}
