use jiff::fmt::strtime::BrokenDownTime;

use super::{DAY_MS, days_from_civil};
use crate::EventsError;
use crate::config::wrong;

/// How times are written, ready to read many.
#[derive(Debug)]
pub(crate) enum Format {
    Iso,
    /// A count of time units since 1970: multiply, then divide, to milliseconds.
    Unix(i64, i64),
    /// Parquet timestamps; text beside them is read as ISO.
    Typed,
    /// Digits and fixed characters only.
    Digits(Vec<Piece>),
    /// Everything else that `strptime` knows.
    Pattern(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Piece {
    Year,
    ShortYear,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Fraction,
    Fixed(u8),
}

/// What a text says: a wall clock without zone, or an instant with the offset it was told in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reading {
    Local(i64),
    Instant { time: i64, offset_minutes: i16 },
}

impl Format {
    pub(crate) fn new(format: &str) -> Result<Self, EventsError> {
        Ok(match format {
            "rfc3339" => Self::Iso,
            "unix_seconds" => Self::Unix(1000, 1),
            "unix_millis" => Self::Unix(1, 1),
            "unix_micros" => Self::Unix(1, 1000),
            "typed" => Self::Typed,
            _ if format.contains('%') => match pieces(format) {
                Some(pieces) => Self::Digits(pieces),
                None => Self::Pattern(format.into()),
            },
            _ => {
                let rule = "\"rfc3339\", \"unix_seconds\", \"unix_millis\", \"unix_micros\", \
                            \"typed\" or a pattern such as \"%d/%m/%Y %H:%M\"";
                return Err(wrong("source.time.format", rule, format));
            }
        })
    }

    /// Factor and divisor from the unit of numbers to milliseconds.
    pub(crate) fn milliseconds(&self) -> Option<(i64, i64)> {
        match self {
            Self::Unix(factor, divisor) => Some((*factor, *divisor)),
            _ => None,
        }
    }

    pub(crate) fn read(&self, text: &str) -> Option<Reading> {
        match self {
            Self::Iso | Self::Typed => iso(text.as_bytes()),
            Self::Unix(factor, divisor) => unix(text, *factor, *divisor),
            Self::Digits(pieces) => digits(text.as_bytes(), pieces),
            Self::Pattern(pattern) => by_pattern(pattern, text),
        }
    }
}

fn unix(text: &str, factor: i64, divisor: i64) -> Option<Reading> {
    let time = match text.parse::<i64>() {
        Ok(number) => number.checked_mul(factor)?.div_euclid(divisor),
        // Seconds with a fraction, and whole seconds that a data frame wrote as 1511544070.0.
        Err(_) => {
            let number: f64 = fast_float2::parse(text.as_bytes()).ok()?;
            let time = (number * factor as f64 / divisor as f64).round();
            if time.is_nan() || time.abs() > 1e15 {
                return None;
            }
            time as i64
        }
    };
    Some(Reading::Instant { time, offset_minutes: 0 })
}

/// Plain pieces of a pattern, or `None` when it needs the full machinery. Two numbers in a row
/// without a sign between them are fine as long as each has its full width.
fn pieces(pattern: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = pattern.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            pieces.push(Piece::Fixed(byte));
            continue;
        }
        match rest.next()? {
            b'Y' => pieces.push(Piece::Year),
            b'y' => pieces.push(Piece::ShortYear),
            b'm' => pieces.push(Piece::Month),
            b'd' => pieces.push(Piece::Day),
            b'H' => pieces.push(Piece::Hour),
            b'M' => pieces.push(Piece::Minute),
            b'S' => pieces.push(Piece::Second),
            b'f' => pieces.push(Piece::Fraction),
            b'F' => pieces.extend(pieces_of("Y-m-d")),
            b'T' => pieces.extend(pieces_of("H:M:S")),
            _ => return None,
        }
    }
    Some(pieces)
}

fn pieces_of(short: &str) -> Vec<Piece> {
    short
        .bytes()
        .map(|byte| match byte {
            b'Y' => Piece::Year,
            b'm' => Piece::Month,
            b'd' => Piece::Day,
            b'H' => Piece::Hour,
            b'M' => Piece::Minute,
            b'S' => Piece::Second,
            other => Piece::Fixed(other),
        })
        .collect()
}

/// Civil fields gathered while reading; milliseconds of the wall clock when they make a time.
#[derive(Default)]
struct Fields {
    year: i64,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    millis: u32,
}

