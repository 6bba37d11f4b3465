use fenqun_base::{DataError, Matrix, Progress, Seed};
use fenqun_profiles::{PairHistory, Parts, ProfileParams, ProfilesError, Span};

use super::level::{Level, most_bought};
use super::origin::{Origin, Others, answers};
use super::{PropensityModel, PropensityParams};
use crate::RunError;

/// Learns from what users did in the periods before `as_of`. Nothing at or after it is seen; what
/// each row tells lies before the period that it is asked about.
///
/// # Errors
/// [`RunError::Data`] for a parameter outside its rule, or when no earlier period has a history
/// of its own length before it; whatever reading the events gives.
pub fn fit(
    parts: &impl Parts,
    as_of: i64,
    params: &PropensityParams,
    profiles: &ProfileParams,
    seed: Seed,
    progress: &Progress,
) -> Result<PropensityModel, RunError> {
    params.check()?;
    let level = Level::choose(parts.catalogue(), params.n_categories);
    let past = Past::read(parts, as_of, params, profiles, &level, progress)?;
    past.fit(params, profiles, level, seed)
}

/// The periods to learn from, the latest first.
pub(super) struct Past {
    origins: Vec<Origin>,
    next: Vec<Option<PairHistory>>,
}

impl Past {
    pub(super) fn read(
        parts: &impl Parts,
        as_of: i64,
        params: &PropensityParams,
        profiles: &ProfileParams,
        level: &Level,
        progress: &Progress,
    ) -> Result<Self, RunError> {
        let categories = level.of(parts.catalogue());
        let mut past = Self { origins: Vec::new(), next: Vec::new() };
        for period in 1..=params.n_origins as i64 {
            let at = as_of.saturating_sub(period * params.length());
            let origin =
                match Origin::read(parts, at, &categories, &params.pairs, profiles, progress) {
                    Err(ProfilesError::NoEvents { .. }) => break,
                    other => other?,
                };
            // A history shorter than the period it is to foretell teaches the wrong thing.
            if origin.length() < params.days as f32 {
                break;
            }
            let span = Span { from: Some(at), as_of: at.saturating_add(params.length()) };
            let next = match PairHistory::fold(parts, span, &categories, &params.pairs, progress) {
                Err(ProfilesError::NoEvents { .. }) => None,
                other => Some(other?),
            };
            past.origins.push(origin);
            past.next.push(next);
        }
        if past.origins.is_empty() {
            let days = params.days;
            let reason = format!(
                "a period of {days} days and as long a history before it are needed: bring older \
                 events or ask about a shorter period"
            );
            return Err(DataError::Labels { reason }.into());
        }
        Ok(past)
    }

    /// The latest moment, and what happened after it.
    pub(super) fn latest(&self) -> (&Origin, Option<&PairHistory>) {
        (&self.origins[0], self.next[0].as_ref())
    }

    /// Learns from the latest `params.n_origins` of the periods read.
    pub(super) fn fit(
        &self,
        params: &PropensityParams,
        profiles: &ProfileParams,
        level: Level,
        seed: Seed,
    ) -> Result<PropensityModel, RunError> {
        let latest = &self.origins[0];
        let asked = most_bought(&latest.history, params.n_categories);
        let origins = &self.origins[..params.n_origins.min(self.origins.len())];
        let n_rows: usize =
            origins.iter().map(|origin| origin.history.n_users() * asked.len()).sum();
        let share = params.max_rows as f64 / n_rows.max(1) as f64;
        let (mut rows, mut wanted) = (Vec::new(), Vec::new());
        for (period, (origin, next)) in origins.iter().zip(&self.next).enumerate() {
            let draws = seed.derive("propensity users").nth(period);
            let is_drawn = |user: &usize| (draws.nth(*user).0 as f64) < share * 2.0f64.powi(64);
            let users: Vec<usize> = (0..origin.history.n_users())
                .filter(|user| share >= 1.0 || is_drawn(user))
                .collect();
            let rates = origin.rates(params.days as f32);
            // What others did is learned as of the same moment: were it learned later, a row would
            // hold a trace of its own answer.
            let others = Others::known_at(origin, params)?;
            rows.push(origin.rows(&users, &asked, &rates, others.as_ref())?);
            wanted.extend(answers(&origin.history, next.as_ref(), &users, &asked));
        }
        let rows = stacked(rows)?;
        let trees = params.trees.fit_binary(&rows, &wanted, seed.derive("propensity"))?;
        let rates = self.rates();
        let settings = (params.clone(), profiles.clone());
        let others = Others::known_at(latest, params)?;
        Ok(PropensityModel { level, asked, rates, others, trees, settings })
    }

    /// The share of users who bought from each category in the latest period: what is known best
    /// when the next one is asked about. Kept in the model, so that a user's score hangs on that
    /// user alone.
    fn rates(&self) -> Vec<f32> {
        let before = &self.origins[0].history;
        let mut counts = vec![0u32; before.n_categories()];
        let mut n_users = before.n_users();
        if let Some(next) = &self.next[0] {
            for (row, &user) in next.users.iter().enumerate() {
                n_users += usize::from(before.row_of(user).is_none());
                next.pairs(row).iter().for_each(|pair| counts[pair.category as usize] += 1);
            }
        }
        counts.iter().map(|&count| count as f32 / n_users as f32).collect()
    }
}

/// Matrices of one width, one under the other.
fn stacked(parts: Vec<Matrix>) -> Result<Matrix, DataError> {
    let n_columns = parts.first().map_or(0, Matrix::n_columns);
    let n_rows = parts.iter().map(Matrix::n_rows).sum();
    let mut values = Vec::with_capacity(n_rows * n_columns);
    for part in parts {
        values.extend_from_slice(part.values());
    }
    Matrix::new(n_rows, n_columns, values)
}
