//! A part of the index: the events of users who stand side by side, in two orders.
//!
//! In both orders events lie in groups, the oldest first, so that a window is a range found by
//! search, and nothing outside it is read. Grouped by user they answer questions about every item;
//! grouped by item, all others.

use std::ops::Range;

use fenqun_base::{Action, NO_CODE};

use super::condition::{Measure, NEVER};

/// Users whose windows are all found before any of their money is read: two plain loops keep a
/// processor busier than one that does both by turns.
const TOGETHER: usize = 256;

/// The events of the users of one part, by the action's code.
///
/// Places are 32 bits wide: as many events of one part would fill 80 GiB while they are staged.
#[derive(Debug)]
pub(super) struct EventsPart {
    of_action: Vec<Option<OfAction>>,
}

/// An event on its way into a part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staged {
    /// The item, or one past all items.
    pub(super) slot: u32,
    pub(super) text: u32,
    pub(super) amount: f32,
    pub(super) days: u16,
    /// The user's place in the part.
    pub(super) user: u16,
    pub(super) action: u8,
}

/// A question about behaviour, its names looked up.
pub(super) struct Question {
    pub(super) measure: Measure,
    /// Days begun since an event that is meant: more than the first, at most the second.
    pub(super) window: (u16, u16),
    /// Codes of the actions that are meant, and how their money counts.
    pub(super) actions: Vec<(usize, f32)>,
    pub(super) items: Items,
}

/// Which items a question is about.
pub(super) enum Items {
    /// Every item, and events without one.
    All,
    /// These.
    These(Chosen),
    /// Those whose title holds a word, and events of the chosen items (`None`: of all) whose own
    /// text does.
    WithWords { titled: Vec<bool>, texts: Vec<bool>, chosen: Option<Chosen> },
}

/// Chosen items, ascending and one by one.
pub(super) struct Chosen {
    list: Vec<u32>,
    is_in: Vec<bool>,
}

/// Events of one action, grouped by user.
#[derive(Debug)]
struct ByUser {
    /// Where the events of each user begin, and where the last ones end.
    starts: Vec<u32>,
    days: Vec<u16>,
    amounts: Vec<f32>,
}

/// Events of one action, grouped by item.
#[derive(Debug)]
struct ByItem {
    /// Items that have events here, ascending.
    slots: Vec<u32>,
    /// Where the events of each begin, and where the last ones end.
    starts: Vec<u32>,
    users: Vec<u16>,
    days: Vec<u16>,
    amounts: Vec<f32>,
    /// Codes of the events' own texts; empty when no event has one.
    texts: Vec<u32>,
}

#[derive(Debug)]
struct OfAction {
    by_user: ByUser,
    by_item: ByItem,
}

impl Staged {
    /// Orders events by action, by group, and in it the oldest first.
    fn key(&self, group: u32) -> u64 {
        u64::from(self.action) << 48 | u64::from(group) << 16 | u64::from(u16::MAX - self.days)
    }
}

impl EventsPart {
    /// The part of so many users; events in any order, of one user and day as they came.
    pub(super) fn new(n_users: usize, mut events: Vec<Staged>) -> Self {
        // Stable: what somebody did on one day is added up in the order in which it came.
        events.sort_by_key(|event| event.key(u32::from(event.user)));
        let by_user: Vec<Option<ByUser>> = of_actions(&events, |own| ByUser::new(n_users, own));
        events.sort_by_key(|event| event.key(event.slot));
        let by_item = of_actions(&events, ByItem::new);
        let both = by_user.into_iter().zip(by_item);
        let of_action = both.map(|(by_user, by_item)| {
            by_user.zip(by_item).map(|(by_user, by_item)| OfAction { by_user, by_item })
        });
        Self { of_action: of_action.collect() }
    }

    /// Number of events.
    pub(super) fn n_events(&self) -> usize {
        self.of_action.iter().flatten().map(|events| events.by_user.days.len()).sum()
    }

