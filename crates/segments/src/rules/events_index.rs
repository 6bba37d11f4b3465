//! Events by user and by item, so that a question about behaviour reads only the events it is
//! about.

use fenqun_base::{Action, Catalogue, Event};
use rayon::prelude::*;

use super::condition::{Behaviour, Measure};
use super::events_part::{Chosen, EventsPart, Items, Question, Staged};
use super::schema::ShopNames;
use super::shop::Shop;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Most users of a part: what a question adds up for them stays in a core's own cache.
const MOST_USERS: usize = 1 << 15;

/// Fewest users of a part: below, looking up costs more than reading.
const FEWEST_USERS: usize = 1 << 6;

/// So many parts, so that every thread has some, where users are fewer.
const ENOUGH_PARTS: usize = 32;

/// The events of all users before one time, in parts of users who stand side by side; each part is
/// ordered by action and user, and by action and item.
///
/// An event takes 14 bytes: the days begun since it and its money in the order of users, and these
/// and its user in the order of items (and 4 more for its text, for actions that have texts). Every
/// item of a part and every user take a few bytes more.
#[derive(Debug)]
pub struct EventsIndex {
    n_users: usize,
    /// Users of every part but the last.
    part_users: usize,
    parts: Vec<EventsPart>,
    shop: Shop,
    seen: Seen,
}

/// Takes events in, in any order, and makes the index.
#[derive(Debug)]
pub struct EventsIndexBuilder {
    n_users: usize,
    as_of: i64,
    shop: Shop,
    part_users: usize,
    staged: Vec<Vec<Staged>>,
    seen: Seen,
}

/// Which actions occur, by their codes.
type Seen = [bool; Action::ALL.len()];

impl EventsIndexBuilder {
    /// An empty index of so many users as of a time, in milliseconds since 1970-01-01T00:00:00Z.
    /// `texts` are what [`Event::text`] points to.
    #[must_use]
    pub fn new(n_users: usize, as_of: i64, catalogue: &Catalogue, texts: &[String]) -> Self {
        let part_users = n_users.div_ceil(ENOUGH_PARTS).next_power_of_two();
        let part_users = part_users.clamp(FEWEST_USERS, MOST_USERS);
        let staged = vec![Vec::new(); n_users.div_ceil(part_users)];
        let shop = Shop::new(catalogue, texts);
        Self { n_users, as_of, shop, part_users, staged, seen: Seen::default() }
    }

    /// Adds an event of the user in a row. Events at or after the time of the index, of other
    /// rows, or of items that the catalogue lacks are left out.
    pub fn push(&mut self, row: usize, event: &Event) {
        let n_slots = self.shop.n_slots();
        let slot = event.item().unwrap_or(n_slots - 1);
        if event.time >= self.as_of || row >= self.n_users || slot >= n_slots {
            return;
        }
        self.seen[event.action() as usize] = true;
        let age = self.as_of.saturating_sub(event.time);
        // Rounded up, so that it is at most n exactly when the age is at most n days.
        let days = (age / DAY).saturating_add(i64::from(age % DAY > 0));
        self.staged[row / self.part_users].push(Staged {
            slot: slot as u32,
            text: event.text,
            amount: event.amount().abs() as f32,
            days: u16::try_from(days).unwrap_or(u16::MAX),
            user: (row % self.part_users) as u16,
            action: event.action() as u8,
        });
    }

    /// The index.
    #[must_use]
    pub fn finish(self) -> EventsIndex {
        let (n_users, part_users) = (self.n_users, self.part_users);
        let users_of = |part: usize| part_users.min(n_users - part * part_users);
        let staged = self.staged.into_par_iter().enumerate();
        let parts = staged.map(|(part, events)| EventsPart::new(users_of(part), events)).collect();
        EventsIndex { n_users, part_users, parts, shop: self.shop, seen: self.seen }
    }
}

impl EventsIndex {
    /// Number of users.
    #[must_use]
    pub fn n_users(&self) -> usize {
        self.n_users
    }

    /// Number of events.
    #[must_use]
    pub fn n_events(&self) -> usize {
        self.parts.iter().map(EventsPart::n_events).sum()
    }

    /// Actions that occur, in the order of their codes.
    pub fn actions(&self) -> impl Iterator<Item = Action> {
        Action::ALL.into_iter().zip(self.seen).filter(|action| action.1).map(|action| action.0)
    }

    /// What the shop sells, for the check of rules.
    #[must_use]
    pub fn names(&self) -> ShopNames {
        self.shop.names.clone()
    }

    /// What the events that match say, one number a user.
    #[must_use]
    pub fn measure(&self, measure: Measure, behaviour: &Behaviour) -> Vec<f32> {
        let actions = behaviour.actions().into_iter();
        let question = Question {
            measure,
            window: behaviour.window(),
            actions: actions.map(|action| (action as usize, behaviour.sign(action))).collect(),
            items: self.items(behaviour),
        };
        let mut answer = vec![0.0f32; self.n_users];
        let parts = answer.par_chunks_mut(self.part_users).zip(&self.parts);
        parts.for_each(|(answer, part)| part.measure(&question, answer));
        answer
    }

    fn items(&self, behaviour: &Behaviour) -> Items {
        let chosen = self.shop.chosen(behaviour);
        let chosen = chosen.map(|list| Chosen::new(list, self.shop.n_slots()));
        if behaviour.contains.is_empty() {
            return chosen.map_or(Items::All, Items::These);
        }
        let words = self.shop.words(&behaviour.contains);
        Items::WithWords { titled: words.titles, texts: words.texts, chosen }
    }
}
