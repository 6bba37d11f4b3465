//! What is asked about labels and the next period.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use fenqun_run::Beside;
use fenqun_run::behaviour::HeadChoice;

use super::LanguageWord;

/// Where labels are.
#[derive(Args, Debug)]
pub struct LabelFiles {
    /// Files of labels, one row a user: CSV, TSV, JSONL, Parquet
    #[arg(long, value_name = "FILE", num_args = 1.., requires_all = ["user", "label"])]
    pub labels: Vec<String>,
    /// The column of users in the files of labels
    #[arg(long, value_name = "COLUMN", requires = "labels")]
    pub user: Option<String>,
    /// The column of groups (household, company) in the files of labels: users of one group are never
    /// learned from and asked about at once
    #[arg(long, value_name = "COLUMN", requires = "labels")]
    pub group: Option<String>,
}

/// `fenqun evaluate`.
#[derive(Args, Debug)]
pub struct EvaluateOptions {
    /// The folder of a finished run
    pub run: PathBuf,
    /// A configuration whose `[[labels]]`, `[head]` and `[evaluation]` replace those of the run
    #[arg(short, long)]
    pub config: Option<PathBuf>,
    /// Files of labels.
    #[command(flatten)]
    pub files: LabelFiles,
    /// The column of labels; several are evaluated one after the other
    #[arg(long, value_name = "COLUMN", requires = "labels")]
    pub label: Vec<String>,
    /// A question about the next period
    #[arg(long, value_enum)]
    pub task: Option<TaskWord>,
    /// Length of the period that the task asks about; without it 28 days, 14 for `behaviour`
    #[arg(long, value_name = "DAYS", requires = "task")]
    pub days: Option<u32>,
    /// Moments that `inactive` and `spend` are learned from; without it 5
    #[arg(long, value_name = "N", requires = "task")]
    pub origins: Option<usize>,
    /// First day of the period that tests (YYYY-MM-DD); without it the last whole one; not for
    /// `behaviour`
    #[arg(long, value_name = "DAY", requires = "task")]
    pub at: Option<String>,
    /// For `inactive` and `spend`: only users who did something in so many days before
    #[arg(long, value_name = "DAYS", default_value_t = 0, requires = "task")]
    pub active_within: u32,
    /// For `behaviour`: the head, `full` (that of the challenge), `small`, or `auto`: full from
    /// 50,000 users on
    #[arg(long, value_name = "HEAD", requires = "task", value_parser = head)]
    pub head: Option<HeadChoice>,
    /// For `behaviour`: most targets of a propensity; without it 100
    #[arg(long, value_name = "N", requires = "task")]
    pub n_targets: Option<usize>,
    /// For `behaviour`: user vectors of another tool, a folder with client_ids.npy and
    /// embeddings.npy, and what tables call them
    #[arg(long, value_name = "NAME=DIR", requires = "task", value_parser = vectors)]
    pub vectors: Vec<(String, PathBuf)>,
    /// Folds of each repetition
    #[arg(long)]
    pub folds: Option<usize>,
    /// Repetitions with other folds
    #[arg(long)]
    pub repeats: Option<usize>,
    /// A feature that may give the labels away, because it is truly known before they are
    #[arg(long, value_name = "FEATURE")]
    pub allow: Vec<String>,
    /// The class whose gain and lift are shown; without it the second of two, the rarest of more
    #[arg(long, value_name = "CLASS")]
    pub lift_class: Option<String>,
    /// A further method to stand beside: softmax, trees, perceptron, nearest_labelled,
    /// label_spreading, or tokens (a network on the words of the behaviour record)
    #[arg(long, value_name = "METHOD", num_args = 1.., value_parser = beside)]
    pub beside: Vec<Beside>,
    /// Do not learn from parts of the labels
    #[arg(long)]
    pub no_learning_curve: bool,
    /// Where all random choices start; without it the run's seed
    #[arg(long, env = "FENQUN_SEED")]
    pub seed: Option<u64>,
    /// Language of words
    #[arg(long, value_enum, env = "FENQUN_LANGUAGE")]
    pub language: Option<LanguageWord>,
}

