//! The features of 25 users against an independent computation in polars; `reference/make.py`
//! makes both files.

mod support;

use fenqun_base::{Action, Event, Progress};
use fenqun_profiles::{EventsInMemory, ProfileParams, build};
use support::{DAY, catalogue, event, user};

fn rows(text: &'static str) -> (Vec<&'static str>, Vec<Vec<&'static str>>) {
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().expect("a header");
    (names, lines.collect())
}

fn events() -> EventsInMemory {
    let read = |row: &Vec<&str>| {
        let number = |at: usize| row[at].parse::<f64>().unwrap_or(f64::NAN);
        let action = Action::ALL.into_iter().find(|action| action.name() == row[7]);
        let time = row[1].parse().expect("a time");
        Event {
            session: row[2].parse().expect("a session"),
            item: row[3].parse().expect("an item"),
            quantity: number(4),
            price: number(5),
            discount: number(6),
            offset_minutes: row[8].parse().expect("minutes"),
            ..event(user(number(0) as u8), time, action.expect("an action"))
        }
    };
    let events: Vec<Event> =
        rows(include_str!("reference/events.csv")).1.iter().map(read).collect();
    let parts = events.chunk_by(|a, b| a.user == b.user).map(<[Event]>::to_vec).collect();
    EventsInMemory { parts, catalogue: catalogue(24) }
}

#[test]
fn features_agree_with_polars() {
    let params = ProfileParams::default();
    let profiles = build(&events(), 500 * DAY, &params, &Progress::silent()).expect("builds");
    let (names, expected) = rows(include_str!("reference/expected.csv"));
    assert_eq!(expected.len(), profiles.n_users());
    assert!(profiles.n_held_out > 0, "the fixture reaches past its `as_of`");
    for (at, name) in names.iter().enumerate().skip(1) {
        let found = profiles.column(name).unwrap_or_else(|| panic!("{name} is missing"));
        for (row, found) in expected.iter().zip(found) {
            let expected: f64 = row[at].parse().expect("a number");
            let near = (f64::from(found) - expected).abs() <= 1e-5 * (1.0 + expected.abs());
            assert!(near, "{name} of user {} is {found}, polars says {expected}", row[0]);
        }
    }
}
