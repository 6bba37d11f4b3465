//! Why a user of a run is in a segment, and what would move the user elsewhere.
//!
//! Reasons are parts of the decision that add up. On the value axis the decision is how far the
//! value score lies inside its tier; on the taste axis it is `|x − next|² − |x − own|²`, the nearer
//! centre against the next one, taken apart by what the user bought. For segments of blocks the
//! columns of `aggregates` are told; the other blocks have no names that a person would read.
//!
//! What would move the user is asked in `moves.rs`.

mod moves;

use std::path::{Path, PathBuf};

use fenqun_base::{Assignment, Matrix, Progress, UserId};
use fenqun_events::EventTable;
use fenqun_explain::why::{Lever, Move, Part, Reason, Thing, distance_parts, reasons};
use fenqun_profiles::{Profiles, ValueBasis, build_like};
use serde::Serialize;

use super::known::Known;
use super::place::{Place, TasteModel, TastePart};
use crate::RunError;
use crate::rules;
use crate::steps::blocks::Sight;
use crate::steps::texts::Texts;

/// Most reasons told.
const N_REASONS: usize = 5;

/// Categories whose purchases are tried as a move.
const N_CATEGORIES: usize = 3;

/// Why a user is where the user is.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    /// Pseudonym.
    pub user: String,
    /// Number of the segment; `None` for a user in no segment, and then the name is of the nearest.
    pub segment: Option<u32>,
    /// Its name.
    pub name: String,
    /// How far from the border, 0..=1.
    pub score: f32,
    /// Strongest first.
    pub reasons: Vec<Reason>,
    /// Smallest changes that put the user elsewhere, each checked by placing the user again, with the
    /// name of the segment then; empty when nothing that was tried does.
    pub moves: Vec<(Move, String)>,
    /// What was tried.
    pub tried: Vec<Lever>,
}

/// Explains one user of a finished run.
///
/// # Errors
/// [`RunError::Score`] for a user that the run does not know; as [`super::score`].
pub fn explain_user(run: &Path, user: UserId, progress: &Progress) -> Result<Why, RunError> {
    Shop::open(run, progress)?.explain(user)
}

/// A run with the profiles of all its users.
struct Shop {
    run: PathBuf,
    known: Known,
    table: EventTable,
    texts: Option<Texts>,
    profiles: Profiles,
    assignment: Assignment,
}

impl Shop {
    fn open(run: &Path, progress: &Progress) -> Result<Self, RunError> {
        let known = Known::open(run)?;
        let table = EventTable::open(&run.join("events"))?;
        let params = known.profile_params();
        let profiles = build_like(&table, known.as_of()?, &params, &known.shop, progress)?;
        let catalogue = table.catalogue();
        let texts = known.texts.clone().map(|texts| texts.for_catalogue(catalogue));
        let sight = Sight { profiles: &profiles, catalogue, texts: texts.as_ref() };
        let index = || rules::index_events(&table, &profiles.users, profiles.as_of, progress);
        let assignment = known.place.assign(sight, index)?;
        Ok(Self { run: run.to_owned(), known, table, texts, profiles, assignment })
    }

    fn explain(&self, user: UserId) -> Result<Why, RunError> {
        let unknown = || RunError::Score {
            reason: format!(
                "{} has no user {user}: pseudonyms stand in its segments.parquet",
                self.run.display()
            ),
        };
        let row = self.profiles.row_of(user).ok_or_else(unknown)?;
        let segment = self.assignment.segments[row];
        let tastes = self.taste_parts(row, segment)?;
        let mut parts = self.value_parts(row, segment);
        parts.extend(self.block_parts(row, segment)?);
        parts.extend(tastes.into_iter().map(|taste| Part {
            thing: Thing::Bought(taste.name),
            amount: taste.amount,
            value: taste.value,
            average: taste.average,
        }));
        let cards = &self.known.manifest.config.cards;
        let (moves, tried) = self.moves(user, row, segment)?;
        let name = |segment: u32| self.known.cards[segment as usize].name.clone();
        Ok(Why {
            user: user.to_string(),
            segment: self.assignment.is_assigned(row).then_some(segment),
            name: name(segment),
            score: self.assignment.scores[row],
            reasons: reasons(&parts, N_REASONS, cards),
            moves: moves.into_iter().map(|found| (found.clone(), name(found.segment))).collect(),
            tried,
        })
    }