impl Fields {
    fn local(&self) -> Option<i64> {
        let days = days_from_civil(self.year, self.month, self.day)?;
        // A leap second is told as 60: it becomes the last moment of its minute.
        let (second, millis) =
            if self.second == 60 { (59, 999) } else { (self.second, self.millis) };
        if self.hour > 23 || self.minute > 59 || second > 59 {
            return None;
        }
        let seconds = i64::from(self.hour * 3600 + self.minute * 60 + second);
        Some(days * DAY_MS + seconds * 1000 + i64::from(millis))
    }
}

fn digits(text: &[u8], pieces: &[Piece]) -> Option<Reading> {
    let mut fields = Fields { month: 1, day: 1, ..Fields::default() };
    let mut at = 0;
    for piece in pieces {
        match *piece {
            Piece::Fixed(byte) => {
                if text.get(at) != Some(&byte) {
                    return None;
                }
                at += 1;
            }
            Piece::Year => fields.year = i64::from(number(text, &mut at, 4, 4)?),
            Piece::ShortYear => {
                let year = number(text, &mut at, 2, 2)?;
                fields.year = i64::from(if year < 69 { 2000 + year } else { 1900 + year });
            }
            Piece::Month => fields.month = number(text, &mut at, 1, 2)?,
            Piece::Day => fields.day = number(text, &mut at, 1, 2)?,
            Piece::Hour => fields.hour = number(text, &mut at, 1, 2)?,
            Piece::Minute => fields.minute = number(text, &mut at, 1, 2)?,
            Piece::Second => fields.second = number(text, &mut at, 1, 2)?,
            Piece::Fraction => fields.millis = fraction(text, &mut at)?,
        }
    }
    (at == text.len()).then(|| fields.local()).flatten().map(Reading::Local)
}

/// `2017-11-25`, `2017-11-25 09:30[:00[.123456]]` with `T` or a space between, and behind it
/// nothing, `Z`, `+08:00`, `+0800` or `+08`.
fn iso(text: &[u8]) -> Option<Reading> {
    let mut at = 0;
    let mut fields = Fields { year: i64::from(number(text, &mut at, 4, 4)?), ..Fields::default() };
    expect(text, &mut at, b'-')?;
    fields.month = number(text, &mut at, 2, 2)?;
    expect(text, &mut at, b'-')?;
    fields.day = number(text, &mut at, 2, 2)?;
    if at == text.len() {
        return fields.local().map(Reading::Local);
    }
    if !matches!(text[at], b'T' | b't' | b' ') {
        return None;
    }
    at += 1;
    fields.hour = number(text, &mut at, 1, 2)?;
    expect(text, &mut at, b':')?;
    fields.minute = number(text, &mut at, 2, 2)?;
    if text.get(at) == Some(&b':') {
        at += 1;
        fields.second = number(text, &mut at, 2, 2)?;
        if matches!(text.get(at), Some(b'.' | b',')) {
            at += 1;
            fields.millis = fraction(text, &mut at)?;
        }
    }
    let local = fields.local()?;
    if text.get(at) == Some(&b' ') && at + 1 < text.len() {
        at += 1;
    }
    match &text[at..] {
        [] => Some(Reading::Local(local)),
        b"Z" | b"z" | b"UTC" => Some(Reading::Instant { time: local, offset_minutes: 0 }),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let minutes = offset(rest)? * if *sign == b'-' { -1 } else { 1 };
            let time = local - i64::from(minutes) * 60_000;
            Some(Reading::Instant { time, offset_minutes: minutes })
        }
        _ => None,
    }
}

fn offset(text: &[u8]) -> Option<i16> {
    let mut at = 0;
    let hours = number(text, &mut at, 2, 2)?;
    if text.get(at) == Some(&b':') {
        at += 1;
    }
    let minutes = if at == text.len() { 0 } else { number(text, &mut at, 2, 2)? };
    (at == text.len() && hours < 24 && minutes < 60).then_some((hours * 60 + minutes) as i16)
}

fn expect(text: &[u8], at: &mut usize, byte: u8) -> Option<()> {
    (text.get(*at) == Some(&byte)).then(|| *at += 1)
}

/// Between `least` and `most` digits.
fn number(text: &[u8], at: &mut usize, least: usize, most: usize) -> Option<u32> {
    let start = *at;
    let mut value = 0;
    while *at - start < most
        && let Some(digit) = text.get(*at).map(|byte| byte.wrapping_sub(b'0'))
        && digit <= 9
    {
        value = value * 10 + u32::from(digit);
        *at += 1;
    }
    (*at - start >= least).then_some(value)
}

