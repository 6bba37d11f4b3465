//! What holds for any events: order, time, threads, and the nature of each number.

mod support;

use fenqun_base::{Action, Catalogue, Classify, ErrorKind, Event, NO_CODE, Progress, Stored};
use fenqun_profiles::{
    EventsInMemory, FeatureKind, Fold, Frame, ProfileParams, Profiles, ProfilesError, Shop,
    ValueChoice, build, build_like,
};
use proptest::prelude::*;
use support::{DAY, HOUR, catalogue, event, user};

const AS_OF: i64 = 400 * DAY;
const N_ITEMS: u32 = 12;

prop_compose! {
    fn any_event(first: i64, last: i64)(
        time in first..last,
        session in prop_oneof![Just(0u64), 1u64..30],
        item in prop_oneof![Just(NO_CODE), 0..N_ITEMS],
        quantity in 1u32..5,
        price in prop_oneof![Just(f64::NAN), (0u32..2000).prop_map(|cents| f64::from(cents) / 100.0)],
        discount in prop_oneof![Just(0.0), Just(0.5), Just(f64::NAN)],
        action in 0u8..11,
        offset_minutes in prop_oneof![Just(0i16), Just(480), Just(-300)],
    ) -> Event {
        let quantity = f64::from(quantity);
        let blank = event(user(1), time, Action::View);
        Event { session, item, quantity, price, discount, action, offset_minutes, ..blank }
    }
}

fn past() -> impl Strategy<Value = Event> {
    any_event(0, AS_OF)
}

/// Sorts as the event table does, one user after another.
fn shop(mut users: Vec<Vec<Event>>) -> EventsInMemory {
    for (number, events) in users.iter_mut().enumerate() {
        events.iter_mut().for_each(|event| event.user = user(number as u8));
        events.sort_by_key(|event| (event.time, event.session, event.action, event.item));
    }
    EventsInMemory { parts: users, catalogue: catalogue(N_ITEMS) }
}

fn built(events: &EventsInMemory) -> Profiles {
    build(events, AS_OF, &ProfileParams::default(), &Progress::silent()).expect("builds")
}

