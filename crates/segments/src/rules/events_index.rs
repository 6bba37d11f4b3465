//! Events by action and item, so that a question about behaviour reads only the events it is
//! about.

use fenqun_base::{Action, Catalogue, Event, NO_CODE};

use super::condition::{Behaviour, Measure, NEVER};
use super::events_by_user::EventsByUser;
use super::schema::ShopNames;
use super::shop::Shop;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// The events of all users before one time, ordered by action and item.
///
/// An event takes 16 bytes: its user, the days begun since it and its money, and the last two again
/// in the order of users, for questions about every item (and 4 more for its text, in shops whose
/// events have texts).
#[derive(Debug)]
pub struct EventsIndex {
    n_users: usize,
    /// Where the events of each action and item begin; the last item of an action is "none".
    starts: Vec<usize>,
    users: Vec<u32>,
    days: Vec<u16>,
    amounts: Vec<f32>,
    /// Codes of the events' own texts; empty when no event has one.
    text_codes: Vec<u32>,
    by_user: EventsByUser,
    shop: Shop,
}

/// Takes events in, in any order, and makes the index.
#[derive(Debug)]
pub struct EventsIndexBuilder {
    n_users: usize,
    as_of: i64,
    shop: Shop,
    staged: Vec<Staged>,
}

/// An event on its way into the index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staged {
    pub(super) action: u8,
    pub(super) slot: u32,
    pub(super) user: u32,
    pub(super) text: u32,
    pub(super) amount: f32,
    pub(super) days: u16,
}

impl EventsIndexBuilder {
    /// An empty index of so many users as of a time, in milliseconds since 1970-01-01T00:00:00Z.
    /// `texts` are what [`Event::text`] points to.
    #[must_use]
    pub fn new(n_users: usize, as_of: i64, catalogue: &Catalogue, texts: &[String]) -> Self {
        Self { n_users, as_of, shop: Shop::new(catalogue, texts), staged: Vec::new() }
    }

    /// Adds an event of the user in a row. Events at or after the time of the index, of other
    /// rows, or of items that the catalogue lacks are left out.
    pub fn push(&mut self, row: usize, event: &Event) {
        let n_slots = self.shop.n_slots();
        let slot = event.item().unwrap_or(n_slots - 1);
        if event.time >= self.as_of || row >= self.n_users || slot >= n_slots {
            return;
        }
        let age = self.as_of.saturating_sub(event.time);
        // Rounded up, so that it is at most n exactly when the age is at most n days.
        let days = (age / DAY).saturating_add(i64::from(age % DAY > 0));
        self.staged.push(Staged {
            action: event.action() as u8,
            slot: slot as u32,
            user: row as u32,
            text: event.text,
            amount: event.amount().abs() as f32,
            days: u16::try_from(days).unwrap_or(u16::MAX),
        });
    }

    /// The index.
    #[must_use]
    pub fn finish(self) -> EventsIndex {
        let n_slots = self.shop.n_slots();
        let n_keys = Action::ALL.len() * n_slots;
        let key = |event: &Staged| usize::from(event.action) * n_slots + event.slot as usize;
        let mut starts = vec![0usize; n_keys + 1];
        for event in &self.staged {
            starts[key(event) + 1] += 1;
        }
        for at in 0..n_keys {
            starts[at + 1] += starts[at];
        }
        let n_events = starts[n_keys];
        let has_texts = self.staged.iter().any(|event| event.text != NO_CODE);
        let mut index = EventsIndex {
            n_users: self.n_users,
            users: vec![0; n_events],
            days: vec![0; n_events],
            amounts: vec![0.0; n_events],
            text_codes: vec![NO_CODE; if has_texts { n_events } else { 0 }],
            by_user: EventsByUser::new(self.n_users, &self.staged),
            shop: self.shop,
            starts: Vec::new(),
        };
        let mut next = starts.clone();
        for event in &self.staged {
            let at = next[key(event)];
            next[key(event)] += 1;
            index.users[at] = event.user;
            index.days[at] = event.days;
            index.amounts[at] = event.amount;
            if has_texts {
                index.text_codes[at] = event.text;
            }
        }
        index.starts = starts;
        index
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
        self.users.len()
    }

    /// What the shop sells, for the check of rules.
    #[must_use]
    pub fn names(&self) -> ShopNames {
        self.shop.names.clone()
    }

    /// What the events that match say, one number a user.
    #[must_use]
    pub fn measure(&self, measure: Measure, behaviour: &Behaviour) -> Vec<f32> {
        if behaviour.is_about_all_items() {
            return self.by_user.measure(measure, behaviour);
        }
        match measure {
            Measure::Count => {
                let mut counts = vec![0u32; self.n_users];
                self.scan(behaviour, |user, _, _| counts[user] += 1);
                counts.into_iter().map(|count| count as f32).collect()
            }
            Measure::Amount => {
                let mut sums = vec![0.0f64; self.n_users];
                self.scan(behaviour, |user, _, amount| sums[user] += f64::from(amount));
                sums.into_iter().map(|sum| sum as f32).collect()
            }
            Measure::DaysSince => {
                let mut last = vec![u16::MAX; self.n_users];
                self.scan(behaviour, |user, days, _| last[user] = last[user].min(days));
                let days = |days: u16| if days == u16::MAX { NEVER } else { f32::from(days) };
                last.into_iter().map(days).collect()
            }
        }
    }

    /// Every event that matches: user, days begun since, money.
    fn scan(&self, behaviour: &Behaviour, mut each: impl FnMut(usize, u16, f32)) {
        let (least, most) = behaviour.window();
        let chosen = self.shop.chosen(behaviour);
        let words = (!behaviour.contains.is_empty()).then(|| self.shop.words(&behaviour.contains));
        let n_slots = self.shop.n_slots();
        for action in behaviour.actions() {
            let sign = behaviour.sign(action);
            let first = usize::from(action as u8) * n_slots;
            let mut read = |from: usize, to: usize, texts: Option<&[bool]>| {
                let (days, users) = (&self.days[from..to], &self.users[from..to]);
                let amounts = &self.amounts[from..to];
                for (at, ((&days, &user), &amount)) in
                    days.iter().zip(users).zip(amounts).enumerate()
                {
                    if days > least && days <= most && self.text_fits(texts, from + at) {
                        each(user as usize, days, sign * amount);
                    }
                }
            };
            let mut of_slot = |slot: usize| {
                let (from, to) = (self.starts[first + slot], self.starts[first + slot + 1]);
                match &words {
                    Some(words) if !words.titles.get(slot).copied().unwrap_or(false) => {
                        read(from, to, Some(&words.texts));
                    }
                    _ => read(from, to, None),
                }
            };
            match &chosen {
                Some(slots) => slots.iter().for_each(|&slot| of_slot(slot as usize)),
                None => (0..n_slots).for_each(of_slot),
            }
        }
    }

    fn text_fits(&self, texts: Option<&[bool]>, at: usize) -> bool {
        let Some(texts) = texts else { return true };
        let code = self.text_codes.get(at).copied().unwrap_or(NO_CODE);
        texts.get(code as usize).copied().unwrap_or(false)
    }
}
