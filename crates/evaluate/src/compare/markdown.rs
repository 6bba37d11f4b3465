//! A comparison as tables to read.

use fenqun_base::Language;

use super::verdict::{chance, number, signed};
use super::{Comparison, IntervalKind, Outcome, Standing};
use crate::metrics::{LiftPoint, Metric};

/// Metrics of the first table.
const SHOWN: [Metric; 6] = [
    Metric::MacroF1,
    Metric::Accuracy,
    Metric::BalancedAccuracy,
    Metric::Auroc,
    Metric::LogLoss,
    Metric::CalibrationError,
];

impl Comparison {
    /// The comparison as Markdown: what was compared, the table of contenders, tests, classes and
    /// confusion of the best one, learning curves, and the verdicts in the last lines.
    #[must_use]
    pub fn markdown(&self, language: Language) -> String {
        let mut text = self.ground(language);
        text.push_str(&self.contenders_table(language));
        text.push_str(&self.tests_table(language));
        if let Some(best) = self.best() {
            text.push_str(&self.classes_table(best, language));
            text.push_str(&self.confusion_table(best, language));
            text.push_str(&self.lift_table(best, language));
        }
        text.push_str(&self.curves_table(language));
        let verdicts = self.verdicts();
        if !verdicts.is_empty() {
            text.push_str(language.pick("\n## Verdict\n\n", "\n## 结论\n\n"));
        }
        for verdict in verdicts {
            text.push_str(&format!("- {}\n", verdict.words(language)));
        }
        text
    }

    /// The contender with the best value of the main metric, the first among equals.
    #[must_use]
    pub fn best(&self) -> Option<&Standing> {
        let main = self.params.main;
        let value = |standing: &&Standing| {
            let mean = standing.estimate(main).map_or(f64::NEG_INFINITY, |estimate| estimate.mean);
            if main.higher_is_better() { mean } else { -mean }
        };
        let mut best = self.contenders.first()?;
        for standing in &self.contenders {
            if value(&standing) > value(&best) {
                best = standing;
            }
        }
        Some(best)
    }

    fn ground(&self, language: Language) -> String {
        let n_users: usize = self.classes.iter().map(|class| class.n_users).sum();
        let classes: Vec<String> =
            self.classes.iter().map(|class| format!("{} {}", class.name, class.n_users)).collect();
        let classes = classes.join(language.pick(", ", "、"));
        let Self { n_folds, n_repeats, seed, .. } = self;
        let splits = match (n_folds, n_repeats) {
            (1, 1) => language.pick("one split".to_owned(), "单次划分".to_owned()),
            (n, 1) => language.pick(format!("{n} splits"), format!("{n} 次划分")),
            (n, r) => language.pick(format!("{n} folds × {r}"), format!("{n} 折 × {r}")),
        };
        let interval = match self.interval {
            IntervalKind::CorrectedResampled => language.pick(
                "95 % intervals over splits, corrected for overlapping training sets",
                "95% 区间按划分计算，并校正训练集重叠",
            ),
            IntervalKind::Bootstrap => language
                .pick("95 % intervals by bootstrap over users", "95% 区间由用户自助抽样得到"),
        };
        let mut text = language.pick(
            format!("{n_users} labelled rows ({classes}); {splits}; {interval}; seed {seed}.\n"),
            format!("{n_users} 行有标签（{classes}）；{splits}；{interval}；随机种子 {seed}。\n"),
        );
        if let Some(reduced) = &self.reduced {
            text.push_str(&format!("\n{}\n", reduced.words(language)));
        }
        text
    }

    fn contenders_table(&self, language: Language) -> String {
        let mut shown = vec![self.params.main];
        shown.extend(SHOWN.into_iter().filter(|metric| *metric != self.params.main));
        let mut header = vec![language.pick("contender", "方法").to_owned()];
        header.extend(shown.iter().map(|metric| metric.title(language).to_owned()));
        let row = |standing: &Standing| {
            let baseline = language.pick(" (baseline)", "（基线）");
            let mark = if standing.is_baseline { baseline } else { "" };
            let mut row = vec![format!("{}{mark}", standing.name)];
            row.extend(shown.iter().map(|&metric| {
                standing.shown(metric).map_or("–".to_owned(), |shown| figure(shown, language))
            }));
            row
        };
        let rows = self.contenders.iter().map(row).collect();
        table(language.pick("\n## Contenders\n\n", "\n## 方法对比\n\n"), header, rows)
    }

