//! The search from end to end: kills, targets, limits, honesty.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use fenqun_base::{DataError, Language, Matrix, Progress, Seed, Sink, Unit, contract};
use fenqun_evaluate::EvaluateError;
use fenqun_evaluate::compare::Predictions;
use fenqun_evaluate::metrics::Metric;
use fenqun_evaluate::search::{
    InFolds, LogPlace, Objective, Point, Score, Space, Stop, Strategy, Trial, Tunable, Tuned,
    Tuning, nested, tune,
};
use fenqun_evaluate::splits::stratified;
use proptest::prelude::*;
use rand::RngExt;

/// A hill with its top at rate = 0.01 and kind = b; a larger budget sees it with less noise.
struct Hill {
    tried: AtomicUsize,
    stop: Arc<AtomicBool>,
    stop_after: usize,
}

impl Hill {
    fn new() -> Self {
        Self { tried: AtomicUsize::new(0), stop: Arc::default(), stop_after: usize::MAX }
    }
}

impl Objective for Hill {
    fn parameters(&self) -> Vec<&str> {
        vec!["rate", "kind"]
    }

    fn score(&self, point: &Point, budget: f64, seed: Seed) -> Result<Score, DataError> {
        if self.tried.fetch_add(1, Ordering::SeqCst) + 1 >= self.stop_after {
            self.stop.store(true, Ordering::SeqCst);
        }
        let rate = point.number("rate")?;
        if rate > 0.5 {
            return Err(DataError::Labels { reason: "it does not converge".into() });
        }
        let noise = seed.derive(&point.to_string()).rng().random_range(-1.0..1.0) * (1.0 - budget);
        let height = 1.0 - (rate.log10() + 2.0).abs() / 4.0;
        let own = if point.word("kind")? == "b" { 0.0 } else { 0.2 };
        Ok(Score::of("macro_f1", height - own + 0.02 * noise).and("log_loss", own + rate))
    }
}

fn space() -> Space {
    let text = r#"{
        "rate": { "kind": "range", "from": 0.0001, "to": 1.0, "scale": "log" },
        "kind": { "kind": "choice", "of": ["a", "b"] }
    }"#;
    serde_json::from_str(text).expect("a space")
}

fn halving() -> Strategy {
    Strategy::Halving { n_points: 18, factor: 3, smallest: 0.1 }
}

fn search(hill: &Hill, params: &Tuning, log: Option<&Path>) -> Result<Tuned, EvaluateError> {
    struct Nobody;
    impl Sink for Nobody {
        fn begin(&self, _: &str, _: u64, _: Unit) -> usize {
            0
        }
        fn advance(&self, _: usize, _: u64) {}
        fn end(&self, _: usize) {}
    }
    let progress = Progress::new(Arc::new(Nobody), hill.stop.clone());
    let log = log.map(|path| LogPlace { path, ground: "hill" });
    tune(hill, &space(), params, log, Seed(7), &progress)
}

/// What a search came to, without the time it took.
fn timeless(mut found: Tuned) -> Tuned {
    found.trials.iter_mut().for_each(|trial| trial.seconds = 0.0);
    found
}

#[test]
fn every_strategy_climbs_the_hill() {
    for strategy in [Strategy::Grid { steps: 9 }, Strategy::Random, halving()] {
        let params = Tuning { strategy: strategy.clone(), ..Tuning::default() };
        let found = search(&Hill::new(), &params, None).expect("searches");
        let best = found.best_trial().expect("a best one");
        assert_eq!(
            (best.point.word("kind"), best.budget, found.stopped),
            (Ok("b"), 1.0, Stop::Done)
        );
        assert!(found.best_value().expect("scored") > 0.85, "{strategy:?} {best:?}");
        // What could not be fitted is told and costs nothing else.
        let failed: Vec<&Trial> = found.trials.iter().filter(|one| one.score.is_none()).collect();
        assert!(
            failed.iter().all(|one| one.reason.as_deref().is_some_and(|r| r.contains("converge")))
        );
        let best = found.trials.iter().filter(|trial| trial.budget == 1.0);
        let most = best.filter_map(|trial| trial.value("macro_f1")).fold(f64::MIN, f64::max);
        assert_eq!(found.best_value(), Some(most));
    }
}

