//! What is asked of a finished run.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `fenqun score`.
#[derive(Args, Debug)]
pub struct ScoreOptions {
    /// The folder of a finished run
    pub run: PathBuf,
    /// New event files, folders or globs, written like those of the run; without it the run's own
    #[arg(long, value_name = "FILES", num_args = 1..)]
    pub events: Vec<String>,
    /// Which `[[source]]` of the run the new files are like, from 1; not needed where there is one
    #[arg(long, value_name = "N", requires = "events")]
    pub source: Option<usize>,
    /// The key file, where it is not where the run found it
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// First day that is not looked at (YYYY-MM-DD); without it the run's own, or the day after the
    /// last new event where that is later
    #[arg(long, value_name = "DAY")]
    pub as_of: Option<String>,
    /// A label that `fenqun evaluate` learned: users are told its classes in place of the segments
    #[arg(long, value_name = "NAME")]
    pub label: Option<String>,
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
    /// A label that `fenqun evaluate` learned: why the user is told its class
    #[arg(long, value_name = "NAME", conflicts_with = "segment")]
    pub label: Option<String>,
    /// What may change, each with a --change of its own: spend, visits, absence, views, favourites,
    /// carts, searches, reviews, category:NAME, item:ID, spend:CATEGORY, or a number of the profile
    #[arg(long, value_name = "NAME", conflicts_with = "segment")]
    pub change: Vec<String>,
    /// Where the changes should lead: a segment (or class) by name or number; without it anywhere else
    #[arg(long, value_name = "SEGMENT", conflicts_with = "segment")]
    pub to: Option<String>,
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

/// `fenqun vectors`.
#[derive(Args, Debug)]
pub struct VectorsOptions {
    /// What to do.
    #[command(subcommand)]
    pub action: VectorsAction,
}

/// What can be done with user vectors in files.
#[derive(Debug, Subcommand)]
pub enum VectorsAction {
    /// Check client_ids.npy and embeddings.npy in a folder; name file, rule, find, row and column
    Check {
        /// The folder
        folder: PathBuf,
        /// A finished run: the ids must be those that its behaviour evaluation asks about
        #[arg(long, value_name = "DIR")]
        run: Option<PathBuf>,
        /// Which behaviour evaluation of the run, where there are several
        #[arg(long, value_name = "NAME", requires = "run")]
        task: Option<String>,
    },
}