/// `fenqun tune`.
#[derive(Args, Debug)]
pub struct TuneOptions {
    /// The folder of a finished run
    pub run: PathBuf,
    /// A configuration whose `[[labels]]`, `[head]`, `[tune]` and allowed features replace those of the
    /// run
    #[arg(short, long)]
    pub config: Option<PathBuf>,
    /// Files of labels.
    #[command(flatten)]
    pub files: LabelFiles,
    /// The column of labels
    #[arg(long, value_name = "COLUMN", requires = "labels")]
    pub label: Option<String>,
    /// Which `[[labels]]` of the configuration, by name
    #[arg(long, value_name = "NAME", conflicts_with = "labels")]
    pub label_name: Option<String>,
    /// The head; without it that of the configuration
    #[arg(long, value_enum)]
    pub method: Option<MethodWord>,
    /// How the space is searched
    #[arg(long, value_enum)]
    pub strategy: Option<StrategyWord>,
    /// A file with the space: lines of "head.settings.c" = { kind = "range", from = .., to = .. }
    #[arg(long, value_name = "FILE.toml")]
    pub space: Option<PathBuf>,
    /// Most trials of a search
    #[arg(long, value_name = "N")]
    pub trials: Option<usize>,
    /// No new trials after so many seconds
    #[arg(long, value_name = "S")]
    pub seconds: Option<f64>,
    /// The metric searched by, such as macro_f1, accuracy, auroc, log_loss
    #[arg(long, conflicts_with = "until")]
    pub metric: Option<String>,
    /// A metric and the value at which the search may end, such as macro_f1=0.55
    #[arg(long, value_name = "METRIC=VALUE")]
    pub until: Option<String>,
    /// Inner folds that judge a trial
    #[arg(long)]
    pub folds: Option<usize>,
    /// Outer folds that judge the tuning, each with a search of its own; 0: not judged
    #[arg(long)]
    pub outer_folds: Option<usize>,
    /// A feature that may give the label away, because it is truly known before it is
    #[arg(long, value_name = "FEATURE")]
    pub allow: Vec<String>,
    /// Throw the trials of earlier searches of this label and method away first
    #[arg(long)]
    pub afresh: bool,
    /// Where all random choices start; without it the run's seed
    #[arg(long, env = "FENQUN_SEED")]
    pub seed: Option<u64>,
    /// Language of words
    #[arg(long, value_enum, env = "FENQUN_LANGUAGE")]
    pub language: Option<LanguageWord>,
}

fn beside(word: &str) -> Result<Beside, String> {
    let found = Beside::ALL.into_iter().find(|beside| beside.name() == word);
    let names = Beside::ALL.map(Beside::name).join(", ");
    found.ok_or_else(|| format!("must be one of {names}"))
}

fn head(word: &str) -> Result<HeadChoice, String> {
    let found = HeadChoice::ALL.into_iter().find(|head| head.name() == word);
    let names = HeadChoice::ALL.map(HeadChoice::name).join(", ");
    found.ok_or_else(|| format!("must be one of {names}"))
}

fn vectors(words: &str) -> Result<(String, PathBuf), String> {
    match words.split_once('=') {
        Some((name, folder)) if !name.trim().is_empty() && !folder.is_empty() => {
            Ok((name.trim().to_owned(), folder.into()))
        }
        _ => Err("must be NAME=DIR, such as mine=vectors/mine".to_owned()),
    }
}

/// A head as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum MethodWord {
    /// Linear heads and trees, averaged
    Blend,
    /// Multinomial logistic regression
    Softmax,
    /// Boosted trees
    Trees,
    /// A multi-layer perceptron
    Perceptron,
    /// The nearest class centroid
    NearestLabelled,
    /// Labels spread along neighbours
    LabelSpreading,
}

impl From<MethodWord> for fenqun_run::HeadMethod {
    fn from(word: MethodWord) -> Self {
        match word {
            MethodWord::Blend => Self::Blend,
            MethodWord::Softmax => Self::Softmax,
            MethodWord::Trees => Self::Trees,
            MethodWord::Perceptron => Self::Perceptron,
            MethodWord::NearestLabelled => Self::NearestLabelled,
            MethodWord::LabelSpreading => Self::LabelSpreading,
        }
    }
}

/// A strategy as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum StrategyWord {
    /// Every combination
    Grid,
    /// Points drawn by the seed
    Random,
    /// Many points on few users, the best of them on all
    Halving,
}

/// A question as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TaskWord {
    /// Who buys nothing in the period
    Inactive,
    /// How much money each user spends in it
    Spend,
    /// Which of the most bought categories each user buys from
    Categories,
    /// The six questions of the universal behaviour protocol (RecSys Challenge 2025)
    Behaviour,
}

impl From<TaskWord> for fenqun_run::Ask {
    fn from(word: TaskWord) -> Self {
        match word {
            TaskWord::Inactive => Self::Inactive,
            TaskWord::Spend => Self::Spend,
            TaskWord::Categories => Self::Categories,
            TaskWord::Behaviour => Self::Behaviour,
        }
    }
}
