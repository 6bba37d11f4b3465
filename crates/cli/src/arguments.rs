//! What can be typed; help, completions and the man page come from these definitions.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use fenqun_base::Language;

/// Raw shop events in; named and explained user segments out.
#[derive(Debug, Parser)]
#[command(
    name = "fenqun",
    version,
    about = "Raw shop events in; named and explained user segments out",
    after_help = EXAMPLES,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// No progress bars.
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  fenqun demo                          segments of a real shop, end to end
  fenqun init orders/ items.csv        look at your files, write fenqun.toml
  fenqun run                           run what fenqun.toml says
  fenqun run --resume                  finish a run that was stopped
  fenqun report runs/20260102-093000   make the report again

Exit codes: 0 done; 2 the data, the configuration or the machine needs attention;
130 stopped by Ctrl-C; 1 a fault of fenqun.";

const SEGMENTS_EXAMPLES: &str = "\
Examples:
  fenqun segments check audiences.toml
  fenqun segments check audiences.toml --run runs/monday
  fenqun segments count audiences.toml --run runs/monday
  fenqun segments count --rule 'purchased(category = \"tea\", within = \"90d\")' --run runs/monday
  fenqun segments export vip audiences.toml --run runs/monday -o vip.csv

A file of definitions (TOML, or YAML by its ending):
  [[segment]]
  name = \"vip\"
  title = \"Best customers\"
  rule = 'spend_91d > 300 and recency <= 30 and not segment(\"staff\")'";

/// What fenqun can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Segment a real grocery shop: 1.5 million purchase lines of 2,469 households
    #[command(after_help = "Examples:\n  fenqun demo\n  fenqun demo --out demo-zh --language zh")]
    Demo(RunOptions),
    /// Look at your files and write a commented configuration
    #[command(
        after_help = "Examples:\n  fenqun init orders.csv.gz\n  fenqun init 'data/*.parquet' -o shop.toml"
    )]
    Init(InitOptions),
    /// Run a configuration: clean, profile, encode, segment, explain, report
    #[command(
        after_help = "Examples:\n  fenqun run\n  fenqun run -c shop.toml --out runs/monday\n  fenqun run --resume"
    )]
    Run(RunCommand),
    /// Read and clean only; print what became of every row
    #[command(after_help = "Examples:\n  fenqun check\n  fenqun check -c shop.toml --format json")]
    Check(CheckOptions),
    /// Put users of new events into the segments of a finished run
    #[command(
        after_help = "Examples:\n  fenqun score runs/monday --events new/*.csv\n  fenqun score runs/monday --events june.parquet --as-of 2026-07-01 -o june-segments.parquet"
    )]
    Score(ScoreOptions),
    /// Say why a user is in a segment and what would move the user, or which rule tells a segment
    #[command(
        after_help = "Examples:\n  fenqun explain runs/monday --segment 4\n  fenqun explain runs/monday --user 00c5a1d2e3f405162738495a6b7c8d9e"
    )]
    Explain(ExplainOptions),
    /// Make the HTML report of a finished run again
    #[command(
        after_help = "Examples:\n  fenqun report runs/monday\n  fenqun report runs/monday -o monday.html"
    )]
    Report(ReportOptions),
    /// Segments defined by rules: check definitions, count users over a run, export an audience
    #[command(after_help = SEGMENTS_EXAMPLES)]
    Segments(SegmentsOptions),
    /// How well labels are told from behaviour, beside plain baselines on the same folds
    #[command(
        after_help = "Examples:\n  fenqun evaluate runs/monday --labels tiers.csv --user id --label tier\n  fenqun evaluate runs/monday --task inactive --days 90 --active-within 365\n  fenqun evaluate runs/monday -c fenqun.toml     what [[labels]] and [evaluation] ask for"
    )]
    Evaluate(EvaluateOptions),
    /// Search the settings of a head that tell a label best, and say what the search was worth
    #[command(
        after_help = "Examples:\n  fenqun tune runs/monday --labels tiers.csv --user id --label tier\n  fenqun tune runs/monday --label-name tier --method perceptron --until macro_f1=0.55\n  fenqun tune runs/monday --strategy halving --trials 40 --space space.toml\n\nThe same command goes on after a kill. Nothing else is changed: tuning/LABEL/METHOD/head.toml\nin the run is ready to paste into fenqun.toml."
    )]
    Tune(TuneOptions),
    /// List, fetch and check pretrained models
    #[command(
        after_help = "Examples:\n  fenqun models\n  fenqun models fetch minilm\n  fenqun models check"
    )]
    Models(PackageOptions),
    /// List, fetch and check public data sets
    #[command(after_help = "Examples:\n  fenqun data\n  fenqun data fetch complete-journey")]
    Data(PackageOptions),
    /// Turn texts into vectors: one text a line in, one row of a .npy file each out
    #[command(after_help = "Examples:\n  fenqun encode titles.txt --model minilm --out titles.npy")]
    Encode(EncodeOptions),
    /// Print completions for a shell
    #[command(after_help = "Examples:\n  fenqun completions bash > /etc/bash_completion.d/fenqun")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the man page
    #[command(after_help = "Examples:\n  fenqun man | man -l -")]
    Man,
}

