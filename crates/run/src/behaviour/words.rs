//! What came out, in sentences.

use fenqun_base::Language;
use fenqun_encoders::behaviour_head::HeadSize;
use fenqun_evaluate::amounts::Spread;

use super::{BehaviourResult, ContenderResult, Role, TaskName, TaskScore, WhyNot};
use crate::config::day_of;

impl TaskName {
    /// What people are shown.
    #[must_use]
    pub fn title(self, language: Language) -> &'static str {
        let chinese = match self {
            Self::Churn => "流失",
            Self::Conversion => "转化",
            Self::PropensityCategory => "品类倾向",
            Self::PropensitySku => "商品倾向",
            Self::PropensityNewSku => "新品倾向",
            Self::PropensityPrice => "价位倾向",
        };
        language.pick(self.name(), chinese)
    }
}

impl BehaviourResult {
    /// How it was measured, in one sentence without its full stop.
    #[must_use]
    pub fn protocol(&self, language: Language) -> String {
        let (days, n_users, n_resamples) = (self.windows.days, self.n_users, self.n_resamples);
        let (head, (width, ..)) = (self.head.name(), self.head.shape());
        language.pick(
            format!(
                "universal behavioural modelling after the RecSys Challenge 2025: {n_users} users, \
                 windows of {days} days, head `{head}` ({width} wide), best of {} epochs; AUROC with \
                 95 % intervals over {n_resamples} resamples of the users; propensities score \
                 0.8 · AUROC + 0.1 · novelty + 0.1 · diversity",
                self.n_epochs
            ),
            format!(
                "通用行为建模（RecSys Challenge 2025 规程）：{n_users} 位用户，窗口 {days} 天，预测头 `{head}`（宽 {width}），取 {} 轮中最优的一轮；AUROC 附 95% 区间（对用户重抽样 {n_resamples} 次）；倾向类得分 = 0.8 · AUROC + 0.1 · 新颖性 + 0.1 · 多样性",
                self.n_epochs
            ),
        )
    }

    /// What a person should know, one sentence each.
    #[must_use]
    pub fn remarks(&self, language: Language) -> Vec<String> {
        let (input, judged) = (day_of(self.windows.train), day_of(self.windows.validation));
        let days = self.windows.days;
        let mut remarks = vec![language.pick(
            format!(
                "Vectors are made of events before {input}; the head learns from the {days} days from \
                 then on and is judged by the {days} days from {judged} on."
            ),
            format!("用户向量只用 {input} 之前的事件；预测头从该日起的 {days} 天学习，由 {judged} 起的 {days} 天评判。"),
        )];
        remarks.push(match self.head {
            HeadSize::Small => language.pick(
                "The head is the small one (256 wide, one block): compare scores with one another, \
                 not with the published board."
                    .to_owned(),
                "使用小预测头（宽 256，一个残差块）：得分只能互相比较，不能与公开榜单比较。".to_owned(),
            ),
            HeadSize::Full => language.pick(
                "The head is that of the challenge (2048 wide, three blocks).".to_owned(),
                "预测头与比赛一致（宽 2048，三个残差块）。".to_owned(),
            ),
        });
        remarks.push(language.pick(
            "The epoch that counts is chosen on the window that judges, as in the challenge, which \
             flatters every kind of vectors a little; intervals tell of other users, not of another \
             start of the head."
                .to_owned(),
            "取哪一轮由评判窗口决定（与比赛一致），对每种向量都略有偏高；区间反映换一批用户，不反映预测头换一个起点。"
                .to_owned(),
        ));
        let skipped =
            self.skipped.iter().map(|skipped| told(skipped.task, skipped.reason, language));
        remarks.extend(skipped);
        remarks.extend(self.contenders.iter().filter_map(|one| clamped(one, language)));
        remarks.extend(self.furthest(language));
        remarks
    }