proptest! {
    #[test]
    fn however_the_events_are_dealt_out_the_row_is_the_same(
        events in prop::collection::vec((past(), 0usize..4), 1..60)
    ) {
        let frame = Frame::new(AS_OF, &ProfileParams::default()).expect("good parameters");
        let mut whole = Fold::new(&frame);
        let mut pieces = vec![Fold::new(&frame); 4];
        for (event, piece) in &events {
            whole.update(event).expect("past");
            pieces[*piece].update(event).expect("past");
        }
        let mut merged = pieces.pop().expect("four");
        for piece in pieces {
            let moved = Fold::from_state(&frame, piece.state()).expect("a state is taken back");
            merged.merge(moved).expect("same user, same frame");
        }
        prop_assert_eq!(merged.finish(), whole.finish());
    }

    #[test]
    fn what_happens_after_as_of_changes_no_profile(
        known in prop::collection::vec(prop::collection::vec(past(), 1..20), 1..5),
        later in prop::collection::vec(any_event(AS_OF, AS_OF + 90 * DAY), 1..20),
    ) {
        let before = built(&shop(known.clone()));
        let mut more = known;
        let n_later = later.len() as u64;
        let n_users = more.len();
        for (nth, event) in later.into_iter().enumerate() {
            // One of them a user that is not known before.
            match more.get_mut(nth % (n_users + 1)) {
                Some(events) => events.push(event),
                None => more.push(vec![event]),
            }
        }
        let mut after = built(&shop(more));
        prop_assert_eq!(after.n_held_out, n_later);
        after.n_held_out = 0;
        prop_assert_eq!(after, before);
    }

    #[test]
    fn numbers_are_what_their_kind_says(
        users in prop::collection::vec(prop::collection::vec(past(), 1..40), 1..6),
    ) {
        let profiles = built(&shop(users));
        for (column, feature) in profiles.features.iter().enumerate() {
            for value in profiles.values.column(column) {
                prop_assert!(value.is_finite());
                let fits = match feature.kind {
                    FeatureKind::Count => value >= 0.0 && value.fract() == 0.0,
                    FeatureKind::Days | FeatureKind::Entropy => value >= 0.0,
                    FeatureKind::Share => (0.0..=1.0 + 1e-6).contains(&value),
                    FeatureKind::Hours => (0.0..24.0).contains(&value),
                    FeatureKind::Money | FeatureKind::Ratio => true,
                };
                prop_assert!(fits, "{} is {}", feature.name, value);
            }
        }
        prop_assert!(profiles.value_score.iter().all(|score| score.is_finite()));
    }

    #[test]
    fn shares_of_one_whole_sum_to_one(
        users in prop::collection::vec(prop::collection::vec(past(), 1..40), 1..6),
    ) {
        let profiles = built(&shop(users));
        let sum = |row: usize, prefix: &str| -> f32 {
            let columns = profiles.features.iter().zip(profiles.values.row(row));
            columns.filter(|(feature, _)| feature.name.starts_with(prefix)).map(|(_, v)| v).sum()
        };
        let hour_entropy = profiles.column("hour_entropy").expect("there");
        for (row, entropy) in hour_entropy.iter().enumerate() {
            let present = profiles.sequences.of(row).iter().any(|event| {
                !matches!(event.action(), Action::Refund | Action::Coupon | Action::Contact)
            });
            let whole = if present { 1.0 } else { 0.0 };
            prop_assert!((sum(row, "hour_") - entropy - whole).abs() < 1e-5);
            prop_assert!((sum(row, "weekday_") - sum(row, "weekday_entropy") - whole).abs() < 1e-5);
            let whole = if profiles.spend.row(row).0.is_empty() { 0.0 } else { 1.0 };
            prop_assert!((sum(row, "spend_share:") - whole).abs() < 1e-5);
        }
    }

    #[test]
    fn with_the_same_shop_a_row_depends_on_its_own_user_alone(
        users in prop::collection::vec(prop::collection::vec(past(), 1..20), 2..7),
        ranks in any::<bool>(),
    ) {
        let events = shop(users);
        let value = if ranks { ValueChoice::SpendRanks } else { ValueChoice::Auto };
        let params = ProfileParams { value, ..ProfileParams::default() };
        let silent = Progress::silent();
        let Ok(whole) = build(&events, AS_OF, &params, &silent) else {
            return Ok(()); // ranks by spend where nothing has a price
        };
        let state = whole.shop.state();
        let kept = Shop::from_state(&state).expect("reads its own state");
        prop_assert_eq!(&kept, &whole.shop);
        for (row, part) in events.parts.iter().enumerate() {
            // One user alone, with a catalogue that knows this user's items only.
            let mut known: Vec<u32> =
                part.iter().map(|event| event.item).filter(|&item| item != NO_CODE).collect();
            known.sort_unstable();
            known.dedup();
            let recode = |event: &Event| {
                let item = known.binary_search(&event.item).map_or(NO_CODE, |at| at as u32);
                Event { item, ..*event }
            };
            let alone = EventsInMemory {
                parts: vec![part.iter().map(recode).collect()],
                catalogue: Catalogue {
                    items: known
                        .iter()
                        .map(|&item| events.catalogue.items[item as usize].clone())
                        .collect(),
                },
            };
            let alone = build_like(&alone, AS_OF, &params, &kept, &silent).expect("builds");
            prop_assert_eq!(&alone.features, &whole.features);
            let bits = |row: &[f32]| row.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(alone.values.row(0)), bits(whole.values.row(row)));
            prop_assert_eq!(alone.value_score[0].to_bits(), whole.value_score[row].to_bits());
        }
    }

    #[test]
    fn neither_parts_nor_threads_change_a_bit(
        users in prop::collection::vec(prop::collection::vec(past(), 1..20), 1..8),
    ) {
        let apart = shop(users);
        let catalogue = apart.catalogue.clone();
        let together = EventsInMemory { parts: vec![apart.parts.concat()], catalogue };
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
        let alone = one.install(|| built(&apart));
        prop_assert_eq!(&three.install(|| built(&apart)), &alone);
        prop_assert_eq!(&built(&together), &alone);
    }
}

#[test]
fn an_event_after_as_of_is_refused_by_the_fold() {
    let frame = Frame::new(AS_OF, &ProfileParams::default()).expect("good parameters");
    let mut fold = Fold::new(&frame);
    fold.update(&event(user(1), AS_OF - 1, Action::View)).expect("the last moment before");
    let error = fold.update(&event(user(1), AS_OF, Action::View)).expect_err("too late");
    assert!(matches!(error, ProfilesError::Future { time: AS_OF, as_of: AS_OF }));
    assert!(error.to_string().contains("1971-02-05T00:00:00Z"), "{error}");
    assert_eq!(fold.state().len(), 1, "a refused event leaves the fold as it was");
}

#[test]
fn folds_of_two_users_or_two_frames_do_not_mix() {
    let frame = Frame::new(AS_OF, &ProfileParams::default()).expect("good parameters");
    let earlier = Frame::new(AS_OF - DAY, &ProfileParams::default()).expect("good parameters");
    let filled = |frame, number| {
        let mut fold = Fold::new(frame);
        fold.update(&event(user(number), 0, Action::View)).expect("past");
        fold
    };
    let mut fold = filled(&frame, 1);
    assert!(matches!(
        fold.update(&event(user(2), 0, Action::View)),
        Err(ProfilesError::OtherUser { .. })
    ));
    assert!(matches!(fold.merge(filled(&frame, 2)), Err(ProfilesError::OtherUser { .. })));
    assert!(matches!(fold.merge(filled(&earlier, 1)), Err(ProfilesError::OtherFrame { .. })));
    assert!(Fold::new(&frame).finish().is_none());
}

#[test]
fn nothing_before_as_of_is_a_mistake_of_the_input() {
    let events = shop(vec![vec![event(user(0), AS_OF, Action::View)]]);
    let error = build(&events, AS_OF, &ProfileParams::default(), &Progress::silent())
        .expect_err("nothing to tell");
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(matches!(error, ProfilesError::NoEvents { n_held_out: 1, .. }));
}

