//! What would move a user, asked of the whole way from events to segments: purchases are added to
//! the user's own events just before the run's day, and profile and segment are made anew.

use fenqun_base::{Action, Catalogue, Event, NO_CODE, Progress, UserId};
use fenqun_explain::why::{Lever, Move, readable, smallest_move};
use fenqun_profiles::{FeatureKind, Parts, ProfilesError, build_like};

use super::segments::next_nearest;
use super::{N_CATEGORIES, Shop};
use crate::RunError;
use crate::rules;
use crate::score::place::{Other, Place};
use crate::score::target::Target;
use crate::steps::blocks::{self, Sight};
use crate::steps::texts::Texts;

impl Shop {
    /// The smallest purchase in money, and the smallest number of purchases of what the next taste
    /// is made of, that put the user elsewhere.
    pub fn moves(
        &self,
        user: UserId,
        row: usize,
        segment: u32,
        rival: Option<u32>,
    ) -> Result<(Vec<Move>, Vec<Lever>), RunError> {
        if let (Target::Segments, Place::Rules(_)) = (&self.target, &self.known.place) {
            // A rule says itself what it asks for, and whoever leaves one may be in no segment.
            return Ok((Vec::new(), Vec::new()));
        }
        let own = self.events_of(user)?;
        let Some(last) = own.iter().rev().find(|event| event.action() == Action::Purchase) else {
            return Ok((Vec::new(), Vec::new()));
        };
        let as_of = self.known.as_of;
        let extra = Event { time: as_of - 1, session: 1, discount: 0.0, ..*last };
        let (names, items) = self.categories_of_others(row, segment, rival)?;
        let world = World::of(self, &own, &items);
        let mut moves = Vec::new();
        let mut tried = Vec::new();
        let mut attempt = |levers: Vec<Lever>, events: &dyn Fn(usize, f64) -> Vec<Event>| {
            let segment_of = |changes: &[(usize, f64)]| {
                let more = changes.iter().flat_map(|&(lever, amount)| events(lever, amount));
                self.segment_of(&world, own.iter().copied().chain(more).collect(), as_of)
            };
            moves.extend(smallest_move(&levers, segment, None, segment_of)?);
            tried.extend(levers);
            Ok::<(), RunError>(())
        };
        if self.profiles.value_basis.name() == "spend" {
            let basket = own.iter().map(Event::amount).filter(|&amount| amount > 0.0);
            let (sum, n) = basket.fold((0.0, 0u32), |(sum, n), amount| (sum + amount, n + 1));
            let mean_line = sum / f64::from(n.max(1));
            let amounts = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0];
            let amounts = amounts.map(|times| two_digits(times * mean_line)).to_vec();
            let levers = vec![Lever { name: "spend".into(), amounts, is_whole: false }];
            // Money alone: an item of no taste, so that nothing else changes.
            let spend = |_: usize, amount: f64| {
                vec![Event { item: NO_CODE, quantity: 1.0, price: amount, ..extra }]
            };
            attempt(levers, &spend)?;
        }
        if !names.is_empty() {
            let amounts = vec![1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0];
            let lever = |name: &String| {
                let (name, amounts) = (name.clone(), amounts.clone());
                Lever { name, amounts, is_whole: true }
            };
            let levers: Vec<Lever> = names.iter().map(lever).collect();
            let buy = |lever: usize, n: f64| {
                let one = Event { item: items[lever], quantity: 1.0, price: f64::NAN, ..extra };
                vec![one; n as usize]
            };
            attempt(levers, &buy)?;
        }
        Ok((moves, tried))
    }

    /// Names of categories or texts that pull most towards the next taste or class, and an item of
    /// each.
    fn categories_of_others(
        &self,
        row: usize,
        segment: u32,
        rival: Option<u32>,
    ) -> Result<(Vec<String>, Vec<u32>), RunError> {
        let group = |row: usize| self.assignment.segments[row];
        match (&self.target, &self.known.place) {
            (Target::Label(_), _) => {
                Ok(self.bought_beyond(&self.categories(), group, segment, rival.unwrap_or(segment)))
            }
            (Target::Segments, Place::TwoAxes { taste, segments }) => {
                let Some((own, next)) = self.own_and_next(taste, row, segment)? else {
                    return Ok((Vec::new(), Vec::new()));
                };
                let taste_of = |row: usize| segments.taste_of(group(row));
                let named = taste.names_of_items(self.sight())?;
                Ok(self.bought_beyond(&named, taste_of, own as u32, next as u32))
            }
            (Target::Segments, Place::Other { columns: Other::Column(name), .. })
                if self.is_money(name) =>
            {
                Ok((Vec::new(), Vec::new()))
            }
            // What was bought says nothing there.
            (Target::Segments, Place::Other { columns: Other::Rfm | Other::Lifetime, .. })
            | (Target::Segments, Place::Rules(_)) => Ok((Vec::new(), Vec::new())),
            (Target::Segments, Place::Other { columns, .. }) => {
                let space = columns.of(self.sight())?;
                let centres = self.centres(&space);
                let next = next_nearest(space.row(row), &centres, segment as usize);
                let next = next.map_or(segment, |next| next as u32);
                Ok(self.bought_beyond(&self.categories(), group, segment, next))
            }
        }
    }

    /// Whether a column counts money, so that only spending can change it.
    fn is_money(&self, name: &str) -> bool {
        let kind = self.profiles.feature(name).map(|at| self.profiles.features[at].kind);
        kind.map_or(self.profiles.value_basis.name() == "spend", |kind| kind == FeatureKind::Money)
    }

    /// For every item its narrowest category, or the item itself where there are none, and the names.
    fn categories(&self) -> (Vec<u32>, Vec<String>) {
        let catalogue = self.table.catalogue();
        let columns = blocks::category_columns(catalogue);
        (columns.of_items(catalogue), columns.names().map(str::to_owned).collect())
    }

    /// What users of the `next` group buy most beyond what those of the `own` do. `named` says for
    /// every item which of the names is its own, if any.
    fn bought_beyond(
        &self,
        named: &(Vec<u32>, Vec<String>),
        group_of: impl Fn(usize) -> u32,
        own: u32,
        next: u32,
    ) -> (Vec<String>, Vec<u32>) {
        let mut pull: Vec<(f64, u32)> = vec![(0.0, NO_CODE); named.1.len()];
        let mut best: Vec<f64> = vec![0.0; named.1.len()];
        let sizes = [own, next].map(|group| {
            (0..self.profiles.n_users()).filter(|&row| group_of(row) == group).count().max(1) as f64
        });
        for other in 0..self.profiles.n_users() {
            let weight = match group_of(other) {
                group if group == next => 1.0 / sizes[1],
                group if group == own => -1.0 / sizes[0],
                _ => continue,
            };
            for (item, value) in self.profiles.items.entries(other) {
                let Some(at) = named.0.get(item).copied().filter(|&code| code != NO_CODE) else {
                    continue;
                };
                let at = at as usize;
                pull[at].0 += weight * f64::from(value.ln_1p());
                if weight > 0.0 && f64::from(value) > best[at] {
                    (best[at], pull[at].1) = (f64::from(value), item as u32);
                }
            }
        }
        let mut order: Vec<usize> = (0..pull.len()).filter(|&at| pull[at].1 != NO_CODE).collect();
        order.sort_by(|&a, &b| pull[b].0.total_cmp(&pull[a].0).then(a.cmp(&b)));
        order.truncate(N_CATEGORIES);
        let names = order.iter().map(|&at| readable(&named.1[at])).collect();
        (names, order.iter().map(|&at| pull[at].1).collect())
    }

    /// Where a user with these events stands.
    fn segment_of(
        &self,
        world: &World,
        mut events: Vec<Event>,
        as_of: i64,
    ) -> Result<u32, RunError> {
        events.sort_by_key(|event| event.time);
        for event in &mut events {
            let at = world.items.binary_search(&event.item);
            event.item = at.map_or(NO_CODE, |at| at as u32);
        }
        let alone = Alone { events, world };
        let (params, silent) = (self.known.manifest.profile_params(), Progress::silent());
        let profiles = build_like(&alone, as_of, &params, &self.known.shop, &silent)?;
        let texts = world.texts.as_ref();
        let sight = Sight { profiles: &profiles, catalogue: &world.catalogue, texts };
        let texts = (&world.catalogue, self.table.texts());
        let events = std::iter::once_with(|| Ok(alone.events.clone()));
        let index = || rules::index_parts(events, texts, &profiles.users, as_of);
        Ok(self.target.assign(&self.known, sight, index)?.segments[0])
    }

    /// The events of a user before the run's day.
    fn events_of(&self, user: UserId) -> Result<Vec<Event>, RunError> {
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

/// The items that one user's moves are about: everything is known by name, so the rest of the
/// catalogue changes nothing but the time it takes.
struct World {
    /// Rows of the run's catalogue, ascending.
    items: Vec<u32>,
    catalogue: Catalogue,
    texts: Option<Texts>,
    channels: Vec<u32>,
}

impl World {
    fn of(shop: &Shop, own: &[Event], more: &[u32]) -> Self {
        let own = own.iter().map(|event| event.item).filter(|&item| item != NO_CODE);
        let mut items: Vec<u32> = own.chain(more.iter().copied()).collect();
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

/// A sum of money as a person would say it.
fn two_digits(number: f64) -> f64 {
    if number <= 0.0 || !number.is_finite() {
        return 1.0;
    }
    let scale = 10f64.powi(1 - number.log10().floor() as i32);
    (number * scale).round() / scale
}
