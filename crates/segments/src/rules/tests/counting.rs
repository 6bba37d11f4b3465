use std::collections::BTreeMap;

use fenqun_base::{Action, DataError, Event, NO_CODE};
use proptest::prelude::*;

use super::{DAY, event, facts, index, plain};
use crate::rules::{FactTable, Rule, Schema, members};

fn rows(text: &str, facts: &FactTable) -> Vec<u32> {
    let condition = Rule::parse(text).and_then(|rule| rule.check(&facts.schema())).expect(text);
    members(&condition, facts, &BTreeMap::new()).expect(text).iter().collect()
}

/// Three users: tea twice, cat food once, a search.
fn shop() -> FactTable {
    let searched = Event { text: 2, ..event(Action::Search, NO_CODE, DAY, 0.0) };
    let events = [
        (0, event(Action::Purchase, 0, 90 * DAY, 10.0)),
        (0, event(Action::Purchase, 1, 90 * DAY + 1, 5.5)),
        (1, event(Action::Purchase, 2, 3 * DAY, 100.0)),
        (1, event(Action::Refund, 2, 2 * DAY, 40.0)),
        (2, searched),
        (2, event(Action::Purchase, 0, -1, 1.0)),
    ];
    facts(&[(15.5, 90.0, 0), (60.0, 2.0, 1), (f32::NAN, 1.0, 3)], &events)
}

#[test]
fn hand_worked_rules_find_the_users_they_mean() {
    let shop = shop();
    let cases: [(&str, &[u32]); 32] = [
        ("true", &[0, 1, 2]),
        ("false", &[]),
        ("spend > 15", &[0, 1]),
        ("not spend > 15", &[2]),
        ("spend != 60", &[0]),
        ("not spend = 60", &[0, 2]),
        ("spend in [60, 15.5]", &[0, 1]),
        ("spend not in [60]", &[0, 2]),
        ("spend between 15.5 and 60", &[0, 1]),
        ("spend / 0 > 1 or spend / 0 <= 1", &[]),
        ("(spend + 4.5) / 2 = 10", &[0]),
        ("30 < spend", &[1]),
        ("tier = \"high\"", &[0]),
        ("tier != \"high\"", &[1]),
        ("tier not in [\"high\"]", &[1, 2]),
        ("in_segment(1)", &[1, 2]),
        ("purchased()", &[0, 1]),
        ("purchased(category = \"TEA\")", &[0]),
        ("purchased(category = \"drinks\", at_least = 2)", &[0]),
        ("purchased(category = \"drinks\", within = \"90d\", at_least = 2)", &[]),
        ("purchased(category = \"drinks\", within = \"90d\")", &[0]),
        ("purchased(before = 90d)", &[0]),
        ("purchased(brand = [\"acme\"])", &[0, 1]),
        ("purchased(contains = \"绿茶\")", &[0]),
        ("searched(contains = \"绿茶\")", &[2]),
        ("amount(purchased()) = 15.5", &[0]),
        ("amount(acted()) = 60", &[1]),
        ("refunded(amount_at_least = 40)", &[1]),
        ("purchased(at_most = 1)", &[1, 2]),
        ("days_since(purchased()) <= 90", &[0, 1]),
        ("days_since(purchased()) > 1000", &[2]),
        ("count(acted(within = 2d)) = 1", &[1, 2]),
    ];
    for (text, expected) in cases {
        assert_eq!(rows(text, &shop), expected, "{text}");
    }
}

#[test]
fn facts_that_lack_what_a_rule_asks_are_refused() {
    let asked = |text: &str| {
        let condition = Rule::parse(text).and_then(|rule| rule.check(&Schema::open()));
        members(&condition.expect(text), &FactTable::new(2), &BTreeMap::new())
    };
    for text in ["spend > 3", "tier = \"high\"", "purchased()"] {
        let error = asked(text).expect_err(text);
        assert!(matches!(error, DataError::Parameter { .. }), "{error}");
    }
    assert!(FactTable::new(2).with_numbers("spend", vec![1.0]).is_err());
}

