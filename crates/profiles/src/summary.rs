use std::f64::consts::TAU;

use fenqun_base::{Action, Event, NO_CODE};

use crate::frame::Frame;
use crate::statistics::{Spread, share};
use crate::visit::{DAY, Visit, is_active, visits};

/// What the shop's value formula looks back over, in days, and what each window weighs:
/// 3·M28 + M84 + ½·M168, so that recent money counts most.
const RECENT: [(i64, f64); 3] = [(28, 3.0), (84, 1.0), (168, 0.5)];

/// The quantities that features of one user are read from; see [`crate::behaviour`] for their
/// meaning.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    pub recency: f64,
    pub purchase_recency: f64,
    pub tenure: f64,
    pub n_visits: f64,
    pub n_baskets: f64,
    /// Money of purchases, and of refunds; both positive.
    pub bought: f64,
    pub refunded: f64,
    pub discount: f64,
    /// Purchase lines with a discount.
    pub n_discounted: f64,
    /// Events by code of their action.
    pub actions: [f64; 11],
    pub basket: Spread,
    pub last_basket: f64,
    pub gap: Spread,
    /// By window: visits, baskets and spend inside it, and inside the equally long one before it.
    pub visits_in: Vec<f64>,
    pub baskets_in: Vec<f64>,
    pub spend_in: Vec<f64>,
    pub visits_before: Vec<f64>,
    pub spend_before: Vec<f64>,
    pub active_fortnights: f64,
    pub hours: [f64; 6],
    pub weekdays: [f64; 7],
    pub usual_hour: f64,
    pub repeat_rate: f64,
    /// Channels of the user's own events, and the largest share that one has.
    pub n_channels: f64,
    pub main_channel: f64,
    /// Net spend and weighted actions, the recent ones counting most.
    pub recent_spend: f64,
    pub recent_activity: f64,
}

impl Summary {
    /// Of one user's events: sorted by time, all before `frame.as_of`, at least one. Also says
    /// which visit each event belongs to.
    pub fn of(events: &[Event], frame: &Frame) -> (Self, Vec<u32>) {
        let (all_visits, visit_of) = visits(events);
        let mut summary = Self::default();
        summary.count_events(events, frame);
        let active: Vec<Visit> =
            all_visits.iter().filter(|visit| visit.is_active).copied().collect();
        summary.count_visits(&active, frame);
        summary.count_baskets(&active);
        summary.repeat_rate = repeat_rate(events, &visit_of);
        (summary.n_channels, summary.main_channel) = channels(events, frame);
        (summary, visit_of)
    }

    fn count_events(&mut self, events: &[Event], frame: &Frame) {
        let days_ago = |time: i64| days(frame.as_of.saturating_sub(time));
        let n_windows = frame.windows.len();
        (self.spend_in, self.spend_before) = (vec![0.0; n_windows], vec![0.0; n_windows]);
        let (mut first, mut last, mut last_purchase) = (None, None, None);
        for event in events {
            let action = event.action();
            self.actions[usize::from(action as u8)] += 1.0;
            first = first.or(Some(event.time));
            if is_active(action) || last.is_none() {
                last = Some(event.time);
            }
            let amount = event.amount();
            if action == Action::Purchase {
                last_purchase = Some(event.time);
                self.bought += amount;
                if event.discount > 0.0 {
                    self.discount += event.discount;
                    self.n_discounted += 1.0;
                }
            } else {
                self.refunded -= amount;
            }
            let age = frame.as_of.saturating_sub(event.time);
            for (window, &length) in frame.windows.iter().enumerate() {
                if age <= length {
                    self.spend_in[window] += amount;
                } else if age <= 2 * length {
                    self.spend_before[window] += amount;
                }
            }
            let weight = frame.weights[usize::from(action as u8)];
            for (length, share) in RECENT {
                if age <= length * DAY {
                    self.recent_spend += share * amount;
                    self.recent_activity += share * weight;
                }
            }
        }
        self.tenure = first.map_or(0.0, days_ago);
        self.recency = last.map_or(0.0, days_ago);
        self.purchase_recency = last_purchase.map_or(self.tenure, days_ago);
    }

