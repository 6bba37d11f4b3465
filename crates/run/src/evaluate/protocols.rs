//! Questions with a protocol of their own: which categories are bought next, and universal
//! behavioural modelling.

use std::path::PathBuf;
use std::time::Instant;

use fenqun_base::artifact::FORMAT;
use fenqun_base::{Language, Progress};

use super::inputs::Inputs;
use super::labelled::Asked;
use super::request::Evaluated;
use super::task::TaskConfig;
use crate::RunError;
use crate::behaviour::{self, BehaviourParams, input_folder};
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
    let defaults = BehaviourParams::default();
    let folder = |(name, path): (&String, &PathBuf)| (name.clone(), asked.base.join(path));
    let params = BehaviourParams {
        days: i64::from(task.period()),
        n_targets: task.n_targets.unwrap_or(defaults.n_targets),
        head: task.head.unwrap_or(defaults.head),
        n_resamples: asked.evaluation.resamples,
        vectors: task.vectors.iter().map(folder).collect(),
        ..defaults
    };
    let input = input_folder(&inputs.folder, &task.name);
    let result = behaviour::evaluate(&inputs.folder, &input, &params, progress)?;
    let mut remarks = result.remarks(asked.language);
    let place = format!("evaluations/{}-input", task.name);
    remarks.push(asked.language.pick(
        format!("The users asked about, and fenqun's joined vectors of them, are in {place}."),
        format!("被提问的用户及 fenqun 的拼接向量在 {place}。"),
    ));
    Ok(Evaluated {
        format: FORMAT,
        name: task.name.clone(),
        protocol: result.protocol(asked.language),
        verdicts: result.verdicts(asked.language),
        remarks,
        behaviour: Some(result),
        seconds: start.elapsed().as_secs_f64(),
        ..Evaluated::default()
    })
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
