//! Times as shops write them, read to milliseconds since 1970 UTC and the shop's wall clock.
//!
//! Three paths, the fastest that fits: numbers; a hand-written reader for ISO-like text and for
//! patterns of plain digits; `strptime` for the rest. Offsets of a zone are asked for once a day
//! of the calendar, not once a row.

mod civil;
mod format;
mod zone;

use std::fmt;

use arrow::array::Array;

use crate::EventsError;
use crate::config::{TimeConfig, wrong};

pub(crate) use civil::{civil_day, days_from_civil, write_time};
use format::{Format, Reading};
use zone::Zone;

use crate::mapping::{Column, present};

pub(crate) const DAY_MS: i64 = 86_400_000;

/// Reads the times of one source.
pub(crate) struct Clock {
    format: Format,
    zone: Zone,
    /// The zone of times without offset, where that is not the shop's.
    written_in: Option<Zone>,
    /// Whether the zone was stated; an offset written beside a time tells the wall clock otherwise.
    zone_stated: bool,
}

/// A moment and the minutes to its wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) time: i64,
    pub(crate) offset_minutes: i16,
}

impl Clock {
    pub(crate) fn new(config: &TimeConfig) -> Result<Self, EventsError> {
        let format = Format::new(&config.format)?;
        let named = |field: &str, name: &str| {
            let rule = "an IANA zone such as \"Europe/London\"";
            Zone::new(name).ok_or_else(|| wrong(field, rule, name))
        };
        let zone = named("source.time.zone", &config.zone)?;
        let written_in = match config.written_in.as_str() {
            "" => None,
            name => Some(named("source.time.written_in", name)?),
        };
        Ok(Self { format, zone, written_in, zone_stated: config.zone != "UTC" })
    }

    /// Text in the stated format.
    pub(crate) fn text(&mut self, text: &str) -> Option<Moment> {
        match self.format.read(text)? {
            Reading::Local(local) => self.local(local),
            Reading::Instant { time, .. } if self.zone_stated => self.instant(time),
            Reading::Instant { time, offset_minutes } => Some(Moment { time, offset_minutes }),
        }
    }

    /// A number in the stated unit; in the other formats a number is read by its digits, so that
    /// `20171125` fits `%Y%m%d`.
    pub(crate) fn number(&mut self, number: i64) -> Option<Moment> {
        match self.format.milliseconds() {
            Some((factor, divisor)) => {
                let time = number.checked_mul(factor)?.div_euclid(divisor);
                self.instant(time)
            }
            None => self.text(&number.to_string()),
        }
    }

    /// A stored timestamp: an instant when it has a zone, else the wall clock's.
    pub(crate) fn typed(&mut self, milliseconds: i64, zoned: bool) -> Option<Moment> {
        if zoned { self.instant(milliseconds) } else { self.local(milliseconds) }
    }

    /// The time in a row of a column, whatever its type.
    pub(crate) fn read(&mut self, column: &Column, row: usize) -> Option<Moment> {
        match column {
            Column::Time { values, zoned } if values.is_valid(row) => {
                self.typed(values.value(row), *zoned)
            }
            Column::Integer(values) if values.is_valid(row) => self.number(values.value(row)),
            Column::Number(values) if values.is_valid(row) => self.float(values.value(row)),
            Column::Text(values) => self.text(present(values, row)?),
            _ => None,
        }
    }

    /// A number from a column that once had gaps.
    pub(crate) fn float(&mut self, number: f64) -> Option<Moment> {
        if number.abs() < 9e15 { self.number(number as i64) } else { None }
    }

    /// The first moment of a day of the shop's calendar, for bounds.
    pub(crate) fn day(&mut self, day: i64) -> Option<i64> {
        self.shop(day.checked_mul(DAY_MS)?).map(|moment| moment.time)
    }

    fn instant(&mut self, time: i64) -> Option<Moment> {
        let seconds = self.zone.offset_of_instant(time)?;
        Some(Moment { time, offset_minutes: minutes(seconds) })
    }

    fn local(&mut self, local: i64) -> Option<Moment> {
        if let Some(written_in) = &mut self.written_in {
            let seconds = written_in.offset_of_local(local)?;
            return self.instant(local - i64::from(seconds) * 1000);
        }
        self.shop(local)
    }

    /// What the shop's own clock shows.
    fn shop(&mut self, local: i64) -> Option<Moment> {
        let seconds = self.zone.offset_of_local(local)?;
        let time = local - i64::from(seconds) * 1000;
        Some(Moment { time, offset_minutes: minutes(seconds) })
    }
}

fn minutes(seconds: i32) -> i16 {
    (seconds / 60) as i16
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("format", &self.format).finish_non_exhaustive()
    }
}

/// The pattern that most of some example texts follow, for messages and for `init`: the pattern,
/// and whether day and month could be the other way round.
pub(crate) fn likely_format<'a>(
    examples: impl Iterator<Item = &'a str> + Clone,
) -> Option<(String, bool)> {
    let n_examples = examples.clone().count();
    let n_fits = |pattern: &str| -> usize {
        let Ok(format) = Format::new(pattern) else { return 0 };
        let fits = |text: &&str| format.read(text).is_some_and(|reading| is_plausible(&reading));
        examples.clone().filter(fits).count()
    };
    // The first of those that fit most texts; a few broken ones do not hide the rest.
    let best =
        CANDIDATES.iter().map(|pattern| (n_fits(pattern), *pattern)).rev().max_by_key(|fit| fit.0);
    let (n, found) = best.filter(|&(n, _)| n > 0 && n * 5 >= n_examples * 4)?;
    let swapped =
        found.replace("%d/%m", "%m/%d").replace("%d-%m", "%m-%d").replace("%d.%m", "%m.%d");
    let unsure = swapped != found && n_fits(&swapped) == n;
    Some((found.to_owned(), unsure))
}

