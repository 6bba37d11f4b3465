//! How much do more labels help?

use fenqun_base::{DataError, Seed};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::play::Played;
use super::{Comparing, Estimate, Measured, Standing, Task};
use crate::metrics::Metric;
use crate::splits::Split;

/// Fewest users of a class that a part of the training labels keeps, where it has them.
const FEWEST: usize = 2;

/// A contender that learned from a part of the training labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Share of the training labels of each class.
    pub share: f64,
    /// Users learned from, mean over splits.
    pub n_train: f64,
    /// The tested metrics; empty when it could not learn from so few.
    pub metrics: Vec<Measured>,
    /// Why it could not.
    pub reason: Option<String>,
}

/// One fit on a part of the training rows of a split.
pub(super) struct CurveTask {
    pub(super) contender: usize,
    pub(super) split: usize,
    share: usize,
    pub(super) train: Vec<usize>,
}

/// The fits that learning curves need besides the whole ones: the splits of the first repetition,
/// with parts that contain each other, every class cut down alike.
pub(super) fn plan(
    names: &[&str],
    task: &Task<'_>,
    params: &Comparing,
    seed: Seed,
) -> Vec<CurveTask> {
    let mut tasks = Vec::new();
    for contender in wanted(names, params) {
        for (split, rows) in first_repeat(task) {
            for (at, &share) in params.curve_shares.iter().enumerate() {
                if share < 1.0 {
                    let seed = seed.derive("curve").nth(split);
                    let train = part(task, &rows.train, share, seed);
                    tasks.push(CurveTask { contender, split, share: at, train });
                }
            }
        }
    }
    tasks
}

/// Puts what the fits came to beside the contenders.
pub(super) fn add(
    standings: &mut [Standing],
    tasks: &[CurveTask],
    played: &[Result<Played, DataError>],
    task: &Task<'_>,
    params: &Comparing,
) {
    let names: Vec<&str> = standings.iter().map(|standing| standing.name.as_str()).collect();
    let first: Vec<usize> = first_repeat(task).map(|(split, _)| split).collect();
    for contender in wanted(&names, params) {
        let point = |(at, &share): (usize, &f64)| {
            if share >= 1.0 {
                return whole(&standings[contender], task, &first, params);
            }
            let is_here =
                |(task, _): &(&CurveTask, _)| task.contender == contender && task.share == at;
            let found: Vec<_> = tasks.iter().zip(played).filter(is_here).collect();
            of_part(share, &found, task, params)
        };
        let points = params.curve_shares.iter().enumerate().map(point).collect();
        standings[contender].curve = points;
    }
}

fn of_part(
    share: f64,
    found: &[(&CurveTask, &Result<Played, DataError>)],
    task: &Task<'_>,
    params: &Comparing,
) -> CurvePoint {
    let n_train = mean(found.iter().map(|(task, _)| task.train.len() as f64));
    let tested = found.iter().map(|(curve, _)| {
        task.splits[curve.split].test.len() as f64 / curve.train.len().max(1) as f64
    });
    let ratio = mean(tested);
    let mut point = CurvePoint { share, n_train, metrics: Vec::new(), reason: None };
    let mut played = Vec::with_capacity(found.len());
    for (_, found) in found {
        match found {
            Ok(found) => played.push(found),
            Err(error) => {
                point.reason = Some(error.to_string());
                return point;
            }
        }
    }
    for metric in params.all_tested() {
        let splits = played.iter().map(|played| played.scored.measure(metric, |_| 1)).collect();
        let estimate = Estimate::over_splits(splits, ratio);
        point.metrics.extend(estimate.map(|estimate| Measured { metric, estimate }));
    }
    point
}

/// The point that was measured anyway: all labels, on the same splits as the others.
fn whole(standing: &Standing, task: &Task<'_>, first: &[usize], params: &Comparing) -> CurvePoint {
    let n_train = mean(first.iter().map(|&split| task.splits[split].train.len() as f64));
    let of = |&split: &usize| {
        task.splits[split].test.len() as f64 / task.splits[split].train.len().max(1) as f64
    };
    let ratio = mean(first.iter().map(of));
    let measured = |metric: Metric| {
        let all = standing.estimate(metric)?;
        let splits = first.iter().map(|&split| all.splits[split]).collect();
        let estimate = Estimate::over_splits(splits, ratio)?;
        Some(Measured { metric, estimate })
    };
    let metrics = params.all_tested().into_iter().filter_map(measured).collect();
    CurvePoint { share: 1.0, n_train, metrics, reason: None }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len().max(1) as f64;
    values.sum::<f64>() / n
}

fn wanted(names: &[&str], params: &Comparing) -> Vec<usize> {
    (0..names.len()).filter(|&at| params.curve_of.iter().any(|name| name == names[at])).collect()
}

fn first_repeat<'a>(task: &Task<'a>) -> impl Iterator<Item = (usize, &'a Split)> {
    task.splits.iter().enumerate().filter(|(_, split)| split.repeat == 0)
}

/// The first of each class in an order drawn by the seed.
fn part(task: &Task<'_>, train: &[usize], share: f64, seed: Seed) -> Vec<usize> {
    let mut rng = seed.rng();
    let mut drawn: Vec<(u32, u64, usize)> =
        train.iter().map(|&row| (task.labels.codes[row], rng.random(), row)).collect();
    drawn.sort_unstable();
    let mut kept = Vec::new();
    for class in drawn.chunk_by(|a, b| a.0 == b.0) {
        let n = ((class.len() as f64 * share).ceil() as usize).max(FEWEST).min(class.len());
        kept.extend(class[..n].iter().map(|&(_, _, row)| row));
    }
    kept.sort_unstable();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::Labels;

    #[test]
    fn parts_contain_each_other_and_keep_every_class() {
        let words: Vec<_> = (0..100).map(|row| Some(if row < 90 { "a" } else { "b" })).collect();
        let labels = Labels::from_words(&words);
        let task = Task::new(&labels, &[]);
        let train: Vec<usize> = (0..100).collect();
        let parts: Vec<Vec<usize>> =
            [0.05, 0.25, 0.5].map(|share| part(&task, &train, share, Seed(3))).into();
        for pair in parts.windows(2) {
            assert!(pair[0].iter().all(|row| pair[1].contains(row)));
        }
        let counts = labels.select(&parts[0]).counts();
        assert_eq!(counts, [5, 2]);
        assert_ne!(parts[0], part(&task, &train, 0.05, Seed(4)));
    }
}
