use std::fmt::Write as _;

use fenqun_encoders::behaviour_head::HeadSize;
use serde::{Deserialize, Serialize};

/// What the protocol found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BehaviourResult {
    /// Where time was cut.
    pub windows: Windows,
    /// Users with a vector: those with an event in the input.
    pub n_users: usize,
    /// The head behind all vectors.
    pub head: HeadSize,
    /// Where its random numbers start.
    pub seed: u64,
    /// What was asked.
    pub tasks: Vec<TaskFacts>,
    /// What could not be asked.
    pub skipped: Vec<Skipped>,
    /// The vectors and how far they came; the baseline first.
    pub contenders: Vec<ContenderResult>,
    /// What a person should know, one sentence each.
    pub remarks: Vec<String>,
}

/// Where time was cut, milliseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    /// Days of each target window.
    pub days: i64,
    /// End of the input, start of the window to learn from.
    pub train: i64,
    /// Start of the window to be judged by.
    pub validation: i64,
    /// End of it.
    pub end: i64,
}

/// The six questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskName {
    /// Of those who bought before, who buys nothing.
    Churn,
    /// Of all, who buys nothing.
    Conversion,
    /// Which categories.
    PropensityCategory,
    /// Which items.
    PropensitySku,
    /// Which items that nobody bought before.
    PropensityNewSku,
    /// Which price buckets.
    PropensityPrice,
}

/// What is known of a question before it is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskFacts {
    /// The question.
    pub task: TaskName,
    /// Users asked about.
    pub n_users: usize,
    /// Targets: 1 for churn and conversion.
    pub n_targets: usize,
    /// Part of all flags that are 1, in the window to learn from.
    pub rate_train: f64,
    /// The same in the window to be judged by.
    pub rate_validation: f64,
}

/// A question that the shop's data cannot ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The question.
    pub task: TaskName,
    /// Why.
    pub reason: String,
}

/// How far some vectors came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContenderResult {
    /// Their name.
    pub name: String,
    /// Columns.
    pub width: usize,
    /// One a task, in the order of the tasks.
    pub scores: Vec<TaskScore>,
}

/// The epochs of one head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskScore {
    /// The question.
    pub task: TaskName,
    /// The epoch that counts, from 1.
    pub best_epoch: usize,
    /// Every epoch.
    pub epochs: Vec<EpochScore>,
}

/// What the head knew after an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochScore {
    /// What counts: the AUROC, or 0.8 · AUROC + 0.1 · novelty + 0.1 · diversity.
    pub score: f64,
    /// Mean over targets.
    pub auroc: f64,
    /// Propensities only.
    pub novelty: Option<f64>,
    /// Propensities only.
    pub diversity: Option<f64>,
    /// Targets that have an AUROC.
    pub n_scored: usize,
}

impl TaskName {
    /// The word in configuration and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Churn => "churn",
            Self::Conversion => "conversion",
            Self::PropensityCategory => "propensity_category",
            Self::PropensitySku => "propensity_sku",
            Self::PropensityNewSku => "propensity_new_sku",
            Self::PropensityPrice => "propensity_price",
        }
    }
}

impl TaskScore {
    /// The epoch that counts.
    #[must_use]
    pub fn best(&self) -> Option<&EpochScore> {
        self.epochs.get(self.best_epoch.checked_sub(1)?)
    }
}

impl BehaviourResult {
    /// The score and, in brackets, the AUROC of every contender and task, as a Markdown table.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::from("| vectors | width |");
        let mut line = String::from("|---|---|");
        for task in &self.tasks {
            // Writing to a string does not fail.
            let _ = write!(text, " {} |", task.task.name());
            line.push_str("---|");
        }
        text = format!("{text}\n{line}\n");
        for contender in &self.contenders {
            let _ = write!(text, "| {} | {} |", contender.name, contender.width);
            for score in &contender.scores {
                let _ = match score.best() {
                    None => write!(text, " – |"),
                    Some(best) if best.novelty.is_none() => write!(text, " {:.4} |", best.score),
                    Some(best) => write!(text, " {:.4} ({:.4}) |", best.score, best.auroc),
                };
            }
            text.push('\n');
        }
        text.push_str(
            "\nPropensities: the score, and the AUROC that is eight tenths of it in brackets.\n",
        );
        text
    }
}
