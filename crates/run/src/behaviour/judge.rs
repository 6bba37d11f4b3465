use std::cmp::Ordering;

use fenqun_base::{DataError, Matrix, Progress, Seed};
use fenqun_encoders::EncoderError;
use fenqun_encoders::behaviour_head::BehaviourHead;
use fenqun_evaluate::behaviour::{flags_auroc, propensity};

use super::tasks::Task;
use super::{EpochScore, TaskScore};

/// Trains a head on a task and says what it knew after every epoch.
pub(super) fn judge(
    head: &BehaviourHead,
    task: &Task,
    vectors: &Matrix,
    seed: Seed,
    progress: &Progress,
) -> Result<TaskScore, EncoderError> {
    let own = vectors.select_rows(&task.rows);
    let mut epochs = Vec::with_capacity(head.epochs);
    head.train(&own, &task.train, seed, progress, |scores| {
        epochs.push(score(task, &scores)?);
        Ok(())
    })?;
    let better = |a: &EpochScore, b: &EpochScore| a.score.partial_cmp(&b.score);
    let mut best = 0;
    for (at, epoch) in epochs.iter().enumerate().skip(1) {
        if better(epoch, &epochs[best]) == Some(Ordering::Greater) {
            best = at;
        }
    }
    Ok(TaskScore { task: task.name, best_epoch: best + 1, epochs })
}

fn score(task: &Task, scores: &Matrix) -> Result<EpochScore, DataError> {
    if task.popularity.is_empty() {
        let (auroc, n_scored) = flags_auroc(&task.validation, scores)?;
        let (novelty, diversity) = (None, None);
        return Ok(EpochScore { score: auroc, auroc, novelty, diversity, n_scored });
    }
    let found = propensity(&task.validation, scores, &task.popularity)?;
    let (novelty, diversity) = (Some(found.novelty), Some(found.diversity));
    let (score, auroc, n_scored) = (found.score, found.auroc, found.n_scored);
    Ok(EpochScore { score, auroc, novelty, diversity, n_scored })
}