#[test]
fn a_search_killed_anywhere_and_resumed_comes_to_the_same_table() {
    let folder = tempfile::tempdir().expect("temporary folder");
    for strategy in [Strategy::Random, halving()] {
        let params = Tuning { strategy, n_trials: 30, ..Tuning::default() };
        let whole = timeless(search(&Hill::new(), &params, None).expect("searches"));
        let path = folder.path().join("whole.jsonl");
        let logged = timeless(search(&Hill::new(), &params, Some(&path)).expect("searches"));
        assert_eq!(logged, whole);
        let bytes = std::fs::read(&path).expect("there");
        std::fs::remove_file(&path).expect("there");
        // A kill leaves any beginning of the log, cut within a line too.
        for end in (0..=bytes.len()).step_by(97).chain([bytes.len()]) {
            let path = folder.path().join("torn.jsonl");
            std::fs::write(&path, &bytes[..end]).expect("written");
            let hill = Hill::new();
            let resumed = timeless(search(&hill, &params, Some(&path)).expect("resumes"));
            assert_eq!(resumed, whole, "cut at byte {end}");
            let n_kept = bytes[..end].iter().filter(|&&byte| byte == b'\n').count();
            let n_kept = n_kept.saturating_sub(1);
            assert_eq!(hill.tried.load(Ordering::SeqCst), whole.trials.len() - n_kept);
            assert_eq!(resumed.markdown(Language::En), whole.markdown(Language::En));
            let again = Hill::new();
            search(&again, &params, Some(&path)).expect("resumes");
            assert_eq!(again.tried.load(Ordering::SeqCst), 0, "nothing is tried twice");
        }
    }
}

#[test]
fn a_wish_to_stop_keeps_what_was_finished() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("trials.jsonl");
    let params = Tuning { n_trials: 30, ..Tuning::default() };
    let hill = Hill { stop_after: 10, ..Hill::new() };
    let stopped = search(&hill, &params, Some(&path));
    assert_eq!(stopped, Err(EvaluateError::Interrupted(fenqun_base::Interrupted)));
    let rest = Hill::new();
    let resumed = timeless(search(&rest, &params, Some(&path)).expect("resumes"));
    let n_rest = rest.tried.load(Ordering::SeqCst);
    assert!((16..=21).contains(&n_rest), "{n_rest}");
    assert_eq!(resumed, timeless(search(&Hill::new(), &params, None).expect("searches")));
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let params = Tuning { strategy: halving(), ..Tuning::default() };
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("pool");
        pool.install(|| timeless(search(&Hill::new(), &params, None).expect("searches")))
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn a_target_ends_the_search_or_is_said_not_to_be_met() {
    let met = Tuning::default().until("macro_f1=0.8").expect("a target");
    let found = search(&Hill::new(), &met, None).expect("searches");
    assert_eq!((found.met, found.stopped), (Some(true), Stop::Met));
    assert!(found.trials.len() < 50);
    let said = found.words(Language::En);
    assert!(said.starts_with("macro_f1=0.8 met after"), "{said}");
    let never =
        Tuning { n_trials: 8, ..Tuning::default() }.until("macro_f1=1.5").expect("a target");
    let found = search(&Hill::new(), &never, None).expect("searches");
    assert_eq!((found.met, found.stopped), (Some(false), Stop::Done));
    let said = found.words(Language::En);
    assert!(said.starts_with("macro_f1=1.5 not met in 8 trials: best macro_f1 was 0."), "{said}");
    assert!(found.words(Language::Zh).contains("未达到 macro_f1=1.5"));
    // Less is better for a loss, without being told.
    let loss =
        Tuning { n_trials: 20, ..Tuning::default() }.until("log_loss=0.001").expect("a target");
    let found = search(&Hill::new(), &loss, None).expect("searches");
    let least =
        found.trials.iter().filter_map(|one| one.value("log_loss")).fold(f64::MAX, f64::min);
    assert_eq!((found.lower_is_better, found.best_value()), (true, Some(least)));
    for odd in ["macro_f1", "=0.5", "macro_f1=high", "macro_f1=NaN"] {
        let refused = Tuning::default().until(odd).expect_err("no target").to_string();
        assert!(refused.contains("such as macro_f1=0.55"), "{refused}");
    }
}

