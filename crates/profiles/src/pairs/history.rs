use fenqun_base::{Action, DataError, Event, NO_CODE, Progress, SparseMatrix, Unit, UserId};
use rayon::prelude::*;

use super::PairParams;
use crate::error::ProfilesError;
use crate::parts::Parts;
use crate::visit::{DAY, visits};

/// The time that is looked at, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Events before it are left out; `None`: from the first one.
    pub from: Option<i64>,
    /// Events at or after it are left out, and ages count from it.
    pub as_of: i64,
}

/// Which category each item is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemCategories {
    /// The code of every item of the catalogue, below `n_categories`; [`NO_CODE`] for none.
    pub of_item: Vec<u32>,
    /// Number of categories, also those without an item.
    pub n_categories: usize,
}

/// One user with one category that the user bought from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Code of the category.
    pub category: u32,
    /// Baskets with the category.
    pub n_baskets: u32,
    /// The same in each window.
    pub recent: [u32; 4],
    /// Days since the first such basket.
    pub first: f32,
    /// Days since the last one.
    pub last: f32,
    /// Baskets, each halved with every half-life it lies back.
    pub decayed: f32,
}

/// All pairs that happened in a span.
#[derive(Clone, Debug, PartialEq)]
pub struct PairHistory {
    /// Every user with an event in the span, in order.
    pub users: Vec<UserId>,
    /// Baskets of each user, of whatever categories.
    pub n_baskets: Vec<u32>,
    n_categories: usize,
    starts: Vec<usize>,
    pairs: Vec<Pair>,
}

impl Span {
    fn holds(&self, event: &Event) -> bool {
        event.time < self.as_of && self.from.is_none_or(|from| event.time >= from)
    }
}

impl ItemCategories {
    fn check(&self, n_items: usize) -> Result<(), DataError> {
        if self.of_item.len() != n_items {
            let (expected, found) = (n_items, self.of_item.len());
            return Err(DataError::WrongLength { what: "category codes", expected, found });
        }
        let is_wrong = |&&code: &&u32| code != NO_CODE && code as usize >= self.n_categories;
        if let Some(code) = self.of_item.iter().find(is_wrong) {
            let rule = format!("below {}", self.n_categories);
            return Err(DataError::Parameter { name: "category", rule, found: code.to_string() });
        }
        Ok(())
    }
}

impl PairHistory {
    /// Reads the events once.
    ///
    /// # Errors
    /// [`ProfilesError::NoEvents`] for an empty span, [`ProfilesError::Data`] for a parameter
    /// outside its rule or categories that do not fit the catalogue, being interrupted, and
    /// whatever reading the parts gives.
    pub fn fold(
        parts: &impl Parts,
        span: Span,
        categories: &ItemCategories,
        params: &PairParams,
        progress: &Progress,
    ) -> Result<Self, ProfilesError> {
        params.check()?;
        categories.check(parts.catalogue().len())?;
        let mut history = Self {
            users: Vec::new(),
            n_baskets: Vec::new(),
            n_categories: categories.n_categories,
            starts: vec![0],
            pairs: Vec::new(),
        };
        let step = progress.begin("pairs", parts.n_parts() as u64, Unit::Count);
        let wave = 2 * rayon::current_num_threads();
        for start in (0..parts.n_parts()).step_by(wave) {
            let indices = start..(start + wave).min(parts.n_parts());
            let of_item = &categories.of_item;
            let read = |index| Self::part(parts.part(index)?, span, of_item, params);
            let folded: Vec<Result<Vec<OfUser>, ProfilesError>> =
                indices.clone().into_par_iter().map(read).collect();
            for (part, folded) in indices.zip(folded) {
                progress.check()?;
                history.append(part, folded?)?;
                step.advance(1);
            }
        }
        if history.users.is_empty() {
            return Err(ProfilesError::NoEvents { as_of: span.as_of, n_held_out: 0 });
        }
        Ok(history)
    }

    /// Number of users.
    #[must_use]
    pub fn n_users(&self) -> usize {
        self.users.len()
    }

    /// Number of categories.
    #[must_use]
    pub fn n_categories(&self) -> usize {
        self.n_categories
    }

    /// The row of a user, when there is one.
    #[must_use]
    pub fn row_of(&self, user: UserId) -> Option<usize> {
        self.users.binary_search(&user).ok()
    }

