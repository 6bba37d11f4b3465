use std::collections::BTreeMap;
use std::path::PathBuf;

use fenqun_base::DataError;
use fenqun_encoders::behaviour_head::{BehaviourHead, HeadSize};
use serde::{Deserialize, Serialize};

/// Below so many users `auto` takes the small head: the full one has fifty million weights, and
/// three epochs of fewer users are fewer than 1,200 steps.
const FULL_FROM: usize = 50_000;

/// Settings of the protocol, as configuration spells them; the defaults are the challenge's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BehaviourParams {
    /// Days of each target window. A shop that trades slowly needs longer ones.
    pub days: i64,
    /// Most targets of a propensity.
    pub n_targets: usize,
    /// Which head.
    pub head: HeadChoice,
    /// Where the random numbers of head and resamples start.
    pub seed: u64,
    /// Resamples of the users behind the intervals; fewer where users are very many.
    pub n_resamples: usize,
    /// By name, folders with `client_ids.npy` and `embeddings.npy` of other user vectors to
    /// compare. They must have been made of the input window alone; those of a finished run were
    /// not.
    pub vectors: BTreeMap<String, PathBuf>,
}

/// Which head is put behind the vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadChoice {
    /// Full from 50,000 users on, else small.
    #[default]
    Auto,
    /// That of the challenge: 2048 wide, three blocks.
    Full,
    /// 256 wide, one block.
    Small,
}

impl HeadChoice {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Full, Self::Small];

    /// As configuration spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Full => "full",
            Self::Small => "small",
        }
    }
}

impl Default for BehaviourParams {
    fn default() -> Self {
        Self {
            days: 14,
            n_targets: 100,
            head: HeadChoice::Auto,
            seed: 1278,
            n_resamples: 1000,
            vectors: BTreeMap::new(),
        }
    }
}

impl BehaviourParams {
    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self) -> Result<(), DataError> {
        let refused = |name, rule: &str, found: String| {
            Err(DataError::Parameter { name, rule: rule.to_owned(), found })
        };
        if !(1..=3660).contains(&self.days) {
            return refused("days", "between 1 and 3660", self.days.to_string());
        }
        if !(2..=10_000).contains(&self.n_targets) {
            return refused("n_targets", "between 2 and 10000", self.n_targets.to_string());
        }
        if !(100..=100_000).contains(&self.n_resamples) {
            return refused("resamples", "between 100 and 100000", self.n_resamples.to_string());
        }
        Ok(())
    }

    /// The head for a shop of so many users.
    pub(super) fn head(&self, n_users: usize) -> BehaviourHead {
        let size = match self.head {
            HeadChoice::Full => HeadSize::Full,
            HeadChoice::Small => HeadSize::Small,
            HeadChoice::Auto if n_users >= FULL_FROM => HeadSize::Full,
            HeadChoice::Auto => HeadSize::Small,
        };
        BehaviourHead { size, ..BehaviourHead::default() }
    }
}
