//! Questions about the next period: rows of (user, moment), labelled by what came after.
//!
//! ```text
//!  ─────── events ───────┬── days ──┬── days ──┬── days ──┐
//!                     train 2    train 1      test      the end of the data
//! ```
//!
//! Features of a moment see events before it; its label sees the days after it. Rows are learned
//! from when their label was known at the test moment: nothing else would be at hand on that day.

use std::collections::BTreeMap;
use std::path::PathBuf;

use fenqun_base::{Action, Event, Labels, Progress, Unit, UserId};
use fenqun_evaluate::splits::TimedRow;
use fenqun_events::EventTable;
use fenqun_profiles::{ProfileParams, Profiles, Shop, build, build_like};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::RunError;
use crate::behaviour::HeadChoice;
use crate::config::{day_of, start_of_day};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A question about the next period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaskConfig {
    /// What reports and files call it: letters, digits, `-`, `_`; empty for the question and its
    /// length, `inactive-28d`.
    pub name: String,
    /// What is asked.
    pub ask: Ask,
    /// Length of the period asked about; without it 28, or 14 for the behaviour protocol.
    pub days: Option<u32>,
    /// Moments to learn from, one period apart, the newest first; without it 5.
    pub origins: Option<usize>,
    /// First day of the period that tests (YYYY-MM-DD); empty: the last whole period of the data.
    pub at: String,
    /// Only users who did something in so many days before the moment; 0: everyone seen before it.
    pub active_within: u32,
    /// For `behaviour`: which head; without it `auto`.
    pub head: Option<HeadChoice>,
    /// For `behaviour`: most targets of a propensity; without it 100.
    pub n_targets: Option<usize>,
    /// For `behaviour`: by name, folders with `client_ids.npy` and `embeddings.npy` of user vectors
    /// of other tools, relative to the configuration.
    pub vectors: BTreeMap<String, PathBuf>,
}

/// What is asked of each user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Whether the user buys nothing (does nothing, in a shop that sells nothing) in the period.
    #[default]
    Inactive,
    /// Money spent in the period, net of refunds.
    Spend,
    /// Which of the most bought categories the user buys from.
    Categories,
    /// The six questions of the universal behaviour protocol.
    Behaviour,
}

impl Default for TaskConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            ask: Ask::Inactive,
            days: None,
            origins: None,
            at: String::new(),
            active_within: 0,
            head: None,
            n_targets: None,
            vectors: BTreeMap::new(),
        }
    }
}

impl TaskConfig {
    /// The same with its name filled in.
    #[must_use]
    pub(super) fn named(self) -> Self {
        match self.name.is_empty() {
            true => Self { name: format!("{}-{}d", self.ask.name(), self.period()), ..self },
            false => self,
        }
    }

    /// Length of the period asked about.
    #[must_use]
    pub fn period(&self) -> u32 {
        self.days.unwrap_or(match self.ask {
            Ask::Inactive | Ask::Spend | Ask::Categories => 28,
            Ask::Behaviour => 14,
        })
    }

    /// Moments to learn from.
    #[must_use]
    pub fn n_origins(&self) -> usize {
        self.origins.unwrap_or(5)
    }

    /// The test moment, where one is set.
    ///
    /// # Errors
    /// [`RunError::Task`] for what is no day.
    pub(super) fn at(&self) -> Result<Option<i64>, RunError> {
        if self.at.is_empty() {
            return Ok(None);
        }
        start_of_day(&self.at).map(Some).ok_or_else(|| RunError::Task {
            name: self.name.clone(),
            reason: format!("`at` must be a day as YYYY-MM-DD, got `{}`", self.at),
        })
    }

    /// The test moment: as set, or one period before the first instant that is not looked at, `end`.
    ///
    /// # Errors
    /// [`RunError::Task`] for what is no day, no period, no moment, or a period that is not whole: who
    /// is not seen buying in it may only be cut off.
    pub(super) fn test_moment(&self, end: i64) -> Result<i64, RunError> {
        let wrong = |reason: String| RunError::Task { name: self.name.clone(), reason };
        if self.period() == 0 || self.n_origins() == 0 {
            let name = if self.n_origins() == 0 { "origins" } else { "days" };
            return Err(wrong(format!("`{name}` must be at least 1, got 0")));
        }
        let latest = end - i64::from(self.period()) * DAY;
        match self.at()? {
            Some(at) if at > latest => Err(wrong(format!(
                "the {} days from `at` = {} on must be over when the data of the run end ({}): set \
                 `at` to {} or earlier, or ask for fewer `days`",
                self.period(),
                self.at,
                day_of(end - 1),
                day_of(latest)
            ))),
            at => Ok(at.unwrap_or(latest)),
        }
    }
}

/// Users as of several moments, the test moment first.
pub(crate) struct Moments {
    /// One a moment, in the columns of the newest moment to learn from.
    pub profiles: Vec<Profiles>,
    /// Every (user, moment): the user's number among all users, the moment, the end of its label.
    pub rows: Vec<TimedRow>,
    /// Where each row stands: moment, and row of its profiles.
    pub places: Vec<(usize, usize)>,
    /// Money in the period after it, one a row.
    pub amounts: Vec<f32>,
    /// Purchases in the period after it (events, where nothing is sold), one a row.
    pub purchases: Vec<u32>,
    /// The moment that tests.
    pub test_as_of: i64,
}

