//! What the language promises, against plain readings of the same rules.

mod counting;
mod defining;
mod meaning;
mod parts;
mod plain;
mod reading;

use fenqun_base::{Action, Catalogue, Event, Item, Labels, NO_CODE, UserId};

use super::{EventsIndex, EventsIndexBuilder, FactTable};

pub(super) const DAY: i64 = 86_400_000;

/// The time that the facts of these tests are of.
pub(super) const AS_OF: i64 = 1_000 * DAY;

/// Four items: two kinds of tea, cat food, and something without a name.
pub(super) fn catalogue() -> Catalogue {
    let item = |id: &str, title: &str, category: &[&str], brand: &str| Item {
        id: id.into(),
        title: title.into(),
        category: category.iter().map(|word| (*word).to_owned()).collect(),
        brand: brand.into(),
        price: f64::NAN,
    };
    Catalogue {
        items: vec![
            item("i1", "Green Tea", &["Drinks", "Tea"], "Acme"),
            item("i2", "绿茶", &["Drinks", "Tea", "Drinks"], "茶庄"),
            item("i3", "Cat food", &["Pets"], "Acme"),
            item("i4", "", &[], ""),
        ],
    }
}

/// What was searched and written.
pub(super) fn texts() -> Vec<String> {
    ["cheap tea", "great FOOD", "冬天 绿茶"].map(str::to_owned).to_vec()
}

/// An event of a user, so many milliseconds before the time of the facts.
pub(super) fn event(action: Action, item: u32, age: i64, money: f64) -> Event {
    Event {
        user: UserId([0; 16]),
        time: AS_OF - age,
        session: 0,
        quantity: 1.0,
        price: money,
        discount: 0.0,
        item,
        text: NO_CODE,
        attributes: NO_CODE,
        rating: f32::NAN,
        offset_minutes: 0,
        action: action as u8,
        padding: [0; 5],
    }
}

pub(super) fn index(n_users: usize, events: &[(usize, Event)]) -> EventsIndex {
    let mut builder = EventsIndexBuilder::new(n_users, AS_OF, &catalogue(), &texts());
    for (row, event) in events {
        builder.push(*row, event);
    }
    builder.finish()
}

/// Facts of so many users: the columns `spend`, `recency`, the words `tier`, segments of a run,
/// and events.
pub(super) fn facts(numbers: &[(f32, f32, u32)], events: &[(usize, Event)]) -> FactTable {
    let n_users = numbers.len();
    let classes = ["high", "low", "中"].map(str::to_owned).to_vec();
    let tiers = numbers.iter().map(|of| if of.2 < 3 { of.2 } else { NO_CODE }).collect();
    let names: Vec<String> = numbers.iter().map(|of| format!("Segment {}", of.2 % 2)).collect();
    let segments: Vec<u32> = numbers.iter().map(|of| of.2 % 2).collect();
    FactTable::new(n_users)
        .with_numbers("spend", numbers.iter().map(|of| of.0).collect())
        .and_then(|table| table.with_numbers("recency", numbers.iter().map(|of| of.1).collect()))
        .and_then(|table| table.with_words("tier", Labels { classes, codes: tiers }))
        .and_then(|table| table.with_segments(&segments, &names, vec![0.5; n_users]))
        .and_then(|table| table.with_events(index(n_users, events)))
        .expect("columns of one length")
}
