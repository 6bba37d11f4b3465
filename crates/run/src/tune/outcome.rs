use std::path::PathBuf;

use fenqun_base::Language;
use fenqun_evaluate::compare::Comparison;
use fenqun_evaluate::metrics::Metric;
use fenqun_evaluate::search::{Nested, Tuned};
use serde::{Deserialize, Serialize};

use crate::heads::HeadMethod;
use crate::heads::HeadConfig;

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
}