#[test]
fn a_limit_ends_the_search_and_more_can_be_asked_for_later() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("trials.jsonl");
    let grid = Tuning { strategy: Strategy::Grid { steps: 9 }, n_trials: 7, ..Tuning::default() };
    let found = search(&Hill::new(), &grid, Some(&path)).expect("searches");
    assert_eq!((found.trials.len(), found.n_planned, found.stopped), (7, 18, Stop::Trials));
    assert!(found.words(Language::En).ends_with("; the limit of trials was reached"));
    let hill = Hill::new();
    let more = Tuning { n_trials: 18, ..grid.clone() };
    let found = search(&hill, &more, Some(&path)).expect("resumes");
    assert_eq!((found.stopped, hill.tried.load(Ordering::SeqCst)), (Stop::Done, 11));
    // No time at all: what is on the disk is told, and nothing new is tried.
    let late = Tuning { seconds: Some(1e-9), ..Tuning::default() };
    let found = search(&Hill::new(), &late, None).expect("searches");
    assert_eq!((found.stopped, found.trials.len(), found.best), (Stop::Seconds, 0, None));
    assert_eq!(found.words(Language::En), "nothing was tried");
    // Another search does not touch this one's trials.
    let other = Tuning { strategy: Strategy::Random, ..Tuning::default() };
    let refused = search(&Hill::new(), &other, Some(&path)).map(drop);
    assert_eq!(refused, Err(EvaluateError::OtherSearch { path }));
}

#[test]
fn what_cannot_be_searched_is_refused() {
    let refused =
        |params: Tuning| search(&Hill::new(), &params, None).expect_err("refused").to_string();
    let plain = Tuning::default;
    assert!(refused(Tuning { n_trials: 0, ..plain() }).contains("`n_trials`"));
    assert!(refused(Tuning { at_once: 0, ..plain() }).contains("`at_once`"));
    assert!(refused(Tuning { seconds: Some(-1.0), ..plain() }).contains("`seconds`"));
    let misspelt = refused(Tuning { metric: "macro_f".into(), ..plain() });
    assert!(misspelt.contains("did you mean `macro_f1`?"), "{misspelt}");
    let text = r#"{ "rte": { "kind": "choice", "of": [0.1] } }"#;
    let typo: Space = serde_json::from_str(text).expect("a space");
    let found = tune(&Hill::new(), &typo, &plain(), None, Seed(7), &Progress::silent());
    let found = found.expect_err("misspelt").to_string();
    assert!(found.contains("did you mean `rate`?"), "{found}");
    let text = r#"{ "rate": { "kind": "choice", "of": [0.9] },
                    "kind": { "kind": "choice", "of": ["a"] } }"#;
    let hopeless: Space = serde_json::from_str(text).expect("a space");
    let found = tune(&Hill::new(), &hopeless, &plain(), None, Seed(7), &Progress::silent());
    let found = found.expect_err("nothing converges").to_string();
    assert!(
        found.contains("one with settings that can be fitted") && found.contains("converge"),
        "{found}"
    );
}

/// Labels drawn by lot, and settings that are as many ways to guess: the best of them looks good
/// inside and is worth nothing.
struct Lots<'a>(&'a [u32]);

impl Tunable for Lots<'_> {
    fn parameters(&self) -> Vec<&str> {
        vec!["guess"]
    }

    fn score(
        &self,
        point: &Point,
        train: &[usize],
        test: &[usize],
        _: f64,
        _: Seed,
    ) -> Result<Score, DataError> {
        assert!(train.iter().all(|row| !test.contains(row)));
        let guess =
            |row: usize| Seed(point.count("guess").unwrap_or(0) as u64).nth(row).0 as u32 % 2;
        let rows: Vec<[f32; 2]> =
            test.iter().map(|&row| if guess(row) == 0 { [0.9, 0.1] } else { [0.1, 0.9] }).collect();
        let truth: Vec<u32> = test.iter().map(|&row| self.0[row]).collect();
        let said = Predictions::likeliest(Matrix::from_rows(&rows)?);
        let accuracy = Metric::Accuracy.of(&truth, &said)?.unwrap_or(0.0);
        Ok(Score::of("accuracy", accuracy))
    }
}