/// Where a run goes and which settings it overrides.
#[derive(Args, Clone, Debug, Default)]
pub struct RunOptions {
    /// Folder of the run; without it runs/DATE-TIME
    #[arg(long, value_name = "DIR", env = "FENQUN_OUT")]
    pub out: Option<PathBuf>,
    /// Remove a run that is already in that folder first
    #[arg(long, conflicts_with = "resume")]
    pub replace: bool,
    /// Finish a run that was stopped: the one in --out, or the newest unfinished one in runs/
    #[arg(long)]
    pub resume: bool,
    /// Language of names, cards and the report, over the configuration
    #[arg(long, value_enum, env = "FENQUN_LANGUAGE")]
    pub language: Option<LanguageWord>,
    /// Where all random choices start, over the configuration
    #[arg(long, env = "FENQUN_SEED")]
    pub seed: Option<u64>,
    /// First day that is not looked at (YYYY-MM-DD), over the configuration
    #[arg(long, value_name = "DAY", env = "FENQUN_AS_OF")]
    pub as_of: Option<String>,
    /// Stop after a step; --resume goes on from there
    #[arg(long, value_enum, value_name = "STEP")]
    pub until: Option<UntilWord>,
}

/// `fenqun run`.
#[derive(Args, Debug)]
pub struct RunCommand {
    /// The configuration
    #[arg(short, long, default_value = "fenqun.toml", env = "FENQUN_CONFIG")]
    pub config: PathBuf,
    #[command(flatten)]
    pub options: RunOptions,
}

/// `fenqun init`.
#[derive(Args, Debug)]
pub struct InitOptions {
    /// Files, folders or globs: CSV, TSV, JSONL, Parquet; plain, gz or zst
    #[arg(required = true)]
    pub files: Vec<String>,
    /// Where the configuration is written
    #[arg(short, long, default_value = "fenqun.toml")]
    pub output: PathBuf,
    /// Overwrite a configuration that is there
    #[arg(long)]
    pub force: bool,
}

/// `fenqun check`.
#[derive(Args, Debug)]
pub struct CheckOptions {
    /// The configuration
    #[arg(short, long, default_value = "fenqun.toml", env = "FENQUN_CONFIG")]
    pub config: PathBuf,
}

/// `fenqun score`.
#[derive(Args, Debug)]
pub struct ScoreOptions {
    /// The folder of a finished run
    pub run: PathBuf,
    /// New event files, folders or globs, written like those of the run; without it the run's own
    #[arg(long, value_name = "FILES", num_args = 1..)]
    pub events: Vec<String>,
    /// Which [[source]] of the run the new files are like, from 1; not needed where there is one
    #[arg(long, value_name = "N", requires = "events")]
    pub source: Option<usize>,
    /// The key file, where it is not where the run found it
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// First day that is not looked at (YYYY-MM-DD); without it the run's own, or the day after the
    /// last new event where that is later
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<String>,
    /// Where the segments of the users go
    #[arg(short, long, value_name = "FILE.parquet", default_value = "scores.parquet")]
    pub output: PathBuf,
}

/// `fenqun explain`.
#[derive(Args, Debug)]
pub struct ExplainOptions {
    /// The folder of a finished run
    pub run: PathBuf,
    /// A user, by the pseudonym in segments.parquet
    #[arg(
        long,
        value_name = "PSEUDONYM",
        required_unless_present = "segment",
        conflicts_with = "segment"
    )]
    pub user: Option<String>,
    /// A segment, by its number
    #[arg(long, value_name = "N")]
    pub segment: Option<usize>,
}

/// `fenqun report`.
#[derive(Args, Debug)]
pub struct ReportOptions {
    /// The folder of a finished run
    pub run: PathBuf,
    /// Where the page is written; without it report.html in the run
    #[arg(short, long)]
    pub output: Option<PathBuf>,
}

/// `fenqun segments`.
#[derive(Args, Debug)]
pub struct SegmentsOptions {
    /// What to do.
    #[command(subcommand)]
    pub action: SegmentsAction,
}

