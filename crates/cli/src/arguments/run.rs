//! What makes runs: configurations, files, packages.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::LanguageWord;

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
    /// Ignore events from this day on (YYYY-MM-DD), over the configuration
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
