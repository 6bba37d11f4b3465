//! One bucket: sorted, deduplicated, robots taken out.

use fenqun_base::{Event, NO_CODE};

use crate::rules::{Cleaning, Deduplicate, is_robot};
use crate::spill::Record;

/// From the codes of the scan to ranks in sorted order.
pub(super) struct Ranks {
    pub(super) items: Vec<u32>,
    pub(super) texts: Vec<u32>,
    pub(super) attributes: Vec<u32>,
    pub(super) details: Vec<u32>,
}

/// What became of a bucket.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) events: Vec<Event>,
    pub(super) n_kept: Vec<(u32, u64)>,
    pub(super) n_duplicate: Vec<(u32, u64)>,
    /// Place and event of every row of a robot.
    pub(super) robots: Vec<((u32, u64), Event)>,
    /// How often kept events describe an item so: item, detail, number.
    pub(super) votes: Vec<(u32, u32, u64)>,
    pub(super) n_users: u64,
    pub(super) n_robots: u64,
}

pub(super) fn settle(mut records: Vec<Record>, ranks: &Ranks, cleaning: &Cleaning) -> Settled {
    let rank = |code: &mut u32, ranks: &[u32]| {
        if *code != NO_CODE {
            *code = ranks[*code as usize];
        }
    };
    for record in &mut records {
        rank(&mut record.event.item, &ranks.items);
        rank(&mut record.event.text, &ranks.texts);
        rank(&mut record.event.attributes, &ranks.attributes);
        rank(&mut record.detail, &ranks.details);
    }
    let mut order = sorted(&records);
    let mut n_duplicate = Vec::new();
    if cleaning.deduplicate != Deduplicate::Off {
        deduplicate(&records, &mut order, cleaning.deduplicate, &mut n_duplicate);
    }
    let mut settled = keep(&records, &order, cleaning);
    settled.n_duplicate = n_duplicate;
    settled
}

/// Row numbers in the order of the events; equal events in the order of their places.
fn sorted(records: &[Record]) -> Vec<u32> {
    let key = |(index, record): (usize, &Record)| {
        let user = u128::from_be_bytes(record.event.user.0);
        ((user >> 64) as u64, user as u64, record.event.time, index as u32)
    };
    let mut keys: Vec<(u64, u64, i64, u32)> = records.iter().enumerate().map(key).collect();
    keys.sort_unstable();
    // Most times are shared by the few lines of one order: only those need the long comparison.
    for run in keys.chunk_by_mut(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)) {
        if run.len() > 1 {
            run.sort_unstable_by(|a, b| {
                let (a, b) = (&records[a.3 as usize], &records[b.3 as usize]);
                a.compare(b).then_with(|| a.place().cmp(&b.place()))
            });
        }
    }
    keys.into_iter().map(|key| key.3).collect()
}

fn deduplicate(
    records: &[Record],
    order: &mut Vec<u32>,
    how: Deduplicate,
    n_duplicate: &mut Vec<(u32, u64)>,
) {
    let at = |index: u32| &records[index as usize];
    if records.iter().any(|record| record.id != [0; 2]) {
        let losers = losers_by_id(records, order);
        order.retain(|&index| {
            let is_loser = losers.binary_search(&index).is_ok();
            if is_loser {
                add(n_duplicate, at(index).file);
            }
            !is_loser
        });
    }
    if how == Deduplicate::Id {
        return;
    }
    order.dedup_by(|next, kept| {
        let (next, kept) = (at(*next), at(*kept));
        // Within one order of sorting, cheap fields first.
        let is_same = next.event.time == kept.event.time && next.compare(kept).is_eq();
        if is_same {
            add(n_duplicate, next.file);
        }
        is_same
    });
}

/// Of the rows of one user that carry one event id, all but the one with the latest time, then the
/// largest content, then the first place; sorted.
fn losers_by_id(records: &[Record], order: &[u32]) -> Vec<u32> {
    let at = |index: u32| &records[index as usize];
    let mut named: Vec<u32> =
        order.iter().copied().filter(|&index| at(index).id != [0; 2]).collect();
    named.sort_unstable_by(|&a, &b| {
        let (a, b) = (at(a), at(b));
        (a.event.user.cmp(&b.event.user))
            .then_with(|| a.id.cmp(&b.id))
            .then_with(|| b.event.time.cmp(&a.event.time))
            .then_with(|| b.compare(a))
            .then_with(|| a.place().cmp(&b.place()))
    });
    let is_same = |a: &u32, b: &u32| {
        let (a, b) = (at(*a), at(*b));
        a.id == b.id && a.event.user == b.event.user
    };
    let mut losers: Vec<u32> =
        named.chunk_by(is_same).flat_map(|group| group[1..].iter().copied()).collect();
    losers.sort_unstable();
    losers
}

