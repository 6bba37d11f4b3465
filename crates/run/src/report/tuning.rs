//! What searching the settings of a head came to, as the page shows it: the best trials, the
//! picture of all of them, tuned against untuned.

use fenqun_base::Language;
use serde::{Deserialize, Serialize};

use super::evaluation::{self, EvaluationData, EvaluationView};
use super::search_plot;

/// Trials set side by side.
const N_BEST: usize = 6;

/// One label and one method.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TuningData {
    /// The label's name.
    pub name: String,
    /// The head's method.
    pub method: String,
    /// How it was measured, in one sentence.
    pub protocol: String,
    /// What comes out, in words; the first stands out.
    pub verdict: Vec<String>,
    /// The metric searched by, in words.
    pub metric: String,
    /// Whether less of it is better.
    pub lower_is_better: bool,
    /// The target, where there was one.
    pub until: Option<f64>,
    /// Names of the settings that were searched.
    pub settings: Vec<String>,
    /// Every trial, in the order of the plan.
    pub trials: Vec<TrialData>,
    /// Place of the best among them.
    pub best: Option<usize>,
    /// Tuned against untuned on users no search saw; absent when that was not asked.
    pub compared: Option<EvaluationData>,
    /// The best `[head]`, ready to paste.
    pub head: String,
}

/// One point on one budget.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrialData {
    /// Which point, from 1; halving tries one on several budgets.
    pub number: usize,
    /// Share of the labels that it was judged on.
    pub budget: f64,
    /// The metric; absent where the trial came to nothing.
    pub value: Option<f64>,
    /// Why it came to nothing.
    pub reason: String,
    /// Its settings, in the order of their names.
    pub values: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct TuningView<'a> {
    data: &'a TuningData,
    /// Self-made, every word in it escaped.
    plot: String,
    is_halving: bool,
    best: Vec<BestTrial<'a>>,
    /// Name without the root that all have, in pieces between which it may break; whole name; value
    /// in every trial of `best`.
    settings: Vec<(Vec<&'a str>, &'a str, Vec<&'a str>)>,
    /// Number, share of labels, value or reason.
    all: Vec<(usize, String, String)>,
    n_failed: usize,
    compared: Option<EvaluationView<'a>>,
}

#[derive(Serialize)]
struct BestTrial<'a> {
    trial: &'a TrialData,
    value: String,
    budget: String,
    is_best: bool,
}

pub(super) fn views(all: &[TuningData], language: Language) -> Vec<TuningView<'_>> {
    all.iter().map(|data| view(data, language)).collect()
}

fn view(data: &TuningData, language: Language) -> TuningView<'_> {
    let mut ranked: Vec<usize> =
        (0..data.trials.len()).filter(|&at| data.trials[at].value.is_some()).collect();
    ranked.sort_by(|&a, &b| {
        let (one, other) = (&data.trials[a], &data.trials[b]);
        let better = data.better(one).total_cmp(&data.better(other));
        let first = (Some(b) == data.best).cmp(&(Some(a) == data.best));
        first.then(other.budget.total_cmp(&one.budget)).then(better.reverse()).then(a.cmp(&b))
    });
    ranked.truncate(N_BEST);
    let settings = data.settings.iter().enumerate().map(|(at, name)| {
        let value = |&trial: &usize| data.trials[trial].values.get(at).map_or("", String::as_str);
        let short = name.strip_prefix("head.").unwrap_or(name);
        let pieces = short.split_inclusive(['.', '_']).collect();
        (pieces, name.as_str(), ranked.iter().map(value).collect())
    });
    let best = |&at: &usize| {
        let trial = &data.trials[at];
        BestTrial {
            trial,
            value: written(trial.value),
            budget: share(trial.budget),
            is_best: Some(at) == data.best,
        }
    };
    let told = |trial: &TrialData| match trial.value {
        None if !trial.reason.is_empty() => trial.reason.clone(),
        value => written(value),
    };
    TuningView {
        data,
        // A page needs no name of the namespace, and holds no address at all.
        plot: search_plot(data, language).replace(super::plot::NAMESPACE, ""),
        is_halving: data.is_halving(),
        best: ranked.iter().map(best).collect(),
        settings: settings.collect(),
        all: data.trials.iter().map(|it| (it.number, share(it.budget), told(it))).collect(),
        n_failed: data.trials.iter().filter(|trial| trial.value.is_none()).count(),
        compared: data.compared.as_ref().map(evaluation::view),
    }
}

impl TuningData {
    /// Whether points were tried on several budgets.
    pub(super) fn is_halving(&self) -> bool {
        self.trials.iter().any(|trial| trial.budget < 1.0)
    }

    /// The value, more being better.
    fn better(&self, trial: &TrialData) -> f64 {
        let value = trial.value.unwrap_or(f64::NEG_INFINITY);
        if self.lower_is_better { -value } else { value }
    }
}

fn written(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"))
}

fn share(budget: f64) -> String {
    fenqun_explain::numbers::percent(budget)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> TuningData {
        let trial = |number, budget, value: Option<f64>| TrialData {
            number,
            budget,
            value,
            reason: if value.is_none() { "too few rows".into() } else { String::new() },
            values: vec![format!("{number}"), "x".into()],
        };
        TuningData {
            metric: "log loss".into(),
            lower_is_better: true,
            settings: vec!["head.settings.c".into(), "other".into()],
            trials: vec![
                trial(1, 0.3, Some(0.1)),
                trial(1, 1.0, Some(0.8)),
                trial(2, 1.0, Some(0.5)),
                trial(3, 1.0, None),
            ],
            best: Some(2),
            ..TuningData::default()
        }
    }

    #[test]
    fn the_best_come_first_and_those_on_fewer_labels_last() {
        let data = data();
        let view = view(&data, Language::En);
        let order: Vec<(usize, &str)> =
            view.best.iter().map(|it| (it.trial.number, it.value.as_str())).collect();
        assert_eq!(order, [(2, "0.5000"), (1, "0.8000"), (1, "0.1000")]);
        assert!(view.best[0].is_best && !view.best[1].is_best);
        let expected = (vec!["settings.", "c"], "head.settings.c", vec!["2", "1", "1"]);
        assert_eq!(view.settings[0], expected);
        assert_eq!(view.settings[1].0, ["other"]);
    }

    #[test]
    fn a_trial_that_came_to_nothing_keeps_its_reason() {
        let data = data();
        let view = view(&data, Language::En);
        assert_eq!(view.n_failed, 1);
        assert_eq!(view.all[3], (3, "100 %".into(), "too few rows".into()));
    }
}
