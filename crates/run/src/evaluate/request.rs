use std::path::PathBuf;

use fenqun_base::Language;
use fenqun_evaluate::amounts::AmountComparison;
use fenqun_evaluate::compare::Comparison;
use fenqun_events::{LabelLedger, LabelsConfig};
use serde::{Deserialize, Serialize};

use super::{SegmentAgreement, TaskConfig, tell};
use crate::behaviour::BehaviourResult;
use crate::heads::{HeadConfig, HeadMethod};
use crate::propensity::PropensityReport;
use crate::report::EvaluationData;

/// `[evaluation]`: how labels are asked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluationConfig {
    /// Folds of each repetition, for labels that do not change.
    pub folds: usize,
    /// Repetitions with other folds.
    pub repeats: usize,
    /// Whether methods also learn from 5, 10, 25 and 50 % of the labels.
    pub learning_curve: bool,
    /// Resamples behind the tests between methods.
    pub resamples: usize,
    /// Features that may give a label away, because they are truly known before it is.
    pub allowed_features: Vec<String>,
    /// The class whose gain and lift are shown; when empty the second of two classes, the rarest of
    /// more.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub lift_class: String,
    /// Further methods that labels are told by, to stand beside the others.
    pub beside: Vec<Beside>,
    /// Questions about the next period.
    pub tasks: Vec<TaskConfig>,
}

impl Default for EvaluationConfig {
    fn default() -> Self {
        Self {
            folds: 5,
            repeats: 3,
            learning_curve: true,
            resamples: 1000,
            allowed_features: Vec::new(),
            lift_class: String::new(),
            beside: Vec::new(),
            tasks: Vec::new(),
        }
    }
}

/// A further method of a comparison: a head with its defaults, or a peer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beside {
    /// Multinomial logistic regression on all blocks.
    Softmax,
    /// Boosted trees on features and graph vectors.
    Trees,
    /// A multi-layer perceptron on all blocks.
    Perceptron,
    /// The nearest class centroid on all blocks.
    NearestLabelled,
    /// Labels spread along nearest neighbours on all blocks.
    LabelSpreading,
    /// The classic text baseline: a network on the tokens of the behaviour record.
    Tokens,
}

impl Beside {
    /// All there are.
    pub const ALL: [Self; 6] = [
        Self::Softmax,
        Self::Trees,
        Self::Perceptron,
        Self::NearestLabelled,
        Self::LabelSpreading,
        Self::Tokens,
    ];

    /// The head, where it is one.
    #[must_use]
    pub fn head(self) -> Option<HeadMethod> {
        match self {
            Self::Softmax => Some(HeadMethod::Softmax),
            Self::Trees => Some(HeadMethod::Trees),
            Self::Perceptron => Some(HeadMethod::Perceptron),
            Self::NearestLabelled => Some(HeadMethod::NearestLabelled),
            Self::LabelSpreading => Some(HeadMethod::LabelSpreading),
            Self::Tokens => None,
        }
    }

    /// As configuration spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.head().map_or("tokens", HeadMethod::name)
    }
}

/// What to evaluate.
#[derive(Clone, Debug)]
pub struct EvaluateRequest {
    /// The folder of a finished run.
    pub run: PathBuf,
    /// Labels, in place of those of the run's configuration.
    pub labels: Option<Vec<LabelsConfig>>,
    /// Folder that `labels` are relative to; without it that of the run's configuration.
    pub base: Option<PathBuf>,
    /// Head and folds, in place of those of the run's configuration.
    pub head: Option<HeadConfig>,
    /// Folds and tasks, in place of those of the run's configuration.
    pub evaluation: Option<EvaluationConfig>,
    /// Where all random choices start; without it the run's seed.
    pub seed: Option<u64>,
    /// Language of words; without it that of the run's cards.
    pub language: Option<Language>,
}

/// One label or task, evaluated.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Evaluated {
    /// Version of the file.
    pub format: u32,
    /// The label's or the task's name.
    pub name: String,
    /// How it was measured, in one sentence.
    pub protocol: String,
    /// What a person should know, in sentences.
    pub remarks: Vec<String>,
    /// What comes out, in words.
    pub verdicts: Vec<String>,
    /// What became of every row of the labels; absent for tasks.
    pub ledger: Option<LabelLedger>,
    /// How far the segments of the run agree with the label; absent for tasks.
    #[serde(default)]
    pub segments: Option<SegmentAgreement>,
    /// Every figure, where classes were asked for.
    pub comparison: Option<Comparison>,
    /// Every figure, where amounts were asked for.
    pub amounts: Option<AmountComparison>,
    /// Every figure, where the categories of the next period were asked for.
    pub propensity: Option<PropensityReport>,
    /// Every figure of the universal behaviour protocol.
    pub behaviour: Option<BehaviourResult>,
    /// Wall-clock seconds.
    pub seconds: f64,
}

impl Evaluated {
    /// The figures that people are shown.
    #[must_use]
    pub fn shown(&self, language: Language) -> EvaluationData {
        tell::shown(self, language)
    }
}
