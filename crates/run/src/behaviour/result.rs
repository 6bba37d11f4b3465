use fenqun_base::Language;
use fenqun_encoders::behaviour_head::HeadSize;
use fenqun_evaluate::amounts::Spread;
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
    /// Times it went through the users.
    pub n_epochs: usize,
    /// Where its random numbers start, and those of the resamples.
    pub seed: u64,
    /// Draws of the users behind every interval.
    pub n_resamples: usize,
    /// What was asked.
    pub tasks: Vec<TaskFacts>,
    /// What could not be asked.
    pub skipped: Vec<Skipped>,
    /// The vectors and how far they came; the baseline first.
    pub contenders: Vec<ContenderResult>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The question.
    pub task: TaskName,
    /// Why.
    pub reason: WhyNot,
}

/// Why a question cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// Fewer than two users.
    FewUsers,
    /// Items have no category.
    NoCategories,
    /// Items have no prices, or one.
    OnePrice,
    /// Fewer than two targets were bought in the window to learn from.
    FewTargets,
    /// Everybody or nobody has each target in the window to be judged by.
    NothingToTellApart,
}

/// Where user vectors are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Plain counts: the baseline.
    Counts,
    /// One block of several.
    Block,
    /// All blocks of the run: what it would write as its user vector.
    Joined,
    /// Another tool.
    Brought,
    /// The counts, and others beside them.
    BesideCounts,
}

/// How far some vectors came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContenderResult {
    /// Their name.
    pub name: String,
    /// Where they are from.
    pub role: Role,
    /// Columns.
    pub width: usize,
    /// Values beyond what float16 holds, cut to its ends.
    pub n_clamped: usize,
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
    /// The AUROC of the epoch that counts, with its 95 % interval over resamples of the users.
    pub auroc: Spread,
    /// How much more than the counts have, on the same resamples.
    pub over_counts: Option<Spread>,
    /// How much more than all blocks of the run have; of vectors of other tools only.
    pub over_joined: Option<Spread>,
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
    /// Every question, in the order of the board.
    pub const ALL: [Self; 6] = [
        Self::Churn,
        Self::Conversion,
        Self::PropensityCategory,
        Self::PropensitySku,
        Self::PropensityNewSku,
        Self::PropensityPrice,
    ];

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

impl WhyNot {
    /// In words.
    #[must_use]
    pub fn words(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::FewUsers => ("fewer than two users can be asked about", "可供提问的用户不足两位"),
            Self::NoCategories => ("the catalogue has no categories", "商品目录没有品类"),
            Self::OnePrice => ("items have no prices that differ", "商品没有不同的价格"),
            Self::FewTargets => (
                "fewer than two targets were bought in the window to learn from",
                "学习窗口内被购买的目标不足两个",
            ),
            Self::NothingToTellApart => (
                "in the window to be judged by, everybody or nobody has each target",
                "评判窗口内每个目标要么人人都有、要么人人都没有",
            ),
        };
        language.pick(english, chinese)
    }
}

impl TaskScore {
    /// The epoch that counts.
    #[must_use]
    pub fn best(&self) -> Option<&EpochScore> {
        self.epochs.get(self.best_epoch.checked_sub(1)?)
    }
}
