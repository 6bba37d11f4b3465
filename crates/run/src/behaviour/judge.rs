use fenqun_base::{DataError, Matrix, Progress, Seed};
use fenqun_encoders::EncoderError;
use fenqun_encoders::behaviour_head::BehaviourHead;
use fenqun_evaluate::amounts::Spread;
use fenqun_evaluate::behaviour::{Resamples, flags_auroc, propensity};

use super::tasks::Task;
use super::{EpochScore, TaskScore};

/// A head behind one kind of vectors, trained and asked.
pub(super) struct Judged {
    epochs: Vec<EpochScore>,
    best: usize,
    /// The AUROC of the epoch that counts, of every draw of the users.
    resampled: Vec<f64>,
}

/// Trains a head on a task and says what it knew after every epoch, and how sure that is of the
/// best one.
pub(super) fn judge(
    head: &BehaviourHead,
    task: &Task,
    vectors: &Matrix,
    draws: &Resamples,
    seed: Seed,
    progress: &Progress,
) -> Result<Judged, EncoderError> {
    let own = vectors.select_rows(&task.rows);
    let mut epochs: Vec<EpochScore> = Vec::with_capacity(head.epochs);
    let (mut best, mut of_best) = (0, Matrix::default());
    head.train(&own, &task.train, seed, progress, |scores| {
        let epoch = score(task, &scores)?;
        if epochs.is_empty() || epoch.score > epochs[best].score {
            (best, of_best) = (epochs.len(), scores);
        }
        epochs.push(epoch);
        Ok(())
    })?;
    let resampled = draws.auroc(&task.validation, &of_best)?;
    Ok(Judged { epochs, best, resampled })
}

impl Judged {
    /// What is told of it, beside the counts and the joined vector.
    pub fn told(&self, task: &Task, counts: Option<&Self>, joined: Option<&Self>) -> TaskScore {
        // Without a draw that tells anything, nothing is known but the figure's own bounds.
        let of = |mean, values: Vec<f64>, low, high| {
            Spread::of(mean, values).unwrap_or(Spread { mean, low, high })
        };
        let gain = |other: &Self| {
            let pairs = self.resampled.iter().zip(&other.resampled);
            of(self.auroc() - other.auroc(), pairs.map(|(a, b)| a - b).collect(), -1.0, 1.0)
        };
        TaskScore {
            task: task.name,
            best_epoch: self.best + 1,
            epochs: self.epochs.clone(),
            auroc: of(self.auroc(), self.resampled.clone(), 0.0, 1.0),
            over_counts: counts.map(gain),
            over_joined: joined.map(gain),
        }
    }

    fn auroc(&self) -> f64 {
        self.epochs.get(self.best).map_or(f64::NAN, |epoch| epoch.auroc)
    }
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
