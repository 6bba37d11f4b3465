//! One moment from which the next period is looked at: everything known before it.

use fenqun_base::{DataError, Matrix, Progress, SparseMatrix};
use fenqun_encoders::collaborative::{CoOccurrence, CollaborativeModel, log_rows};
use fenqun_profiles::{
    ItemCategories, PAIR_FEATURES, PairHistory, PairParams, Parts, ProfileParams, ProfilesError,
    Span, build,
};

use super::PropensityParams;

/// What a row says of the user alone.
pub(super) const USER_FEATURES: [&str; 18] = [
    "recency",
    "tenure",
    "frequency",
    "spend",
    "lines",
    "basket_mean",
    "gap_mean",
    "gap_sd",
    "gap_median",
    "recency_over_gap",
    "visits_14d",
    "visits_28d",
    "visits_84d",
    "spend_28d",
    "spend_84d",
    "active_fortnights",
    "repeat_rate",
    "distinct_categories",
];

/// Everything known of the users before a moment.
pub(super) struct Origin {
    pub(super) history: PairHistory,
    /// Users × [`USER_FEATURES`].
    users: Matrix,
    /// Baskets with each category: logs, rows of length 1.
    logs: SparseMatrix,
}

/// What other users say: both scores of a category from the others.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Others {
    pub(super) ease: CollaborativeModel,
    pub(super) co_occurrence: CollaborativeModel,
}

impl Others {
    /// Learned from what all users did before a moment, if that is asked for.
    pub(super) fn known_at(
        origin: &Origin,
        params: &PropensityParams,
    ) -> Result<Option<Self>, DataError> {
        if !params.collaborative {
            return Ok(None);
        }
        let ease = params.ease.fit(&origin.logs)?;
        Ok(Some(Self { ease, co_occurrence: CoOccurrence {}.fit(&origin.logs)? }))
    }
}

impl Origin {
    /// Reads the events twice: for pairs, and for the users themselves.
    pub(super) fn read(
        parts: &impl Parts,
        as_of: i64,
        categories: &ItemCategories,
        pairs: &PairParams,
        profiles: &ProfileParams,
        progress: &Progress,
    ) -> Result<Self, ProfilesError> {
        let span = Span { from: None, as_of };
        let history = PairHistory::fold(parts, span, categories, pairs, progress)?;
        // No sequences, and no windows but those asked for.
        let windows_days = vec![14, 28, 84];
        let params = ProfileParams { max_sequence: 1, windows_days, ..profiles.clone() };
        let profiles = build(parts, as_of, &params, progress)?;
        let mut users = Matrix::zeros(history.n_users(), USER_FEATURES.len());
        for (column, name) in USER_FEATURES.iter().enumerate() {
            // A column that is zero for everyone is left out of the profiles.
            let Some(at) = profiles.feature(name) else { continue };
            for (row, &user) in history.users.iter().enumerate() {
                if let Some(of_user) = profiles.row_of(user) {
                    users.row_mut(row)[column] = profiles.values.at(of_user, at);
                }
            }
        }
        let logs = log_rows(&history.counts()?);
        Ok(Self { history, users, logs })
    }

    /// Days since the first event of all.
    pub(super) fn length(&self) -> f32 {
        self.users.column(1).into_iter().fold(0.0, f32::max)
    }

    /// The share of users with a basket of each category in the last `days`.
    pub(super) fn rates(&self, days: f32) -> Vec<f32> {
        let mut counts = vec![0u32; self.history.n_categories()];
        for row in 0..self.history.n_users() {
            for pair in self.history.pairs(row).iter().filter(|pair| pair.last <= days) {
                counts[pair.category as usize] += 1;
            }
        }
        counts.iter().map(|&count| count as f32 / self.history.n_users() as f32).collect()
    }

    /// One row a user and category: those of a user together, categories in the order given.
    pub(super) fn rows(
        &self,
        users: &[usize],
        categories: &[u32],
        rates: &[f32],
        others: Option<&Others>,
    ) -> Result<Matrix, DataError> {
        let scores = match others {
            None => None,
            Some(others) => {
                let logs = self.logs.select_rows(users);
                Some([others.ease.scores(&logs)?, others.co_occurrence.scores(&logs)?])
            }
        };
        let mut values =
            Vec::with_capacity(users.len() * categories.len() * width(others.is_some()));
        for (at, &user) in users.iter().enumerate() {
            for &category in categories {
                values.extend_from_slice(&self.history.features(user, category));
                values.push(rates[category as usize]);
                for scores in scores.iter().flatten() {
                    values.push(scores.at(at, category as usize));
                }
                values.extend_from_slice(self.users.row(user));
            }
        }
        Matrix::new(users.len() * categories.len(), width(others.is_some()), values)
    }
}

/// Numbers of a row.
pub(super) fn width(collaborative: bool) -> usize {
    PAIR_FEATURES.len() + 1 + if collaborative { 2 } else { 0 } + USER_FEATURES.len()
}

/// Whether each user bought from each category in the period after a moment: one answer a row of
/// [`Origin::rows`].
pub(super) fn answers(
    origin: &PairHistory,
    next: Option<&PairHistory>,
    users: &[usize],
    categories: &[u32],
) -> Vec<bool> {
    let mut answers = Vec::with_capacity(users.len() * categories.len());
    for &user in users {
        let after = next.and_then(|next| Some((next, next.row_of(origin.users[user])?)));
        let bought =
            |&category: &u32| after.is_some_and(|(next, row)| next.pair(row, category).is_some());
        answers.extend(categories.iter().map(bought));
    }
    answers
}
