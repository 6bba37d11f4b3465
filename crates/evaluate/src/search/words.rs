//! A search as sentences and a table.

use fenqun_base::Language;

use super::{Nested, Stop, Trial, Tuned};

impl Tuned {
    /// One sentence: whether the target was met, what was best, and why the search ended.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let n = self.trials.len();
        let Some((trial, value)) = self.best_trial().zip(self.best_value()) else {
            return language.pick("nothing was tried".to_owned(), "没有尝试任何设置".to_owned());
        };
        let (metric, point) = (&self.metric, &trial.point);
        let best = language.pick(
            format!("best {metric} was {value:.4} with {point} (trial {})", trial.number + 1),
            format!("最好的 {metric} 是 {value:.4}，设置为 {point}（第 {} 次）", trial.number + 1),
        );
        let target = self.until.unwrap_or_default();
        let outcome = match (self.met, language) {
            (None, Language::En) => format!("{n} trials: {best}"),
            (None, Language::Zh) => format!("{n} 次尝试：{best}"),
            (Some(true), Language::En) => format!("{metric}={target} met after {n} trials: {best}"),
            (Some(true), Language::Zh) => format!("{n} 次尝试后达到 {metric}={target}：{best}"),
            (Some(false), Language::En) => {
                format!("{metric}={target} not met in {n} trials: {best}")
            }
            (Some(false), Language::Zh) => format!("{n} 次尝试未达到 {metric}={target}：{best}"),
        };
        let why = match self.stopped {
            Stop::Done | Stop::Met => "",
            Stop::Trials if n >= self.n_planned => "",
            Stop::Trials => {
                language.pick("; the limit of trials was reached", "；已到尝试次数上限")
            }
            Stop::Seconds => language.pick("; the time was up", "；时间已用完"),
        };
        outcome + why
    }

    /// All trials, best first within a budget, as a Markdown table.
    #[must_use]
    pub fn markdown(&self, language: Language) -> String {
        let mut names: Vec<&str> = Vec::new();
        if let Some(first) = self.trials.first() {
            names.extend(first.point.values.keys().map(String::as_str));
        }
        let mut header = vec![language.pick("trial", "次序")];
        header.extend(&names);
        header.extend([language.pick("budget", "预算"), self.metric.as_str()]);
        let sign = if self.lower_is_better { 1.0 } else { -1.0 };
        let rank = |trial: &&Trial| {
            let value = trial.value(&self.metric).map_or(f64::INFINITY, |value| sign * value);
            (-trial.budget, value, trial.number)
        };
        let mut trials: Vec<&Trial> = self.trials.iter().collect();
        trials.sort_by(|a, b| {
            let (a, b) = (rank(a), rank(b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2))
        });
        let mut text = format!("| {} |\n|{}\n", header.join(" | "), "---|".repeat(header.len()));
        for trial in trials {
            let mut cells = vec![(trial.number + 1).to_string()];
            let value = |name: &&str| trial.point.shown(name).unwrap_or_default();
            cells.extend(names.iter().map(value));
            cells.push(format!("{:.3}", trial.budget));
            let failed = || trial.reason.clone().unwrap_or_else(|| "–".to_owned());
            let value = trial.value(&self.metric);
            cells.push(value.map_or_else(failed, |value| format!("{value:.4}")));
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        text
    }
}

impl Nested {
    /// What the search promised, and what came of it.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let Self { metric, folds, inner, outer } = self;
        let n = folds.len();
        language.pick(
            format!(
                "{metric} of the best settings: {inner:.4} inside the searches, {outer:.4} on users \
                 they never saw ({n} outer splits); the second is what to expect"
            ),
            format!(
                "最佳设置的 {metric}：搜索内部为 {inner:.4}，在从未见过的用户上为 {outer:.4}\
                 （{n} 个外层划分）；应以后者为准"
            ),
        )
    }
}
