use fenqun_base::{Catalogue, Event, Matrix, Progress, SparseMatrix, Unit, UserId};
use rayon::prelude::*;

use crate::categories::Categories;
use crate::error::ProfilesError;
use crate::fold::{Entry, Fold, Row, Signals};
use crate::frame::Frame;
use crate::params::ProfileParams;
use crate::parts::Parts;
use crate::price::{ItemSales, known_levels};
use crate::profiles::Profiles;
use crate::sequence::Sequences;
use crate::shop::Shop;
use crate::taste::{Tally, Taste};
use crate::value::{self, ValueRanks};

/// Profiles of every user with an event before `as_of` (milliseconds since 1970-01-01T00:00:00Z).
/// Events at or after it are left out and counted.
///
/// # Errors
/// [`ProfilesError::NoEvents`], [`ProfilesError::Data`] for a parameter outside its rule, being
/// interrupted, and whatever reading the parts gives.
pub fn build(
    parts: &impl Parts,
    as_of: i64,
    params: &ProfileParams,
    progress: &Progress,
) -> Result<Profiles, ProfilesError> {
    build_from(parts, as_of, params, None, progress)
}

/// The same with the columns, price levels and value ranks of profiles built before, so that
/// both can be compared or go through one fitted model. The catalogue may be another: items,
/// categories and brands are found again by name. With the same shop, a user's row depends on that
/// user's events alone.
///
/// As of an earlier time than the shop's, only the columns are taken over: price levels and ranks
/// are learned from the events at hand, because those of the shop would look ahead.
///
/// # Errors
/// As [`build`]; also [`ProfilesError::Data`] when `shop` was learned with other windows.
pub fn build_like(
    parts: &impl Parts,
    as_of: i64,
    params: &ProfileParams,
    shop: &Shop,
    progress: &Progress,
) -> Result<Profiles, ProfilesError> {
    build_from(parts, as_of, params, Some(shop), progress)
}

fn build_from(
    parts: &impl Parts,
    as_of: i64,
    params: &ProfileParams,
    shop: Option<&Shop>,
    progress: &Progress,
) -> Result<Profiles, ProfilesError> {
    let frame = Frame::new(as_of, params)?.with_channels(parts.channels());
    let catalogue = parts.catalogue();
    if let Some(shop) = shop {
        shop.check(&frame)?;
    }
    let mut gathered = Gathered::new(catalogue.len());
    let step = progress.begin("profiles", parts.n_parts() as u64, Unit::Count);
    // A few parts at a time: every thread is busy, and memory holds no more than those.
    let wave = 2 * rayon::current_num_threads();
    for start in (0..parts.n_parts()).step_by(wave) {
        let indices = start..(start + wave).min(parts.n_parts());
        let folded: Vec<Result<Folded, ProfilesError>> =
            indices.clone().into_par_iter().map(|index| fold_part(parts, index, &frame)).collect();
        for (part, folded) in indices.zip(folded) {
            progress.check()?;
            gathered.append(part, folded?)?;
            step.advance(1);
        }
    }
    gathered.finish(&frame, catalogue, shop)
}

/// The rows of one part.
struct Folded {
    rows: Vec<Row>,
    n_events: u64,
    n_held_out: u64,
}

fn fold_part(parts: &impl Parts, index: usize, frame: &Frame) -> Result<Folded, ProfilesError> {
    let events = parts.part(index)?;
    let mut folded = Folded { rows: Vec::new(), n_events: 0, n_held_out: 0 };
    for of_user in events.chunk_by(|a, b| a.user == b.user) {
        let is_past = |event: &&Event| event.time < frame.as_of();
        let mut fold = Fold::new(frame);
        of_user.iter().filter(is_past).try_for_each(|event| fold.update(event))?;
        let n_past = fold.state().len();
        folded.n_events += n_past as u64;
        folded.n_held_out += (of_user.len() - n_past) as u64;
        folded.rows.extend(fold.finish());
    }
    Ok(folded)
}