    /// What each kind of brought vectors comes to, then the joined vector beside the counts.
    #[must_use]
    pub fn verdicts(&self, language: Language) -> Vec<String> {
        let joined = self.contenders.iter().find(|one| one.role == Role::Joined);
        let mut said = Vec::new();
        for one in self.contenders.iter().filter(|one| one.role == Role::Brought) {
            if let Some(joined) = joined {
                said.push(self.verdict(one, &joined.name, |score| score.over_joined, language));
            }
            said.push(self.against_counts(one, language));
        }
        said.extend(joined.map(|joined| self.against_counts(joined, language)));
        said
    }

    fn against_counts(&self, one: &ContenderResult, language: Language) -> String {
        let counts = self.contenders.first().map_or("counts", |counts| counts.name.as_str());
        self.verdict(one, counts, |score| score.over_counts, language)
    }

    /// Beats, ties or loses, question by question.
    fn verdict(
        &self,
        one: &ContenderResult,
        other: &str,
        gain: impl Fn(&TaskScore) -> Option<Spread>,
        language: Language,
    ) -> String {
        let gains: Vec<(TaskName, Spread)> =
            one.scores.iter().filter_map(|score| Some((score.task, gain(score)?))).collect();
        let words = |spread: &Spread| match (spread.low > 0.0, spread.high < 0.0) {
            (true, _) => 0,
            (_, true) => 2,
            _ => 1,
        };
        let count = |word| gains.iter().filter(|(_, gain)| words(gain) == word).count();
        let (n, beaten, tied, lost) = (gains.len(), count(0), count(1), count(2));
        let names = language.pick(["beats", "ties", "loses"], ["胜", "平", "负"]);
        let part = |(task, gain): &(TaskName, Spread)| {
            format!("{} {} {}", task.title(language), signed(gain), names[words(gain)])
        };
        let parts: Vec<String> = gains.iter().map(part).collect();
        let name = &one.name;
        language.pick(
            format!(
                "`{name}` beats `{other}` on {beaten} of {n} questions, ties on {tied} and loses on \
                 {lost} (AUROC, the same resamples of the users for both): {}.",
                parts.join("; ")
            ),
            format!(
                "`{name}` 对 `{other}`：{n} 个问题中胜 {beaten}、平 {tied}、负 {lost}（按 AUROC，对同样重抽样的用户配对比较）：{}。",
                parts.join("；")
            ),
        )
    }

    /// The vectors with the best mean score.
    fn furthest(&self, language: Language) -> Option<String> {
        let mean = |one: &ContenderResult| {
            let scores: Vec<f64> =
                one.scores.iter().filter_map(|score| Some(score.best()?.score)).collect();
            scores.iter().sum::<f64>() / scores.len().max(1) as f64
        };
        let all = self.contenders.iter().map(|one| (one, mean(one)));
        let (best, mean) = all.max_by(|a, b| a.1.total_cmp(&b.1))?;
        let (name, n) = (&best.name, self.contenders.len());
        Some(language.pick(
            format!(
                "Of {n} kinds of vectors `{name}` comes furthest, with a mean score of {mean:.3}."
            ),
            format!("{n} 种用户向量中 `{name}` 平均得分最高：{mean:.3}。"),
        ))
    }
}

/// Why a question is missing.
pub(super) fn told(task: TaskName, reason: WhyNot, language: Language) -> String {
    let (title, reason) = (task.title(language), reason.words(language));
    language.pick(
        format!("{title} could not be asked: {reason}."),
        format!("{title}无法提问：{reason}。"),
    )
}

fn clamped(one: &ContenderResult, language: Language) -> Option<String> {
    let (name, n) = (&one.name, one.n_clamped);
    (n > 0).then(|| {
        language.pick(
            format!(
                "Values of `{name}` beyond what float16 holds (±65504): {n}, cut to its ends; scale \
                 that block."
            ),
            format!(
                "`{name}` 有 {n} 个数值超出 float16 的范围（±65504），已截到边界：请缩放该向量块。"
            ),
        )
    })
}

/// A difference with its interval, signs shown.
pub(super) fn signed(spread: &Spread) -> String {
    let Spread { mean, low, high } = spread;
    format!("{mean:+.4} [{low:+.4}, {high:+.4}]").replace('-', "−")
}
