use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;

use super::DAY_MS;

/// Offsets of one zone, remembered by the day: most days have one offset from end to end.
pub(crate) struct Zone {
    zone: TimeZone,
    local_days: Days,
    instant_days: Days,
}

/// Offsets in seconds of days since 1970; `None` where the offset changes within the day.
#[derive(Default)]
struct Days {
    last: Option<(i64, Option<i32>)>,
    known: FxHashMap<i64, Option<i32>>,
}

impl Days {
    fn get(&mut self, day: i64, ask: impl FnOnce() -> Option<i32>) -> Option<i32> {
        if let Some((last, offset)) = self.last
            && last == day
        {
            return offset;
        }
        let offset = *self.known.entry(day).or_insert_with(ask);
        self.last = Some((day, offset));
        offset
    }
}

impl Zone {
    pub(crate) fn new(name: &str) -> Option<Self> {
        let zone = if name == "UTC" { TimeZone::UTC } else { TimeZone::get(name).ok()? };
        Some(Self { zone, local_days: Days::default(), instant_days: Days::default() })
    }

    /// Seconds east of UTC at an instant.
    pub(crate) fn offset_of_instant(&mut self, milliseconds: i64) -> Option<i32> {
        let day = milliseconds.div_euclid(DAY_MS);
        let zone = &self.zone;
        let ask = || {
            let start = offset_at(zone, day * DAY_MS)?;
            (offset_at(zone, (day + 1) * DAY_MS)? == start).then_some(start)
        };
        self.instant_days.get(day, ask).or_else(|| offset_at(&self.zone, milliseconds))
    }

    /// Seconds east of UTC when the wall clock shows this many milliseconds since 1970.
    pub(crate) fn offset_of_local(&mut self, local: i64) -> Option<i32> {
        let day = local.div_euclid(DAY_MS);
        let zone = &self.zone;
        // A day further on both sides, because a change just before midnight can reach over it.
        let ask = || {
            let start = offset_of_wall(zone, (day - 1) * DAY_MS)?;
            let sames = [day, day + 1, day + 2]
                .into_iter()
                .all(|day| offset_of_wall(zone, day * DAY_MS) == Some(start));
            sames.then_some(start)
        };
        self.local_days.get(day, ask).or_else(|| offset_of_wall(&self.zone, local))
    }
}

fn offset_at(zone: &TimeZone, milliseconds: i64) -> Option<i32> {
    Some(zone.to_offset(Timestamp::from_millisecond(milliseconds).ok()?).seconds())
}

/// What the instant and the wall clock differ by; a time in a gap lies as far behind it as the
/// offset before the change says, a time in an overlap is the first of the two.
fn offset_of_wall(zone: &TimeZone, local: i64) -> Option<i32> {
    let instant = zone.to_timestamp(civil(local)?).ok()?;
    i32::try_from((local - instant.as_millisecond()) / 1000).ok()
}

fn civil(local: i64) -> Option<DateTime> {
    let (year, month, day) = super::civil::civil_from_days(local.div_euclid(DAY_MS));
    let rest = local.rem_euclid(DAY_MS);
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
    let date = Date::new(i16::try_from(year).ok()?, month as i8, day as i8).ok()?;
    let fraction = (rest % 1000) as i32 * 1_000_000;
    Some(date.at(hour as i8, minute as i8, second as i8, fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembered_offsets_are_those_of_the_zone_every_half_hour_of_a_year() {
        for name in ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"] {
            let mut zone = Zone::new(name).expect("known");
            for step in 0..366 * 48 {
                let time = 1_293_840_000_000 + step * 1_800_000;
                assert_eq!(zone.offset_of_instant(time), offset_at(&zone.zone.clone(), time));
                assert_eq!(zone.offset_of_local(time), offset_of_wall(&zone.zone.clone(), time));
            }
        }
        assert!(Zone::new("Nowhere/At_All").is_none());
    }
}
