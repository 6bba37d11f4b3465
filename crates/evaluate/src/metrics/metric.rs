//! Metrics by name.

use fenqun_base::{DataError, Language};
use serde::{Deserialize, Serialize};

use super::Scored;
use crate::compare::Predictions;

/// One number that says how good predictions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// F1, every class alike.
    MacroF1,
    /// F1, every class by its users.
    WeightedF1,
    /// Precision, every class alike.
    MacroPrecision,
    /// Recall, every class alike.
    MacroRecall,
    /// F1, every decision alike. With one class a user, micro-averaged precision, recall and F1 are
    /// all [`Metric::Accuracy`]; they are there for who knows them by these names.
    MicroF1,
    /// Precision, every decision alike.
    MicroPrecision,
    /// Recall, every decision alike.
    MicroRecall,
    /// Share of users decided rightly.
    Accuracy,
    /// Mean recall of the classes that occur.
    BalancedAccuracy,
    /// Area under the receiver operating characteristic, one class against the rest.
    Auroc,
    /// Area under the precision–recall curve, one class against the rest.
    PrAuc,
    /// Mean −ln of the probability of the true class.
    LogLoss,
    /// Mean squared distance of probabilities and truth.
    Brier,
    /// Expected calibration error of the likeliest class.
    CalibrationError,
}

impl Metric {
    /// All of them, in the order tables show them.
    pub const ALL: [Self; 14] = [
        Self::MacroF1,
        Self::WeightedF1,
        Self::MacroPrecision,
        Self::MacroRecall,
        Self::MicroF1,
        Self::MicroPrecision,
        Self::MicroRecall,
        Self::Accuracy,
        Self::BalancedAccuracy,
        Self::Auroc,
        Self::PrAuc,
        Self::LogLoss,
        Self::Brier,
        Self::CalibrationError,
    ];

    /// As configuration spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MacroF1 => "macro_f1",
            Self::WeightedF1 => "weighted_f1",
            Self::MacroPrecision => "macro_precision",
            Self::MacroRecall => "macro_recall",
            Self::MicroF1 => "micro_f1",
            Self::MicroPrecision => "micro_precision",
            Self::MicroRecall => "micro_recall",
            Self::Accuracy => "accuracy",
            Self::BalancedAccuracy => "balanced_accuracy",
            Self::Auroc => "auroc",
            Self::PrAuc => "pr_auc",
            Self::LogLoss => "log_loss",
            Self::Brier => "brier",
            Self::CalibrationError => "calibration_error",
        }
    }

    /// As people read it.
    #[must_use]
    pub fn title(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::MacroF1 => ("macro-F1", "宏平均 F1"),
            Self::WeightedF1 => ("weighted F1", "加权 F1"),
            Self::MacroPrecision => ("macro precision", "宏平均精确率"),
            Self::MacroRecall => ("macro recall", "宏平均召回率"),
            Self::MicroF1 => ("micro-F1", "微平均 F1"),
            Self::MicroPrecision => ("micro precision", "微平均精确率"),
            Self::MicroRecall => ("micro recall", "微平均召回率"),
            Self::Accuracy => ("accuracy", "准确率"),
            Self::BalancedAccuracy => ("balanced accuracy", "平衡准确率"),
            Self::Auroc => ("AUROC", "AUROC"),
            Self::PrAuc => ("PR-AUC", "PR-AUC"),
            Self::LogLoss => ("log loss", "对数损失"),
            Self::Brier => ("Brier", "Brier 分数"),
            Self::CalibrationError => ("calibration error", "校准误差"),
        };
        language.pick(english, chinese)
    }

    /// Whether more is better; losses and errors are better small.
    #[must_use]
    pub fn higher_is_better(self) -> bool {
        !matches!(self, Self::LogLoss | Self::Brier | Self::CalibrationError)
    }

    /// The metric of this name.
    ///
    /// # Errors
    /// [`DataError::Parameter`] with the nearest name.
    pub fn from_name(name: &str) -> Result<Self, DataError> {
        let known = |metric: &Self| metric.name() == name;
        Self::ALL.into_iter().find(known).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|metric| metric.name()).collect();
            let rule = crate::nearest::rule_of(name, &names);
            DataError::Parameter { name: "metric", rule, found: name.to_owned() }
        })
    }

    /// Its value for some users; `None` where it does not exist (AUROC of users who are all of one
    /// class).
    ///
    /// # Errors
    /// [`DataError`] for predictions that do not fit the truth or are no probabilities.
    pub fn of(self, truth: &[u32], predictions: &Predictions) -> Result<Option<f64>, DataError> {
        let scored = Scored::new(truth, predictions, super::scored::CALIBRATION_BINS)?;
        Ok(scored.measure(self, |_| 1))
    }
}