/// All rows so far, in the order of users.
struct Gathered {
    users: Vec<UserId>,
    values: Vec<f32>,
    items: SparseMatrix,
    spend: SparseMatrix,
    sales: ItemSales,
    sequences: Sequences,
    signals: Vec<Signals>,
    n_events: u64,
    n_held_out: u64,
}

impl Gathered {
    fn new(n_items: usize) -> Self {
        Self {
            users: Vec::new(),
            values: Vec::new(),
            items: SparseMatrix::with_width(n_items),
            spend: SparseMatrix::with_width(n_items),
            sales: ItemSales::new(n_items),
            sequences: Sequences::default(),
            signals: Vec::new(),
            n_events: 0,
            n_held_out: 0,
        }
    }

    fn append(&mut self, part: usize, folded: Folded) -> Result<(), ProfilesError> {
        self.n_events += folded.n_events;
        self.n_held_out += folded.n_held_out;
        let mut entries = Vec::new();
        for row in folded.rows {
            if self.users.last().is_some_and(|&last| last >= row.user) {
                return Err(ProfilesError::Unsorted { part });
            }
            let mut push = |matrix: &mut SparseMatrix, value: fn(&Entry) -> f32| {
                entries.clear();
                entries.extend(row.entries.iter().map(|entry| (entry.item, value(entry))));
                matrix.push_row(&mut entries)
            };
            push(&mut self.items, |entry| entry.weight)?;
            push(&mut self.spend, |entry| entry.spend)?;
            self.sales.add(&row.entries);
            self.users.push(row.user);
            self.values.extend_from_slice(&row.values);
            self.sequences.push(&row.sequence);
            self.signals.push(row.signals);
        }
        Ok(())
    }

    /// Adds what needs the shop as a whole.
    fn finish(
        self,
        frame: &Frame,
        catalogue: &Catalogue,
        shop: Option<&Shop>,
    ) -> Result<Profiles, ProfilesError> {
        if self.users.is_empty() {
            let (as_of, n_held_out) = (frame.as_of(), self.n_held_out);
            return Err(ProfilesError::NoEvents { as_of, n_held_out });
        }
        let n_levels = shop.map_or_else(|| catalogue.category_levels(), |shop| shop.n_levels);
        let categories = Categories::of(catalogue, n_levels);
        let (signals, sales) = (&self.signals, &self.sales);
        let shop = match shop {
            Some(shop) if shop.as_of <= frame.as_of() => shop.clone(),
            Some(shop) => Shop {
                as_of: frame.as_of(),
                price_levels: known_levels(catalogue, &categories.narrowest.0, sales),
                value_ranks: ValueRanks::of(shop.value_basis, signals),
                ..shop.clone()
            },
            None => Shop::learn(frame, catalogue, &categories, signals, sales, &self.spend)?,
        };
        let taste = Taste::new(catalogue, &categories, &shop);
        let mut features = shop.behaviour_features(frame);
        features.extend(taste.features.iter().cloned());
        let n_behaviour = frame.columns.len();
        let complete = |tally: &mut Tally, row: usize| {
            let behaviour = &self.values[row * n_behaviour..(row + 1) * n_behaviour];
            let kept = behaviour.iter().zip(&shop.behaviour).filter(|(_, column)| column.1);
            let mut values = Vec::with_capacity(features.len());
            values.extend(kept.map(|(value, _)| *value));
            taste.append(self.items.row(row), self.spend.row(row), tally, &mut values);
            values
        };
        let n_users = self.users.len();
        let rows: Vec<Vec<f32>> =
            (0..n_users).into_par_iter().map_init(Tally::default, complete).collect();
        let values = Matrix::new(n_users, features.len(), rows.concat())?;
        values.check_finite()?;
        Ok(Profiles {
            as_of: frame.as_of(),
            value_score: value::scores(shop.value_basis, &shop.value_ranks, &self.signals),
            value_basis: shop.value_basis,
            users: self.users,
            features,
            values,
            items: self.items,
            spend: self.spend,
            sequences: self.sequences,
            shop,
            n_events: self.n_events,
            n_held_out: self.n_held_out,
        })
    }
}
