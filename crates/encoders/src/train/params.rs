use fenqun_base::{DataError, Labels, NO_CODE, Seed};
use serde::{Deserialize, Serialize};

/// Settings of the training loop, as configuration spells them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Training {
    /// Most times through the rows.
    pub epochs: usize,
    /// Rows in a batch.
    pub batch: usize,
    /// Length of a step at the start.
    pub learning_rate: f64,
    /// How the length of a step changes.
    pub schedule: Schedule,
    /// How strongly every number is drawn to zero, apart from the loss.
    pub weight_decay: f64,
    /// Share of the labelled rows of each class that is held out to tell when to stop; 0 holds out
    /// none, and all epochs are run.
    pub held_out: f64,
    /// Epochs without a better loss on the rows held out, after which training ends.
    pub patience: usize,
    /// Whether rare classes count more.
    pub class_weights: ClassWeights,
}

/// How the length of a step changes over training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// It does not.
    Constant,
    /// Falls along half a cosine, to zero after the last epoch.
    #[default]
    Cosine,
}

/// How much a user of each class counts in the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// All users alike.
    #[default]
    Equal,
    /// All classes alike: users ÷ (classes · users of the class).
    Balanced,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            epochs: 100,
            batch: 64,
            learning_rate: 1e-3,
            schedule: Schedule::Cosine,
            weight_decay: 0.01,
            held_out: 0.15,
            patience: 10,
            class_weights: ClassWeights::Equal,
        }
    }
}

impl Training {
    /// Checks every setting against its rule.
    ///
    /// # Errors
    /// [`DataError::Parameter`] names the first that breaks it.
    pub fn check(&self) -> Result<(), DataError> {
        whole("epochs", self.epochs, 1, 100_000)?;
        whole("batch", self.batch, 2, 1 << 20)?;
        whole("patience", self.patience, 1, 100_000)?;
        let rate = self.learning_rate;
        number("learning_rate", rate, rate > 0.0 && rate <= 10.0, "above 0 and at most 10")?;
        let decay = self.weight_decay;
        number("weight_decay", decay, (0.0..=100.0).contains(&decay), "between 0 and 100")?;
        let share = self.held_out;
        number("held_out", share, (0.0..=0.9).contains(&share), "between 0 and 0.9")
    }

    /// Length of the step after `done` of `total` steps.
    pub(super) fn rate(&self, done: usize, total: usize) -> f64 {
        match self.schedule {
            Schedule::Constant => self.learning_rate,
            Schedule::Cosine => {
                let share = done as f64 / total.max(1) as f64;
                self.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * share).cos())
            }
        }
    }

    /// Labelled rows to learn from and to hold out, each in order: a share of every class, which
    /// always keeps a row to learn from.
    pub(crate) fn split(&self, labels: &Labels, seed: Seed) -> (Vec<usize>, Vec<usize>) {
        use fenqun_base::Rng;
        use rand::seq::SliceRandom;

        let mut rng: Rng = seed.derive("held out").rng();
        let (mut learn, mut held_out) = (Vec::new(), Vec::new());
        for class in 0..labels.n_classes() as u32 {
            let of_class =
                |&row: &usize| labels.codes[row] != NO_CODE && labels.codes[row] == class;
            let mut rows: Vec<usize> = (0..labels.codes.len()).filter(of_class).collect();
            rows.shuffle(&mut rng);
            let n_held = (rows.len() as f64 * self.held_out).round() as usize;
            let n_held = n_held.min(rows.len().saturating_sub(1));
            held_out.extend_from_slice(&rows[..n_held]);
            learn.extend_from_slice(&rows[n_held..]);
        }
        learn.sort_unstable();
        held_out.sort_unstable();
        (learn, held_out)
    }

    /// What a user of each class counts, by how many of `rows` are in it.
    pub(crate) fn weights(&self, labels: &Labels, rows: &[usize]) -> Vec<f32> {
        match self.class_weights {
            ClassWeights::Equal => vec![1.0; labels.n_classes()],
            ClassWeights::Balanced => {
                let counts = labels.select(rows).counts();
                let total = rows.len() as f64 / labels.n_classes().max(1) as f64;
                counts.iter().map(|&count| (total / count.max(1) as f64) as f32).collect()
            }
        }
    }
}

/// Refuses a whole number outside its range.
pub(crate) fn whole(
    name: &'static str,
    found: usize,
    least: usize,
    most: usize,
) -> Result<(), DataError> {
    if (least..=most).contains(&found) {
        return Ok(());
    }
    let rule = format!("between {least} and {most}");
    Err(DataError::Parameter { name, rule, found: found.to_string() })
}

/// Refuses a number that breaks its rule; NaN breaks every rule.
pub(crate) fn number(
    name: &'static str,
    found: f64,
    holds: bool,
    rule: &str,
) -> Result<(), DataError> {
    if holds {
        return Ok(());
    }
    Err(DataError::Parameter { name, rule: rule.to_owned(), found: found.to_string() })
}