    /// What the events that match say, one number a user.
    pub(super) fn measure(&self, question: &Question, answer: &mut [f32]) {
        let meant = |&(action, sign): &(usize, f32)| {
            self.of_action.get(action)?.as_ref().map(|events| (events, sign))
        };
        let chosen: Vec<(&OfAction, f32)> = question.actions.iter().filter_map(meant).collect();
        match question.items {
            Items::All => {
                let chosen: Vec<(&ByUser, f32)> =
                    chosen.iter().map(|(events, sign)| (&events.by_user, *sign)).collect();
                of_users(&chosen, question, answer);
            }
            _ => {
                let chosen: Vec<(&ByItem, f32)> =
                    chosen.iter().map(|(events, sign)| (&events.by_item, *sign)).collect();
                of_items(&chosen, question, answer);
            }
        }
    }
}

/// Something for each action, from its events; these are ordered by action.
fn of_actions<T>(events: &[Staged], make: impl Fn(&[Staged]) -> T) -> Vec<Option<T>> {
    let own = |action: Action| {
        let code = action as u8;
        let from = events.partition_point(|event| event.action < code);
        let to = events.partition_point(|event| event.action <= code);
        (from < to).then(|| make(&events[from..to]))
    };
    Action::ALL.map(own).into()
}

/// User by user: the numbers of one lie side by side.
fn of_users(chosen: &[(&ByUser, f32)], question: &Question, answer: &mut [f32]) {
    let window = question.window;
    match question.measure {
        Measure::Count => {
            for (row, answer) in answer.iter_mut().enumerate() {
                *answer = chosen.iter().map(|(of, _)| of.fitting(row, window).len()).sum::<usize>()
                    as f32;
            }
        }
        Measure::Amount => {
            for (at, answers) in answer.chunks_mut(TOGETHER).enumerate() {
                let mut sums = [0.0f64; TOGETHER];
                let mut spans = [(0usize, 0usize); TOGETHER];
                for (of, sign) in chosen {
                    for (row, span) in spans[..answers.len()].iter_mut().enumerate() {
                        let fitting = of.fitting(at * TOGETHER + row, window);
                        *span = (fitting.start, fitting.end);
                    }
                    for (sum, &(from, to)) in sums.iter_mut().zip(&spans[..answers.len()]) {
                        for amount in &of.amounts[from..to] {
                            *sum += f64::from(sign * amount);
                        }
                    }
                }
                answers.iter_mut().zip(sums).for_each(|(answer, sum)| *answer = sum as f32);
            }
        }
        Measure::DaysSince => {
            for (row, answer) in answer.iter_mut().enumerate() {
                let mut newest = None;
                for (of, _) in chosen {
                    newest = newest.into_iter().chain(of.newest(row, window)).min();
                }
                *answer = newest.map_or(NEVER, f32::from);
            }
        }
    }
}

/// Item by item: what is found is added up beside, for all users of the part.
fn of_items(chosen: &[(&ByItem, f32)], question: &Question, answer: &mut [f32]) {
    match question.measure {
        Measure::Count => {
            let mut counts = vec![0u32; answer.len()];
            for (of, _) in chosen {
                of.scan(question, |user, _, _| counts[user] += 1);
            }
            answer.iter_mut().zip(counts).for_each(|(answer, count)| *answer = count as f32);
        }
        Measure::Amount => {
            let mut sums = vec![0.0f64; answer.len()];
            for (of, sign) in chosen {
                of.scan(question, |user, _, amount| sums[user] += f64::from(sign * amount));
            }
            answer.iter_mut().zip(sums).for_each(|(answer, sum)| *answer = sum as f32);
        }
        Measure::DaysSince => {
            // Wider than days are, so that the largest number is none of theirs.
            let mut last = vec![u32::MAX; answer.len()];
            for (of, _) in chosen {
                of.scan(question, |user, days, _| last[user] = last[user].min(u32::from(days)));
            }
            let days = |last: u32| u16::try_from(last).map_or(NEVER, f32::from);
            answer.iter_mut().zip(last).for_each(|(answer, last)| *answer = days(last));
        }
    }
}

impl ByUser {
    /// Events ordered by user, the oldest first.
    fn new(n_users: usize, events: &[Staged]) -> Self {
        let mut starts = vec![0u32; n_users + 1];
        for event in events {
            starts[usize::from(event.user) + 1] += 1;
        }
        for row in 0..n_users {
            starts[row + 1] += starts[row];
        }
        let days = events.iter().map(|event| event.days).collect();
        let amounts = events.iter().map(|event| event.amount).collect();
        Self { starts, days, amounts }
    }