#[test]
fn nesting_tells_what_a_search_is_worth() {
    let (_, mut labels) = contract::labelled_blobs(2, 50, 2, Seed(1));
    let mut rng = Seed(9).rng();
    for code in labels.codes.iter_mut().filter(|code| **code != fenqun_base::NO_CODE) {
        *code = rng.random_range(0..2);
    }
    let outer = stratified(&labels, 4, 1, Seed(7)).expect("enough").splits;
    let text = r#"{ "guess": { "kind": "integers", "from": 1, "to": 100000 } }"#;
    let space: Space = serde_json::from_str(text).expect("a space");
    let params = Tuning { n_trials: 100, metric: "accuracy".into(), ..Tuning::default() };
    let lots = Lots(&labels.codes);
    let folder = tempfile::tempdir().expect("temporary folder");
    let logs = LogPlace { path: folder.path(), ground: "lots" };
    let of = || {
        let silent = Progress::silent();
        nested(&lots, &space, &params, &labels, None, &outer, 3, Some(logs), Seed(7), &silent)
    };
    let found = of().expect("searches");
    assert_eq!(found.folds.len(), 4);
    assert!(found.inner > 0.6 && (found.outer - 0.5).abs() < 0.12, "{}", found.words(Language::En));
    assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 4);
    assert_eq!(of().expect("resumes"), found);
    assert!(found.words(Language::Zh).contains("4 个外层划分"));
    let inside = InFolds::of(&lots, &labels, None, &outer[0].train, 3, Seed(1)).expect("enough");
    let rows = inside.splits.iter().flat_map(|split| split.train.iter().chain(&split.test));
    assert!(rows.into_iter().all(|row| outer[0].train.contains(row)), "nothing from outside");
    // Rows of four are one household.
    let homes: Vec<u64> = (0..labels.codes.len() as u64).map(|row| row / 4).collect();
    let train = &outer[0].train;
    let inside = InFolds::of(&lots, &labels, Some(&homes), train, 3, Seed(1)).expect("enough");
    for split in &inside.splits {
        let is_apart = |&row: &usize| split.train.iter().all(|&other| homes[other] != homes[row]);
        assert!(split.test.iter().all(is_apart), "a household on both sides");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    /// Budgets grow, fewer points go on each time, and those that do were the best.
    #[test]
    fn halving_keeps_the_best(n_points in 2usize..30, factor in 2usize..5, rungs in 0i32..3) {
        let smallest = (factor as f64).powi(-rungs);
        let strategy = Strategy::Halving { n_points, factor, smallest };
        let params = Tuning { strategy, n_trials: 1000, ..Tuning::default() };
        let found = search(&Hill::new(), &params, None).expect("searches");
        let mut budgets: Vec<f64> = found.trials.iter().map(|trial| trial.budget).collect();
        budgets.dedup();
        prop_assert_eq!(budgets.len(), rungs as usize + 1);
        prop_assert!(budgets.windows(2).all(|pair| pair[0] < pair[1]));
        for pair in budgets.windows(2) {
            let on = |budget: f64| -> Vec<&Trial> {
                found.trials.iter().filter(|trial| trial.budget == budget).collect()
            };
            let (before, after) = (on(pair[0]), on(pair[1]));
            prop_assert!(after.len() <= before.len().div_ceil(factor));
            let goes_on = |trial: &&&Trial| after.iter().any(|one| one.number == trial.number);
            let kept = before.iter().filter(goes_on).filter_map(|trial| trial.value("macro_f1"));
            let worst_kept = kept.fold(f64::MAX, f64::min);
            let out = before.iter().filter(|trial| !goes_on(trial));
            let best_out = out.filter_map(|trial| trial.value("macro_f1")).fold(f64::MIN, f64::max);
            prop_assert!(best_out <= worst_kept);
        }
    }
}
