use fenqun_base::Labels;
use serde::{Deserialize, Serialize};

use super::{Comparing, IntervalKind, Paired, Standing, Verdict, verdict};
use crate::splits::Reduced;

/// A class and how many users are labelled with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassCount {
    /// Name of the class.
    pub name: String,
    /// Labelled users.
    pub n_users: usize,
}

/// Contenders side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The classes, in the order of all tables.
    pub classes: Vec<ClassCount>,
    /// Folds of each repetition, or origins in time.
    pub n_folds: usize,
    /// Repetitions of the folds.
    pub n_repeats: usize,
    /// Why the folds are fewer than asked for.
    pub reduced: Option<Reduced>,
    /// How intervals were found.
    pub interval: IntervalKind,
    /// The seed of everything.
    pub seed: u64,
    /// The class of the lift curves.
    pub lift_class: String,
    /// The settings.
    pub params: Comparing,
    /// In the order they came.
    pub contenders: Vec<Standing>,
    /// Tests between them, metric by metric.
    pub paired: Vec<Paired>,
}

impl Comparison {
    /// What was found of one contender.
    #[must_use]
    pub fn standing(&self, name: &str) -> Option<&Standing> {
        self.contenders.iter().find(|standing| standing.name == name)
    }

    /// How each contender that is no baseline stands against the baselines, by the main metric.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        verdict::of(self)
    }
}

impl ClassCount {
    pub(super) fn of(labels: &Labels) -> Vec<Self> {
        let classes = labels.classes.iter().zip(labels.counts());
        classes.map(|(name, n_users)| Self { name: name.clone(), n_users }).collect()
    }
}