    /// Where the events of a user lie that are in a window.
    fn fitting(&self, row: usize, window: (u16, u16)) -> Range<usize> {
        within(&self.days, self.starts[row] as usize..self.starts[row + 1] as usize, window)
    }

    /// Days begun since the newest event of a user that is in a window.
    fn newest(&self, row: usize, window: (u16, u16)) -> Option<u16> {
        self.days[self.fitting(row, window)].last().copied()
    }
}

impl ByItem {
    /// Events ordered by item, the oldest first.
    fn new(events: &[Staged]) -> Self {
        let (mut slots, mut starts) = (Vec::new(), vec![0u32]);
        for group in events.chunk_by(|a, b| a.slot == b.slot) {
            slots.push(group[0].slot);
            starts.push(starts[starts.len() - 1] + group.len() as u32);
        }
        let has_texts = events.iter().any(|event| event.text != NO_CODE);
        let texts =
            if has_texts { events.iter().map(|event| event.text).collect() } else { vec![] };
        slots.shrink_to_fit();
        starts.shrink_to_fit();
        Self {
            slots,
            starts,
            users: events.iter().map(|event| event.user).collect(),
            days: events.iter().map(|event| event.days).collect(),
            amounts: events.iter().map(|event| event.amount).collect(),
            texts,
        }
    }

    /// Every event that matches: user, days begun since, money.
    fn scan(&self, question: &Question, mut each: impl FnMut(usize, u16, f32)) {
        let mut read = |fits: Range<usize>| {
            let days_and_amounts = self.days[fits.clone()].iter().zip(&self.amounts[fits.clone()]);
            for (&user, (&days, &amount)) in self.users[fits].iter().zip(days_and_amounts) {
                each(usize::from(user), days, amount);
            }
        };
        let fitting = |group: usize| {
            let (from, to) = (self.starts[group] as usize, self.starts[group + 1] as usize);
            within(&self.days, from..to, question.window)
        };
        match &question.items {
            Items::All => (0..self.slots.len()).for_each(|group| read(fitting(group))),
            Items::These(chosen) => self.groups(chosen, |group| read(fitting(group))),
            Items::WithWords { titled, texts, chosen } => {
                let of_group = |group: usize| {
                    let slot = self.slots[group] as usize;
                    if titled.get(slot).copied().unwrap_or(false) {
                        read(fitting(group));
                    } else if !self.texts.is_empty() {
                        for at in fitting(group) {
                            let code = self.texts[at] as usize;
                            if texts.get(code).copied().unwrap_or(false) {
                                read(at..at + 1);
                            }
                        }
                    }
                };
                match chosen {
                    Some(chosen) => self.groups(chosen, of_group),
                    None => (0..self.slots.len()).for_each(of_group),
                }
            }
        }
    }

    /// The groups of chosen items: looked up when they are few, picked out when they are many.
    fn groups(&self, chosen: &Chosen, mut each: impl FnMut(usize)) {
        if chosen.list.len() * 16 < self.slots.len() {
            for slot in &chosen.list {
                if let Ok(group) = self.slots.binary_search(slot) {
                    each(group);
                }
            }
        } else {
            for (group, &slot) in self.slots.iter().enumerate() {
                if chosen.is_in[slot as usize] {
                    each(group);
                }
            }
        }
    }
}

impl Chosen {
    /// Of so many items, events without one counted as one more.
    pub(super) fn new(list: Vec<u32>, n_slots: usize) -> Self {
        let mut is_in = vec![false; n_slots];
        list.iter().for_each(|&slot| is_in[slot as usize] = true);
        Self { list, is_in }
    }
}

/// Where in a group of events, the oldest first, those of a window lie.
fn within(days: &[u16], group: Range<usize>, (least, most): (u16, u16)) -> Range<usize> {
    let own = &days[group.clone()];
    let too_old = if most == u16::MAX { 0 } else { own.partition_point(|&days| days > most) };
    let old_enough = match least {
        0 => own.len(),
        _ => own.partition_point(|&days| days > least),
    };
    group.start + too_old..group.start + old_enough.max(too_old)
}
