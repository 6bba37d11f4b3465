//! Every feature of six events, worked out by hand.

mod support;

use fenqun_base::{Action, Catalogue, Event, NO_CODE, Progress};
use fenqun_profiles::{
    EventsInMemory, Parts, ProfileParams, Profiles, ProfilesError, ValueBasis, build,
    possible_features,
};
use support::{DAY, HOUR, event, item, user};

const TEA: u32 = 0;
const MUG: u32 = 1;
const CAKE: u32 = 2;

/// Day 0 was a Thursday.
///
/// | when | what | money |
/// |---|---|---|
/// | day 2, 9:00 | buys 2 tea at 3, discount 1 | 6 |
/// | day 2, 9:00 | buys a mug in the same basket | 10 |
/// | day 12, 21:00 | buys 1 tea at 4 | 4 |
/// | day 13, 10:00 | sends the mug back | −10 |
/// | day 25, 3:00 | looks at cake | |
/// | day 26, 18:00 | buys 3 cake at 2 | 6 |
fn six_events() -> Vec<Event> {
    let on = |day: i64, hour: i64, session, action, item, quantity, price| Event {
        session,
        item,
        quantity,
        price,
        ..event(user(1), day * DAY + hour * HOUR, action)
    };
    let tea = on(2, 9, 1, Action::Purchase, TEA, 2.0, 3.0);
    vec![
        Event { discount: 1.0, ..tea },
        on(2, 9, 1, Action::Purchase, MUG, 1.0, 10.0),
        on(12, 21, 2, Action::Purchase, TEA, 1.0, 4.0),
        on(13, 10, 3, Action::Refund, MUG, 1.0, 10.0),
        on(25, 3, 4, Action::View, CAKE, 1.0, f64::NAN),
        on(26, 18, 5, Action::Purchase, CAKE, 3.0, 2.0),
    ]
}

fn profiles() -> Profiles {
    let items = vec![
        item("1", &["grocery", "treats"], "own"),
        item("2", &["home", "cups"], "national"),
        item("3", &["grocery", "treats"], "own"),
    ];
    let events = EventsInMemory { parts: vec![six_events()], catalogue: Catalogue { items } };
    build(&events, 30 * DAY, &ProfileParams::default(), &Progress::silent()).expect("builds")
}

#[test]
fn all_features_of_six_events_are_as_worked_out_by_hand() {
    let ln = f64::ln;
    let expected = [
        ("recency", 3.25),
        ("purchase_recency", 3.25),
        ("tenure", 27.625),
        ("visits", 4.0), // the refund alone is no visit
        ("frequency", 3.0),
        ("spend", 16.0),
        ("lines", 4.0),
        ("basket_mean", 26.0 / 3.0), // 16, 4, 6
        ("basket_sd", (124.0 / 3.0_f64).sqrt()),
        ("basket_median", 6.0),
        ("basket_max", 16.0),
        ("last_basket", 6.0),
        ("basket_lines", 4.0 / 3.0),
        ("gap_mean", 8.125), // 10.5, 12.25, 1.625
        ("gap_sd", 32.453_125_f64.sqrt()),
        ("gap_median", 10.5),
        ("gap_max", 12.25),
        ("gap_cv", 32.453_125_f64.sqrt() / 8.125),
        ("recency_over_gap", 0.4),
        ("visits_7d", 2.0),
        ("visits_14d", 2.0),
        ("visits_28d", 4.0),
        ("visits_56d", 4.0),
        ("visits_84d", 4.0),
        ("visits_91d", 4.0),
        ("visits_168d", 4.0),
        ("visits_336d", 4.0),
        ("visits_365d", 4.0),
        ("frequency_7d", 1.0), // a view alone is no basket
        ("frequency_14d", 1.0),
        ("frequency_28d", 3.0),
        ("frequency_56d", 3.0),
        ("frequency_84d", 3.0),
        ("frequency_91d", 3.0),
        ("frequency_168d", 3.0),
        ("frequency_336d", 3.0),
        ("frequency_365d", 3.0),
        ("spend_7d", 6.0),
        ("spend_14d", 6.0),
        ("spend_28d", 16.0),
        ("spend_56d", 16.0),
        ("spend_84d", 16.0),
        ("spend_91d", 16.0),
        ("spend_168d", 16.0),
        ("spend_336d", 16.0),
        ("spend_365d", 16.0),
        ("trend_visits_7d", ln(3.0)),
        ("trend_visits_14d", ln(3.0) - ln(3.0)), // days 2 and 12 before, 25 and 26 in it
        ("trend_visits_28d", ln(5.0)),
        ("trend_visits_56d", ln(5.0)),
        ("trend_visits_84d", ln(5.0)),
        ("trend_visits_91d", ln(5.0)),
        ("trend_visits_168d", ln(5.0)),
        ("trend_spend_7d", ln(7.0)),
        ("trend_spend_14d", ln(7.0) - ln(11.0)),
        ("trend_spend_28d", ln(17.0)),
        ("trend_spend_56d", ln(17.0)),
        ("trend_spend_84d", ln(17.0)),
        ("trend_spend_91d", ln(17.0)),
        ("trend_spend_168d", ln(17.0)),
        ("active_fortnights", 1.0),
        ("hour_00_04", 0.25),
        ("hour_04_08", 0.0),
        ("hour_08_12", 0.25),
        ("hour_12_16", 0.0),
        ("hour_16_20", 0.25),
        ("hour_20_24", 0.25),
        ("usual_hour", 22.5), // 9 and 21 cancel; between 3 and 18, over midnight
        ("hour_entropy", ln(4.0)),
        ("weekday_mon", 0.25),
        ("weekday_tue", 0.5),
        ("weekday_wed", 0.0),
        ("weekday_thu", 0.0),
        ("weekday_fri", 0.0),
        ("weekday_sat", 0.25),
        ("weekday_sun", 0.0),
        ("weekday_entropy", 0.5 * ln(2.0) + 0.5 * ln(4.0)),
        ("repeat_rate", 0.25),
        ("discount_share", 1.0 / 27.0),
        ("discounted_lines", 0.25),
        ("refund_share", 0.2),
        ("n_view", 1.0),
        ("n_refund", 1.0),
        ("conversion", 4.0),
        ("distinct_items", 2.0), // tea 2, cake 1.2; the mug was sent back
        ("item_entropy", -0.625 * ln(0.625) - 0.375 * ln(0.375)),
        ("distinct_categories", 1.0),
        ("category_entropy", 0.0),
        ("distinct_wide_categories", 1.0),
        ("wide_category_entropy", 0.0),
        ("brand_concentration", 1.0),
        ("brand_share:national", 0.0),
        ("brand_share:own", 1.0),
        ("price_level", 1.8 / 3.2), // tea at 10 / 3 stands at ¾, cake at 2 at ¼
        ("spend_share:grocery", 1.0),
        ("spend_share:other", 0.0),
    ];
    let profiles = profiles();
    let names: Vec<&str> = profiles.features.iter().map(|feature| &feature.name[..]).collect();
    assert_eq!(names, expected.map(|(name, _)| name));
    for ((name, expected), &found) in expected.iter().zip(profiles.values.row(0)) {
        let near = (f64::from(found) - expected).abs() < 1e-5 * (1.0 + expected.abs());
        assert!(near, "{name} is {found}, worked out {expected}");
    }
}