    fn tests_table(&self, language: Language) -> String {
        if self.paired.is_empty() {
            return String::new();
        }
        let single = self.interval == IntervalKind::Bootstrap;
        let header = [
            ("pair", "比较"),
            ("metric", "指标"),
            ("difference", "差值"),
            ("over splits", "按划分的区间"),
            ("over users", "按用户的区间"),
            ("McNemar p", "McNemar p"),
            ("p (Holm)", "p（Holm 校正）"),
            ("outcome", "结果"),
        ];
        let kept = |at: usize| if single { at != 3 } else { at != 5 };
        let keep = |cells: Vec<String>| {
            let cells = cells.into_iter().enumerate();
            cells.filter(|(at, _)| kept(*at)).map(|(_, cell)| cell).collect::<Vec<String>>()
        };
        let header = header.map(|(english, chinese)| language.pick(english, chinese).to_owned());
        let range = |range: super::Range| {
            format!("[{}, {}]", number(range.low, language), number(range.high, language))
        };
        let row = |pair: &super::Paired| {
            let outcome = match pair.outcome {
                Outcome::Beats => language.pick("beats", "胜"),
                Outcome::Ties => language.pick("ties", "平"),
                Outcome::Loses => language.pick("loses", "负"),
            };
            let mcnemar = pair.discordant.map_or("–".to_owned(), |one| chance(one.p, language));
            keep(vec![
                format!("{} – {}", pair.first, pair.second),
                pair.metric.title(language).to_owned(),
                signed(pair.difference, language),
                pair.over_splits.map_or("–".to_owned(), range),
                range(pair.over_users),
                mcnemar,
                chance(pair.p_corrected, language),
                outcome.to_owned(),
            ])
        };
        let rows = self.paired.iter().map(row).collect();
        table(language.pick("\n## Tests\n\n", "\n## 检验\n\n"), keep(header.into()), rows)
    }

    fn classes_table(&self, best: &Standing, language: Language) -> String {
        let header = [
            ("class", "类别"),
            ("precision", "精确率"),
            ("recall", "召回率"),
            ("F1", "F1"),
            ("AUROC", "AUROC"),
            ("PR-AUC", "PR-AUC"),
        ];
        let header = header.map(|(english, chinese)| language.pick(english, chinese).to_owned());
        let rows = best.classes.iter().map(|class| {
            let maybe = |value: Option<f64>| {
                value.map_or("–".to_owned(), |value| number(value, language))
            };
            let decisions = class.decisions;
            let values = [decisions.precision, decisions.recall, decisions.f1].map(Some);
            let values = values.into_iter().chain([class.auroc, class.pr_auc]).map(maybe);
            std::iter::once(class.class.clone()).chain(values).collect()
        });
        let averages = [
            (best.confusion.macro_average(), "macro average", "宏平均"),
            (best.confusion.weighted_average(), "weighted average", "加权平均"),
            (best.confusion.micro_average(), "micro average", "微平均"),
        ];
        let averages = averages.into_iter().map(|(average, english, chinese)| {
            let values = [average.precision, average.recall, average.f1];
            let values = values.map(|value| number(value, language));
            let name = format!("*{}*", language.pick(english, chinese));
            std::iter::once(name).chain(values).chain(["–", "–"].map(str::to_owned)).collect()
        });
        let rows = rows.chain(averages);
        let title = language.pick(
            format!("\n## Classes: {}\n\n", best.name),
            format!("\n## 各类别：{}\n\n", best.name),
        );
        table(&title, header.into(), rows.collect())
    }