#[test]
fn columns_of_zeros_read_as_zero_and_give_way_to_real_ones() {
    let table = FactTable::new(2)
        .with_numbers("spend", vec![1.0, 5.0])
        .expect("one number a user")
        .with_zeros(["refund_share", "spend"].into_iter());
    let found = |text: &str| {
        let condition = Rule::parse(text).and_then(|rule| rule.check(&table.schema()));
        let rows = members(&condition.expect(text), &table, &BTreeMap::new()).expect(text);
        rows.iter().collect::<Vec<u32>>()
    };
    assert_eq!(found("spend > 3 and not refund_share > 0.2"), [1]);
    assert_eq!(found("refund_share = 0"), [0, 1]);
    assert!(found("spend = 0").is_empty());
}

#[test]
fn actions_that_occur_are_known_by_the_index() {
    let one = |action: Action| (0, event(action, NO_CODE, DAY, 1.0));
    let found = index(1, &[one(Action::Refund), one(Action::View), one(Action::Refund)]);
    assert_eq!(found.actions().collect::<Vec<_>>(), [Action::View, Action::Refund]);
    let late = (0, event(Action::Visit, NO_CODE, -DAY, 1.0));
    assert_eq!(index(1, &[late]).actions().count(), 0, "events after the time are not seen");
}

#[test]
fn nobody_is_in_a_shop_without_users() {
    assert!(rows("true or purchased()", &facts(&[], &[])).is_empty());
}

/// Rules of every kind over the facts of these tests.
fn rule() -> impl Strategy<Value = String> {
    let bound = || prop_oneof![(-3i32..12).prop_map(|n| n.to_string()), Just("2.5".to_owned())];
    let category = prop::sample::select(&["tea", "Drinks", "pets"][..]);
    let action =
        prop::sample::select(&["purchased", "viewed", "refunded", "searched", "acted"][..]);
    let filters = (
        prop::option::of(category),
        prop::option::of(prop::sample::select(&["acme", "茶庄"][..])),
        prop::option::of(prop::sample::select(&["tea", "food", "绿"][..])),
        prop::option::of(5u32..9),
        prop::option::of(1u32..5),
        prop::option::of(Just("[\"i1\", \"i3\"]")),
    );
    let behaviour = move || {
        (action.clone(), filters.clone())
            .prop_map(|(action, of)| {
                let quoted = |name: &str, word: Option<&str>| {
                    word.map(|word| format!("{name} = \"{word}\""))
                };
                let days =
                    |name: &str, days: Option<u32>| days.map(|days| format!("{name} = {days}d"));
                let arguments = [
                    quoted("category", of.0),
                    quoted("brand", of.1),
                    quoted("contains", of.2),
                    days("within", of.3),
                    days("before", of.4),
                    of.5.map(|items| format!("item = {items}")),
                ];
                let arguments: Vec<String> = arguments.into_iter().flatten().collect();
                format!("{action}({})", arguments.join(", "))
            })
            .boxed()
    };
    let measure = prop::sample::select(&["count", "amount", "days_since"][..]);
    let number = prop_oneof![
        Just("spend".to_owned()),
        Just("recency".to_owned()),
        (measure, behaviour()).prop_map(|(measure, of)| format!("{measure}({of})")),
    ]
    .boxed();
    let quantity = prop_oneof![
        3 => number.clone(),
        1 => (number.clone(), prop::sample::select(&["+", "-", "*", "/"][..]), number.clone())
            .prop_map(|(left, sign, right)| format!("-({left} {sign} {right})")),
    ]
    .boxed();
    let order = prop::sample::select(&["<", "<=", ">", ">=", "=", "!="][..]);
    let leaf = prop_oneof![
        behaviour(),
        (quantity.clone(), order.clone(), bound()).prop_map(|(q, o, b)| format!("{q} {o} {b}")),
        (quantity.clone(), order, quantity.clone()).prop_map(|(l, o, r)| format!("{l} {o} {r}")),
        (quantity, prop::collection::vec(bound(), 1..4))
            .prop_map(|(value, list)| format!("{value} in [{}]", list.join(", "))),
        (number, 0i32..3, 3i32..9)
            .prop_map(|(value, low, high)| format!("{value} not between {low} and {high}")),
        prop::sample::select(
            &["tier = \"high\"", "tier != \"low\"", "tier in [\"high\", \"中\"]", "in_segment(1)"]
                [..]
        )
        .prop_map(str::to_owned),
    ]
    .boxed();
    leaf.prop_recursive(3, 12, 3, |inner| {
        let several = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            inner.prop_map(|rule| format!("not ({rule})")),
            several.clone().prop_map(|rules| format!("({})", rules.join(") and ("))),
            several.prop_map(|rules| format!("({})", rules.join(") or ("))),
        ]
    })
}