#[test]
fn items_and_spend_are_net_of_what_was_sent_back() {
    let profiles = profiles();
    assert_eq!(profiles.items.row(0), (&[TEA, CAKE][..], &[2.0, 1.2][..]));
    assert_eq!(profiles.spend.row(0), (&[TEA, CAKE][..], &[10.0, 6.0][..]));
    assert_eq!(profiles.value_basis, ValueBasis::SpendRanks);
}

#[test]
fn what_was_sent_back_leaves_no_trace_of_rounding() {
    let at =
        |day: i64, action, price| Event { item: TEA, price, ..event(user(1), day * DAY, action) };
    // 0.1 + 0.2 − 0.3 is not 0 in floating point; five views weigh as much as one purchase.
    let mut events: Vec<Event> = (0..5).map(|day| at(day, Action::View, f64::NAN)).collect();
    events.extend([at(6, Action::Purchase, 0.1), at(7, Action::Purchase, 0.2)]);
    events.extend([at(8, Action::Refund, 0.3), at(9, Action::Refund, 0.0)]);
    events.push(at(10, Action::Refund, 0.0));
    let catalogue = Catalogue { items: vec![item("1", &["7"], "")] };
    let events = EventsInMemory { parts: vec![events], catalogue };
    let params = ProfileParams::default();
    let profiles = build(&events, 30 * DAY, &params, &Progress::silent()).expect("builds");
    assert_eq!(profiles.items.n_entries(), 0);
    assert_eq!(profiles.spend.n_entries(), 0);
}

#[test]
fn the_sequence_is_in_order_and_numbers_the_visits() {
    let profiles = profiles();
    let sequence = profiles.sequences.of(0);
    let visits: Vec<u32> = sequence.iter().map(|event| event.visit).collect();
    assert_eq!(visits, [0, 0, 1, 2, 3, 4]);
    let amounts: Vec<f32> = sequence.iter().map(|event| event.amount).collect();
    assert_eq!(amounts, [6.0, 10.0, 4.0, -10.0, 0.0, 6.0]);
    assert_eq!(sequence[4].action(), Action::View);
}

