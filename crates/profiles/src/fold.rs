use fenqun_base::{Action, Event, UserId};

use crate::error::ProfilesError;
use crate::frame::Frame;
use crate::sequence::SequenceEvent;
use crate::statistics::narrow;
use crate::summary::Summary;

/// Gathers one user's events, in any order and in any number of pieces, and turns them into a row.
///
/// `update` and `merge` commute: whichever way the events are dealt out, the finished row is the
/// same. The state is the events themselves ([`Fold::state`]), plain bytes that another process can
/// take over; gaps, medians and repeat rates need them all at once.
#[derive(Clone)]
pub struct Fold<'a> {
    frame: &'a Frame,
    events: Vec<Event>,
}

/// What one user's events say, before the shop as a whole is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Whose row it is.
    pub user: UserId,
    /// Every behaviour feature of the frame.
    pub(crate) values: Vec<f32>,
    /// One entry an item, by item.
    pub(crate) entries: Vec<Entry>,
    pub(crate) sequence: Vec<SequenceEvent>,
    pub(crate) signals: Signals,
}

/// One user with one item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry {
    pub item: u32,
    /// Sum of action weights, not below 0.
    pub weight: f32,
    /// Purchases less refunds, not below 0.
    pub spend: f32,
    /// Money and units of the purchases, from which the item's price is told.
    pub bought: f32,
    pub n_units: f32,
}

/// What the value score and the choice of columns are made from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Signals {
    pub recent_spend: f64,
    pub recent_activity: f64,
    pub spend: f64,
    pub n_baskets: f64,
    pub recency: f64,
    pub bought: f64,
    pub discount: f64,
    /// Bit of every action that happened.
    pub did: u16,
}

impl<'a> Fold<'a> {
    /// An empty fold.
    #[must_use]
    pub fn new(frame: &'a Frame) -> Self {
        Self { frame, events: Vec::new() }
    }

    /// A fold that goes on from a [`Fold::state`].
    ///
    /// # Errors
    /// As [`Fold::update`].
    pub fn from_state(frame: &'a Frame, events: &[Event]) -> Result<Self, ProfilesError> {
        let mut fold = Self::new(frame);
        events.iter().try_for_each(|event| fold.update(event))?;
        Ok(fold)
    }

    /// Takes one event in.
    ///
    /// # Errors
    /// [`ProfilesError::Future`] for an event at or after `as_of`, [`ProfilesError::OtherUser`]
    /// for an event of another user; the fold is as it was then.
    pub fn update(&mut self, event: &Event) -> Result<(), ProfilesError> {
        let (time, as_of) = (event.time, self.frame.as_of);
        if time >= as_of {
            return Err(ProfilesError::Future { time, as_of });
        }
        if let Some(first) = self.events.first()
            && first.user != event.user
        {
            let (holds, found) = (first.user, event.user);
            return Err(ProfilesError::OtherUser { holds, found });
        }
        self.events.push(*event);
        Ok(())
    }

    /// Takes in all that another fold of the same user gathered.
    ///
    /// # Errors
    /// [`ProfilesError::OtherFrame`], [`ProfilesError::OtherUser`].
    pub fn merge(&mut self, other: Self) -> Result<(), ProfilesError> {
        let (left, right) = (self.frame.as_of, other.frame.as_of);
        if left != right || self.frame.params != other.frame.params {
            return Err(ProfilesError::OtherFrame { left, right });
        }
        if let (Some(own), Some(first)) = (self.events.first(), other.events.first())
            && own.user != first.user
        {
            let (holds, found) = (own.user, first.user);
            return Err(ProfilesError::OtherUser { holds, found });
        }
        self.events.extend_from_slice(&other.events);
        Ok(())
    }

    /// The events gathered so far.
    #[must_use]
    pub fn state(&self) -> &[Event] {
        &self.events
    }

    /// The row, or `None` when no event came.
    #[must_use]
    pub fn finish(mut self) -> Option<Row> {
        let user = self.events.first()?.user;
        if !self.events.is_sorted_by_key(order) {
            self.events.sort_unstable_by_key(order);
        }
        let (events, frame) = (&self.events, self.frame);
        let (summary, visit_of) = Summary::of(events, frame);
        let value = |column: &crate::behaviour::Column| narrow(column.value(&summary));
        let start = events.len().saturating_sub(frame.params.max_sequence);
        let recent = events[start..].iter().zip(&visit_of[start..]);
        Some(Row {
            user,
            values: frame.columns.iter().map(value).collect(),
            entries: entries(events, frame),
            sequence: recent.map(|(event, &visit)| SequenceEvent::new(event, visit)).collect(),
            signals: Signals::of(&summary),
        })
    }
}

impl Signals {
    fn of(summary: &Summary) -> Self {
        let mut did = 0;
        for (code, &n_events) in summary.actions.iter().enumerate() {
            did |= u16::from(n_events > 0.0) << code;
        }
        Self {
            recent_spend: summary.recent_spend,
            recent_activity: summary.recent_activity,
            spend: summary.bought - summary.refunded,
            n_baskets: summary.n_baskets,
            recency: summary.purchase_recency,
            bought: summary.bought,
            discount: summary.discount,
            did,
        }
    }
}

/// Sums by item, over events sorted by time.
fn entries(events: &[Event], frame: &Frame) -> Vec<Entry> {
    let mut by_item: Vec<(u32, u32)> = events
        .iter()
        .enumerate()
        .filter(|(_, event)| event.item().is_some())
        .map(|(at, event)| (event.item, at as u32))
        .collect();
    by_item.sort_unstable();
    let sum = |group: &[(u32, u32)]| {
        let (mut weight, mut spend) = (Net::default(), Net::default());
        let (mut bought, mut n_units) = (0.0, 0.0);
        for &(_, at) in group {
            let event = &events[at as usize];
            let amount = event.amount();
            weight.add(frame.weights[usize::from(event.action() as u8)]);
            spend.add(amount);
            if event.action() == Action::Purchase && amount > 0.0 {
                bought += amount;
                n_units += event.quantity;
            }
        }
        Entry {
            item: group[0].0,
            weight: weight.positive(),
            spend: spend.positive(),
            bought: narrow(bought),
            n_units: narrow(n_units),
        }
    };
    by_item.chunk_by(|a, b| a.0 == b.0).map(sum).collect()
}

/// A sum of what came and went, in which all that went leaves exactly nothing.
#[derive(Clone, Copy, Default)]
struct Net {
    sum: f64,
    size: f64,
}

impl Net {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.size += value.abs();
    }

    /// The sum, and 0 where it is negative or no more than what rounding leaves behind.
    fn positive(self) -> f32 {
        if self.sum > self.size * 1e-6 { narrow(self.sum) } else { 0.0 }
    }
}

/// A total order of one user's events, so that sums come out the same to the last bit however the
/// events were dealt out.
fn order(event: &Event) -> Order {
    let numbers = [event.quantity, event.price, event.discount].map(f64::to_bits);
    let rest = (event.text, event.attributes, event.rating.to_bits(), event.offset_minutes);
    (event.time, event.session, event.action, event.item, numbers, rest)
}

type Order = (i64, u64, u8, u32, [u64; 3], (u32, u32, u32, i16));
