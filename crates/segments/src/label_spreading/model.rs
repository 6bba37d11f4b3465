use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Soft, Stored};
use serde::{Deserialize, Serialize};

use super::graph::{Near, nearest, weight, width};
use super::{EdgeWeights, LabelSpreading};

/// The fitted users and what their labels and neighbours say of them.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelSpreadingModel {
    users: Matrix,
    shares: Matrix,
    /// Distance of each to its last neighbour.
    widths: Vec<f32>,
    summary: Summary,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Summary {
    n_neighbours: usize,
    weights: EdgeWeights,
}

impl LabelSpreadingModel {
    pub(super) fn new(
        users: Matrix,
        shares: Matrix,
        widths: Vec<f32>,
        params: &LabelSpreading,
    ) -> Self {
        let summary = Summary { n_neighbours: params.n_neighbours, weights: params.weights };
        Self { users, shares, widths, summary }
    }

    /// The shares of the fitted users: rows × classes.
    #[must_use]
    pub fn shares(&self) -> &Matrix {
        &self.shares
    }

    /// Weighted mean of the shares of the nearest; of all alike where every weight vanishes.
    fn mean(&self, near: &Near, row: &mut [f32]) {
        let own = width(near);
        let weigh = |&(user, squared): &(u32, f64)| {
            let both = (own, f64::from(self.widths[user as usize]));
            weight(self.summary.weights, squared, both)
        };
        let mut weights: Vec<f64> = near.iter().map(weigh).collect();
        let mut sum: f64 = weights.iter().sum();
        if sum.is_nan() || sum <= 0.0 {
            weights.fill(1.0);
            sum = weights.len() as f64;
        }
        let mut shares = vec![0.0; row.len()];
        for (&(user, _), weight) in near.iter().zip(&weights) {
            for (share, &own) in shares.iter_mut().zip(self.shares.row(user as usize)) {
                *share += weight / sum * f64::from(own);
            }
        }
        row.iter_mut().zip(&shares).for_each(|(stored, &share)| *stored = share.min(1.0) as f32);
    }
}

impl Fitted for LabelSpreadingModel {
    fn n_segments(&self) -> usize {
        self.shares.n_columns()
    }

    fn width(&self) -> usize {
        self.users.n_columns()
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        Assignment::likeliest(&self.probabilities(data)?)
    }
}

impl Soft for LabelSpreadingModel {
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError> {
        self.check(data)?;
        let mut result = Matrix::zeros(data.n_rows(), self.n_segments());
        let near = nearest(data, &self.users, self.summary.n_neighbours, false);
        for (row, near) in near.iter().enumerate() {
            self.mean(near, result.row_mut(row));
        }
        Ok(result)
    }
}

impl Stored for LabelSpreadingModel {
    const NAME: &'static str = "label_spreading";

    fn state(&self) -> ModelState {
        ModelState::new(&self.summary)
            .matrix("users", &self.users)
            .matrix("shares", &self.shares)
            .vector("widths", &self.widths)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let summary: Summary = state.read_config(Self::NAME)?;
        let users = state.read_matrix(Self::NAME, "users")?;
        let shares = state.read_matrix(Self::NAME, "shares")?;
        let widths = state.read_vector(Self::NAME, "widths")?;
        let n_users = users.n_rows();
        let is_whole = n_users > 0 && shares.n_rows() == n_users && widths.len() == n_users;
        let is_wide = users.n_columns() > 0 && shares.n_columns() > 1;
        let is_share = |share: &f32| (0.0..=1.0).contains(share);
        if !is_whole
            || !is_wide
            || summary.n_neighbours == 0
            || !shares.values().iter().all(is_share)
        {
            let reason = "its users, shares and widths do not belong together".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        users.check_finite()?;
        Ok(Self { users, shares, widths, summary })
    }
}
