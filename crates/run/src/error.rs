use std::io;
use std::path::{Path, PathBuf};

use fenqun_base::{Classify, DataError, ErrorKind, Interrupted};
use fenqun_encoders::EncoderError;
use fenqun_evaluate::EvaluateError;
use fenqun_events::EventsError;
use fenqun_explain::ExplainError;
use fenqun_profiles::ProfilesError;

use crate::behaviour::VectorFault;
use crate::packages::PackageError;
use crate::report::ReportError;
use crate::rules::RulesError;

/// What a run refuses or cannot do; every room's errors come through here.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The configuration is no valid TOML or names something that does not exist.
    #[error("{path}, line {line}, column {column}: {reason}")]
    Config {
        /// The configuration.
        path: PathBuf,
        /// 1-based.
        line: usize,
        /// 1-based.
        column: usize,
        /// The parser's words.
        reason: String,
    },
    /// There is no configuration.
    #[error("there is no {path}: `fenqun init FILES` looks at your files and writes one")]
    NoConfig {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A setting is outside its rule.
    #[error("{path}: `{name}` must be {rule}, got {found}")]
    Setting {
        /// The configuration.
        path: PathBuf,
        /// The setting.
        name: &'static str,
        /// The rule, after "must be".
        rule: String,
        /// What came.
        found: String,
    },
    /// Written by a later version.
    #[error(
        "{path} has format {found}, this fenqun reads up to {known}: install a newer fenqun, or \
         make it again with this one"
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest known here.
        known: u32,
    },
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("{path} cannot be written: {source}; free some space or choose another place")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// A file of a run is not what it should be.
    #[error("{path} is damaged: {reason}; run again with --replace")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The run directory holds something else.
    #[error("{path} {what}: choose another folder with --out, or pass --replace")]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// What it holds.
        what: &'static str,
    },
    /// What would be replaced is no run.
    #[error(
        "{path} holds files that are no run, and --replace removes runs only: choose another folder with --out"
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
    },
    /// Nothing to resume.
    #[error("nothing to resume in {path}: {reason}")]
    NothingToResume {
        /// The folder looked at.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A folder that holds no run.
    #[error("{path} holds no finished run: it has no manifest.json")]
    NoRun {
        /// The folder.
        path: PathBuf,
    },
    /// The user vectors cannot be written as the pair of files.
    #[error("user vectors cannot be written: {reason}")]
    Vectors {
        /// Why.
        reason: String,
    },
    /// The key of a run is gone.
    #[error(
        "there is no key at {path}: raw user ids can only be matched with the key that the run was \
         made with; put it back"
    )]
    NoKey {
        /// Where the run's configuration has it.
        path: PathBuf,
    },
    /// Another key than the run's.
    #[error(
        "{path} is not the key that this run was made with: its users would all be strangers. Put the \
         right one there, or name it with --key where the command has that"
    )]
    OtherKey {
        /// The key that was found.
        path: PathBuf,
    },
    /// Nothing to evaluate.
    #[error(
        "there is nothing to evaluate: name labels with `--labels FILE --user COLUMN --label COLUMN`, \
         a task with `--task inactive`, or write [[labels]] into the configuration"
    )]
    NothingAsked,
    /// Labels that cannot be learned from or asked about.
    #[error("labels `{name}`: {source}")]
    Labels {
        /// The labels.
        name: String,
        /// Why not.
        source: DataError,
    },
    /// A label or task failed after others were done.
    #[error("{cause}. What was evaluated before it is written and in the report: `{}`", done.join("`, `"))]
    Partly {
        /// Labels and tasks that were done.
        done: Vec<String>,
        /// What came then.
        cause: Box<RunError>,
    },
    /// None of the labelled users is known.
    #[error(
        "labels `{name}`: none of the {n_users} labelled users has events in this run: is the right \
         column mapped to the user, and is it the key of this run?"
    )]
    Strangers {
        /// The labels.
        name: String,
        /// Users of the file.
        n_users: usize,
    },
    /// Settings that cannot be tuned as asked.
    #[error("cannot tune: {reason}")]
    Tune {
        /// Why, and what to do.
        reason: String,
    },
    /// Tuning was stopped on request.
    #[error("interrupted; finished trials are kept: the same command goes on from there")]
    TuneStopped,
    /// A task that the events cannot answer.
    #[error("task `{name}`: {reason}")]
    Task {
        /// The task.
        name: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A fitted model that a run should hold is gone.
    #[error(
        "{path} holds no model `{model}`: the run was made by an older fenqun or is not whole; run \
         again"
    )]
    NoModel {
        /// The folder of the models.
        path: PathBuf,
        /// Its name.
        model: String,
    },
    /// A label that no head was learned for.
    #[error(
        "no head was learned for the label `{name}`{}: `fenqun evaluate` learns one and keeps it in \
         the run",
        among(known)
    )]
    NoHead {
        /// The label.
        name: String,
        /// Labels that the run has a head for.
        known: Vec<String>,
    },
    /// A result that would replace what it is made from.
    #[error("cannot write {path}: {reason}; name another file")]
    Out {
        /// Where it would go.
        path: PathBuf,
        /// What stands there.
        reason: String,
    },
    /// Scoring that cannot be done as asked.
    #[error("{reason}")]
    Score {
        /// Why, and what to do.
        reason: String,
    },
    /// A file of user vectors that breaks a rule.
    #[error("{0}")]
    VectorFile(VectorFault),
    /// A run without a list of ids that other vectors could be compared with.
    #[error(
        "{run} holds no input of the behaviour protocol{}: `fenqun evaluate RUN --task behaviour` \
         writes one",
        match name {
            Some(name) => format!(" called `{name}`{}", among(known)),
            None => String::new(),
        }
    )]
    NoInput {
        /// The folder of the run.
        run: PathBuf,
        /// The evaluation that was named.
        name: Option<String>,
        /// Evaluations that have one.
        known: Vec<String>,
    },
    /// Several lists of ids that other vectors could be compared with.
    #[error("{run} holds several inputs: name one of `{}` with --task", known.join("`, `"))]
    SeveralInputs {
        /// The folder of the run.
        run: PathBuf,
        /// Evaluations that have one.
        known: Vec<String>,
    },
    /// No axis to group users by.
    #[error(
        "no taste can be found: {reason}. Map `item_id` with `category` or `title`, or use \
         [segments] method = \"k_means\" with blocks = [\"aggregates\"]"
    )]
    NoTaste {
        /// Why.
        reason: String,
    },
    /// A way that needs texts, and there are none.
    #[error(
        "[segments] method = \"round_grid\" cuts axes of the catalogue's texts, and there are none: \
         {reason}. Map `item_id` with `title` or `category`, or use method = \"two_axes\", which can \
         read taste from categories alone"
    )]
    NoTexts {
        /// Why.
        reason: String,
    },
    /// Tiers of a column that this shop does not have.
    #[error("[segments] by = \"{name}\": the profiles of this shop have no such column{hint}")]
    NoColumn {
        /// The column.
        name: String,
        /// Why, or which one is nearest, with its own punctuation.
        hint: String,
    },
    /// A step of the numbers refused its input.
    #[error("{step}: {source}")]
    Step {
        /// What was being done.
        step: String,
        /// Why not.
        source: DataError,
    },
    /// Numbers.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Reading and cleaning.
    #[error(transparent)]
    Events(#[from] EventsError),
    /// Stability and choice.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// Features.
    #[error(transparent)]
    Profiles(#[from] ProfilesError),
    /// Language models.
    #[error(transparent)]
    Encoders(#[from] EncoderError),
    /// Names and cards.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// The report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Models and data.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Segments by rules.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// Stopped on request.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl RunError {
    /// For `map_err` on reads of `path`.
    pub(crate) fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    /// For `map_err` on writes of `path`.
    pub(crate) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }

    /// For `map_err` on a numeric step that a person should be told of.
    pub(crate) fn step(step: impl Into<String>) -> impl FnOnce(DataError) -> Self {
        let step = step.into();
        move |source| Self::Step { step, source }
    }
}

impl From<VectorFault> for RunError {
    fn from(fault: VectorFault) -> Self {
        Self::VectorFile(fault)
    }
}

/// What else there is, after a name that is not.
fn among(known: &[String]) -> String {
    match known {
        [] => String::new(),
        known => format!(", only for `{}`", known.join("`, `")),
    }
}

impl Classify for RunError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Write { .. } => ErrorKind::Environment,
            Self::Vectors { .. } => ErrorKind::Internal,
            Self::Partly { cause, .. } => cause.kind(),
            Self::Events(error) => error.kind(),
            Self::Evaluate(error) => error.kind(),
            Self::Profiles(error) => error.kind(),
            Self::Encoders(error) => error.kind(),
            Self::Explain(error) => error.kind(),
            Self::Report(error) => error.kind(),
            Self::Package(error) => error.kind(),
            Self::Rules(error) => error.kind(),
            Self::Interrupted(_) | Self::TuneStopped => ErrorKind::Interrupted,
            _ => ErrorKind::Input,
        }
    }
}