/// Digits behind the decimal point, cut to milliseconds.
fn fraction(text: &[u8], at: &mut usize) -> Option<u32> {
    let start = *at;
    let mut millis = 0;
    while let Some(digit) = text.get(*at).map(|byte| byte.wrapping_sub(b'0'))
        && digit <= 9
    {
        if *at - start < 3 {
            millis = millis * 10 + u32::from(digit);
        }
        *at += 1;
    }
    match *at - start {
        0 => None,
        1 => Some(millis * 100),
        2 => Some(millis * 10),
        _ => Some(millis),
    }
}

fn by_pattern(pattern: &str, text: &str) -> Option<Reading> {
    let broken = BrokenDownTime::parse(pattern, text).ok()?;
    if let Some(offset) = broken.offset() {
        let time = broken.to_timestamp().ok()?.as_millisecond();
        return Some(Reading::Instant { time, offset_minutes: (offset.seconds() / 60) as i16 });
    }
    let date = broken.to_date().ok()?;
    let time = broken.to_time().unwrap_or(jiff::civil::Time::midnight());
    let days = days_from_civil(i64::from(date.year()), date.month() as u32, date.day() as u32)?;
    let seconds =
        i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let millis = i64::from(time.subsec_nanosecond() / 1_000_000);
    Some(Reading::Local(days * DAY_MS + seconds * 1000 + millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Option<Reading> {
        Format::new(format).expect("known").read(text)
    }

    const NOON: i64 = 1_511_611_200_000; // 2017-11-25 12:00

    #[test]
    fn iso_like_texts_are_read() {
        for text in [
            "2017-11-25 12:00:00",
            "2017-11-25T12:00",
            "2017-11-25 12:00:00.000",
            "2017-11-25T12:00:00,0",
        ] {
            assert_eq!(read("rfc3339", text), Some(Reading::Local(NOON)), "{text}");
        }
        for text in ["2017-11-25T12:00:00Z", "2017-11-25 12:00:00 UTC"] {
            assert_eq!(
                read("rfc3339", text),
                Some(Reading::Instant { time: NOON, offset_minutes: 0 }),
                "{text}"
            );
        }
        for text in
            ["2017-11-25T20:00:00+08:00", "2017-11-25T20:00:00+0800", "2017-11-25 20:00 +08"]
        {
            assert_eq!(
                read("rfc3339", text),
                Some(Reading::Instant { time: NOON, offset_minutes: 480 }),
                "{text}"
            );
        }
        assert_eq!(read("rfc3339", "2017-11-25"), Some(Reading::Local(NOON - 43_200_000)));
        assert_eq!(read("rfc3339", "2017-11-25 12:00:00.123456"), Some(Reading::Local(NOON + 123)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2017",
            "2017-13-01",
            "2017-02-29",
            "2017-11-25 25:00",
            "2017-11-25 12:00:00x",
            "25/11/2017",
            "2017-11-25T",
            "2017-11-25 12:00+99:00",
            "é017-11-25",
        ] {
            assert_eq!(read("rfc3339", text), None, "{text}");
        }
        assert_eq!(read("unix_seconds", "soon"), None);
        assert_eq!(read("unix_seconds", "inf"), None);
        assert_eq!(read("unix_seconds", "99999999999999999999"), None);
        assert_eq!(read("%d/%m/%Y", "31/04/2017"), None);
        assert!(Format::new("seconds").is_err());
    }

    #[test]
    fn digits_and_names_follow_their_pattern() {
        assert_eq!(read("%d/%m/%Y %H:%M", "25/11/2017 12:00"), Some(Reading::Local(NOON)));
        assert_eq!(read("%m/%d/%y %H:%M", "11/25/17 12:00"), Some(Reading::Local(NOON)));
        assert_eq!(read("%Y%m%d%H%M%S", "20171125120000"), Some(Reading::Local(NOON)));
        assert_eq!(read("%Y年%m月%d日 %H时", "2017年11月25日 12时"), Some(Reading::Local(NOON)));
        assert_eq!(read("%d %b %Y %H:%M", "25 Nov 2017 12:00"), Some(Reading::Local(NOON)));
        assert_eq!(read("%m/%d/%Y %I:%M %p", "11/25/2017 12:00 PM"), Some(Reading::Local(NOON)));
        let offset = read("%a, %d %b %Y %H:%M:%S %z", "Sat, 25 Nov 2017 20:00:00 +0800");
        assert_eq!(offset, Some(Reading::Instant { time: NOON, offset_minutes: 480 }));
        assert_eq!(
            read("unix_seconds", "1511611200.0"),
            Some(Reading::Instant { time: NOON, offset_minutes: 0 })
        );
    }
}
