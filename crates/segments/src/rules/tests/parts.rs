//! The index stands in parts, each in two orders: no answer may depend on either.

use std::collections::BTreeMap;

use fenqun_base::{Action, Event, NO_CODE, Seed};
use rand::RngExt as _;
use rayon::ThreadPoolBuilder;

use super::{DAY, event, facts, index, plain};
use crate::rules::{Behaviour, EventsIndex, Measure, NEVER, Rule, members};

/// More users than one part holds, and not a whole number of parts.
const N_USERS: usize = 700;

/// Events of all kinds in no order, some of them in the very millisecond where a window ends.
fn made_events(n_events: usize, money: impl Fn(u32) -> f64) -> Vec<(usize, Event)> {
    let mut rng = Seed(3).rng();
    let actions = [Action::Purchase, Action::Purchase, Action::Refund, Action::Search];
    let mut one = || {
        let action = actions[rng.random_range(0..actions.len())];
        let item = [0, 1, 2, 3, NO_CODE][rng.random_range(0..5)];
        let age = rng.random_range(0..40) * DAY + rng.random_range(-1..2);
        let text = if action == Action::Search { rng.random_range(0..3) } else { NO_CODE };
        let event = event(action, item, age, money(rng.random_range(0..400)));
        (rng.random_range(0..N_USERS), Event { text, ..event })
    };
    (0..n_events).map(|_| one()).collect()
}

/// Questions about all items, about some, and about words; with and without windows.
fn behaviours() -> Vec<Behaviour> {
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let items = [
        Behaviour::default(),
        Behaviour { categories: named(&["drinks"]), ..Behaviour::default() },
        Behaviour { items: named(&["i1", "i2", "i3", "i4"]), ..Behaviour::default() },
        Behaviour { contains: named(&["tea"]), ..Behaviour::default() },
        Behaviour {
            contains: named(&["绿", "food"]),
            brands: named(&["acme"]),
            ..Behaviour::default()
        },
    ];
    let windows = [(None, None), (Some(9), None), (None, Some(9)), (Some(30), Some(4))];
    let actions = [None, Some(Action::Purchase), Some(Action::Refund), Some(Action::View)];
    let mut all = Vec::new();
    for of_items in &items {
        for (within, before) in windows {
            for action in actions {
                all.push(Behaviour { action, within, before, ..of_items.clone() });
            }
        }
    }
    all
}

/// Every answer of an index, bit for bit.
fn answers(index: &EventsIndex) -> Vec<u32> {
    let measures = [Measure::Count, Measure::Amount, Measure::DaysSince];
    let asked =
        behaviours().into_iter().flat_map(|of| measures.map(|measure| (measure, of.clone())));
    asked.flat_map(|(measure, of)| index.measure(measure, &of)).map(f32::to_bits).collect()
}

#[test]
fn every_part_holds_exactly_whom_a_plain_reading_finds() {
    let events = made_events(9_000, |money| f64::from(money) / 4.0);
    let mut of_row = vec![Vec::new(); N_USERS];
    for (row, event) in &events {
        of_row[*row].push((*row, *event));
    }
    let facts = facts(&vec![(1.0, 1.0, 1); N_USERS], &events);
    for text in [
        "count(acted()) > 12",
        "amount(acted()) > 250",
        "amount(purchased(within = 9d)) > 80",
        "amount(purchased(before = 9d, within = 30d)) > 180",
        "count(purchased(before = 9d, within = 30d)) = 3",
        "days_since(refunded()) > 12",
        "days_since(acted(before = 4d)) = 6",
        "days_since(purchased(category = \"tea\", before = 4d)) > 9",
        "amount(purchased(category = [\"drinks\", \"pets\"])) > 200",
        "count(acted(contains = \"tea\", within = 20d)) >= 3",
        "amount(acted(brand = \"acme\", contains = \"food\")) > 20",
    ] {
        let condition = Rule::parse(text).and_then(|rule| rule.check(&facts.schema()));
        let condition = condition.expect(text);
        let found = members(&condition, &facts, &BTreeMap::new()).expect(text);
        let is_member = |row: &usize| plain::is_member(&condition, *row, &facts, &of_row[*row]);
        let expected: Vec<u32> = (0..N_USERS).filter(is_member).map(|row| row as u32).collect();
        assert!(!expected.is_empty() && expected.len() < N_USERS, "{text} tells users apart");
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text}");
    }
}

#[test]
fn answers_are_the_same_bits_on_any_number_of_threads() {
    // Money that no binary number holds: a sum shows the order in which it was made.
    let events = made_events(20_000, |money| f64::from(money) / 7.0);
    let on = |n_threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads");
        pool.install(|| answers(&index(N_USERS, &events)))
    };
    let alone = on(1);
    assert!(alone.iter().any(|&bits| f32::from_bits(bits) > 0.0));
    for n_threads in [2, 5] {
        assert!(on(n_threads) == alone, "{n_threads} threads");
    }
}

#[test]
fn a_user_gets_the_same_bits_alone_and_among_many() {
    let events = made_events(20_000, |money| f64::from(money) / 7.0);
    let among = answers(&index(N_USERS, &events));
    for row in [0, 63, 64, N_USERS - 1] {
        let own = events.iter().filter(|(of, _)| *of == row).map(|(_, event)| (0, *event));
        let alone = answers(&index(1, &own.collect::<Vec<_>>()));
        let picked: Vec<u32> = among.chunks(N_USERS).map(|of_question| of_question[row]).collect();
        assert!(alone == picked, "user {row}");
    }
}

#[test]
fn a_question_that_no_event_can_meet_finds_none() {
    let events = made_events(500, f64::from);
    let index = index(N_USERS, &events);
    for (within, before) in [(Some(3), Some(3)), (Some(3), Some(8)), (None, Some(u32::MAX))] {
        for categories in [Vec::new(), vec!["drinks".to_owned()]] {
            let none = Behaviour { within, before, categories, ..Behaviour::default() };
            assert!(index.measure(Measure::Count, &none).iter().all(|&count| count == 0.0));
            assert!(index.measure(Measure::DaysSince, &none).iter().all(|&days| days == NEVER));
        }
    }
    assert_eq!(
        index.n_events(),
        events.iter().filter(|(_, event)| event.time < super::AS_OF).count()
    );
}