    /// The pairs of one user, by category.
    #[must_use]
    pub fn pairs(&self, row: usize) -> &[Pair] {
        &self.pairs[self.starts[row]..self.starts[row + 1]]
    }

    /// One pair, when it ever happened.
    #[must_use]
    pub fn pair(&self, row: usize, category: u32) -> Option<&Pair> {
        let pairs = self.pairs(row);
        let at = pairs.binary_search_by_key(&category, |pair| pair.category).ok()?;
        Some(&pairs[at])
    }

    /// Users × categories: baskets with the category.
    ///
    /// # Errors
    /// [`DataError`]: none that the fold does not rule out.
    pub fn counts(&self) -> Result<SparseMatrix, DataError> {
        let mut counts = SparseMatrix::with_width(self.n_categories);
        for row in 0..self.n_users() {
            let entry = |pair: &Pair| (pair.category, pair.n_baskets as f32);
            let mut entries: Vec<(u32, f32)> = self.pairs(row).iter().map(entry).collect();
            counts.push_row(&mut entries)?;
        }
        Ok(counts)
    }

    fn part(
        events: Vec<Event>,
        span: Span,
        category_of: &[u32],
        params: &PairParams,
    ) -> Result<Vec<OfUser>, ProfilesError> {
        let mut users = Vec::new();
        let mut own = Vec::new();
        for of_user in events.chunk_by(|a, b| a.user == b.user) {
            own.clear();
            own.extend(of_user.iter().filter(|event| span.holds(event)).copied());
            if !own.is_empty() {
                users.push(OfUser::new(&own, span.as_of, category_of, params)?);
            }
        }
        Ok(users)
    }

    fn append(&mut self, part: usize, folded: Vec<OfUser>) -> Result<(), ProfilesError> {
        for own in folded {
            if self.users.last().is_some_and(|&last| last >= own.user) {
                return Err(ProfilesError::Unsorted { part });
            }
            self.users.push(own.user);
            self.n_baskets.push(own.n_baskets);
            self.pairs.extend(own.pairs);
            self.starts.push(self.pairs.len());
        }
        Ok(())
    }
}

/// What one user's events come to.
struct OfUser {
    user: UserId,
    n_baskets: u32,
    pairs: Vec<Pair>,
}

impl OfUser {
    /// Of events sorted by time, at least one.
    fn new(
        events: &[Event],
        as_of: i64,
        category_of: &[u32],
        params: &PairParams,
    ) -> Result<Self, ProfilesError> {
        let (visits, visit_of) = visits(events);
        let n_baskets = visits.iter().filter(|visit| visit.n_lines > 0).count() as u32;
        let mut seen: Vec<(u32, u32)> = Vec::new();
        for (event, &visit) in events.iter().zip(&visit_of) {
            let Some(item) = event.item() else { continue };
            let Some(&category) = category_of.get(item) else {
                let (expected, found) = (category_of.len(), item + 1);
                return Err(DataError::WrongLength { what: "catalogue", expected, found }.into());
            };
            if event.action() == Action::Purchase && category != NO_CODE {
                seen.push((category, visit));
            }
        }
        seen.sort_unstable();
        seen.dedup();
        let pair = |of_category: &[(u32, u32)]| {
            let mut pair = Pair {
                category: of_category[0].0,
                n_baskets: of_category.len() as u32,
                recent: [0; 4],
                first: 0.0,
                last: f32::INFINITY,
                decayed: 0.0,
            };
            let mut decayed = 0.0;
            for &(_, visit) in of_category {
                let age = as_of.saturating_sub(visits[visit as usize].start);
                for (count, &days) in pair.recent.iter_mut().zip(&params.windows_days) {
                    *count += u32::from(age <= i64::from(days) * DAY);
                }
                let days = age as f64 / DAY as f64;
                pair.first = pair.first.max(days as f32);
                pair.last = pair.last.min(days as f32);
                decayed += (-days / params.half_life_days).exp2();
            }
            pair.decayed = decayed as f32;
            pair
        };
        let pairs = seen.chunk_by(|a, b| a.0 == b.0).map(pair).collect();
        Ok(Self { user: events[0].user, n_baskets, pairs })
    }
}
