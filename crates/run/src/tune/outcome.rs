use std::path::PathBuf;

use fenqun_base::Language;
use fenqun_evaluate::compare::Comparison;
use fenqun_evaluate::metrics::Metric;
use fenqun_evaluate::search::{Nested, Trial, Tuned};
use serde::{Deserialize, Serialize};

use crate::evaluate::shown_comparison;
use crate::heads::{HeadConfig, HeadMethod};
use crate::report::{EvaluationData, TrialData, TuningData};

/// A finished tuning.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TuneOutcome {
    /// Version of the file.
    pub format: u32,
    /// The label's name.
    pub name: String,
    /// The head's method.
    pub method: HeadMethod,
    /// The metric searched by.
    pub metric: Metric,
    /// How it was measured, in one sentence.
    pub protocol: String,
    /// What a person should know, in sentences.
    pub remarks: Vec<String>,
    /// What comes out, in words.
    pub verdicts: Vec<String>,
    /// The search on all labelled users, trial by trial.
    pub search: Tuned,
    /// The head with the best settings.
    pub head: HeadConfig,
    /// The searches inside the outer folds; absent without outer folds.
    pub nested: Option<Nested>,
    /// Tuned against untuned on the outer folds.
    pub comparison: Option<Comparison>,
    /// Where the results lie.
    #[serde(skip)]
    pub folder: PathBuf,
    /// Wall-clock seconds.
    pub seconds: f64,
}

impl TuneOutcome {
    /// Protocol, remarks, verdicts and the table of all trials.
    #[must_use]
    pub fn markdown(&self, language: Language) -> String {
        let method = self.method.name();
        let mut text = format!("# {} · {method}\n\n{}\n\n", self.name, self.protocol);
        for line in self.verdicts.iter().chain(&self.remarks) {
            text.push_str(&format!("- {line}\n"));
        }
        text.push_str(language.pick("\n## Trials\n\n", "\n## 各次尝试\n\n"));
        text.push_str(&self.search.markdown(language));
        if let Some(comparison) = &self.comparison {
            let title = language.pick(
                "\n## Tuned against untuned, on users no search saw\n\n",
                "\n## 调参前后的比较（搜索从未见过的用户）\n\n",
            );
            text.push_str(title);
            text.push_str(&comparison.markdown(language));
        }
        text
    }

    /// What the report shows of it; `head` is the best head, as text.
    pub(super) fn shown(&self, head: String, language: Language) -> TuningData {
        let Tuned { metric, lower_is_better, until, trials, best, .. } = &self.search;
        let first = trials.first().map(|trial| trial.point.values.keys().cloned().collect());
        let settings: Vec<String> = first.unwrap_or_default();
        let shown = |trial: &Trial| TrialData {
            number: trial.number + 1,
            budget: trial.budget,
            value: trial.value(metric),
            reason: trial.reason.clone().unwrap_or_default(),
            values: settings
                .iter()
                .map(|name| trial.point.shown(name).unwrap_or_default())
                .collect(),
        };
        // What tuning was worth stands out, where it is known; it was said last.
        let mut verdict = self.verdicts.clone();
        let n_last = self.comparison.as_ref().map_or(0, |it| it.verdicts().len());
        verdict.rotate_right(n_last.min(self.verdicts.len()));
        verdict.extend(self.remarks.iter().cloned());
        let compared = self.comparison.as_ref().map(|comparison| {
            let EvaluationData { metrics, lower_is_better, methods, .. } =
                shown_comparison(comparison, language);
            EvaluationData { metrics, lower_is_better, methods, ..EvaluationData::default() }
        });
        TuningData {
            name: self.name.clone(),
            method: self.method.name().to_owned(),
            protocol: self.protocol.clone(),
            verdict,
            metric: self.metric.title(language).to_owned(),
            lower_is_better: *lower_is_better,
            until: *until,
            trials: trials.iter().map(shown).collect(),
            settings,
            best: *best,
            compared,
            head,
        }
    }
}
