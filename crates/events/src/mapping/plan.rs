use std::path::{Path, PathBuf};

use fenqun_base::Action;
use rustc_hash::FxHashMap;

use crate::EventsError;
use crate::config::{PriceConfig, RefundConfig, SourceConfig, wrong};
use crate::rules::Cleaning;
use crate::source::Dialect;
use crate::time::{Clock, DAY_MS, days_from_civil};

/// One `[[source]]`, checked and ready: where each field lies among the columns asked for.
pub(crate) struct Plan {
    /// Files in order.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) dialect: Option<Dialect>,
    /// Columns asked of the reader; the numbers below point into it.
    pub(crate) names: Vec<String>,
    pub(crate) user: usize,
    pub(crate) time: usize,
    pub(crate) event_id: Option<usize>,
    pub(crate) session: Option<usize>,
    pub(crate) item: Option<usize>,
    pub(crate) action: Option<usize>,
    pub(crate) quantity: Option<usize>,
    pub(crate) amount: Option<usize>,
    pub(crate) discount: Vec<usize>,
    pub(crate) title: Option<usize>,
    pub(crate) category: Vec<usize>,
    pub(crate) brand: Option<usize>,
    pub(crate) text: Option<usize>,
    pub(crate) rating: Option<usize>,
    /// Name and column of every attribute, sorted by name.
    pub(crate) attributes: Vec<(String, usize)>,
    /// The action of every row, where no column tells it.
    pub(crate) constant_action: Action,
    pub(crate) actions: FxHashMap<Box<str>, Action>,
    pub(crate) price: PriceConfig,
    pub(crate) refund: RefundConfig,
    pub(crate) clock: Clock,
    /// First believed moment, and the first that is too late.
    pub(crate) bounds: (i64, i64),
}

impl Plan {
    pub(crate) fn new(
        source: &SourceConfig,
        cleaning: &Cleaning,
        base: &Path,
    ) -> Result<Self, EventsError> {
        let fields = source.columns.fields();
        let names: Vec<String> = fields.iter().map(|&(_, column)| column.to_owned()).collect();
        let one = |field: &str| fields.iter().position(|&(name, _)| name == field);
        let all = |field: &str| -> Vec<usize> {
            (0..fields.len()).filter(|&index| fields[index].0 == field).collect()
        };
        let mut attributes: Vec<(String, usize)> =
            all("attributes").into_iter().map(|index| (names[index].clone(), index)).collect();
        attributes.extend(one("channel").map(|index| ("channel".to_owned(), index)));
        attributes.sort();
        let mut clock = Clock::new(&source.time)?;
        let bounds = bounds(cleaning, &mut clock, &source.time.zone)?;
        Ok(Self {
            files: crate::source::expand(&source.files, base)?,
            dialect: source.dialect.clone(),
            user: 0,
            time: 1,
            event_id: one("event_id"),
            session: one("session_id"),
            item: one("item_id"),
            action: one("action"),
            quantity: one("quantity"),
            amount: one("amount"),
            discount: all("discount"),
            title: one("title"),
            category: all("category"),
            brand: one("brand"),
            text: one("text"),
            rating: one("rating"),
            attributes,
            constant_action: source.action.unwrap_or(Action::View),
            actions: words(source),
            price: source.price.clone(),
            refund: source.refund.clone(),
            clock,
            bounds,
            names,
        })
    }
}

/// The source's words as they stand and in lower case; fenqun's own words need no mapping.
fn words(source: &SourceConfig) -> FxHashMap<Box<str>, Action> {
    let mut words = FxHashMap::default();
    for action in Action::ALL {
        words.insert(action.name().into(), action);
    }
    for (word, &action) in &source.actions {
        words.insert(word.trim().to_lowercase().into(), action);
    }
    for (word, &action) in &source.actions {
        words.insert(word.trim().into(), action);
    }
    words
}

fn bounds(cleaning: &Cleaning, clock: &mut Clock, zone: &str) -> Result<(i64, i64), EventsError> {
    let first = day("cleaning.not_before", &cleaning.not_before)?;
    let last = if cleaning.not_after.is_empty() {
        let now = jiff::Timestamp::now();
        let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let local = now.as_millisecond() + i64::from(zone.to_offset(now).seconds()) * 1000;
        local.div_euclid(DAY_MS)
    } else {
        day("cleaning.not_after", &cleaning.not_after)?
    };
    if last < first {
        let found = format!("{} .. {}", cleaning.not_before, cleaning.not_after);
        return Err(wrong("cleaning.not_after", "no earlier than `not_before`", found));
    }
    let out_of_calendar =
        || wrong("cleaning.not_before", "a day the calendar has", &cleaning.not_before);
    let start = clock.day(first).ok_or_else(out_of_calendar)?;
    let end = clock.day(last + 1).ok_or_else(out_of_calendar)?;
    Ok((start, end))
}

fn day(field: &str, text: &str) -> Result<i64, EventsError> {
    let mut parts = text.splitn(3, '-');
    let mut next = || parts.next().filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let parsed = (|| {
        let (year, month, day) = (next()?, next()?, next()?);
        let year = (year.len() == 4).then(|| year.parse().ok())??;
        days_from_civil(year, month.parse().ok()?, day.parse().ok()?)
    })();
    parsed.ok_or_else(|| wrong(field, "a day written YYYY-MM-DD", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_days_of_the_shops_calendar_both_included() {
        let zone = "Asia/Shanghai";
        let time = crate::config::TimeConfig { zone: zone.into(), ..Default::default() };
        let mut clock = Clock::new(&time).expect("sound");
        let mut cleaning = Cleaning {
            not_before: "2017-11-25".into(),
            not_after: "2017-12-03".into(),
            ..Cleaning::default()
        };
        let (start, end) = bounds(&cleaning, &mut clock, zone).expect("sound");
        assert_eq!((start, end), (1_511_539_200_000, 1_511_539_200_000 + 9 * DAY_MS));
        for wrong in ["2017-11", "yesterday", "2017-02-30", "+017-01-01", ""] {
            cleaning.not_before = wrong.into();
            let error = bounds(&cleaning, &mut clock, zone).expect_err("refused").to_string();
            assert!(error.contains("cleaning.not_before"), "{error}");
        }
        cleaning.not_before = "2018-01-01".into();
        let error = bounds(&cleaning, &mut clock, zone).expect_err("refused").to_string();
        assert!(error.contains("cleaning.not_after"), "{error}");
    }
}
