//! How times are written, and on which clock.

use super::language::holds_chinese;
use super::values::Values;
use super::words::{Field, plain};
use super::{Finding, Look};
use crate::config::TimeConfig;

/// How the times of a source are written, and the shop's clock.
pub(super) fn time(look: &Look, notes: &mut Vec<Finding>) -> TimeConfig {
    let column = look.roles.get(Field::Time).unwrap_or(0);
    let stored = look.sniffed.types.get(column).map(|name| name.to_lowercase()).unwrap_or_default();
    let format = if stored.contains("timestamp") || stored.contains("date") {
        "typed".to_owned()
    } else {
        match Values::new(&look.sniffed.sample, column).time_format() {
            Some((format, unsure)) => {
                if unsure {
                    let what = format!("times are written {format}");
                    notes.push(Finding::unsure(what, "day and month could be the other way round"));
                } else {
                    notes.push(Finding::sure(
                        format!("times are written {format}"),
                        "all sampled values fit",
                    ));
                }
                format
            }
            None => "rfc3339".into(),
        }
    };
    let (zone, why) = zone(look);
    notes.push(Finding::unsure(format!("the shop's clock is {zone}"), why));
    TimeConfig { format, zone: zone.into(), ..TimeConfig::default() }
}

/// The zone is nowhere in the data: a country or the language of the words is the best hint.
fn zone(look: &Look) -> (&'static str, &'static str) {
    const COUNTRIES: [(&str, &str); 8] = [
        ("unitedkingdom", "Europe/London"),
        ("uk", "Europe/London"),
        ("germany", "Europe/Berlin"),
        ("france", "Europe/Paris"),
        ("china", "Asia/Shanghai"),
        ("中国", "Asia/Shanghai"),
        ("japan", "Asia/Tokyo"),
        ("singapore", "Asia/Singapore"),
    ];
    let sample = &look.sniffed.sample;
    for column in look.roles.all(Field::Attribute) {
        let most = Values::new(sample, column).most_frequent().map(plain);
        if let Some((_, zone)) = COUNTRIES.iter().find(|entry| most.as_deref() == Some(entry.0)) {
            return (zone, "most rows name this country");
        }
    }
    let in_names = look.sniffed.columns.iter().any(|name| holds_chinese(name));
    if in_names || sample.iter().take(100).flatten().flatten().any(|cell| holds_chinese(cell)) {
        return ("Asia/Shanghai", "the file is in Chinese");
    }
    let words = look.roles.get(Field::Action).map(|column| Values::new(sample, column));
    if words.is_some_and(|words| words.has("pv") && (words.has("fav") || words.has("buy"))) {
        return ("Asia/Shanghai", "the words pv, fav, buy are those of Chinese shops");
    }
    ("UTC", "nothing in the data tells it")
}
