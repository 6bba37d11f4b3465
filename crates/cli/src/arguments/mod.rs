//! What can be typed; help, completions and the man page come from these definitions.

mod finished;
mod labels;
mod run;

use clap::{Parser, Subcommand, ValueEnum};
use fenqun_base::Language;

pub use finished::{
    ExplainOptions, ReportOptions, ScoreOptions, SegmentsAction, SegmentsOptions, VectorsAction,
    VectorsOptions,
};
pub use labels::{EvaluateOptions, LabelFiles, StrategyWord, TuneOptions};
pub use run::{
    CheckOptions, EncodeOptions, InitOptions, PackageAction, PackageOptions, RunCommand, RunOptions,
};

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
    /// Measure how well labels can be predicted from behaviour, beside simple baselines on the same folds
    #[command(
        after_help = "Examples:\n  fenqun evaluate runs/monday --labels tiers.csv --user id --label tier\n  fenqun evaluate runs/monday --task inactive --days 90 --active-within 365\n  fenqun evaluate runs/monday --task behaviour --vectors mine=vectors/mine\n  fenqun evaluate runs/monday -c fenqun.toml     what [[labels]] and [evaluation] ask for"
    )]
    Evaluate(EvaluateOptions),
    /// Search the settings of a head that tell a label best, and say what the search was worth
    #[command(
        after_help = "Examples:\n  fenqun tune runs/monday --labels tiers.csv --user id --label tier\n  fenqun tune runs/monday --label-name tier --method perceptron --until macro_f1=0.55\n  fenqun tune runs/monday --strategy halving --trials 40 --space space.toml\n\nThe same command goes on after a kill. Nothing else is changed: tuning/LABEL/METHOD/head.toml\nin the run is ready to paste into fenqun.toml."
    )]
    Tune(TuneOptions),
    /// User vectors of any tool in files: do they keep the rules that `evaluate --vectors` asks for?
    #[command(
        after_help = "Examples:\n  fenqun vectors check mine/\n  fenqun vectors check mine/ --run runs/monday\n  fenqun vectors check mine/ --run runs/monday --task behaviour-28d --format json\n\n`fenqun evaluate RUN --task behaviour` writes which users are wanted into\nevaluations/behaviour-14d-input. Rows and columns are counted from 0, as NumPy does."
    )]
    Vectors(VectorsOptions),
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_are_consistent() {
        Arguments::command().debug_assert();
    }
}
