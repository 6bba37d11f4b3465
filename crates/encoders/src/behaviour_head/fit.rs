use fenqun_base::{DataError, Matrix, Progress, Seed};

use super::BehaviourHead;
use crate::EncoderError;
use crate::train::{Epoch, Input, Target, Task, train};

impl BehaviourHead {
    /// Trains on `targets` (0 or 1, a row a user, a column a target) and gives `after` the scores
    /// of the same users after every epoch: the larger, the likelier. They are what comes before
    /// the sigmoid.
    ///
    /// # Errors
    /// [`DataError`] for settings outside their rule, no users or targets, another number of rows,
    /// vectors that are not finite, a target that is neither 0 nor 1;
    /// [`EncoderError::Interrupted`]; whatever `after` returns.
    pub fn train(
        &self,
        vectors: &Matrix,
        targets: &Matrix,
        seed: Seed,
        progress: &Progress,
        mut after: impl FnMut(Matrix) -> Result<(), EncoderError>,
    ) -> Result<Vec<Epoch>, EncoderError> {
        check(vectors, targets)?;
        let seed = seed.derive("behaviour_head");
        let mut rng = seed.derive("start").rng();
        let mut network = self.network(vectors.n_columns(), targets.n_columns(), &mut rng);
        let target = Target::Flags(targets.clone());
        let learn: Vec<usize> = (0..vectors.n_rows()).collect();
        let input = Input::Dense(vectors);
        let task = Task { input, target: &target, learn: &learn, held_out: &[], shuffled: false };
        train(&mut network, &task, &self.training(), seed, progress, &mut |network| {
            after(network.predict(input)?)
        })
    }
}

fn check(vectors: &Matrix, targets: &Matrix) -> Result<(), DataError> {
    if vectors.n_rows() == 0 || vectors.n_columns() == 0 {
        return Err(DataError::Empty);
    }
    if targets.n_rows() != vectors.n_rows() {
        let (expected, found) = (vectors.n_rows(), targets.n_rows());
        return Err(DataError::WrongLength { what: "targets", expected, found });
    }
    if targets.n_columns() == 0 {
        return Err(DataError::WrongWidth { expected: 1, found: 0 });
    }
    vectors.check_finite()?;
    match targets.values().iter().find(|&&flag| flag != 0.0 && flag != 1.0) {
        None => Ok(()),
        Some(flag) => {
            let (rule, found) = ("0 or 1".to_owned(), flag.to_string());
            Err(DataError::Parameter { name: "target", rule, found })
        }
    }
}
