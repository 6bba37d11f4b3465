//! A user who does something differently, placed the whole way from events to segments.

use fenqun_base::{Action, Catalogue, Event, NO_CODE, Progress, UserId};
use fenqun_explain::why::Lever;
use fenqun_profiles::{Parts, ProfilesError, build_like};

use super::{DAY, Shop};
use crate::RunError;
use crate::rules;
use crate::steps::blocks::Sight;
use crate::steps::texts::Texts;

/// A lever with what it does to a user.
pub(super) struct Handle {
    pub lever: Lever,
    pub pull: Pull,
}

/// What becomes of a user. Everything happens just before the run's day.
#[derive(Clone, Copy)]
pub(super) enum Pull {
    /// So many events, of an item or of none.
    Do { action: Action, item: u32 },
    /// One purchase of so much money.
    Spend { item: u32 },
    /// So many visits, one a day; with a purchase of this sum where one comes only to buy.
    Come { spending: Option<f64> },
    /// So many days pass.
    StayAway,
    /// A column of the profile differs by so much.
    Differ { column: usize },
}

impl Pull {
    fn item(self) -> Option<u32> {
        match self {
            Self::Do { item, .. } | Self::Spend { item } => Some(item),
            _ => None,
        }
    }
}

/// A user with the changes made.
struct Changed {
    events: Vec<Event>,
    as_of: i64,
    numbers: Vec<(usize, f64)>,
}

impl Shop {
    /// Where a user with these events would be after changes; `None` for in no segment.
    pub(super) fn placed_after(
        &self,
        world: &World,
        own: &[Event],
        changes: &[(Pull, f64)],
    ) -> Result<Option<u32>, RunError> {
        let changed = changed(own, self.known.as_of, changes);
        let mut events = changed.events;
        events.sort_by_key(|event| event.time);
        for event in &mut events {
            let at = world.items.binary_search(&event.item);
            event.item = at.map_or(NO_CODE, |at| at as u32);
        }
        let alone = Alone { events, world };
        let (params, silent) = (self.known.manifest.profile_params(), Progress::silent());
        let mut profiles = build_like(&alone, changed.as_of, &params, &self.known.shop, &silent)?;
        for (column, by) in changed.numbers {
            let value = &mut profiles.values.row_mut(0)[column];
            *value = (f64::from(*value) + by) as f32;
        }
        let texts = world.texts.as_ref();
        let sight = Sight { profiles: &profiles, catalogue: &world.catalogue, texts };
        let texts = (&world.catalogue, self.table.texts());
        let events = std::iter::once_with(|| Ok(alone.events.clone()));
        let index = || rules::index_parts(events, texts, &profiles.users, changed.as_of);
        let placed = self.target.assign(&self.known, sight, index)?;
        Ok(placed.is_assigned(0).then_some(placed.segments[0]))
    }

    /// The events of a user before the run's day.
    pub(super) fn events_of(&self, user: UserId) -> Result<Vec<Event>, RunError> {
        let as_of = self.known.as_of;
        for part in 0..self.table.n_parts() {
            let events = self.table.part(part)?;
            let first = events.partition_point(|event| event.user < user);
            let own: Vec<Event> =
                events[first..].iter().take_while(|event| event.user == user).copied().collect();
            if !own.is_empty() {
                return Ok(own.into_iter().filter(|event| event.time < as_of).collect());
            }
        }
        Ok(Vec::new())
    }
}

fn changed(own: &[Event], as_of: i64, changes: &[(Pull, f64)]) -> Changed {
    let mut changed = Changed { events: own.to_vec(), as_of, numbers: Vec::new() };
    let Some(last) = own.last() else { return changed };
    let plain = Event {
        time: as_of - 1,
        session: 1,
        item: NO_CODE,
        text: NO_CODE,
        quantity: 1.0,
        price: f64::NAN,
        discount: 0.0,
        rating: f32::NAN,
        action: Action::Purchase as u8,
        ..*last
    };
    for &(pull, amount) in changes {
        match pull {
            Pull::Do { action, item } => {
                let one = Event { item, action: action as u8, ..plain };
                changed.events.extend(std::iter::repeat_n(one, amount as usize));
            }
            Pull::Spend { item } => {
                changed.events.push(Event { item, price: amount, ..plain });
            }
            Pull::Come { spending } => {
                let action = if spending.is_some() { Action::Purchase } else { Action::Visit };
                let price = spending.unwrap_or(f64::NAN);
                let visit = |ago: i64| Event {
                    time: as_of - 1 - ago * DAY,
                    session: 2 + ago as u64,
                    action: action as u8,
                    price,
                    ..plain
                };
                changed.events.extend((0..amount as i64).map(visit));
            }
            Pull::StayAway => changed.as_of += amount as i64 * DAY,
            Pull::Differ { column } => changed.numbers.push((column, amount)),
        }
    }
    changed
}

/// The items that one user's moves are about: everything is known by name, so the rest of the
/// catalogue changes nothing but the time it takes.
pub(super) struct World {
    /// Rows of the run's catalogue, ascending.
    items: Vec<u32>,
    catalogue: Catalogue,
    texts: Option<Texts>,
    channels: Vec<u32>,
}

impl World {
    pub(super) fn of(shop: &Shop, own: &[Event], handles: &[Handle]) -> Self {
        let more = handles.iter().filter_map(|handle| handle.pull.item());
        let items = own.iter().map(|event| event.item).chain(more);
        let mut items: Vec<u32> = items.filter(|&item| item != NO_CODE).collect();
        items.sort_unstable();
        items.dedup();
        let all = &shop.table.catalogue().items;
        let told = items.iter().map(|&item| all[item as usize].clone()).collect();
        let catalogue = Catalogue { items: told };
        let texts = shop.texts.clone().map(|texts| texts.for_catalogue(&catalogue));
        Self { items, catalogue, texts, channels: shop.table.channels() }
    }
}

/// One user's events, as if they were all of the table.
struct Alone<'a> {
    events: Vec<Event>,
    world: &'a World,
}

impl Parts for Alone<'_> {
    fn n_parts(&self) -> usize {
        1
    }

    fn part(&self, _: usize) -> Result<Vec<Event>, ProfilesError> {
        Ok(self.events.clone())
    }

    fn catalogue(&self) -> &Catalogue {
        &self.world.catalogue
    }

    fn channels(&self) -> Vec<u32> {
        self.world.channels.clone()
    }
}
