//! Users who were never seen, put into the segments of a finished run; nothing is fitted again.
//!
//! ```text
//! new events ─▶ clean, same key ─▶ parts ─▶ profiles by the run's shop ─▶ the run's models ─▶ rows
//!                                    a few parts at a time, each written before the next is read
//! ```
//!
//! Everything is known by name (feature, category, item id, text), so the new events may speak of
//! other items in another order: items that the run did not know are counted and say nothing.
//! Whatever the run knew of an item (its title, its categories) stays as it was then. A user's row
//! depends on that user's events alone, so the same events give the row of the run bit for bit,
//! whoever else is scored.
//!
//! Cost: that of cleaning, then linear in events; memory holds a few parts of the table, however
//! many users there are.

mod known;
mod newcomers;
mod place;
mod target;
mod why;
mod write;

use std::path::PathBuf;

use fenqun_base::{Progress, Unit};
use rayon::prelude::*;
use serde::Serialize;

use crate::artifacts::SegmentRows;
use crate::steps::blocks::Sight;
use crate::steps::models::Models;
use crate::{RunError, directory};

pub(crate) use known::keep;
pub use why::{ExplainRequest, Why, explain_user};

use known::Known;
use newcomers::Newcomers;
use target::Target;
use write::Writer;

/// What to score, and by which run.
#[derive(Clone, Debug, Default)]
pub struct ScoreRequest {
    /// The folder of a finished run.
    pub run: PathBuf,
    /// New event files, folders or globs, written as those of the run were; none: the run's own.
    /// `cleaning.not_after` of the run holds for its own files alone: new events may be later.
    pub events: Vec<String>,
    /// Which `[[source]]` of the run's configuration the new files are like, counted from 1; not
    /// needed where there is one.
    pub source: Option<usize>,
    /// The key file, where it is not where the run found it.
    pub key: Option<PathBuf>,
    /// First day that is not looked at (YYYY-MM-DD); without it that of the run, unless the new
    /// events go beyond it: then the day after the last of them.
    pub as_of: Option<String>,
    /// A label that `fenqun evaluate` learned a head for: users are told its classes, with the
    /// probability of each, in place of the segments.
    pub label: Option<String>,
    /// Where the rows go.
    pub out: PathBuf,
}

/// What scoring gives back to the program.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScoreOutcome {
    /// The file written.
    pub scores: PathBuf,
    /// First instant that was not looked at, RFC 3339, UTC.
    pub as_of: String,
    /// Rows read and clean events, before and at or after `as_of`.
    pub n_rows: u64,
    /// Clean events before `as_of`.
    pub n_events: u64,
    /// Clean events at or after it, left out.
    pub n_held_out: u64,
    /// Users scored.
    pub n_users: usize,
    /// Name and users of every segment or class, in their order.
    pub segments: Vec<(String, usize)>,
    /// Items of the new events, and those that the run did not know.
    pub n_items: usize,
    /// See `n_items`.
    pub n_unknown_items: usize,
    /// Categories that the run did not know.
    pub n_unknown_categories: usize,
    /// Part of all interactions that went to unknown items, 0..=1.
    pub unknown_share: f64,
}

/// Scores new events by a finished run.
///
/// # Errors
/// [`RunError::NoRun`], [`RunError::NoModel`] naming what is gone, [`RunError::NoHead`],
/// [`RunError::NoKey`], [`RunError::OtherKey`], [`RunError::Out`], [`RunError::Score`] for files of unknown shape, what
/// the rooms refuse.
pub fn score(request: &ScoreRequest, progress: &Progress) -> Result<ScoreOutcome, RunError> {
    let known = Known::open(&request.run)?;
    let read: Vec<PathBuf> = request.events.iter().map(PathBuf::from).collect();
    directory::check_out(&request.out, &read)?;
    let target = Target::read(&Models::of_run(&request.run), request.label.as_deref())?;
    let new = Newcomers::clean(request, &known, progress)?;
    let params = known.manifest.profile_params();
    let mut writer = Writer::new(&request.out, target.may_leave_out(&known))?;
    let mut outcome = ScoreOutcome {
        scores: request.out.clone(),
        as_of: new.as_of_words(),
        n_rows: new.table.ledger().total().n_in,
        segments: target.names(&known).into_iter().map(|name| (name, 0)).collect(),
        n_items: new.catalogue.len(),
        n_unknown_items: new.n_unknown_items(),
        n_unknown_categories: new.n_unknown_categories,
        ..ScoreOutcome::default()
    };
    let texts = known.texts.clone().map(|texts| texts.for_catalogue(&new.catalogue));
    let score_part = |part: usize| -> Result<Scored, RunError> {
        let Some(profiles) = new.profiles(part, &params, &known.shop)? else {
            return Ok(Scored::nobody(new.n_events_of(part)));
        };
        let (profiles, catalogue) = (&profiles, &new.catalogue);
        let sight = Sight { profiles, catalogue, texts: texts.as_ref() };
        let events = || new.index(part, &profiles.users);
        let (all, unknown) = new.interactions(profiles);
        Ok(Scored {
            rows: target.rows(&known, sight, events)?,
            n_events: profiles.n_events,
            n_held_out: profiles.n_held_out,
            interactions: all,
            unknown,
        })
    };
    let n_parts = new.table.n_parts();
    let step = progress.begin("score", n_parts as u64, Unit::Count);
    let (mut interactions, mut unknown) = (0.0, 0.0);
    let wave = rayon::current_num_threads();
    for start in (0..n_parts).step_by(wave) {
        progress.check()?;
        let parts = start..(start + wave).min(n_parts);
        let scored: Vec<Result<Scored, RunError>> = parts.into_par_iter().map(score_part).collect();
        for scored in scored {
            let scored = scored?;
            outcome.n_users += scored.rows.users.len();
            outcome.n_events += scored.n_events;
            outcome.n_held_out += scored.n_held_out;
            interactions += scored.interactions;
            unknown += scored.unknown;
            for (row, &segment) in scored.rows.segments.iter().enumerate() {
                let is_assigned = !scored.rows.unassigned.get(row).copied().unwrap_or(false);
                outcome.segments[segment as usize].1 += usize::from(is_assigned);
            }
            writer.append(&scored.rows)?;
            step.advance(1);
        }
    }
    if outcome.n_users == 0 {
        let n_held_out = outcome.n_held_out;
        return Err(RunError::Score {
            reason: format!(
                "no event lies before {} ({n_held_out} at or after it): choose a later day with \
                 --as-of",
                outcome.as_of
            ),
        });
    }
    outcome.unknown_share = if interactions > 0.0 { unknown / interactions } else { 0.0 };
    writer.finish()?;
    Ok(outcome)
}

/// The rows of one part.
struct Scored {
    rows: SegmentRows,
    n_events: u64,
    n_held_out: u64,
    interactions: f64,
    unknown: f64,
}

impl Scored {
    /// A part whose events all lie at or after `as_of`.
    fn nobody(n_held_out: u64) -> Self {
        let rows = SegmentRows::default();
        Self { rows, n_events: 0, n_held_out, interactions: 0.0, unknown: 0.0 }
    }
}
