//! Everything measured of one contender.

use fenqun_base::DataError;
use serde::{Deserialize, Serialize};

use super::estimate::Estimate;
use super::paired::Range;
use super::{Comparing, Contender, CurvePoint, Task, play::Played};
use crate::metrics::{self, Averages, CalibrationBin, Confusion, LiftPoint, Metric};

/// Parts of the lift curve: deciles.
const LIFT_PARTS: usize = 10;

/// One metric and its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Which metric.
    pub metric: Metric,
    /// Its value.
    pub estimate: Estimate,
}

/// How well one class is told from the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassStanding {
    /// Name of the class.
    pub class: String,
    /// Precision, recall and F1 of the decisions of all splits together.
    pub decisions: Averages,
    /// Area under the receiver operating characteristic, mean over splits where it exists.
    pub auroc: Option<f64>,
    /// Area under the precision–recall curve, mean over splits where it exists.
    pub pr_auc: Option<f64>,
}

/// What one contender came to, always on users it had not learned from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// Whether it is there to be beaten.
    pub is_baseline: bool,
    /// All metrics that exist, in the order of [`Metric::ALL`].
    pub metrics: Vec<Measured>,
    /// Class by class.
    pub classes: Vec<ClassStanding>,
    /// Who was taken for whom; a user counts once for each split that asked about them.
    pub confusion: Confusion,
    /// The probability of the likeliest class against how often it was right.
    pub calibration: Vec<CalibrationBin>,
    /// Gain and lift for the class of the comparison; empty when nobody asked about is in it.
    pub lift: Vec<LiftPoint>,
    /// From few labels to all; empty unless asked for.
    pub curve: Vec<CurvePoint>,
}

impl Standing {
    /// The value of a metric, where it exists.
    #[must_use]
    pub fn estimate(&self, metric: Metric) -> Option<&Estimate> {
        self.metrics.iter().find(|one| one.metric == metric).map(|one| &one.estimate)
    }

    /// Mean and 95 % interval as tables show them: few folds give intervals that reach beyond what a
    /// figure can be, which is cut.
    #[must_use]
    pub fn shown(&self, metric: Metric) -> Option<[f64; 3]> {
        let Estimate { mean, low, high, .. } = self.estimate(metric)?;
        let most = if metric.higher_is_better() { 1.0 } else { f64::INFINITY };
        Some([*mean, low.max(0.0), high.min(most)])
    }

    pub(super) fn new(
        contender: &dyn Contender,
        task: &Task<'_>,
        played: &[Played],
        params: &Comparing,
        ratio: f64,
    ) -> Result<Self, DataError> {
        let n_classes = task.labels.n_classes();
        let mut confusion = Confusion { counts: vec![vec![0; n_classes]; n_classes] };
        played.iter().for_each(|one| confusion.add(&one.scored.confusion()));
        let measured = |metric: Metric| {
            let splits = played.iter().map(|one| one.scored.measure(metric, |_| 1)).collect();
            Some(Measured { metric, estimate: Estimate::over_splits(splits, ratio)? })
        };
        let class = |class: usize| ClassStanding {
            class: task.labels.classes[class].clone(),
            decisions: confusion.of_class(class),
            auroc: mean(played.iter().map(|one| one.scored.auroc(class, |_| 1))),
            pr_auc: mean(played.iter().map(|one| one.scored.pr_auc(class, |_| 1))),
        };
        let top = played.iter().flat_map(|one| one.scored.top()).map(|&(is, share)| (is, share, 1));
        Ok(Self {
            name: contender.name().to_owned(),
            is_baseline: contender.is_baseline(),
            metrics: Metric::ALL.into_iter().filter_map(measured).collect(),
            classes: (0..n_classes).map(class).collect(),
            calibration: metrics::curve(top, params.calibration_bins),
            lift: lift(task, played, params)?,
            curve: Vec::new(),
            confusion,
        })
    }

    /// Intervals found by resampling users, where there is a single split.
    pub(super) fn take_intervals(&mut self, metrics: &[Metric], range: impl Fn(usize) -> Range) {
        for measured in &mut self.metrics {
            if let Some(at) = metrics.iter().position(|metric| *metric == measured.metric) {
                let Range { low, high, .. } = range(at);
                measured.estimate.low = low;
                measured.estimate.high = high;
            }
        }
    }
}

fn lift(
    task: &Task<'_>,
    played: &[Played],
    params: &Comparing,
) -> Result<Vec<LiftPoint>, DataError> {
    let class = params.lift_code(task.labels)?;
    let is_in = |code: &u32| *code as usize == class;
    let positives: Vec<bool> =
        played.iter().flat_map(|one| one.scored.truth.iter().map(is_in)).collect();
    let scores: Vec<f32> = played.iter().flat_map(|one| one.chosen.iter().copied()).collect();
    if !positives.contains(&true) {
        return Ok(Vec::new());
    }
    metrics::lift(&positives, &scores, LIFT_PARTS)
}

fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.flatten().collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
