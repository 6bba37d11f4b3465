use fenqun_base::{
    Action, Catalogue, Event, Interrupted, Item, Language, Matrix, NO_CODE, Progress, Sink, Unit,
    UserId,
};
use fenqun_profiles::EventsInMemory;

use super::counts::counts;
use super::purchases::Purchases;
use super::tasks::Task;
use super::*;
use crate::RunError;

const DAY: i64 = 86_400_000;

fn user(number: usize) -> UserId {
    let mut id = [0; 16];
    id[6..8].copy_from_slice(&(number as u16).to_be_bytes());
    UserId(id)
}

fn event(user: UserId, day: i64, item: u32, action: Action) -> Event {
    Event {
        user,
        time: day * DAY,
        session: 0,
        quantity: 1.0,
        price: f64::from(item + 1),
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

fn catalogue(n_items: usize) -> Catalogue {
    let item = |at: usize| Item {
        id: format!("{at:03}"),
        category: vec![if at.is_multiple_of(2) { "even" } else { "odd" }.to_owned()],
        ..Item::default()
    };
    Catalogue { items: (0..n_items).map(item).collect() }
}

/// Four users, windows of ten days from day 80 on, in two parts.
fn small() -> EventsInMemory {
    use Action::{Purchase, View};
    let of = |number: usize, events: &[(i64, u32, Action)]| -> Vec<Event> {
        events.iter().map(|&(day, item, what)| event(user(number), day, item, what)).collect()
    };
    EventsInMemory {
        parts: vec![
            [
                of(
                    1,
                    &[(10, 0, Purchase), (79, 0, Purchase), (80, 1, Purchase), (85, 1, Purchase)],
                ),
                of(2, &[(75, 1, View), (90, 3, Purchase), (99, 0, Purchase), (100, 2, Purchase)]),
            ]
            .concat(),
            [
                of(3, &[(60, 2, Purchase), (84, 3, Purchase)]),
                // Not there in the input: no vector, and never asked about.
                of(4, &[(81, 1, Purchase), (95, 1, Purchase)]),
            ]
            .concat(),
        ],
        catalogue: catalogue(4),
    }
}

fn users() -> Vec<UserId> {
    vec![user(1), user(2), user(3)]
}

fn task(name: TaskName) -> Result<Task, WhyNot> {
    let (events, windows) = (small(), Windows::before(100 * DAY, 10));
    let purchases = Purchases::read(&events, &windows, &users()).expect("reads");
    Task::build(name, &purchases, &events.catalogue, 100).expect("fits")
}

#[test]
fn windows_lie_one_after_another() {
    let windows = Windows::before(100 * DAY, 10);
    assert_eq!((windows.train, windows.validation, windows.end), (80 * DAY, 90 * DAY, 100 * DAY));
}

#[test]
fn churn_asks_those_who_bought_and_conversion_all() {
    let churn = task(TaskName::Churn);
    // Neither user 1 nor user 3 buys anything in the window that judges.
    assert_eq!(churn.map(drop), Err(WhyNot::NothingToTellApart));
    let conversion = task(TaskName::Conversion).expect("can be asked");
    assert_eq!(conversion.rows, [0, 1, 2]);
    assert_eq!(conversion.train.values(), [0.0, 1.0, 0.0]);
    assert_eq!(conversion.validation.values(), [1.0, 0.0, 1.0]);
}

#[test]
fn targets_are_the_most_bought_of_the_window_to_learn_from() {
    // Lines of the wanted users on days 80 to 89: item 1 twice, item 3 once.
    let items = task(TaskName::PropensitySku).expect("can be asked");
    assert_eq!(items.train.row(0), [1.0, 0.0]);
    assert_eq!(items.train.row(2), [0.0, 1.0]);
    assert_eq!(items.validation.row(1), [0.0, 1.0]);
    assert_eq!(items.popularity, [0.0, 0.0]);
    // Both were never bought in the input.
    let new = task(TaskName::PropensityNewSku).expect("can be asked");
    assert_eq!(new.train, items.train);
    // Odd items alone were bought: one category is no choice.
    assert_eq!(task(TaskName::PropensityCategory).map(drop), Err(WhyNot::FewTargets));
    let price = task(TaskName::PropensityPrice).expect("can be asked");
    assert_eq!(price.train.n_columns(), 2);
}

#[test]
fn the_counts_see_the_input_alone() {
    let events = small();
    let windows = Windows::before(100 * DAY, 10);
    let purchases = Purchases::read(&events, &windows, &users()).expect("reads");
    let all = counts(&purchases, &events.catalogue).expect("fits");
    let cut = |events: &EventsInMemory| EventsInMemory {
        parts: events
            .parts
            .iter()
            .map(|part| part.iter().filter(|event| event.time < 80 * DAY).copied().collect())
            .collect(),
        catalogue: events.catalogue.clone(),
    };
    let past = Purchases::read(&cut(&events), &windows, &users()).expect("reads");
    assert_eq!(past.input, purchases.input);
    assert_eq!(past.activity, purchases.activity);
    // Prices of items first bought later make buckets, but nobody of the input has them.
    let past = counts(&past, &events.catalogue).expect("fits");
    assert_eq!(past.column(0), all.column(0));
    // User 1 bought once within 7 days and twice ever.
    let once = 1.0f32.ln_1p();
    let twice = 2.0f32.ln_1p();
    assert!(all.row(0).contains(&once) && all.row(0).contains(&twice));
}

/// Users of two kinds: some buy item 0 or 1 every third day, others 2 or 3 and then no more.
fn lively(n_users: usize) -> EventsInMemory {
    let mut events = Vec::new();
    for number in 0..n_users {
        let stays = number % 2 == 0;
        for day in (number % 3..if stays { 100 } else { 75 }).step_by(3) {
            let item = if stays { day % 2 } else { 2 + day % 2 };
            events.push(event(user(number), day as i64, item as u32, Action::Purchase));
        }
        // Someone who left comes back at times.
        if !stays && number % 10 == 1 {
            events.push(event(user(number), 84, 2, Action::Purchase));
            events.push(event(user(number), 94, 3, Action::Purchase));
        }
    }
    EventsInMemory { parts: vec![events], catalogue: catalogue(4) }
}

fn ask(n_users: usize, progress: &Progress) -> Result<BehaviourResult, RunError> {
    let users: Vec<UserId> = (0..n_users).map(user).collect();
    let kinds: Vec<[f32; 2]> =
        (0..n_users).map(|at| if at % 2 == 0 { [1.0, 0.0] } else { [0.0, 1.0] }).collect();
    // One value is beyond what float16 holds.
    let noise: Vec<[f32; 1]> = (0..n_users)
        .map(|at| [if at == 7 { 1e6 } else { (at * 7919 % 101) as f32 / 101.0 }])
        .collect();
    let contender = |name: &str, role, vectors| Contender { name: name.to_owned(), vectors, role };
    let contenders = vec![
        contender("kinds", Role::Joined, Matrix::from_rows(&kinds).expect("rows")),
        contender("noise", Role::Block, Matrix::from_rows(&noise).expect("rows")),
        contender("twin", Role::Brought, Matrix::from_rows(&kinds).expect("rows")),
    ];
    let params = BehaviourParams { days: 10, ..BehaviourParams::default() };
    compare(&lively(n_users), 100 * DAY, &users, contenders, &params, progress)
}

#[test]
fn vectors_that_know_beat_noise_and_the_same_seed_gives_the_same_result() {
    let found = ask(400, &Progress::silent()).expect("can be asked");
    let names: Vec<&str> = found.contenders.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["counts", "kinds", "counts + kinds", "noise", "twin", "counts + twin"]);
    let of = |contender: usize, task: TaskName| {
        let scores = &found.contenders[contender].scores;
        let score = scores.iter().find(|score| score.task == task).expect("asked");
        assert_eq!(score.epochs.len(), 3);
        assert_eq!(score.auroc.mean, score.best().expect("an epoch").auroc);
        assert!(score.auroc.low <= score.auroc.mean && score.auroc.mean <= score.auroc.high);
        score
    };
    for task in [TaskName::Churn, TaskName::Conversion, TaskName::PropensitySku] {
        let (kinds, noise) = (of(1, task), of(3, task));
        let lead = kinds.auroc.mean - noise.auroc.mean;
        assert!(kinds.auroc.mean > 0.85 && lead > 0.1, "{task:?}: {kinds:?} against {noise:?}");
        // The counts beat noise beyond chance.
        assert!(noise.over_counts.expect("compared").high < 0.0, "{task:?}: {noise:?}");
        assert!(of(0, task).over_counts.is_none() && kinds.over_joined.is_none());
        // The same vectors by another name are the same, draw by draw.
        let twin = of(4, task).over_joined.expect("compared");
        assert_eq!((twin.mean, twin.low, twin.high), (0.0, 0.0, 0.0));
    }
    assert_eq!(found.skipped.len() + found.tasks.len(), 6);
    assert_eq!(found.contenders.iter().map(|one| one.n_clamped).collect::<Vec<_>>()[3], 1);
    assert_eq!(ask(400, &Progress::silent()).expect("can be asked"), found);
    let json = serde_json::to_string(&found).expect("writes");
    assert!(json.contains("\"head\":\"small\""));
    assert_eq!(serde_json::from_str::<BehaviourResult>(&json).expect("reads"), found);
}

#[test]
fn everything_found_is_told_in_both_languages() {
    let mut found = ask(400, &Progress::silent()).expect("can be asked");
    found.skipped = vec![Skipped { task: TaskName::PropensityPrice, reason: WhyNot::NoCategories }];
    let text = found.markdown(Language::En);
    for words in [
        "| vectors | width | churn |",
        "| kinds | 2 | 0.",
        "## churn\n\n",
        "| vectors | AUROC [95 %] | over counts [95 %] | score | novelty | diversity | epoch |",
        "propensity_price could not be asked: the catalogue has no categories.",
        "- `twin` beats `kinds` on 0 of",
    ] {
        assert!(text.contains(words), "`{words}` is not in:\n{text}");
    }
    let last = text.lines().last().expect("lines");
    assert!(last.starts_with("- `kinds` ") && last.contains(" `counts` on "), "{last}");
    let remarks = found.remarks(Language::En).join("\n");
    for words in [
        "before 1970-03-22",
        "The head is the small one",
        "Values of `noise` beyond what float16 holds (±65504): 1,",
        "propensity_price could not be asked",
        "comes furthest",
    ] {
        assert!(remarks.contains(words), "`{words}` is not in:\n{remarks}");
    }
    let is_chinese = |line: &String| line.chars().any(|letter| ('一'..='龥').contains(&letter));
    assert!(found.remarks(Language::Zh).iter().all(is_chinese));
    assert!(found.verdicts(Language::Zh).iter().all(is_chinese));
    let text = found.markdown(Language::Zh);
    assert!(text.contains("商品目录没有品类") && text.contains("## 结论"), "{text}");
    let shown = found.shown(Language::En);
    assert_eq!(shown.metrics.len(), found.tasks.len());
    assert!(shown.methods[0].figures[0].is_some_and(|figure| figure.low < figure.high));
    let table = &shown.tables[0];
    assert!(table.title.contains("novelty") && table.rows[0][1].matches(" · ").count() == 2);
}

#[test]
fn too_few_days_and_wrong_settings_are_refused() {
    let with = |params: BehaviourParams| {
        let end = 100 * DAY;
        compare(&small(), end, &users(), Vec::new(), &params, &Progress::silent()).map(drop)
    };
    let long = BehaviourParams { days: 60, ..BehaviourParams::default() };
    let refused = with(long).expect_err("no input left").to_string();
    assert!(refused.contains("ask for shorter windows"), "{refused}");
    let wrong = BehaviourParams { days: 0, ..BehaviourParams::default() };
    assert!(with(wrong).expect_err("no days").to_string().contains("`days` must be between 1"));
    let wrong = BehaviourParams { n_targets: 1, ..BehaviourParams::default() };
    assert!(with(wrong).expect_err("one").to_string().contains("`n_targets`"));
    let (name, vectors) = ("short".to_owned(), Matrix::zeros(2, 1));
    let short = Contender { name, vectors, role: Role::Block };
    let params = BehaviourParams { days: 10, ..BehaviourParams::default() };
    let silent = Progress::silent();
    let refused = compare(&small(), 100 * DAY, &users(), vec![short], &params, &silent);
    assert!(matches!(refused, Err(RunError::Data(_))));
}

#[test]
fn a_wish_to_stop_is_heard() {
    struct Nobody;
    impl Sink for Nobody {
        fn begin(&self, _: &str, _: u64, _: Unit) -> usize {
            0
        }
        fn advance(&self, _: usize, _: u64) {}
        fn end(&self, _: usize) {}
    }
    let progress = Progress::new(std::sync::Arc::new(Nobody), std::sync::Arc::new(true.into()));
    assert!(matches!(ask(40, &progress), Err(RunError::Interrupted(Interrupted))));
}