#[test]
fn unsorted_parts_are_refused() {
    let mut events = shop(vec![vec![event(user(0), 0, Action::View)]; 2]);
    events.parts.reverse();
    let error = build(&events, AS_OF, &ProfileParams::default(), &Progress::silent());
    assert!(matches!(error, Err(ProfilesError::Unsorted { part: 1 })));
}

#[test]
fn an_item_that_the_catalogue_lacks_is_refused() {
    let stray = Event { item: N_ITEMS, ..event(user(0), 0, Action::View) };
    let error =
        build(&shop(vec![vec![stray]]), AS_OF, &ProfileParams::default(), &Progress::silent());
    assert!(matches!(error, Err(ProfilesError::Data(_))));
}

#[test]
fn an_earlier_time_gets_the_columns_of_the_later_one() {
    let bought = |day: i64, item, price| Event {
        item,
        price,
        session: day as u64,
        ..event(user(0), day * DAY, Action::Purchase)
    };
    let viewed = event(user(0), 300 * DAY + HOUR, Action::View);
    let events = shop(vec![vec![bought(1, 0, 2.0), bought(200, 1, 5.0), viewed]]);
    let params = ProfileParams::default();
    let late = built(&events);
    let early = build(&events, 100 * DAY, &params, &Progress::silent()).expect("builds");
    assert_ne!(early.features, late.features, "nobody had looked at anything by then");
    let silent = Progress::silent();
    let alike = build_like(&events, 100 * DAY, &params, &late.shop, &silent).expect("builds");
    assert_eq!(alike.features, late.features);
    assert_eq!(alike.column("n_view"), Some(vec![0.0]));
    let other = ProfileParams { windows_days: vec![7], ..params };
    assert!(build_like(&events, 100 * DAY, &other, &late.shop, &silent).is_err());
}

#[test]
fn an_earlier_time_learns_no_price_and_no_rank_from_later_ones() {
    let bought = |user_number, day: i64, item, price| Event {
        item,
        price,
        session: day as u64,
        ..event(user(user_number), day * DAY, Action::Purchase)
    };
    // Items 0 and 8 are of one category; what is dear turns round after day 100.
    let early = vec![bought(0, 1, 0, 2.0), bought(0, 2, 8, 5.0), bought(0, 3, 8, 5.0)];
    let late = vec![bought(1, 200, 0, 90.0), bought(1, 201, 0, 90.0), bought(1, 202, 8, 1.0)];
    let events = shop(vec![early.clone(), late]);
    let (params, silent) = (ProfileParams::default(), Progress::silent());
    let later = built(&events);
    let like = build_like(&events, 100 * DAY, &params, &later.shop, &silent).expect("builds");
    let known_then = build(&shop(vec![early]), 100 * DAY, &params, &silent).expect("builds");
    assert_eq!(like.column("price_level"), known_then.column("price_level"));
    assert_ne!(like.column("price_level"), later.column("price_level").map(|all| vec![all[0]]));
    assert_eq!(like.value_score, known_then.value_score);
    assert_eq!(like.shop.as_of(), 100 * DAY);
}

#[test]
fn a_damaged_shop_is_refused() {
    let bought = Event { item: 0, price: 2.0, ..event(user(0), DAY, Action::Purchase) };
    let good = built(&shop(vec![vec![bought]])).shop.state();
    assert!(Shop::from_state(&good).is_ok());
    let missing = good.clone().vector("price_levels", &[]);
    assert!(Shop::from_state(&missing).is_err(), "an item without its level");
    let falling = good.clone().vector("spend", &[2.0, 1.0]);
    assert!(Shop::from_state(&falling).is_err(), "ranks that fall");
    let unknown = good.vector("recency", &[f32::NAN]);
    assert!(Shop::from_state(&unknown).is_err(), "a rank that is no number");
}

#[test]
fn only_the_sequence_is_cut_to_its_longest() {
    let params = ProfileParams { max_sequence: 2, ..ProfileParams::default() };
    let views = (0..5).map(|day| event(user(0), day * DAY, Action::View)).collect();
    let profiles = build(&shop(vec![views]), AS_OF, &params, &Progress::silent()).expect("builds");
    let times: Vec<i64> = profiles.sequences.of(0).iter().map(|event| event.time).collect();
    assert_eq!(times, [3 * DAY, 4 * DAY]);
    assert_eq!(profiles.column("n_view"), Some(vec![5.0]));
}

#[test]
fn parameters_read_from_configuration_and_back() {
    let params: ProfileParams = toml::from_str(
        "windows_days = [30, 90]\naction_weights = { view = 1.0 }\nvalue = \"spend_ranks\"",
    )
    .expect("reads");
    let text = toml::to_string(&params).expect("writes");
    assert_eq!(toml::from_str::<ProfileParams>(&text).expect("reads again"), params);
    assert!(toml::from_str::<ProfileParams>("window_days = [30]").is_err(), "a misspelt name");
}