fn keep(records: &[Record], order: &[u32], cleaning: &Cleaning) -> Settled {
    let mut settled = Settled { events: Vec::with_capacity(order.len()), ..Settled::default() };
    let mut votes: Vec<(u32, u32)> = Vec::new();
    let user = |index: &u32| records[*index as usize].event.user;
    for rows in order.chunk_by(|a, b| user(a) == user(b)) {
        let start = settled.events.len();
        settled.events.extend(rows.iter().map(|&index| records[index as usize].event));
        if is_robot(&settled.events[start..], &cleaning.robot) {
            settled.events.truncate(start);
            settled.n_robots += 1;
            let robots = rows.iter().map(|&index| &records[index as usize]);
            settled.robots.extend(robots.map(|record| (record.place(), record.event)));
            continue;
        }
        settled.n_users += 1;
        for &index in rows {
            let record = &records[index as usize];
            add(&mut settled.n_kept, record.file);
            if record.detail != NO_CODE {
                votes.push((record.event.item, record.detail));
            }
        }
    }
    votes.sort_unstable();
    let same = votes.chunk_by(|a, b| a == b);
    settled.votes = same.map(|run| (run[0].0, run[0].1, run.len() as u64)).collect();
    settled
}

/// Counts a row of a file; files are few and rows of one file follow each other.
fn add(counts: &mut Vec<(u32, u64)>, file: u32) {
    match counts.iter_mut().find(|count| count.0 == file) {
        Some(count) => count.1 += 1,
        None => counts.push((file, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    fn record(user: u8, time: i64, id: u64, price: f64, place: (u32, u64)) -> Record {
        let mut record = Record { id: [id, 0], file: place.0, line: place.1, ..Record::zeroed() };
        record.event.user.0[0] = user;
        record.event.time = time;
        record.event.price = price;
        record.event.item = NO_CODE;
        record.event.text = NO_CODE;
        record.event.attributes = NO_CODE;
        record.event.action = 4;
        record.detail = NO_CODE;
        record
    }

    fn settle_with(records: Vec<Record>, deduplicate: Deduplicate) -> Settled {
        let ranks = Ranks { items: vec![], texts: vec![], attributes: vec![], details: vec![] };
        settle(records, &ranks, &Cleaning { deduplicate, ..Cleaning::default() })
    }

    #[test]
    fn the_later_of_two_equal_rows_is_the_duplicate() {
        let records = vec![
            record(1, 5, 0, 2.0, (1, 9)),
            record(1, 5, 0, 2.0, (0, 3)),
            record(1, 5, 0, 3.0, (1, 1)),
        ];
        let settled = settle_with(records, Deduplicate::Auto);
        assert_eq!(settled.events.len(), 2);
        assert_eq!(settled.n_duplicate, [(1, 1)]);
        assert_eq!(settled.n_kept, [(0, 1), (1, 1)]);
    }

    #[test]
    fn of_two_rows_of_one_id_the_later_time_stays() {
        let records = vec![
            record(1, 9, 7, 2.0, (0, 2)),
            record(1, 5, 7, 8.0, (0, 1)),
            record(2, 5, 7, 8.0, (0, 3)),
        ];
        let settled = settle_with(records.clone(), Deduplicate::Auto);
        let times: Vec<i64> = settled.events.iter().map(|event| event.time).collect();
        assert_eq!(times, [9, 5], "another user's row of the same id is another event");
        let settled = settle_with(records.clone(), Deduplicate::Off);
        assert_eq!(settled.events.len(), 3);
    }

    #[test]
    fn equal_rows_of_different_ids_are_two_events() {
        let records = vec![
            record(1, 5, 7, 2.0, (0, 1)),
            record(1, 5, 8, 2.0, (0, 2)),
            record(1, 5, 8, 2.0, (0, 3)),
        ];
        let settled = settle_with(records, Deduplicate::Id);
        assert_eq!(settled.events.len(), 2);
        assert_eq!(settled.n_duplicate, [(0, 1)]);
    }

    #[test]
    fn nan_prices_are_equal_to_each_other() {
        let records = vec![record(1, 5, 0, f64::NAN, (0, 1)), record(1, 5, 0, f64::NAN, (0, 2))];
        assert_eq!(settle_with(records, Deduplicate::Exact).events.len(), 1);
    }
}