/// What can be done with definitions.
#[derive(Debug, Subcommand)]
pub enum SegmentsAction {
    /// Show the segments that files define, each rule in its canonical form
    List {
        /// Files of definitions: TOML or YAML
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Check definitions; with a run also every column, category and segment they name
    Check {
        /// Files of definitions: TOML or YAML
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The folder of a finished run
        #[arg(long, value_name = "DIR")]
        run: Option<PathBuf>,
    },
    /// Count the users of every segment, and how segments overlap
    Count {
        /// Files of definitions: TOML or YAML
        #[arg(required_unless_present = "rule", conflicts_with = "rule")]
        files: Vec<PathBuf>,
        /// One rule to try instead of files
        #[arg(long)]
        rule: Option<String>,
        /// The folder of a finished run
        #[arg(long, value_name = "DIR")]
        run: PathBuf,
    },
    /// Write the pseudonyms of the users of one segment as CSV
    Export {
        /// The segment
        name: String,
        /// Files of definitions: TOML or YAML
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The folder of a finished run
        #[arg(long, value_name = "DIR")]
        run: PathBuf,
        /// Where the audience goes
        #[arg(short, long, value_name = "FILE.csv")]
        output: PathBuf,
    },
}

/// `fenqun evaluate`.
#[derive(Args, Debug)]
pub struct EvaluateOptions {
    /// The folder of a finished run
    pub run: PathBuf,
    /// A configuration whose [[labels]], [head] and [evaluation] replace those of the run
    #[arg(short, long)]
    pub config: Option<PathBuf>,
    /// Files of labels, one row a user: CSV, TSV, JSONL, Parquet
    #[arg(long, value_name = "FILE", num_args = 1.., requires_all = ["user", "label"])]
    pub labels: Vec<String>,
    /// The column of users in the files of labels
    #[arg(long, value_name = "COLUMN", requires = "labels")]
    pub user: Option<String>,
    /// The column of labels; several are evaluated one after the other
    #[arg(long, value_name = "COLUMN", requires = "labels")]
    pub label: Vec<String>,
    /// A question about the next period
    #[arg(long, value_enum)]
    pub task: Option<TaskWord>,
    /// Length of the period that the task asks about
    #[arg(long, default_value_t = 28, requires = "task")]
    pub days: u32,
    /// Moments that the task is learned from
    #[arg(long, default_value_t = 5, requires = "task")]
    pub origins: usize,
    /// First day of the period that tests (YYYY-MM-DD); without it the last whole one
    #[arg(long, value_name = "DAY", requires = "task")]
    pub at: Option<String>,
    /// Only users who did something in so many days before
    #[arg(long, value_name = "DAYS", default_value_t = 0, requires = "task")]
    pub active_within: u32,
    /// Folds of each repetition
    #[arg(long)]
    pub folds: Option<usize>,
    /// Repetitions with other folds
    #[arg(long)]
    pub repeats: Option<usize>,
    /// A feature that may give the labels away, because it is truly known before they are
    #[arg(long, value_name = "FEATURE")]
    pub allow: Vec<String>,
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
    /// A configuration whose [[labels]], [head] and [tune] replace those of the run
    #[arg(short, long)]
    pub config: Option<PathBuf>,
    /// Files of labels, one row a user: CSV, TSV, JSONL, Parquet
    #[arg(long, value_name = "FILE", num_args = 1.., requires_all = ["user", "label"])]
    pub labels: Vec<String>,
    /// The column of users in the files of labels
    #[arg(long, value_name = "COLUMN", requires = "labels")]
    pub user: Option<String>,
    /// The column of labels
    #[arg(long, value_name = "COLUMN", requires = "labels")]
    pub label: Option<String>,
    /// Which [[labels]] of the configuration, by name
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

impl From<MethodWord> for fenqun_run::TuneMethod {
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

/// `fenqun models` and `fenqun data`.
#[derive(Args, Debug)]
pub struct PackageOptions {
    /// What to do; without it list
    #[command(subcommand)]
    pub action: Option<PackageAction>,
}

/// What can be done with packages.
#[derive(Debug, Subcommand)]
pub enum PackageAction {
    /// Show what there is and what is in the cache
    List,
    /// Bring one into the cache with pip, by pinned version, and check its sha256
    Fetch {
        /// Its id
        id: String,
    },
    /// Read what is in the cache and compare its sha256
    Check {
        /// Its id; without it all that are there
        id: Option<String>,
    },
}

/// `fenqun encode`.
#[derive(Args, Debug)]
pub struct EncodeOptions {
    /// One text a line, UTF-8
    pub texts: PathBuf,
    /// minilm, e5-small, or a folder with config.json, tokenizer.json, model.safetensors
    #[arg(long, default_value = "minilm")]
    pub model: String,
    /// Where the vectors go: float32, one row a line
    #[arg(long, value_name = "FILE.npy")]
    pub out: PathBuf,
    /// Encode even what the cache holds, and keep nothing
    #[arg(long)]
    pub no_cache: bool,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// A language as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LanguageWord {
    /// English
    En,
    /// Simplified Chinese
    Zh,
}

impl From<LanguageWord> for Language {
    fn from(word: LanguageWord) -> Self {
        match word {
            LanguageWord::En => Self::En,
            LanguageWord::Zh => Self::Zh,
        }
    }
}

/// A step as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum UntilWord {
    /// Clean events
    Events,
    /// Features of every user
    Profiles,
}

impl From<UntilWord> for fenqun_run::Until {
    fn from(word: UntilWord) -> Self {
        match word {
            UntilWord::Events => Self::Events,
            UntilWord::Profiles => Self::Profiles,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_consistent() {
        Arguments::command().debug_assert();
    }
}