/// The class of users who do nothing in the period: see [`Moments::inactive`].
pub(super) const INACTIVE: u32 = 1;

impl Moments {
    /// `active` and `inactive`, one a row.
    pub fn inactive(&self) -> Labels {
        let codes = self.purchases.iter().map(|&n| u32::from(n == 0)).collect();
        Labels { classes: vec!["active".into(), "inactive".into()], codes }
    }
}

/// Builds the rows of a task; `at` is the moment that tests.
///
/// # Errors
/// [`RunError::Task`] when the data do not reach back far enough for one moment to learn from.
pub(crate) fn moments(
    task: &TaskConfig,
    table: &EventTable,
    at: i64,
    params: &ProfileParams,
    progress: &Progress,
) -> Result<Moments, RunError> {
    let period = i64::from(task.period()) * DAY;
    let first = table.first_time() + period;
    let times: Vec<i64> = (0..=task.n_origins() as i64)
        .map(|nth| at - nth * period)
        .take_while(|&time| time > first)
        .collect();
    if times.len() < 2 {
        return Err(RunError::Task {
            name: task.name.clone(),
            reason: format!(
                "the events before the period that tests reach back less than {} days: ask for \
                 fewer `days`, or bring more history",
                3 * task.period()
            ),
        });
    }
    // Nothing here asks for sequences.
    let params = ProfileParams { max_sequence: 1, ..params.clone() };
    let learned = build(table, times[1], &params, progress)?;
    let shop: &Shop = &learned.shop;
    let mut profiles = Vec::with_capacity(times.len());
    for (nth, &time) in times.iter().enumerate() {
        if nth != 1 {
            profiles.push(build_like(table, time, &params, shop, progress)?);
        }
    }
    profiles.insert(1, learned);

    let (sells, after) = after(table, &times, period, progress)?;
    let mut gathered = Moments {
        profiles,
        rows: Vec::new(),
        places: Vec::new(),
        amounts: Vec::new(),
        purchases: Vec::new(),
        test_as_of: at,
    };
    // The newest moment knows every user of the older ones.
    let everyone: Vec<UserId> = gathered.profiles[0].users.clone();
    for (moment, (&time, did)) in times.iter().zip(&after).enumerate() {
        let profiles = &gathered.profiles[moment];
        let recency = profiles.column("recency").unwrap_or_default();
        for (row, user) in profiles.users.iter().enumerate() {
            let is_active = task.active_within == 0
                || recency.get(row).is_some_and(|&days| days <= task.active_within as f32);
            if !is_active {
                continue;
            }
            let found = did.binary_search_by_key(user, |did| did.user).ok().map(|at| did[at]);
            let n_done = |did: Did| if sells { did.n_purchases } else { did.n_events };
            let user = everyone.binary_search(user).unwrap_or_default() as u32;
            gathered.rows.push(TimedRow { user, as_of: time, label_end: time + period });
            gathered.places.push((moment, row));
            gathered.purchases.push(found.map_or(0, n_done));
            gathered.amounts.push(found.map_or(0.0, |did| did.amount) as f32);
        }
    }
    Ok(gathered)
}

/// What one user did in one period.
#[derive(Clone, Copy)]
struct Did {
    user: UserId,
    n_purchases: u32,
    n_events: u32,
    amount: f64,
}

/// What every user did in the `period` after each of `times`, in the order of users; and whether
/// the shop sells anything, so that buying is what counts.
fn after(
    table: &EventTable,
    times: &[i64],
    period: i64,
    progress: &Progress,
) -> Result<(bool, Vec<Vec<Did>>), RunError> {
    let step = progress.begin("next period", table.n_parts() as u64, Unit::Count);
    let of_part = |part: usize| -> Result<(bool, Vec<Vec<Did>>), RunError> {
        progress.check()?;
        let events = table.part(part)?;
        let sells = events.iter().any(|event| event.action() == Action::Purchase);
        let mut found = vec![Vec::new(); times.len()];
        for of_user in events.chunk_by(|a, b| a.user == b.user) {
            for (&time, found) in times.iter().zip(&mut found) {
                let mut did =
                    Did { user: of_user[0].user, n_purchases: 0, n_events: 0, amount: 0.0 };
                let is_inside = |event: &&Event| (time..time + period).contains(&event.time);
                for event in of_user.iter().filter(is_inside) {
                    did.n_events += 1;
                    did.n_purchases += u32::from(event.action() == Action::Purchase);
                    did.amount += event.amount();
                }
                if did.n_events > 0 {
                    found.push(did);
                }
            }
        }
        step.advance(1);
        Ok((sells, found))
    };
    let parts: Vec<(bool, Vec<Vec<Did>>)> =
        (0..table.n_parts()).into_par_iter().map(of_part).collect::<Result<_, _>>()?;
    let sells = parts.iter().any(|part| part.0);
    let mut all = vec![Vec::new(); times.len()];
    for (_, part) in parts {
        all.iter_mut().zip(part).for_each(|(all, part)| all.extend(part));
    }
    Ok((sells, all))
}
