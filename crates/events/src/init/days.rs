//! The main stretch of days in which a shop's events lie, robust against stray times.

use std::collections::BTreeMap;

/// Events of each day since 1970.
#[derive(Default)]
pub(super) struct Days {
    counts: BTreeMap<i64, u64>,
}

/// First and last day of the main stretch, and how many events lie outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) n_outside: u64,
}

/// More events than one in a thousand outside are no strays: then the stretch is everything.
const MOST_OUTSIDE: f64 = 0.001;
/// A day counts as empty below this share of a usual day.
const QUIET: f64 = 0.01;
/// Shops close over holidays: only a longer pause ends the stretch.
const LONGEST_PAUSE: i64 = 31;
/// Days that say how busy the edge of a stretch is.
const EDGE_DAYS: usize = 7;
/// A day with less than this share of the days beside it is a jump.
const JUMP: f64 = 0.1;

impl Days {
    pub(super) fn add(&mut self, day: i64) {
        *self.counts.entry(day).or_default() += 1;
    }

    /// From the middle of the events outwards, as long as days are neither quiet nor far apart.
    pub(super) fn main_stretch(&self) -> Option<Stretch> {
        let n: u64 = self.counts.values().sum();
        let (&very_first, &very_last) = (self.counts.keys().next()?, self.counts.keys().last()?);
        let everything = Stretch { first: very_first, last: very_last, n_outside: 0 };
        let mut sizes: Vec<u64> = self.counts.values().copied().collect();
        // A usual day is one in which a usual event lies, so that many strays do not shift it.
        sizes.sort_unstable();
        let mut below = 0;
        let usual = sizes.iter().find(|&&size| {
            below += size;
            2 * below >= n
        });
        let quiet = *usual? as f64 * QUIET;
        let loud: Vec<i64> = self
            .counts
            .iter()
            .filter(|&(_, &size)| size as f64 >= quiet)
            .map(|(&day, _)| day)
            .collect();
        let runs: Vec<&[i64]> = loud.chunk_by(|a, b| b - a <= LONGEST_PAUSE).collect();
        let events = |run: &[i64]| -> u64 {
            self.counts.range(run[0]..=run[run.len() - 1]).map(|day| day.1).sum()
        };
        let run = runs.into_iter().max_by_key(|run| events(run))?;
        let (first, last) = (run[0], run[run.len() - 1]);
        let first = extend(first, &self.level(first, last, 1), self.counts.range(..first).rev());
        let last = extend(last, &self.level(first, last, -1), self.counts.range(last + 1..));
        let n_outside = n - events(&[first, last]);
        let is_stray = n_outside as f64 <= MOST_OUTSIDE * n as f64;
        Some(if is_stray { Stretch { first, last, n_outside } } else { everything })
    }

    /// Events of the outermost days of a stretch, at its beginning (`step` 1) or end (−1).
    fn level(&self, first: i64, last: i64, step: i64) -> Vec<u64> {
        let inside = self.counts.range(first..=last).map(|day| *day.1);
        if step > 0 {
            inside.take(EDGE_DAYS).collect()
        } else {
            inside.rev().take(EDGE_DAYS).collect()
        }
    }
}

/// Goes outwards over quiet days as long as they get quieter gradually, as they do where a shop
/// was small once; strays begin with a jump.
fn extend<'a>(edge: i64, level: &[u64], outside: impl Iterator<Item = (&'a i64, &'a u64)>) -> i64 {
    let (mut edge, mut level) = (edge, level.to_vec());
    for (&day, &size) in outside {
        let usual = level.iter().sum::<u64>() as f64 / level.len().max(1) as f64;
        if (day - edge).abs() > LONGEST_PAUSE || (size as f64) < usual * JUMP {
            break;
        }
        edge = day;
        level.insert(0, size);
        level.truncate(EDGE_DAYS);
    }
    edge
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(counts: &[(i64, u64)]) -> Days {
        Days { counts: counts.iter().copied().collect() }
    }

    #[test]
    fn strays_around_and_far_from_the_stretch_are_left_out() {
        let mut counts: Vec<(i64, u64)> = (100..109).map(|day| (day, 9_000)).collect();
        counts.extend([(25, 1), (95, 1), (98, 4), (99, 29), (40_000, 1)]);
        let stretch = days(&counts).main_stretch().expect("there are days");
        assert_eq!(stretch, Stretch { first: 100, last: 108, n_outside: 36 });
    }

    #[test]
    fn a_growing_shop_keeps_its_first_days() {
        let counts: Vec<(i64, u64)> =
            (0..1_000).map(|day| (day, 1 + (day as u64 * day as u64) / 500)).collect();
        let stretch = days(&counts).main_stretch().expect("there are days");
        assert_eq!((stretch.first, stretch.last, stretch.n_outside), (0, 999, 0));
    }

    #[test]
    fn two_seasons_are_one_stretch() {
        let counts: Vec<(i64, u64)> = (0..30).chain(200..230).map(|day| (day, 10)).collect();
        let stretch = days(&counts).main_stretch().expect("there are days");
        assert_eq!((stretch.first, stretch.last), (0, 229));
        assert_eq!(days(&[]).main_stretch(), None);
    }
}