    fn count_visits(&mut self, visits: &[Visit], frame: &Frame) {
        self.n_visits = visits.len() as f64;
        let n_windows = frame.windows.len();
        (self.visits_in, self.visits_before) = (vec![0.0; n_windows], vec![0.0; n_windows]);
        self.baskets_in = vec![0.0; n_windows];
        let (mut sine, mut cosine) = (0.0, 0.0);
        for visit in visits {
            let age = frame.as_of.saturating_sub(visit.start);
            for (window, &length) in frame.windows.iter().enumerate() {
                if age <= length {
                    self.visits_in[window] += 1.0;
                    self.baskets_in[window] += f64::from(u8::from(visit.n_lines > 0));
                } else if age <= 2 * length {
                    self.visits_before[window] += 1.0;
                }
            }
            let of_day = visit.local_start.rem_euclid(DAY);
            self.hours[(of_day / (DAY / 6)) as usize] += 1.0;
            // Day 0 of the epoch was a Thursday.
            let weekday = (visit.local_start.div_euclid(DAY) + 3).rem_euclid(7);
            self.weekdays[weekday as usize] += 1.0;
            let angle = of_day as f64 / DAY as f64 * TAU;
            sine += angle.sin();
            cosine += angle.cos();
        }
        let n_visits = self.n_visits;
        self.hours.iter_mut().for_each(|hour| *hour = share(*hour, n_visits));
        self.weekdays.iter_mut().for_each(|weekday| *weekday = share(*weekday, n_visits));
        self.usual_hour = (sine.atan2(cosine) / TAU).rem_euclid(1.0) * 24.0;
        if self.usual_hour >= 24.0 || visits.is_empty() {
            self.usual_hour = 0.0;
        }
        self.active_fortnights = active_fortnights(visits, self.tenure, frame.as_of);
        let gap = |pair: &[Visit]| days(pair[1].start.saturating_sub(pair[0].start));
        let mut gaps: Vec<f64> = visits.windows(2).map(gap).collect();
        self.gap = match gaps.is_empty() {
            // Never came back yet: the gap is at least as long as the user is known.
            true => Spread { mean: self.tenure, sd: 0.0, median: self.tenure, max: self.tenure },
            false => Spread::of(&mut gaps),
        };
    }

    fn count_baskets(&mut self, visits: &[Visit]) {
        let baskets = || visits.iter().filter(|visit| visit.n_lines > 0);
        let mut amounts: Vec<f64> = baskets().map(|visit| visit.amount).collect();
        self.n_baskets = amounts.len() as f64;
        self.last_basket = amounts.last().copied().unwrap_or(0.0);
        self.basket = Spread::of(&mut amounts);
    }
}

/// Share of the fortnights, counted back from `as_of` to the first event, that hold a visit.
fn active_fortnights(visits: &[Visit], tenure: f64, as_of: i64) -> f64 {
    let fortnight = |visit: &Visit| (as_of.saturating_sub(visit.start) - 1) / (14 * DAY);
    let n_active = visits.chunk_by(|a, b| fortnight(a) == fortnight(b)).count();
    share(n_active as f64, (tenure / 14.0).ceil().max(1.0))
}

/// Share of the purchase lines whose item the user had bought in an earlier visit.
fn repeat_rate(events: &[Event], visit_of: &[u32]) -> f64 {
    let mut lines: Vec<(u32, u32)> = events
        .iter()
        .zip(visit_of)
        .filter(|(event, _)| event.action() == Action::Purchase && event.item().is_some())
        .map(|(event, &visit)| (event.item, visit))
        .collect();
    lines.sort_unstable();
    let repeated = |item: &[(u32, u32)]| item.iter().filter(|line| line.1 > item[0].1).count();
    let n_repeated: usize = lines.chunk_by(|a, b| a.0 == b.0).map(repeated).sum();
    share(n_repeated as f64, lines.len() as f64)
}

/// How many channels the user's own events name, and the largest share of these events that one
/// channel has; zeros where none is named.
fn channels(events: &[Event], frame: &Frame) -> (f64, f64) {
    if frame.channel_of.is_empty() {
        return (0.0, 0.0);
    }
    let channel = |event: &Event| frame.channel_of.get(event.attributes as usize).copied();
    let own = events.iter().filter(|event| is_active(event.action()));
    let mut named: Vec<u32> = own.filter_map(channel).filter(|&code| code != NO_CODE).collect();
    named.sort_unstable();
    let groups = named.chunk_by(|a, b| a == b);
    let (n_channels, most) =
        groups.fold((0u32, 0), |(n, most), group| (n + 1, group.len().max(most)));
    (f64::from(n_channels), share(most as f64, named.len() as f64))
}

fn days(milliseconds: i64) -> f64 {
    milliseconds as f64 / DAY as f64
}
