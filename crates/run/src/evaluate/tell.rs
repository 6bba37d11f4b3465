//! A comparison in the words and figures of the report.

use fenqun_base::Language;
use fenqun_evaluate::amounts::{AmountComparison, Amounts, Spread};
use fenqun_evaluate::compare::{Comparison, Standing};
use fenqun_evaluate::metrics::{LiftPoint, Metric};

use super::{Evaluated, protocols};
use crate::report::{CalibrationPoint, EvaluatedMethod, EvaluationData, Figure, LearningCurve};

/// Metrics of the table, after the one that counts first.
const SHOWN: [Metric; 4] = [Metric::MacroF1, Metric::Auroc, Metric::Accuracy, Metric::LogLoss];

/// The verdicts, one sentence each.
pub(super) fn verdicts(comparison: &Comparison, language: Language) -> Vec<String> {
    let full_stop = language.pick(".", "。");
    let said = comparison.verdicts();
    said.iter().map(|verdict| format!("{}{full_stop}", verdict.words(language))).collect()
}

/// What the report shows of it.
pub(super) fn shown(evaluated: &Evaluated, language: Language) -> EvaluationData {
    let Evaluated { comparison, amounts, propensity, behaviour, .. } = evaluated;
    let figures = None
        .or_else(|| comparison.as_ref().map(|it| of_classes(it, language)))
        .or_else(|| amounts.as_ref().map(|it| of_amounts(it, language)))
        .or_else(|| propensity.as_ref().map(|it| protocols::shown_propensity(it, language)))
        .or_else(|| behaviour.as_ref().map(|it| it.shown(language)))
        .unwrap_or_default();
    EvaluationData {
        name: evaluated.name.clone(),
        protocol: format!("{}{}", evaluated.protocol, language.pick(".", "。")),
        verdict: evaluated
            .verdicts
            .iter()
            .cloned()
            .chain(evaluated.segments.iter().map(|segments| segments.words(language)))
            .chain(evaluated.remarks.iter().cloned())
            .collect(),
        ..figures
    }
}

fn of_amounts(amounts: &AmountComparison, language: Language) -> EvaluationData {
    let method = |one: &Amounts| {
        let figure = |Spread { mean, low, high }| Some(Figure { mean, low, high });
        EvaluatedMethod {
            name: one.name.clone(),
            ours: !one.is_baseline,
            figures: [one.spearman, one.mean_absolute_error, one.root_mean_squared_error]
                .map(figure)
                .to_vec(),
        }
    };
    let metrics = language.pick(
        ["Spearman", "mean absolute error", "root mean squared error"],
        ["秩相关系数", "平均绝对误差", "均方根误差"],
    );
    EvaluationData {
        metrics: metrics.map(str::to_owned).to_vec(),
        lower_is_better: vec![false, true, true],
        methods: amounts.contenders.iter().map(method).collect(),
        ..EvaluationData::default()
    }
}

/// Confusion, calibration and learning are those of the method that is no baseline.
pub(crate) fn of_classes(comparison: &Comparison, language: Language) -> EvaluationData {
    let main = comparison.params.main;
    let mut metrics = vec![main];
    metrics.extend(SHOWN.into_iter().filter(|metric| *metric != main));
    let figure = |standing: &Standing, metric: Metric| {
        let [mean, low, high] = standing.shown(metric)?;
        Some(Figure { mean, low, high })
    };
    let method = |standing: &Standing| EvaluatedMethod {
        name: standing.name.clone(),
        ours: !standing.is_baseline,
        figures: metrics.iter().map(|&metric| figure(standing, metric)).collect(),
    };
    let learning = |standing: &Standing| LearningCurve {
        name: standing.name.clone(),
        ours: !standing.is_baseline,
        points: standing
            .curve
            .iter()
            .filter_map(|point| {
                let found = point.metrics.iter().find(|one| one.metric == main)?;
                let estimate = &found.estimate;
                let n_users = point.n_train.round() as usize;
                Some((point.share, n_users, estimate.mean, estimate.low, estimate.high))
            })
            .collect(),
    };
    let ours = comparison.contenders.iter().find(|standing| !standing.is_baseline);
    let n_repeats = comparison.n_repeats.max(1) as f64;
    let curves = comparison.contenders.iter().filter(|standing| !standing.curve.is_empty());
    EvaluationData {
        metrics: metrics.iter().map(|metric| metric.title(language).to_owned()).collect(),
        lower_is_better: metrics.iter().map(|metric| !metric.higher_is_better()).collect(),
        methods: comparison.contenders.iter().map(method).collect(),
        classes: comparison.classes.iter().map(|class| class.name.clone()).collect(),
        confusion: ours.map_or_else(Vec::new, |standing| {
            let counts = standing.confusion.counts.iter();
            counts.map(|row| row.iter().map(|&n| n as f64 / n_repeats).collect()).collect()
        }),
        calibration: ours.map_or_else(Vec::new, |standing| {
            let bins = standing.calibration.iter();
            let point = |bin: &fenqun_evaluate::metrics::CalibrationBin| CalibrationPoint {
                predicted: bin.predicted,
                observed: bin.observed,
                n: bin.n_users,
            };
            bins.map(point).collect()
        }),
        calibration_error: ours
            .and_then(|standing| standing.estimate(Metric::CalibrationError))
            .map(|estimate| estimate.mean),
        lift_class: comparison.lift_class.clone(),
        lift: ours.map_or_else(Vec::new, |standing| {
            let point = |point: &LiftPoint| (point.share, point.gain, point.lift);
            standing.lift.iter().map(point).collect()
        }),
        learning: curves.map(learning).collect(),
        ..EvaluationData::default()
    }
}
