//! Why a user of a run is in a segment, or is told a class of a label, and what would change it.
//!
//! Reasons are parts of the decision that add up.
//!
//! - On the value axis the decision is how far the value score lies inside its tier; on the taste
//!   axis it is `|x − next|² − |x − own|²`, the nearer centre against the next one, taken apart by
//!   what the user bought.
//! - For segments of blocks it is the same difference in the coordinates they were found in, taken
//!   apart by the columns of `aggregates` and, for the other blocks, by the purchases that they are
//!   sums over.
//! - Where few numbers decide (tiers, RFM, lifetime, a round grid), it is which of them put the user here
//!   and not where a typical member of the next segment is: exact Shapley values.
//! - For a label it is the score of the class told less that of the likeliest other: exact Shapley
//!   values of the head's columns. Those of a linear head on a block are taken apart further, by the
//!   purchases that the block is a sum over.
//!
//! Beside each part stand the user's number, the average of the own group and that of all users.
//! What would change the decision is asked in `moves.rs`.

mod changed;
mod columns;
mod counts;
mod label;
mod levers;
mod moves;
mod pull;
mod purchases;
mod rule_levers;
mod segments;

use std::path::{Path, PathBuf};

use fenqun_base::{Assignment, Matrix, Progress, UserId};
use fenqun_events::EventTable;
use fenqun_explain::why::{Beside, Lever, Move, Part, Reason, Thing, reasons};
use fenqun_profiles::{Profiles, build_like};
use serde::Serialize;

use self::moves::Moved;
use super::known::Known;
use super::target::Target;
use crate::RunError;
use crate::rules;
use crate::steps::blocks::Sight;
use crate::steps::models::Models;
use crate::steps::texts::Texts;

/// Most reasons told.
const N_REASONS: usize = 5;

/// Categories whose purchases are tried as a move.
const N_CATEGORIES: usize = 3;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Whom to explain, and what may change about them.
#[derive(Clone, Debug)]
pub struct ExplainRequest {
    /// The folder of a finished run.
    pub run: PathBuf,
    /// The user.
    pub user: UserId,
    /// A label that was evaluated, in place of the segments.
    pub label: Option<String>,
    /// What may change, by name: `spend`, `visits`, `category:NAME` and others; empty: what usually
    /// does.
    pub change: Vec<String>,
    /// The segment or class that the user should come to; `None`: any other.
    pub to: Option<String>,
}

/// Why a user is where the user is.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    /// Pseudonym.
    pub user: String,
    /// The label, where one was asked about.
    pub label: Option<String>,
    /// Number of the segment or class; `None` for a user in no segment, and then the name is of the
    /// nearest.
    pub segment: Option<u32>,
    /// Its name.
    pub name: String,
    /// How far from the border, 0..=1.
    pub score: f32,
    /// For a label: every class with its probability.
    pub probabilities: Vec<(String, f32)>,
    /// Strongest first; empty for a head whose scores are no sum.
    pub reasons: Vec<Reason>,
    /// The name of the segment or class that was asked for, if one was.
    pub wanted: Option<String>,
    /// Smallest changes that put the user elsewhere, or where it was asked for, each checked by
    /// placing the user again, with the name of the segment then; the smallest first, empty when
    /// nothing that was tried does.
    pub moves: Vec<(Move, String)>,
    /// What was tried.
    pub tried: Vec<Lever>,
}

/// Explains one user of a finished run: the segment, or the class of a label that was evaluated.
///
/// # Errors
/// [`RunError::Score`] for a user, a change or a segment that the run does not know,
/// [`RunError::NoHead`]; as [`super::score`].
pub fn explain_user(request: &ExplainRequest, progress: &Progress) -> Result<Why, RunError> {
    Shop::open(&request.run, request.label.as_deref(), progress)?.explain(request)
}

/// A run with the profiles of all its users.
struct Shop {
    run: PathBuf,
    known: Known,
    target: Target,
    table: EventTable,
    texts: Option<Texts>,
    profiles: Profiles,
    assignment: Assignment,
    /// Users × what the head of a label looks at.
    seen: Option<Matrix>,
}