/// Between 1990 and 2100: a number that happens to be readable as seconds is not a time yet.
fn is_plausible(reading: &Reading) -> bool {
    let time = match reading {
        Reading::Local(time) | Reading::Instant { time, .. } => *time,
    };
    (631_152_000_000..4_102_444_800_000).contains(&time)
}

/// Patterns tried by [`likely_format`], in this order. Where day and month cannot be told apart,
/// the day is taken to come first, as most of the world writes it.
const CANDIDATES: &[&str] = &[
    "rfc3339",
    "unix_seconds",
    "unix_millis",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%y %H:%M",
    "%m/%d/%y %H:%M",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d-%m-%Y %H:%M:%S",
    "%m-%d-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%m-%d-%Y %H:%M",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y%m%d",
    "%Y-%m-%d %H",
    "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%d %b %Y",
    "%b %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%a, %d %b %Y %H:%M:%S %z",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(format: &str, zone: &str) -> Clock {
        Clock::new(&TimeConfig {
            format: format.into(),
            zone: zone.into(),
            ..TimeConfig::default()
        })
        .expect("sound")
    }

    #[test]
    fn a_stated_zone_gives_the_instant_and_the_wall_clock() {
        let moment = clock("rfc3339", "Asia/Shanghai").text("2017-11-25 09:30:00").expect("a time");
        assert_eq!(moment, Moment { time: 1_511_573_400_000, offset_minutes: 480 });
        let moment = clock("unix_seconds", "Asia/Shanghai").number(1_511_573_400).expect("a time");
        assert_eq!(moment, Moment { time: 1_511_573_400_000, offset_minutes: 480 });
        let moment = clock("unix_millis", "UTC").text("1511573400123").expect("a time");
        assert_eq!(moment, Moment { time: 1_511_573_400_123, offset_minutes: 0 });
    }

    #[test]
    fn an_offset_in_the_text_wins_over_the_zone() {
        let text = "2017-11-25T09:30:00+01:00";
        let moment = clock("rfc3339", "Asia/Shanghai").text(text).expect("a time");
        assert_eq!(moment, Moment { time: 1_511_598_600_000, offset_minutes: 480 });
        let moment = clock("rfc3339", "UTC").text(text).expect("a time");
        assert_eq!(moment, Moment { time: 1_511_598_600_000, offset_minutes: 60 });
    }

    #[test]
    fn summer_time_gaps_and_overlaps_are_resolved_as_calendars_do() {
        let mut london = clock("rfc3339", "Europe/London");
        // 01:30 does not exist on this day: it is read as an hour later, 02:30 summer time.
        let gap = london.text("2011-03-27 01:30:00").expect("a time");
        let moved = london.text("2011-03-27 02:30:00").expect("a time");
        assert_eq!(gap.time, moved.time);
        // 01:30 exists twice on this day: the first is taken.
        let overlap = london.text("2011-10-30 01:30:00").expect("a time");
        assert_eq!(overlap, Moment { time: 1_319_934_600_000, offset_minutes: 60 });
        let summer = london.text("2011-07-01 12:00").expect("a time");
        assert_eq!(summer.offset_minutes, 60);
        let winter = london.text("2011-12-01 12:00").expect("a time");
        assert_eq!(winter.offset_minutes, 0);
    }

    #[test]
    fn times_written_in_another_zone_keep_the_shops_wall_clock() {
        let config = TimeConfig {
            zone: "America/New_York".into(),
            written_in: "UTC".into(),
            ..TimeConfig::default()
        };
        let mut clock = Clock::new(&config).expect("sound");
        let moment = clock.text("2017-11-25 12:00").expect("a time");
        assert_eq!(moment, Moment { time: 1_511_611_200_000, offset_minutes: -300 });
        assert_eq!(clock.day(17_495), Some(1_511_586_000_000));
    }

    #[test]
    fn likely_formats_are_found_and_doubt_is_said() {
        let likely = |texts: &[&str]| likely_format(texts.iter().copied());
        assert_eq!(
            likely(&["25/12/2010 8:26", "1/2/2011 10:00"]),
            Some(("%d/%m/%Y %H:%M".into(), false))
        );
        assert_eq!(likely(&["12/25/2010 8:26"]), Some(("%m/%d/%Y %H:%M".into(), false)));
        assert_eq!(likely(&["1/2/2010 8:26"]), Some(("%d/%m/%Y %H:%M".into(), true)));
        assert_eq!(likely(&["2017-11-25 09:30:00"]), Some(("rfc3339".into(), false)));
        assert_eq!(likely(&["1511573400"]), Some(("unix_seconds".into(), false)));
        assert_eq!(likely(&["20171125"]), Some(("%Y%m%d".into(), false)));
        assert_eq!(likely(&["25 Dec 2010"]), Some(("%d %b %Y".into(), false)));
        assert_eq!(likely(&["2017年11月25日"]), Some(("%Y年%m月%d日".into(), false)));
        assert_eq!(likely(&["yesterday"]), None);
        assert_eq!(likely(&[]), None);
    }

    #[test]
    fn an_unknown_zone_is_refused_by_name() {
        let config = TimeConfig { zone: "Mars/Olympus".into(), ..TimeConfig::default() };
        let error = Clock::new(&config).expect_err("refused").to_string();
        assert!(error.contains("source.time.zone") && error.contains("Mars/Olympus"), "{error}");
    }
}
