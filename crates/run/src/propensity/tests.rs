use fenqun_base::{Action, Catalogue, Event, Item, NO_CODE, Progress, Seed, Stored, UserId};
use fenqun_profiles::{EventsInMemory, ProfileParams};
use fenqun_segments::Trees;

use super::{PropensityModel, PropensityParams, evaluate, fit};

const DAY: i64 = 86_400_000;
const N_CATEGORIES: u32 = 12;

/// Numbers below `n`, one after another.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 += 1;
        Seed(self.0).derive("draws").0 % n
    }
}

/// Users who buy from a few categories of their own every week, for `n_days`; categories come in
/// threes that the same users like.
pub(crate) fn shop(n_users: u8, n_days: i64) -> EventsInMemory {
    let mut draws = Draws(5_000_000);
    let mut parts = vec![Vec::new(), Vec::new()];
    for user in 0..n_users {
        let group = draws.below(4) as u32;
        let mut liked: Vec<u32> = (group * 3..group * 3 + 3).collect();
        liked.push(draws.below(u64::from(N_CATEGORIES)) as u32);
        let mut day = draws.below(9) as i64;
        while day < n_days {
            let liked_now = liked[draws.below(4) as usize];
            for item in [liked_now, draws.below(u64::from(N_CATEGORIES)) as u32] {
                parts[usize::from(user) * 2 / usize::from(n_users)].push(Event {
                    user: UserId([user; 16]),
                    time: day * DAY,
                    session: 0,
                    quantity: 1.0,
                    price: 2.0,
                    discount: 0.0,
                    item,
                    text: NO_CODE,
                    attributes: NO_CODE,
                    rating: f32::NAN,
                    offset_minutes: 0,
                    action: Action::Purchase as u8,
                    padding: [0; 5],
                });
            }
            day += 2 + draws.below(10) as i64;
        }
    }
    let item = |at| Item {
        id: format!("{at:02}"),
        category: vec!["all".into(), format!("category {at:02}")],
        ..Item::default()
    };
    EventsInMemory { parts, catalogue: Catalogue { items: (0..N_CATEGORIES).map(item).collect() } }
}

fn params() -> PropensityParams {
    let trees = Trees { rounds: 30, min_rows: 20, ..Trees::of_pairs() };
    PropensityParams { n_categories: 10, n_origins: 2, trees, ..PropensityParams::default() }
}

fn fitted(events: &EventsInMemory, as_of: i64) -> PropensityModel {
    let (profiles, progress) = (ProfileParams::default(), Progress::silent());
    fit(events, as_of, &params(), &profiles, Seed(3), &progress).expect("fits")
}

#[test]
fn taste_is_foretold_better_than_by_chance_and_the_report_adds_up() {
    let (events, profiles) = (shop(120, 240), ProfileParams::default());
    let judged = evaluate(&events, 210 * DAY, &params(), &profiles, Seed(3), &Progress::silent());
    let (model, report) = judged.expect("evaluates");
    assert_eq!(model, fitted(&events, 210 * DAY), "what is judged is what would be used");
    assert_eq!((report.n_users, report.categories.len()), (120, 10));
    let names: Vec<&str> = report.contenders.iter().map(|way| way.name.as_str()).collect();
    assert_eq!(names[0], "pooled trees");
    assert_eq!(names[names.len() - 1], "own counts");
    let ours = &report.contenders[0];
    assert!(ours.auroc > 0.6 && ours.behind.is_none(), "{}", ours.auroc);
    let known: Vec<f64> = report.categories.iter().filter_map(|own| own.auroc).collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    assert!((mean - ours.auroc).abs() < 1e-12);
    for way in &report.contenders {
        assert!(way.interval[0] < way.auroc && way.auroc < way.interval[1]);
        if let Some([difference, low, high]) = way.behind {
            assert!((difference - (ours.auroc - way.auroc)).abs() < 1e-12);
            assert!(low <= difference && difference <= high);
        }
    }
}

#[test]
fn what_happens_later_leaves_no_trace() {
    let all = shop(60, 240);
    let mut past = all.clone();
    past.parts.iter_mut().for_each(|part| part.retain(|event| event.time < 180 * DAY));
    let model = fitted(&all, 180 * DAY);
    assert_eq!(model.state(), fitted(&past, 180 * DAY).state());
    let score = |events| model.score(events, 180 * DAY, &Progress::silent()).expect("scores");
    assert_eq!(score(&all), score(&past));
}

#[test]
fn a_user_alone_and_a_stored_model_give_the_same_chances() {
    let events = shop(60, 200);
    let model = fitted(&events, 180 * DAY);
    let all = model.score(&events, 190 * DAY, &Progress::silent()).expect("scores");
    let mut one = events.clone();
    one.parts.iter_mut().for_each(|part| part.retain(|event| event.user == UserId([17; 16])));
    let alone = model.score(&one, 190 * DAY, &Progress::silent()).expect("scores");
    assert_eq!(alone.chances.row(0), all.chances.row(17));
    let read = PropensityModel::from_state(&model.state()).expect("its own state");
    assert_eq!(read.score(&events, 190 * DAY, &Progress::silent()).expect("scores"), all);
    let mut broken = model.state();
    broken.tensors.remove("ease");
    assert!(PropensityModel::from_state(&broken).is_err());
}

#[test]
fn the_catalogue_of_another_day_is_read_by_name() {
    let events = shop(60, 200);
    let model = fitted(&events, 180 * DAY);
    let all = model.score(&events, 190 * DAY, &Progress::silent()).expect("scores");
    let mut other = events.clone();
    let new = Item {
        id: "00".into(),
        category: vec!["all".into(), "a new category".into()],
        ..Item::default()
    };
    other.catalogue.items.insert(0, new);
    other.parts.iter_mut().flatten().for_each(|event| event.item += 1);
    let found = model.score(&other, 190 * DAY, &Progress::silent()).expect("scores");
    assert_eq!((&found.categories, &found.chances), (&all.categories, &all.chances));
}

#[test]
fn too_short_a_history_and_an_empty_period_are_told() {
    let events = shop(20, 60);
    let (profiles, progress) = (ProfileParams::default(), Progress::silent());
    let error = fit(&events, 40 * DAY, &params(), &profiles, Seed(1), &progress);
    let error = error.expect_err("no history before the period").to_string();
    assert!(error.contains("bring older events"), "{error}");
    let later = evaluate(&events, 62 * DAY, &params(), &profiles, Seed(1), &progress);
    let error = later.map(drop).expect_err("nothing is known of the period").to_string();
    assert!(error.contains("nobody bought anything"), "{error}");
    let wrong = PropensityParams { days: 0, ..params() };
    assert!(fit(&events, 40 * DAY, &wrong, &profiles, Seed(1), &progress).is_err());
}
