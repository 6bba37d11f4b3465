//! Questions with a protocol of their own: which categories are bought next, and universal
//! behavioural modelling.

use std::time::Instant;

use fenqun_base::artifact::FORMAT;
use fenqun_base::{Language, Progress};

use super::inputs::Inputs;
use super::labelled::Asked;
use super::request::Evaluated;
use super::task::TaskConfig;
use crate::RunError;
use crate::behaviour::{self, BehaviourParams, BehaviourResult, ContenderResult};
use crate::propensity::{self, PropensityParams, PropensityReport, PropensityStanding};
use crate::report::{EvaluatedMethod, EvaluationData, Figure};

/// Which categories each user buys in the period.
pub(super) fn categories(
    task: &TaskConfig,
    asked: &Asked<'_>,
    inputs: &Inputs,
    progress: &Progress,
) -> Result<Evaluated, RunError> {
    let start = Instant::now();
    let at = task.test_moment(inputs.end()?)?;
    let days = task.period();
    let params = PropensityParams { days, ..PropensityParams::default() };
    let seed = asked.seed.derive(&task.name);
    let profiles = &inputs.manifest.config.profiles;
    let (_, report) = propensity::evaluate(&inputs.table, at, &params, profiles, seed, progress)?;
    let (n_users, n_categories) = (report.n_users, report.categories.len());
    Ok(Evaluated {
        format: FORMAT,
        name: task.name.clone(),
        protocol: asked.language.pick(
            format!(
                "{n_users} users, {n_categories} categories, the {days} days after the moment of \
                 the test; AUROC over users, mean over categories; intervals over users"
            ),
            format!(
                "{n_users} 位用户，{n_categories} 个品类，预测测试时点后 {days} 天；AUROC 按用户计算、对品类取平均；区间按用户抽样"
            ),
        ),
        verdicts: vec![propensity_verdict(&report, asked.language)],
        propensity: Some(report),
        seconds: start.elapsed().as_secs_f64(),
        ..Evaluated::default()
    })
}

/// The universal behaviour protocol.
pub(super) fn behaviour(
    task: &TaskConfig,
    asked: &Asked<'_>,
    inputs: &Inputs,
    progress: &Progress,
) -> Result<Evaluated, RunError> {
    let start = Instant::now();
    let params = BehaviourParams { days: i64::from(task.period()), ..BehaviourParams::default() };
    let result = behaviour::evaluate(&inputs.folder, &params, progress)?;
    let (days, (width, ..)) = (task.period(), result.head.shape());
    Ok(Evaluated {
        format: FORMAT,
        name: task.name.clone(),
        protocol: asked.language.pick(
            format!(
                "universal behavioural modelling after the RecSys Challenge 2025: {} users, \
                 windows of {days} days, one fixed head ({width} wide), best of its epochs; propensities \
                 score 0.8 · AUROC + 0.1 · novelty + 0.1 · diversity",
                result.n_users
            ),
            format!(
                "通用行为建模（RecSys Challenge 2025 规程）：{} 位用户，窗口 {days} 天，固定预测头（宽 {width}），取最优轮次；倾向类得分 = 0.8 · AUROC + 0.1 · 新颖性 + 0.1 · 多样性",
                result.n_users
            ),
        ),
        verdicts: behaviour_verdict(&result, asked.language).into_iter().collect(),
        remarks: result.remarks.clone(),
        behaviour: Some(result),
        seconds: start.elapsed().as_secs_f64(),
        ..Evaluated::default()
    })
}

/// The vectors that come furthest on average, beside counts. The protocol has one split and one figure
/// a question, so there is no interval to tell chance by.
fn behaviour_verdict(result: &BehaviourResult, language: Language) -> Option<String> {
    let (counts, others) = result.contenders.split_first()?;
    let gains = |contender: &ContenderResult| -> Vec<f64> {
        let pairs = contender.scores.iter().zip(&counts.scores);
        pairs.filter_map(|(own, base)| Some(own.best()?.score - base.best()?.score)).collect()
    };
    let mean = |gains: &[f64]| gains.iter().sum::<f64>() / gains.len().max(1) as f64;
    let all = others.iter().map(|contender| (contender, gains(contender)));
    let (best, gains) = all.max_by(|a, b| mean(&a.1).total_cmp(&mean(&b.1)))?;
    let n_above = gains.iter().filter(|&&gain| gain > 0.0).count();
    let (name, base, n) = (&best.name, &counts.name, gains.len());
    let gain = format!("{:+.3}", mean(&gains)).replace('-', "−");
    Some(language.pick(
        format!(
            "Of {} kinds of vectors `{name}` comes furthest on average: above `{base}` on {n_above} \
             of {n} questions, {gain} in the mean. One split and one figure a question: no interval, \
             so small differences prove nothing.",
            others.len()
        ),
        format!(
            "{} 种用户向量中 `{name}` 平均最好：{n} 个问题中有 {n_above} 个高于 `{base}`，平均 {gain}。每个问题只有一次划分、一个数值，没有区间，小的差别不说明问题。",
            others.len()
        ),
    ))
}

fn propensity_verdict(report: &PropensityReport, language: Language) -> String {
    let part = |way: &PropensityStanding| {
        let [gain, low, high] = way.behind?;
        let word = match (low > 0.0, high < 0.0) {
            (true, _) => language.pick("beats", "胜过"),
            (_, true) => language.pick("loses to", "不如"),
            _ => language.pick("ties with", "打平于"),
        };
        let told = |number: f64| format!("{number:+.4}").replace('-', "−");
        Some(format!("{word} {} ({} AUROC [{}, {}])", way.name, told(gain), told(low), told(high)))
    };
    let parts: Vec<String> = report.contenders.iter().filter_map(part).collect();
    let ours = report.contenders.first().map_or("", |way| way.name.as_str());
    format!("{ours} {}{}", parts.join(language.pick(", ", "，")), language.pick(".", "。"))
}

/// The report of a propensity as the page shows it.
pub(super) fn shown_propensity(report: &PropensityReport, language: Language) -> EvaluationData {
    let method = |(at, way): (usize, &PropensityStanding)| {
        let [low, high] = way.interval;
        let never = way.never_bought.map(|mean| {
            let [low, high] = way.never_bought_interval.unwrap_or([mean, mean]);
            Figure { mean, low, high }
        });
        EvaluatedMethod {
            name: way.name.clone(),
            ours: at == 0,
            figures: vec![Some(Figure { mean: way.auroc, low, high }), never],
        }
    };
    let metrics = language.pick(["AUROC", "AUROC, never bought"], ["AUROC", "AUROC（从未购买）"]);
    EvaluationData {
        metrics: metrics.map(str::to_owned).to_vec(),
        methods: report.contenders.iter().enumerate().map(method).collect(),
        ..EvaluationData::default()
    }
}

/// The behaviour protocol as the page shows it: one column a question.
pub(super) fn shown_behaviour(result: &BehaviourResult) -> EvaluationData {
    let figure = |mean: f64| Figure { mean, low: mean, high: mean };
    EvaluationData {
        metrics: result.tasks.iter().map(|task| task.task.name().to_owned()).collect(),
        methods: result
            .contenders
            .iter()
            .map(|contender| EvaluatedMethod {
                name: format!("{} ({})", contender.name, contender.width),
                ours: contender.name != "counts",
                figures: contender
                    .scores
                    .iter()
                    .map(|score| score.best().map(|epoch| figure(epoch.score)))
                    .collect(),
            })
            .collect(),
        ..EvaluationData::default()
    }
}
