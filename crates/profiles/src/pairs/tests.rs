use fenqun_base::{Action, Catalogue, Event, Item, NO_CODE, Progress, UserId};
use proptest::prelude::*;

use super::{ItemCategories, NEVER, PairHistory, PairParams, Span};
use crate::{EventsInMemory, ProfilesError};

const DAY: i64 = 86_400_000;
/// Items 0 and 1 are of category 0, item 2 of category 1, item 3 of none.
fn categories() -> ItemCategories {
    ItemCategories { of_item: vec![0, 0, 1, NO_CODE], n_categories: 2 }
}

fn event(user: u8, day: f64, session: u64, item: u32, action: Action) -> Event {
    Event {
        user: UserId([user; 16]),
        time: (day * DAY as f64) as i64,
        session,
        quantity: 1.0,
        price: 2.0,
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

fn shop(parts: Vec<Vec<Event>>) -> EventsInMemory {
    let item = |id: &str| Item { id: id.into(), ..Item::default() };
    EventsInMemory { parts, catalogue: Catalogue { items: ["a", "b", "c", "d"].map(item).into() } }
}

fn fold(events: &EventsInMemory, from: Option<i64>, as_of: i64) -> PairHistory {
    let span = Span { from, as_of };
    let (params, progress) = (PairParams::default(), Progress::silent());
    PairHistory::fold(events, span, &categories(), &params, &progress).expect("folds")
}

/// User 1: three baskets (days 0, 60, 90), category 0 in all of them, twice in one.
fn two_users() -> EventsInMemory {
    let buy = |user, day, session, item| event(user, day, session, item, Action::Purchase);
    shop(vec![
        vec![
            buy(1, 0.0, 1, 0),
            buy(1, 60.0, 2, 0),
            buy(1, 60.0, 2, 1),
            buy(1, 60.0, 2, 2),
            event(1, 70.0, 3, 2, Action::View),
            buy(1, 90.0, 4, 1),
            buy(1, 90.0, 4, 3),
            buy(1, 100.0, 5, 2),
        ],
        vec![buy(2, 10.0, 6, 3)],
    ])
}

#[test]
fn a_pair_is_what_was_worked_out_by_hand() {
    let history = fold(&two_users(), None, 100 * DAY);
    assert_eq!((history.n_users(), history.n_categories()), (2, 2));
    assert_eq!(history.n_baskets, [3, 1]);
    let decayed = 0.5f64.powf(100.0 / 28.0) + 0.5f64.powf(40.0 / 28.0) + 0.5f64.powf(10.0 / 28.0);
    let wanted = [3.0, 1.0, 1.0, 1.0, 2.0, 3.0, 10.0, 45.0, 10.0 / 45.0, decayed as f32];
    for (found, wanted) in history.features(0, 0).iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
    }
    // One basket: no gap. A look is no purchase.
    let once = history.features(0, 1);
    assert_eq!((once[0], once[6], once[7], once[8]), (1.0, 40.0, NEVER, NEVER));
    assert_eq!(history.features(1, 0), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, NEVER, NEVER, NEVER, 0.0]);
    let counts = history.counts().expect("fits");
    assert_eq!(counts.row(0), (&[0, 1][..], &[3.0, 1.0][..]));
    assert_eq!(history.row_of(UserId([2; 16])), Some(1));
}

#[test]
fn a_period_holds_its_first_moment_and_not_its_last() {
    let history = fold(&two_users(), Some(60 * DAY), 90 * DAY);
    assert_eq!(history.users, [UserId([1; 16])]);
    assert_eq!(history.pairs(0).len(), 2);
    assert!(history.pairs(0).iter().all(|pair| pair.n_baskets == 1));
}

#[test]
fn what_cannot_be_folded_is_refused() {
    let fold = |span, categories: &ItemCategories, params| {
        PairHistory::fold(&two_users(), span, categories, &params, &Progress::silent()).map(drop)
    };
    let good = categories();
    let all = Span { from: None, as_of: 100 * DAY };
    let params = PairParams::default();
    let none = fold(Span { from: None, as_of: 0 }, &good, params);
    assert!(matches!(none, Err(ProfilesError::NoEvents { .. })));
    let short = ItemCategories { of_item: vec![0, 1], n_categories: 2 };
    assert!(matches!(fold(all, &short, params), Err(ProfilesError::Data(_))));
    let wrong = ItemCategories { of_item: vec![0, 0, 1, 1], n_categories: 1 };
    assert!(matches!(fold(all, &wrong, params), Err(ProfilesError::Data(_))));
    for windows_days in [[0, 1, 2, 3], [14, 14, 20, 30]] {
        let params = PairParams { windows_days, ..params };
        assert!(matches!(fold(all, &good, params), Err(ProfilesError::Data(_))));
    }
    let params = PairParams { half_life_days: 0.0, ..params };
    assert!(matches!(fold(all, &good, params), Err(ProfilesError::Data(_))));
    let mut events = two_users();
    events.parts.reverse();
    let folded =
        PairHistory::fold(&events, all, &good, &PairParams::default(), &Progress::silent());
    assert!(matches!(folded, Err(ProfilesError::Unsorted { part: 1 })));
}

proptest! {
    /// Whatever happens at or after `as_of` leaves no trace.
    #[test]
    fn nothing_past_as_of_is_seen(
        days in prop::collection::vec((0u16..300, 0u32..4, 0u64..20), 1..60),
        as_of in 1i64..300,
    ) {
        let mut days = days;
        days.sort_unstable();
        let events: Vec<Event> = days
            .iter()
            .map(|&(day, item, session)| {
                event(1, f64::from(day), session, item, Action::Purchase)
            })
            .collect();
        let as_of = as_of * DAY;
        let past: Vec<Event> = events.iter().filter(|event| event.time < as_of).copied().collect();
        prop_assume!(!past.is_empty());
        let all = fold(&shop(vec![events]), None, as_of);
        prop_assert_eq!(&all, &fold(&shop(vec![past]), None, as_of));
        for pair in all.pairs(0) {
            prop_assert!(pair.recent.is_sorted() && pair.recent[3] <= pair.n_baskets);
            prop_assert!(pair.last > 0.0 && pair.last <= pair.first);
            prop_assert!(pair.n_baskets <= all.n_baskets[0]);
        }
    }
}