impl Shop {
    fn open(run: &Path, label: Option<&str>, progress: &Progress) -> Result<Self, RunError> {
        let known = Known::open(run)?;
        let target = Target::read(&Models::of_run(run), label)?;
        let table = EventTable::open(&run.join("events"))?;
        let params = known.manifest.profile_params();
        let profiles = build_like(&table, known.as_of, &params, &known.shop, progress)?;
        let catalogue = table.catalogue();
        let texts = known.texts.clone().map(|texts| texts.for_catalogue(catalogue));
        let sight = Sight { profiles: &profiles, catalogue, texts: texts.as_ref() };
        let index = || rules::index_events(&table, &profiles.users, profiles.as_of, progress);
        let (assignment, seen) = match &target {
            Target::Segments => (target.assign(&known, sight, index)?, None),
            Target::Label(teller) => {
                let seen = teller.data(sight)?;
                (teller.head().assign(&seen)?, Some(seen))
            }
        };
        Ok(Self { run: run.to_owned(), known, target, table, texts, profiles, assignment, seen })
    }

    fn explain(&self, request: &ExplainRequest) -> Result<Why, RunError> {
        let user = request.user;
        let unknown = || RunError::Score {
            reason: format!(
                "{} has no user {user}: pseudonyms stand in its segments.parquet",
                self.run.display()
            ),
        };
        let row = self.profiles.row_of(user).ok_or_else(unknown)?;
        let segment = self.assignment.segments[row];
        let names = self.target.names(&self.known);
        let cards = &self.known.manifest.config.cards;
        let beside = match self.target {
            Target::Segments => Beside::Segment,
            Target::Label(_) => Beside::Class(format!(
                "{} = {}",
                request.label.as_deref().unwrap_or_default(),
                names[segment as usize]
            )),
        };
        let (parts, probabilities, rival) = match (&self.target, &self.seen) {
            (Target::Segments, _) | (_, None) => {
                (self.segment_parts(row, segment)?, Vec::new(), None)
            }
            (Target::Label(teller), Some(seen)) => {
                let told = self.label_parts(teller, seen, row, segment)?;
                let probabilities = names.iter().cloned().zip(told.probabilities).collect();
                (told.parts, probabilities, Some(told.rival))
            }
        };
        let Moved { moves, tried, wanted } = self.moves(request, row, rival)?;
        let name = |segment: u32| names[segment as usize].clone();
        Ok(Why {
            user: user.to_string(),
            label: request.label.clone(),
            segment: self.assignment.is_assigned(row).then_some(segment),
            name: name(segment),
            score: self.assignment.scores[row],
            probabilities,
            reasons: match self.own_rule(row, segment, cards) {
                Some(rule) => rule,
                None => reasons(&parts, N_REASONS, &beside, cards),
            },
            wanted: wanted.map(name),
            moves: moves.into_iter().map(|found| (found.clone(), name(found.segment))).collect(),
            tried,
        })
    }

    fn sight(&self) -> Sight<'_> {
        let (profiles, catalogue) = (&self.profiles, self.table.catalogue());
        Sight { profiles, catalogue, texts: self.texts.as_ref() }
    }

    /// Rows of the users of a segment or class.
    fn members(&self, group: u32) -> Vec<usize> {
        (0..self.profiles.n_users()).filter(|&row| self.is_in(row, group)).collect()
    }

    fn is_in(&self, row: usize, group: u32) -> bool {
        self.assignment.segments[row] == group && self.assignment.is_assigned(row)
    }

    /// A part about a feature, with the user's number, that of the own segment or class and that of
    /// all users.
    fn feature(&self, row: usize, group: u32, name: &str, amount: f64) -> Option<Part> {
        let column = self.profiles.feature(name)?;
        let value = |row: usize| self.profiles.values.at(row, column);
        let of = |rows: &mut dyn Iterator<Item = usize>| mean(rows.map(value));
        Some(Part {
            thing: Thing::Feature(self.profiles.features[column].clone()),
            amount,
            value: f64::from(value(row)),
            own: of(&mut self.members(group).into_iter()),
            all: of(&mut (0..self.profiles.n_users())),
        })
    }
}

fn mean(values: impl Iterator<Item = f32>) -> f64 {
    let (sum, n) = values.fold((0.0, 0u32), |(sum, n), value| (sum + f64::from(value), n + 1));
    sum / f64::from(n.max(1))
}