#[test]
fn a_shop_without_prices_is_valued_by_activity_and_has_no_money_columns() {
    let at = |day: i64, action| Event { item: TEA, ..event(user(1), day * DAY, action) };
    let parts = vec![vec![at(1, Action::View), at(2, Action::Cart), at(3, Action::Purchase)]];
    let catalogue = Catalogue { items: vec![item("1", &["7"], "")] };
    let events = EventsInMemory { parts, catalogue };
    let params = ProfileParams::default();
    let profiles = build(&events, 4 * DAY, &params, &Progress::silent()).expect("builds");
    assert_eq!(profiles.value_basis, ValueBasis::RecentActivity);
    // (0.2 + 0.5 + 1) in all three windows.
    let expected = (4.5 * 1.7_f64).ln_1p();
    assert!((f64::from(profiles.value_score[0]) - expected).abs() < 1e-6);
    // Without session ids, a visit is a local day.
    assert_eq!(profiles.column("visits"), Some(vec![3.0]));
    assert_eq!(profiles.column("frequency"), Some(vec![1.0]));
    for absent in ["basket_mean", "spend_28d", "price_level", "discount_share", "n_refund"] {
        assert_eq!(profiles.feature(absent), None, "{absent} could only be zero");
    }
    assert_eq!(profiles.column("spend"), Some(vec![0.0]));
}

#[test]
fn a_late_evening_on_the_wall_clock_is_not_the_next_morning() {
    // 23:00 UTC on a Thursday is 7:00 on Friday in Shanghai.
    let one = Event { offset_minutes: 480, ..event(user(1), 23 * HOUR, Action::View) };
    let events = EventsInMemory { parts: vec![vec![one]], ..EventsInMemory::default() };
    let params = ProfileParams::default();
    let profiles = build(&events, 4 * DAY, &params, &Progress::silent()).expect("builds");
    assert_eq!(profiles.column("hour_04_08"), Some(vec![1.0]));
    assert_eq!(profiles.column("weekday_fri"), Some(vec![1.0]));
    assert!((profiles.column("usual_hour").expect("there")[0] - 7.0).abs() < 1e-5);
}

#[test]
fn channels_are_counted_where_a_shop_has_two() {
    let at =
        |day: i64, attributes, action| Event { attributes, ..event(user(1), day * DAY, action) };
    let events = [
        at(1, 0, Action::Purchase),
        at(2, 0, Action::View),
        at(3, 2, Action::View),
        at(4, 1, Action::View),    // names none
        at(5, 3, Action::Contact), // not the user's own
    ];
    let profiles = |channel_of| {
        let events = EventsInMemory { parts: vec![events.to_vec()], ..Default::default() };
        let (parts, params) = (Channels(events, channel_of), ProfileParams::default());
        build(&parts, 9 * DAY, &params, &Progress::silent()).expect("builds")
    };
    let one = profiles(vec![0, NO_CODE, 0, 0]);
    assert_eq!(one.feature("channels"), None, "one channel alone says nothing");
    let profiles = profiles(vec![0, NO_CODE, 1, 2]);
    assert_eq!(profiles.column("channels"), Some(vec![2.0]));
    assert!((profiles.column("main_channel_share").expect("there")[0] - 2.0 / 3.0).abs() < 1e-6);
}

/// Events with the channel of each attribute set.
struct Channels(EventsInMemory, Vec<u32>);

impl Parts for Channels {
    fn n_parts(&self) -> usize {
        self.0.n_parts()
    }

    fn part(&self, index: usize) -> Result<Vec<Event>, ProfilesError> {
        self.0.part(index)
    }

    fn catalogue(&self) -> &Catalogue {
        self.0.catalogue()
    }

    fn channels(&self) -> Vec<u32> {
        self.1.clone()
    }
}

#[test]
fn what_a_shop_leaves_out_as_zero_is_zero_in_a_shop_that_keeps_it() {
    let params = ProfileParams::default();
    let of = |events: Vec<Event>| {
        let items = ["1", "2", "3"].map(|id| item(id, &["grocery", "treats"], "own")).to_vec();
        let events = EventsInMemory { parts: vec![events], catalogue: Catalogue { items } };
        build(&events, 30 * DAY, &params, &Progress::silent()).expect("builds")
    };
    let plain: Vec<Event> =
        (1..9).map(|day| event(user(9), day * 3 * DAY, Action::Purchase)).collect();
    let alone = of(plain.clone());
    let among = of(six_events().into_iter().chain(plain).collect());
    let row = among.row_of(user(9)).expect("a user");
    let zeros: Vec<&str> = alone.shop.zero_features().collect();
    for name in ["refund_share", "n_view", "spend_91d", "discount_share", "conversion"] {
        assert!(zeros.contains(&name), "{name} of {zeros:?}");
    }
    for name in &zeros {
        assert_eq!(alone.feature(name), None, "{name} is left out");
        if let Some(column) = among.feature(name) {
            assert_eq!(among.values.at(row, column), 0.0, "{name}");
        }
    }
    // What repeats another feature is left out too, and is not 0.
    assert!(alone.feature("visits").is_none() && !zeros.contains(&"visits"));
    assert!(!zeros.contains(&"frequency_91d") && !zeros.contains(&"channels"));
    assert!(!among.shop.zero_features().any(|name| name == "refund_share"));

    let possible = possible_features(&params);
    for feature in among.features.iter().chain(&alone.features) {
        let begins = |known: &String| known.ends_with(':') && feature.name.starts_with(known);
        assert!(possible.iter().any(|it| *it == feature.name || begins(it)), "{}", feature.name);
    }
}