    fn sight(&self) -> Sight<'_> {
        let (profiles, catalogue) = (&self.profiles, self.table.catalogue());
        Sight { profiles, catalogue, texts: self.texts.as_ref() }
    }

    /// How far inside the own tier the value score lies, shared among what the score is made of by
    /// the weights it has there.
    fn value_parts(&self, row: usize, segment: u32) -> Vec<Part> {
        let Place::TwoAxes { segments, .. } = &self.known.place else { return Vec::new() };
        let thresholds = segments.tiers().thresholds();
        let tier = segments.tier_of(segment) as usize;
        let score = f64::from(self.profiles.value_score[row]);
        // A tier lies between the threshold below it and the one above; the top tier has none above.
        let above_lower = thresholds.get(tier).map(|&lower| score - f64::from(lower));
        let below_upper = tier.checked_sub(1).map(|at| f64::from(thresholds[at]) - score);
        let margins = [above_lower, below_upper].into_iter().flatten();
        let margin = margins.fold(f64::INFINITY, f64::min);
        if !margin.is_finite() {
            return Vec::new();
        }
        let made_of: &[(&str, f64)] = match self.profiles.value_basis {
            ValueBasis::RecentSpend => {
                &[("spend_28d", 3.0), ("spend_84d", 1.0), ("spend_168d", 0.5)]
            }
            ValueBasis::SpendRanks => &[("frequency", 1.0), ("spend", 1.0), ("recency", 1.0)],
            ValueBasis::RecentActivity => {
                &[("visits_28d", 3.0), ("visits_84d", 1.0), ("visits_168d", 0.5)]
            }
        };
        let total: f64 = made_of.iter().map(|entry| entry.1).sum();
        made_of
            .iter()
            .filter_map(|(name, weight)| self.feature(row, segment, name, margin * weight / total))
            .collect()
    }

    /// A part about a feature, with the user's number and the segment's.
    fn feature(&self, row: usize, segment: u32, name: &str, amount: f64) -> Option<Part> {
        let column = self.profiles.feature(name)?;
        let members = self.assignment.members(segment as usize);
        Some(Part {
            thing: Thing::Feature(self.profiles.features[column].clone()),
            amount,
            value: f64::from(self.profiles.values.at(row, column)),
            average: mean(members.iter().map(|&row| self.profiles.values.at(row, column))),
        })
    }

    /// What the user bought, by how much it speaks for the own taste against the next one.
    fn taste_parts(&self, row: usize, segment: u32) -> Result<Vec<TastePart>, RunError> {
        let Place::TwoAxes { taste, segments } = &self.known.place else { return Ok(Vec::new()) };
        let Some((own, next)) = self.own_and_next(taste, row, segment)? else {
            return Ok(Vec::new());
        };
        let centres = segments.taste().centroids();
        let apart = centres.row(own).iter().zip(centres.row(next));
        let direction: Vec<f64> =
            apart.map(|(&own, &next)| 2.0 * (f64::from(own) - f64::from(next))).collect();
        let members = self.assignment.members(segment as usize);
        taste.parts_along(self.sight(), row, &direction, &members)
    }

    /// The own taste group and the nearest other one; `None` where there is but one.
    fn own_and_next(
        &self,
        taste: &TasteModel,
        row: usize,
        segment: u32,
    ) -> Result<Option<(usize, usize)>, RunError> {
        let Place::TwoAxes { segments, .. } = &self.known.place else { return Ok(None) };
        let place = taste.coordinates(self.sight())?;
        let own = segments.taste_of(segment) as usize;
        Ok(next_nearest(place.row(row), segments.taste().centroids(), own).map(|next| (own, next)))
    }

    /// The columns of the block of aggregates, where users are grouped by blocks: how much each
    /// speaks for the mean of the own segment against the next one.
    fn block_parts(&self, row: usize, segment: u32) -> Result<Vec<Part>, RunError> {
        let Place::Other { columns, .. } = &self.known.place else { return Ok(Vec::new()) };
        let Some((first, space)) = columns.named(self.sight())? else { return Ok(Vec::new()) };
        let n_segments = self.assignment.n_segments;
        let mut centres = Matrix::zeros(n_segments, space.n_columns());
        for group in 0..n_segments {
            let members = self.assignment.members(group);
            for column in 0..space.n_columns() {
                let values = members.iter().map(|&row| space.at(row, column));
                centres.row_mut(group)[column] = mean(values) as f32;
            }
        }
        let Some(next) = next_nearest(space.row(row), &centres, segment as usize) else {
            return Ok(Vec::new());
        };
        let own = centres.row(segment as usize);
        let amounts = distance_parts(space.row(row), own, centres.row(next));
        let named = self.profiles.features.iter().zip(amounts.into_iter().skip(first));
        let part = |(feature, amount): (&fenqun_profiles::Feature, f64)| {
            self.feature(row, segment, &feature.name, amount)
        };
        Ok(named.filter_map(part).collect())
    }
}

/// The nearest centre but the own one.
fn next_nearest(user: &[f32], centres: &Matrix, own: usize) -> Option<usize> {
    let distance = |centre: &[f32]| -> f64 {
        user.iter().zip(centre).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum()
    };
    let others = (0..centres.n_rows()).filter(|&at| at != own);
    others.min_by(|&a, &b| distance(centres.row(a)).total_cmp(&distance(centres.row(b))))
}

fn mean(values: impl Iterator<Item = f32>) -> f64 {
    let (sum, n) = values.fold((0.0, 0u32), |(sum, n), value| (sum + f64::from(value), n + 1));
    sum / f64::from(n.max(1))
}
