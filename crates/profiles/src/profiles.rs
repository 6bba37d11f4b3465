use fenqun_base::{Matrix, SparseMatrix, UserId};

use crate::feature::Feature;
use crate::sequence::Sequences;
use crate::shop::Shop;
use crate::value::ValueBasis;

/// Everything known of every user as of one time: numbers, items, sequences.
///
/// Row `r` of every part is the user `users[r]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Profiles {
    /// Milliseconds since 1970-01-01T00:00:00Z; no event at or after it was looked at.
    pub as_of: i64,
    /// Users in ascending order.
    pub users: Vec<UserId>,
    /// Columns of `values`.
    pub features: Vec<Feature>,
    /// Users × features, always finite.
    pub values: Matrix,
    /// Users × catalogue: interactions weighted by action, net of what was sent back, positive.
    pub items: SparseMatrix,
    /// Users × catalogue: money spent on each item, net of refunds, positive.
    pub spend: SparseMatrix,
    /// The last events of every user, oldest first.
    pub sequences: Sequences,
    /// What each user is worth by `value_basis`: the axis of the value tiers.
    pub value_score: Vec<f32>,
    /// How `value_score` was computed.
    pub value_basis: ValueBasis,
    /// What was learned of the shop as a whole: hand it to [`crate::build_like`] to get the same
    /// columns as of another time.
    pub shop: Shop,
    /// Events before `as_of`, all of them in here.
    pub n_events: u64,
    /// Events at or after `as_of`, left out.
    pub n_held_out: u64,
}

impl Profiles {
    /// Number of users.
    #[must_use]
    pub fn n_users(&self) -> usize {
        self.users.len()
    }

    /// The column of a feature, or `None` where this shop has no such feature.
    #[must_use]
    pub fn feature(&self, name: &str) -> Option<usize> {
        self.features.iter().position(|feature| feature.name == name)
    }

    /// The values of a feature, one a user.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<Vec<f32>> {
        self.feature(name).map(|column| self.values.column(column))
    }

    /// The row of a user.
    #[must_use]
    pub fn row_of(&self, user: UserId) -> Option<usize> {
        self.users.binary_search(&user).ok()
    }
}
