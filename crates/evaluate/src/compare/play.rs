//! Fits every contender on every split, and measures what it said.

use fenqun_base::{DataError, Progress, Seed, Unit};
use rayon::prelude::*;

use super::bootstrap::Bootstrap;
use super::curve::{self, CurveTask};
use super::estimate::IntervalKind;
use super::result::{ClassCount, Comparison};
use super::{Comparing, Contender, Standing, Task, paired};
use crate::EvaluateError;
use crate::metrics::Scored;
use crate::splits::Split;

/// What a contender said on one split.
pub(super) struct Played {
    pub(super) scored: Scored,
    /// Probability of the class whose lift is shown.
    pub(super) chosen: Vec<f32>,
}

/// One fit: a contender, a split, and who of its training rows is learned from.
struct Fit<'a> {
    contender: usize,
    split: usize,
    train: &'a [usize],
}

/// Fits every contender on every split of the task, measures all metrics with intervals, and tests
/// the contenders against each other. Fits run in parallel; the result does not depend on the
/// number of threads.
///
/// # Errors
/// [`EvaluateError::Contender`] when one fails or predicts what is no probability;
/// [`EvaluateError::Data`] for settings, labels or splits that do not fit;
/// [`EvaluateError::Interrupted`].
pub fn compare(
    contenders: &[&dyn Contender],
    task: &Task<'_>,
    params: &Comparing,
    seed: Seed,
    progress: &Progress,
) -> Result<Comparison, EvaluateError> {
    let names: Vec<&str> = contenders.iter().map(|contender| contender.name()).collect();
    params.check(&names)?;
    task.check()?;
    let lift_code = params.lift_code(task.labels)?;
    let curves = curve::plan(&names, task, params, seed);
    let fits = fits(contenders.len(), task, &curves);
    let step = progress.begin("comparison", fits.len() as u64, Unit::Count);
    let mut played = fits
        .par_iter()
        .map(|fit| {
            progress.check()?;
            let split = &task.splits[fit.split];
            let contender = contenders[fit.contender];
            let seed = seed.derive("compare").nth(fit.split);
            let found = play(contender, task, split, fit.train, seed, lift_code, params);
            step.advance(1);
            Ok(found)
        })
        .collect::<Result<Vec<_>, EvaluateError>>()?;
    drop(step);
    let of_curves = played.split_off(contenders.len() * task.splits.len());
    let mut of_contender: Vec<Vec<Played>> = Vec::with_capacity(contenders.len());
    for (at, found) in played.into_iter().enumerate() {
        let (contender, split) = (at / task.splits.len(), &task.splits[at % task.splits.len()]);
        if of_contender.len() == contender {
            of_contender.push(Vec::with_capacity(task.splits.len()));
        }
        of_contender[contender].push(found.map_err(|source| EvaluateError::Contender {
            contender: names[contender].to_owned(),
            repeat: split.repeat + 1,
            fold: split.fold + 1,
            source,
        })?);
    }
    let metrics = params.all_tested();
    let bootstrap_metrics =
        if task.splits.len() == 1 { all_first(&metrics) } else { metrics.clone() };
    let bootstrap = Bootstrap::new(
        task,
        &of_contender,
        &bootstrap_metrics,
        params.n_resamples,
        seed,
        progress,
    )?;
    let ratio = ratio(task.splits);
    let mut standings: Vec<Standing> = Vec::with_capacity(contenders.len());
    for (at, (contender, played)) in contenders.iter().zip(&of_contender).enumerate() {
        let mut standing = Standing::new(*contender, task, played, params, ratio)?;
        if task.splits.len() == 1 {
            standing.take_intervals(&bootstrap_metrics, |metric| bootstrap.of(at, metric));
        }
        standings.push(standing);
    }
    curve::add(&mut standings, &curves, &of_curves, task, params);
    let paired = paired::test(&standings, &of_contender, &bootstrap, &metrics, ratio);
    let single = task.splits.len() == 1;
    Ok(Comparison {
        classes: ClassCount::of(task.labels),
        n_folds: task.splits.iter().map(|split| split.fold + 1).max().unwrap_or(0),
        n_repeats: task.splits.iter().map(|split| split.repeat + 1).max().unwrap_or(0),
        reduced: task.reduced.cloned(),
        interval: if single { IntervalKind::Bootstrap } else { IntervalKind::CorrectedResampled },
        seed: seed.0,
        lift_class: task.labels.classes[lift_code].clone(),
        params: params.clone(),
        contenders: standings,
        paired,
    })
}

/// Every contender on every split, then what the learning curves ask for besides.
fn fits<'a>(n_contenders: usize, task: &'a Task<'_>, curves: &'a [CurveTask]) -> Vec<Fit<'a>> {
    let whole = |contender: usize| {
        let splits = task.splits.iter().enumerate();
        splits.map(move |(split, rows)| Fit { contender, split, train: &rows.train })
    };
    let curve = |task: &'a CurveTask| Fit {
        contender: task.contender,
        split: task.split,
        train: &task.train,
    };
    let mut fits: Vec<Fit<'a>> = (0..n_contenders).flat_map(whole).collect();
    fits.extend(curves.iter().map(curve));
    fits
}

fn play(
    contender: &dyn Contender,
    task: &Task<'_>,
    split: &Split,
    train: &[usize],
    seed: Seed,
    lift_code: usize,
    params: &Comparing,
) -> Result<Played, DataError> {
    let found = contender.probabilities(train, &split.test, seed)?;
    let (expected, width) = (task.labels.n_classes(), found.probabilities.n_columns());
    if width != expected {
        return Err(DataError::WrongWidth { expected, found: width });
    }
    let truth: Vec<u32> = split.test.iter().map(|&row| task.labels.codes[row]).collect();
    let scored = Scored::new(&truth, &found, params.calibration_bins)?;
    Ok(Played { scored, chosen: found.probabilities.column(lift_code) })
}

/// All metrics, the tested ones first.
fn all_first(tested: &[crate::metrics::Metric]) -> Vec<crate::metrics::Metric> {
    let mut all = tested.to_vec();
    all.extend(crate::metrics::Metric::ALL.into_iter().filter(|metric| !tested.contains(metric)));
    all
}

/// Tested users to trained users, mean over splits.
pub(super) fn ratio(splits: &[Split]) -> f64 {
    let of = |split: &Split| split.test.len() as f64 / split.train.len().max(1) as f64;
    splits.iter().map(of).sum::<f64>() / splits.len().max(1) as f64
}
