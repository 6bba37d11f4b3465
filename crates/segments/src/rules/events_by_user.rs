//! Events by action and user, for questions that are about every item: one user's events lie side by
//! side.

use fenqun_base::Action;
use rayon::prelude::*;

use super::condition::{Behaviour, Measure, NEVER};
use super::events_index::Staged;

/// Users asked by one thread at a time.
const CHUNK: usize = 1 << 14;

/// The events of each action that anyone did, by the action's code.
#[derive(Debug)]
pub(super) struct EventsByUser {
    n_users: usize,
    of_action: Vec<Option<Ordered>>,
}

/// Events of one action, ordered by user.
#[derive(Debug)]
struct Ordered {
    /// Where the events of each user begin, and where the last ones end.
    starts: Vec<usize>,
    days: Vec<u16>,
    amounts: Vec<f32>,
}

impl EventsByUser {
    pub(super) fn new(n_users: usize, events: &[Staged]) -> Self {
        let ordered = |action: Action| Ordered::new(n_users, action as u8, events);
        Self { n_users, of_action: Action::ALL.map(ordered).into() }
    }

    /// What the events in the window say, one number a user.
    pub(super) fn measure(&self, measure: Measure, behaviour: &Behaviour) -> Vec<f32> {
        let (least, most) = behaviour.window();
        let fits = |days: u16| days > least && days <= most;
        let of_action = |action: Action| {
            let events = self.of_action[usize::from(action as u8)].as_ref();
            events.map(|events| (events, behaviour.sign(action)))
        };
        let chosen: Vec<(&Ordered, f32)> =
            behaviour.actions().into_iter().filter_map(of_action).collect();
        let mut answer = vec![0.0f32; self.n_users];
        answer.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, answer)| {
            for (offset, answer) in answer.iter_mut().enumerate() {
                let row = chunk * CHUNK + offset;
                *answer = match measure {
                    Measure::Count => {
                        let mut count = 0;
                        for (events, _) in &chosen {
                            let days = events.of(row).0;
                            count += days.iter().filter(|&&days| fits(days)).count();
                        }
                        count as f32
                    }
                    Measure::Amount => {
                        let mut sum = 0.0f64;
                        for (events, sign) in &chosen {
                            let (days, amounts) = events.of(row);
                            for (&days, &amount) in days.iter().zip(amounts) {
                                if fits(days) {
                                    sum += f64::from(sign * amount);
                                }
                            }
                        }
                        sum as f32
                    }
                    Measure::DaysSince => {
                        let days = chosen.iter().flat_map(|(events, _)| events.of(row).0);
                        let last = days.copied().filter(|&days| fits(days)).min();
                        last.map_or(NEVER, f32::from)
                    }
                };
            }
        });
        answer
    }
}

impl Ordered {
    /// `None` where nobody did it.
    fn new(n_users: usize, action: u8, events: &[Staged]) -> Option<Self> {
        let own = || events.iter().filter(|event| event.action == action);
        own().next()?;
        let mut starts = vec![0usize; n_users + 1];
        for event in own() {
            starts[event.user as usize + 1] += 1;
        }
        for row in 0..n_users {
            starts[row + 1] += starts[row];
        }
        let n_events = starts[n_users];
        let mut ordered = Self { days: vec![0; n_events], amounts: vec![0.0; n_events], starts };
        let mut next = ordered.starts.clone();
        for event in own() {
            let at = next[event.user as usize];
            next[event.user as usize] += 1;
            ordered.days[at] = event.days;
            ordered.amounts[at] = event.amount;
        }
        Some(ordered)
    }

    /// Days and money of a user's events.
    fn of(&self, row: usize) -> (&[u16], &[f32]) {
        let span = self.starts[row]..self.starts[row + 1];
        (&self.days[span.clone()], &self.amounts[span])
    }
}
