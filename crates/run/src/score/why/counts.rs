//! How often users did things, counted from their events over a time that can be named.

use fenqun_base::{Action, DataError, SparseMatrix};
use fenqun_explain::why::{Part, Thing, Window};
use jiff::Timestamp;
use rayon::prelude::*;

use super::{DAY, Shop};
use crate::RunError;

/// Days that purchases are told of, where the run looks back as far.
const RECENT_DAYS: u32 = 90;

/// What is counted: what is bought; where a thing was not, what is looked at.
const COUNTED: [Action; 2] = [Action::Purchase, Action::View];

/// One a thing and counted action.
type Sums = Vec<[Counts; COUNTED.len()]>;

/// Counts of one thing: over the recent days, and over all.
#[derive(Clone, Copy, Default)]
struct Counts {
    recent: Numbers,
    ever: Numbers,
}

/// What the user did, what those of the own group did together, and what all did.
#[derive(Clone, Copy, Default)]
struct Numbers {
    user: f64,
    own: f64,
    all: f64,
}

impl Numbers {
    /// Whether the user has more than the average of the group.
    fn is_above(self, n_own: usize) -> bool {
        self.user > self.own / n_own.max(1) as f64
    }
}

impl std::ops::AddAssign for Numbers {
    fn add_assign(&mut self, other: Self) {
        self.user += other.user;
        self.own += other.own;
        self.all += other.all;
    }
}

impl Shop {
    /// A part for every thing that adds something: how often the user bought it, or looked at it, and
    /// what others did in the same time. `of_item` are items × things.
    ///
    /// The time is the last 90 days, where the run looks back as far and the user did it then. What
    /// is longer ago, or stands out only over a longer time, is counted since the first event of all.
    pub(super) fn did(
        &self,
        row: usize,
        group: u32,
        of_item: &SparseMatrix,
        names: &[String],
        amounts: &[f64],
    ) -> Result<Vec<Part>, RunError> {
        let counts = self.counts(row, group, of_item, amounts)?;
        let (n_own, n_all) = (self.members(group).len(), self.profiles.n_users());
        let first = self.table.first_time();
        let is_covered = first <= self.known.as_of - i64::from(RECENT_DAYS) * DAY;
        let first = Timestamp::from_millisecond(first).unwrap_or_default();
        let since = first.strftime("%Y-%m-%d").to_string();
        let part = |(thing, &amount): (usize, &f64)| {
            let of_thing = &counts[thing];
            let did = of_thing.iter().position(|counts| counts.ever.user > 0.0);
            let done = did.or_else(|| of_thing.iter().position(|counts| counts.ever.all > 0.0));
            let done = done.unwrap_or(0);
            let Counts { recent, ever } = of_thing[done];
            let is_recent = is_covered
                && (recent.user > 0.0 || ever.user == 0.0)
                && (recent.is_above(n_own) || !ever.is_above(n_own));
            let (window, numbers) = match is_recent {
                true => (Window::Days(RECENT_DAYS), recent),
                false => (Window::Since(since.clone()), ever),
            };
            Part {
                thing: Thing::Did { action: COUNTED[done], name: names[thing].clone(), window },
                amount,
                value: numbers.user,
                own: numbers.own / n_own.max(1) as f64,
                all: numbers.all / n_all.max(1) as f64,
            }
        };
        let parts = amounts.iter().enumerate().filter(|(_, amount)| **amount != 0.0);
        Ok(parts.map(part).collect())
    }

    /// For every thing of an amount its counts of every counted action. Whole numbers, so that the
    /// order of parts leaves no trace.
    fn counts(
        &self,
        row: usize,
        group: u32,
        of_item: &SparseMatrix,
        amounts: &[f64],
    ) -> Result<Sums, RunError> {
        let none = || vec![[Counts::default(); COUNTED.len()]; amounts.len()];
        let as_of = self.known.as_of;
        let recent = as_of - i64::from(RECENT_DAYS) * DAY;
        let of_part = |mut sums: Sums, part: usize| -> Result<Sums, RunError> {
            let events = self.table.part(part)?;
            for of_user in events.chunk_by(|a, b| a.user == b.user) {
                let Some(other) = self.profiles.row_of(of_user[0].user) else { continue };
                let is = |holds: bool| f64::from(u8::from(holds));
                let one =
                    Numbers { user: is(other == row), own: is(self.is_in(other, group)), all: 1.0 };
                for event in of_user.iter().filter(|event| event.time < as_of) {
                    let action = event.action();
                    let Some(at) = COUNTED.iter().position(|counted| *counted == action) else {
                        continue;
                    };
                    let Some(item) = event.item() else { continue };
                    for (thing, _) in of_item.entries(item).filter(|it| amounts[it.0] != 0.0) {
                        let counts = &mut sums[thing][at];
                        counts.ever += one;
                        if event.time >= recent {
                            counts.recent += one;
                        }
                    }
                }
            }
            Ok(sums)
        };
        let add = |mut sums: Sums, other: Sums| -> Result<Sums, RunError> {
            for (sum, other) in sums.iter_mut().flatten().zip(other.iter().flatten()) {
                sum.recent += other.recent;
                sum.ever += other.ever;
            }
            Ok(sums)
        };
        let parts = (0..self.table.n_parts()).into_par_iter();
        parts.try_fold(none, of_part).try_reduce(none, add)
    }
}

/// Items × the one thing that each is, if any.
pub(super) fn one_each(of_item: &[u32], n_things: usize) -> Result<SparseMatrix, DataError> {
    let mut items = SparseMatrix::with_width(n_things);
    for &thing in of_item {
        let is_one = (thing as usize) < n_things;
        items.push_row(&mut [(thing, 1.0)][..usize::from(is_one)])?;
    }
    Ok(items)
}
