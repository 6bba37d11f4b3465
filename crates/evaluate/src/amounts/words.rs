//! A comparison of amounts in words and as a table.

use fenqun_base::Language;

use super::{AmountComparison, Gain, Spread};

impl AmountComparison {
    /// One sentence for each contender that is no baseline.
    #[must_use]
    pub fn verdicts(&self, language: Language) -> Vec<String> {
        let judged = self.contenders.iter().filter(|one| !one.is_baseline);
        judged
            .map(|one| {
                let own = self.gains.iter().filter(|gain| gain.contender == one.name);
                let parts: Vec<String> = own.map(|gain| part(gain, language)).collect();
                match language {
                    Language::En => format!("{} {}.", one.name, parts.join(", ")),
                    Language::Zh => format!("{}{}。", one.name, parts.join("，")),
                }
            })
            .collect()
    }

    /// The table of contenders and the verdicts, as Markdown.
    #[must_use]
    pub fn markdown(&self, language: Language) -> String {
        let head = language.pick(
            "| contender | Spearman | mean absolute error | root mean squared error |",
            "| 方法 | 秩相关系数 | 平均绝对误差 | 均方根误差 |",
        );
        let mut text = format!("{head}\n|---|---|---|---|\n");
        for one in &self.contenders {
            text.push_str(&format!(
                "| {} | {} | {} | {} |\n",
                one.name.replace('|', "\\|"),
                figures(&one.spearman, false),
                money(&one.mean_absolute_error),
                money(&one.root_mean_squared_error),
            ));
        }
        text.push('\n');
        for sentence in self.verdicts(language) {
            text.push_str(&format!("- {sentence}\n"));
        }
        text
    }
}

fn part(gain: &Gain, language: Language) -> String {
    let Gain { baseline, gain, .. } = gain;
    let figures = figures(gain, true);
    if gain.low > 0.0 {
        language.pick(
            format!("beats {baseline} by {figures} Spearman"),
            format!("胜过 {baseline}（秩相关系数 {figures}）"),
        )
    } else if gain.high < 0.0 {
        language.pick(
            format!("loses to {baseline} by {figures} Spearman"),
            format!("不如 {baseline}（秩相关系数 {figures}）"),
        )
    } else {
        language.pick(
            format!("ties with {baseline} ({figures})"),
            format!("与 {baseline} 打平（{figures}）"),
        )
    }
}

/// In the amounts' unit, with its interval.
fn money(spread: &Spread) -> String {
    let Spread { mean, low, high } = spread;
    format!("{mean:.2} [{low:.2}, {high:.2}]")
}

fn figures(spread: &Spread, signed: bool) -> String {
    let Spread { mean, low, high } = spread;
    match signed {
        true => format!("{mean:+.3} [{low:+.3}, {high:+.3}]"),
        false => format!("{mean:.3} [{low:.3}, {high:.3}]"),
    }
}
