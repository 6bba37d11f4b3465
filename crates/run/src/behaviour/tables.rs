//! What came out, in tables: Markdown, terminal and page.

use fenqun_base::Language;
use fenqun_evaluate::amounts::Spread;

use super::words::{signed, told};
use super::{BehaviourResult, ContenderResult, EpochScore, Role, TaskFacts, TaskScore};
use crate::report::{EvaluatedMethod, EvaluationData, Figure, PlainTable};

impl BehaviourResult {
    /// Scores of all questions, then every question on its own, then the verdict.
    #[must_use]
    pub fn markdown(&self, language: Language) -> String {
        let mut heads = vec![
            language.pick("vectors", "向量").to_owned(),
            language.pick("width", "宽度").to_owned(),
        ];
        heads.extend(self.tasks.iter().map(|task| task.task.title(language).to_owned()));
        let rows = self.contenders.iter().map(|one| {
            let scores = one.scores.iter().map(|score| best(score, |epoch| Some(epoch.score)));
            let mut row = vec![escaped(&one.name), one.width.to_string()];
            row.extend(scores);
            row
        });
        let mut text = table(&heads, rows);
        for (at, task) in self.tasks.iter().enumerate() {
            text.push_str(&self.question(at, task, language));
        }
        for skipped in &self.skipped {
            let (title, why) =
                (skipped.task.title(language), told(skipped.task, skipped.reason, language));
            text.push_str(&format!("\n## {title}\n\n{why}\n"));
        }
        text.push_str(language.pick("\n## Verdict\n\n", "\n## 结论\n\n"));
        for verdict in self.verdicts(language) {
            text.push_str(&format!("- {verdict}\n"));
        }
        text
    }

    /// One question: who was asked, and every figure.
    fn question(&self, at: usize, task: &TaskFacts, language: Language) -> String {
        let percent = |rate: f64| format!("{:.1} %", rate * 100.0);
        let n_scored = self.contenders.first().and_then(|one| one.scores.get(at)?.best());
        let (n_users, n_targets) = (task.n_users, task.n_targets);
        let (learned, judged) = (percent(task.rate_train), percent(task.rate_validation));
        let n_scored = n_scored.map_or(0, |epoch| epoch.n_scored);
        let facts = language.pick(
            format!(
                "{n_users} users, {n_scored} of {n_targets} targets have an AUROC; true of {learned} in \
                 the window to learn from, of {judged} in the one that judges."
            ),
            format!(
                "{n_users} 位用户，{n_targets} 个目标中 {n_scored} 个有 AUROC；学习窗口内 {learned} 为真，评判窗口内 {judged} 为真。"
            ),
        );
        let is_propensity = n_targets > 1;
        let mut heads = vec![language.pick("vectors", "向量"), "AUROC [95 %]"];
        heads.push(language.pick("over counts [95 %]", "比 counts 高 [95 %]"));
        if is_propensity {
            let own = ["score", "novelty", "diversity"];
            heads.extend(language.pick(own, ["得分", "新颖性", "多样性"]));
        }
        heads.push(language.pick("epoch", "轮次"));
        let row = |(one, score): (&ContenderResult, &TaskScore)| {
            let over = score.over_counts.as_ref().map_or("–".to_owned(), signed);
            let mut row = vec![escaped(&one.name), interval(&score.auroc), over];
            if is_propensity {
                row.push(best(score, |epoch| Some(epoch.score)));
                row.push(best(score, |epoch| epoch.novelty));
                row.push(best(score, |epoch| epoch.diversity));
            }
            row.push(score.best_epoch.to_string());
            row
        };
        let rows = self.contenders.iter().filter_map(|one| Some((one, one.scores.get(at)?)));
        let heads: Vec<String> = heads.into_iter().map(str::to_owned).collect();
        let title = task.task.title(language);
        format!("\n## {title}\n\n{facts}\n\n{}", table(&heads, rows.map(row)))
    }

    /// What page and terminal show: AUROC with intervals, a column a question; then what
    /// propensities are made of.
    pub(crate) fn shown(&self, language: Language) -> EvaluationData {
        let figure = |score: &TaskScore| {
            let Spread { mean, low, high } = score.auroc;
            Some(Figure { mean, low, high })
        };
        let method = |one: &ContenderResult| EvaluatedMethod {
            name: format!("{} ({})", one.name, one.width),
            ours: matches!(one.role, Role::Block | Role::Joined),
            figures: one.scores.iter().map(figure).collect(),
        };
        EvaluationData {
            metrics: self.tasks.iter().map(|task| task.task.title(language).to_owned()).collect(),
            methods: self.contenders.iter().map(method).collect(),
            tables: self.propensities(language).into_iter().collect(),
            ..EvaluationData::default()
        }
    }

    /// Score, novelty and diversity of every propensity.
    fn propensities(&self, language: Language) -> Option<PlainTable> {
        let asked = self.tasks.iter().enumerate().filter(|(_, task)| task.n_targets > 1);
        let asked: Vec<(usize, &TaskFacts)> = asked.collect();
        if asked.is_empty() {
            return None;
        }
        let mut heads = vec![language.pick("vectors", "向量").to_owned()];
        heads.extend(asked.iter().map(|(_, task)| task.task.title(language).to_owned()));
        let cell = |score: Option<&TaskScore>| {
            let Some(EpochScore {
                score, novelty: Some(novelty), diversity: Some(diversity), ..
            }) = score.and_then(TaskScore::best)
            else {
                return "–".to_owned();
            };
            format!("{score:.3} · {novelty:.3} · {diversity:.3}")
        };
        let row = |one: &ContenderResult| {
            let mut row = vec![one.name.clone()];
            row.extend(asked.iter().map(|&(at, _)| cell(one.scores.get(at))));
            row
        };
        let title = language
            .pick("Propensities: score · novelty · diversity", "倾向类：得分 · 新颖性 · 多样性");
        let rows = self.contenders.iter().map(row).collect();
        Some(PlainTable { title: title.to_owned(), heads, rows })
    }
}

/// A number of the epoch that counts.
fn best(score: &TaskScore, of: impl Fn(&EpochScore) -> Option<f64>) -> String {
    score.best().and_then(of).map_or("–".to_owned(), |number| format!("{number:.4}"))
}

fn interval(spread: &Spread) -> String {
    let Spread { mean, low, high } = spread;
    format!("{mean:.4} [{low:.4}, {high:.4}]")
}

fn table(heads: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    for row in rows {
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    text
}

fn escaped(name: &str) -> String {
    name.replace('|', "\\|")
}