    fn confusion_table(&self, best: &Standing, language: Language) -> String {
        let mut header = vec![language.pick("true \\ decided", "真实 \\ 判定").to_owned()];
        header.extend(best.classes.iter().map(|class| class.class.clone()));
        let rows = best.confusion.counts.iter().zip(&best.classes).map(|(counts, class)| {
            let counts = counts.iter().map(u64::to_string);
            std::iter::once(class.class.clone()).chain(counts).collect()
        });
        let title = language.pick(
            format!("\n## Confusion: {}\n\n", best.name),
            format!("\n## 混淆矩阵：{}\n\n", best.name),
        );
        table(&title, header, rows.collect())
    }

    /// What asking the likeliest users first is worth, for one class.
    fn lift_table(&self, best: &Standing, language: Language) -> String {
        if best.lift.is_empty() {
            return String::new();
        }
        let class = &self.lift_class;
        let header = [
            language.pick("users asked, likeliest first".to_owned(), "按概率从高到低的用户".into()),
            language.pick(
                format!("share of `{class}` among them (gain)"),
                format!("其中占“{class}”的比例（增益）"),
            ),
            language.pick(
                "times as many as drawn blindly (lift)".to_owned(),
                "相对随机抽取的倍数（提升度）".into(),
            ),
        ];
        let row = |point: &LiftPoint| {
            let share = format!("{} %", round(point.share * 100.0));
            vec![share, number(point.gain, language), format!("{:.2}", point.lift)]
        };
        let title = language.pick(
            format!("\n## Gain and lift, class `{class}`: {}\n\n", best.name),
            format!("\n## 增益与提升度（类别“{class}”）：{}\n\n", best.name),
        );
        table(&title, header.into(), best.lift.iter().map(row).collect())
    }

    fn curves_table(&self, language: Language) -> String {
        let drawn: Vec<&Standing> =
            self.contenders.iter().filter(|standing| !standing.curve.is_empty()).collect();
        let Some(first) = drawn.first() else { return String::new() };
        let main = self.params.main;
        let mut header = vec![language.pick("labels", "标签").to_owned()];
        header.extend(drawn.iter().map(|standing| standing.name.clone()));
        let row = |at: usize| {
            let point = &first.curve[at];
            let share = format!("{} % ({})", round(point.share * 100.0), round(point.n_train));
            let cells = drawn.iter().map(|standing| {
                let own = standing.curve.get(at);
                let of_main = |point: &super::CurvePoint| {
                    let found = point.metrics.iter().find(|one| one.metric == main)?;
                    let estimate = &found.estimate;
                    Some(figure([estimate.mean, estimate.low, estimate.high], language))
                };
                own.and_then(of_main).unwrap_or_else(|| "–".to_owned())
            });
            std::iter::once(share).chain(cells).collect()
        };
        let rows = (0..first.curve.len()).map(row).collect();
        let title = main.title(language);
        let title = language.pick(
            format!("\n## Learning curve: {title}\n\n"),
            format!("\n## 学习曲线：{title}\n\n"),
        );
        let mut text = table(&title, header, rows);
        for standing in drawn {
            for (point, reason) in
                standing.curve.iter().filter_map(|point| Some((point, point.reason.as_ref()?)))
            {
                let share = round(point.share * 100.0);
                text.push_str(&format!("\n- {}, {share} %: {reason}\n", standing.name));
            }
        }
        text
    }
}

/// A mean with its interval; without, where it does not vary.
fn figure([mean, low, high]: [f64; 3], language: Language) -> String {
    let [mean, low, high] = [mean, low, high].map(|value| number(value, language));
    if low == high { mean } else { format!("{mean} [{low}, {high}]") }
}

fn round(value: f64) -> String {
    format!("{value:.0}")
}

/// A Markdown table under a title.
fn table(title: &str, header: Vec<String>, rows: Vec<Vec<String>>) -> String {
    let line = |cells: &[String]| {
        // A bar in a name would open another column.
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule = format!("|{}\n", "---|".repeat(header.len()));
    let rows: String = rows.iter().map(|row| line(row)).collect();
    format!("{title}{}{rule}{rows}", line(&header))
}