fn events(n_users: usize) -> impl Strategy<Value = Vec<(usize, Event)>> {
    let action = prop::sample::select(
        &[Action::Purchase, Action::Refund, Action::View, Action::Search, Action::Purchase][..],
    );
    let item = prop_oneof![4 => 0u32..4, 1 => Just(NO_CODE)];
    let text = prop_oneof![3 => Just(NO_CODE), 1 => 0u32..3];
    // Whole days and the milliseconds beside them: the ends of windows.
    let age = (0i64..10, -1i64..2).prop_map(|(days, more)| days * DAY + more);
    let one = (0..n_users.max(1), action, item, text, age, 0u32..40).prop_map(
        |(row, action, item, text, age, quarters)| {
            let money = f64::from(quarters) / 4.0;
            (row, Event { text, ..event(action, item, age, money) })
        },
    );
    prop::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn bitmaps_hold_exactly_whom_a_plain_reading_finds(
        mut numbers in prop::collection::vec(
            (prop_oneof![(-4i32..12).prop_map(|n| n as f32), Just(f32::NAN)], 0.0f32..10.0, 0u32..4),
            1..20,
        ),
        events in events(20),
        text in rule(),
    ) {
        // Both segments of the run are there, so that rules may name them.
        numbers.push((1.0, 1.0, 1));
        let events: Vec<(usize, Event)> =
            events.into_iter().filter(|(row, _)| *row < numbers.len()).collect();
        let facts = facts(&numbers, &events);
        let condition = Rule::parse(&text).and_then(|rule| rule.check(&facts.schema()));
        let condition = condition.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let found = members(&condition, &facts, &BTreeMap::new()).expect("facts that were checked");
        let is_member = |row: &usize| plain::is_member(&condition, *row, &facts, &events);
        let expected: Vec<u32> =
            (0..numbers.len()).filter(is_member).map(|row| row as u32).collect();
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{}", text);
    }
}

#[test]
fn a_user_alone_and_among_many_chunks_gets_the_same_answer() {
    let n_users = 3 * (1 << 16) + 77;
    let value = |row: usize| ((row * 7919) % 1009) as f32;
    let facts = |rows: Vec<usize>| {
        FactTable::new(rows.len())
            .with_numbers("spend", rows.iter().map(|&row| value(row)).collect())
            .and_then(|table| {
                table.with_numbers("recency", rows.iter().map(|&row| value(row + 5)).collect())
            })
            .expect("columns of one length")
    };
    let all = facts((0..n_users).collect());
    for text in [
        "spend > 500",
        "spend > recency",
        "spend - recency * 2 in [600, 700, -500]",
        "not spend < 9",
    ] {
        let found = rows(text, &all);
        assert!(!found.is_empty() && found.len() < n_users, "{text}");
        for row in [0, 65_535, 65_536, 131_072, n_users - 1] {
            let alone = rows(text, &facts(vec![row]));
            assert_eq!(alone == [0], found.binary_search(&(row as u32)).is_ok(), "{text}, {row}");
        }
    }
}
