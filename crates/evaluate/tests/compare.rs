//! The comparison from end to end, with contenders whose quality is known.

use std::sync::Arc;

use fenqun_base::{
    DataError, Labels, Language, Matrix, Progress, Seed, Sink, Soft, Supervised, Unit, contract,
};
use fenqun_evaluate::EvaluateError;
use fenqun_evaluate::compare::{
    Comparing, Comparison, Contender, Discordant, IntervalKind, Majority, Outcome, Predictions,
    Task, compare,
};
use fenqun_evaluate::metrics::Metric;
use fenqun_evaluate::splits::{Split, stratified};
use rand::RngExt;

/// A head that does learn.
struct OnBlobs<'a> {
    data: &'a Matrix,
    labels: &'a Labels,
}

impl Contender for OnBlobs<'_> {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn probabilities(
        &self,
        train: &[usize],
        test: &[usize],
        seed: Seed,
    ) -> Result<Predictions, DataError> {
        let (data, labels) = (self.data.select_rows(train), self.labels.select(train));
        let model = fenqun_segments::Softmax::default().fit(&data, &labels, seed)?;
        Ok(Predictions::likeliest(model.probabilities(&self.data.select_rows(test))?))
    }
}

/// Is right with some probability, the same for whoever it learned from.
struct Guesser<'a> {
    name: &'a str,
    labels: &'a Labels,
    right: f64,
    is_baseline: bool,
}

impl Contender for Guesser<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn is_baseline(&self) -> bool {
        self.is_baseline
    }

    fn probabilities(
        &self,
        train: &[usize],
        test: &[usize],
        seed: Seed,
    ) -> Result<Predictions, DataError> {
        if train.len() < 20 {
            return Err(DataError::TooFewRows { needed: 20, found: train.len() });
        }
        let mut rng = seed.derive(self.name).rng();
        let n_classes = self.labels.n_classes();
        let rows: Vec<Vec<f32>> = test
            .iter()
            .map(|&row| {
                let code = self.labels.codes[row] as usize;
                let is_right = rng.random::<f64>() < self.right;
                let other = (code + rng.random_range(1..n_classes)) % n_classes;
                let mut shares = vec![0.4 / n_classes as f32; n_classes];
                shares[if is_right { code } else { other }] += 0.6;
                shares
            })
            .collect();
        Ok(Predictions::likeliest(Matrix::from_rows(&rows)?))
    }
}

fn labels(n_users: usize) -> Labels {
    let words = ["high", "low", "middle"];
    let words: Vec<_> = (0..n_users).map(|row| Some(words[row * row % 7 % 3])).collect();
    Labels::from_words(&words)
}

fn four(labels: &Labels) -> [Guesser<'_>; 4] {
    let of = |name, right, is_baseline| Guesser { name, labels, right, is_baseline };
    [
        of("RFM + logistic", 0.5, true),
        of("own counts", 0.7, true),
        of("average of heads", 0.7, false),
        of("graph", 0.45, false),
    ]
}

fn of(labels: &Labels, params: &Comparing) -> Comparison {
    let folds = stratified(labels, 5, 3, Seed(7)).expect("enough");
    let four = four(labels);
    let contenders: Vec<&dyn Contender> = four.iter().map(|one| one as &dyn Contender).collect();
    let task = Task::new(labels, &folds.splits);
    compare(&contenders, &task, params, Seed(7), &Progress::silent()).expect("compares")
}

#[test]
fn verdicts_tell_the_better_from_the_equal() {
    let labels = labels(400);
    let found = of(&labels, &Comparing::default());
    assert_eq!((found.n_folds, found.n_repeats), (5, 3));
    let verdicts = found.verdicts();
    let outcomes = |at: usize| -> Vec<Outcome> {
        verdicts[at].against.iter().map(|against| against.outcome).collect()
    };
    assert_eq!(outcomes(0), [Outcome::Beats, Outcome::Ties]);
    assert_eq!(outcomes(1), [Outcome::Ties, Outcome::Loses]);
    // Five pairs by two metrics; a baseline is not tested against a baseline.
    assert_eq!(found.paired.len(), 10);
    for pair in &found.paired {
        let over_splits = pair.over_splits.expect("many splits");
        assert!(over_splits.low <= pair.difference && pair.difference <= over_splits.high);
        let over_users = pair.over_users;
        assert!(over_users.low <= pair.difference && pair.difference <= over_users.high);
        assert!(pair.p_corrected >= pair.range().p && pair.discordant.is_none());
    }
}

#[test]
fn numbers_are_those_of_the_splits() {
    let labels = labels(400);
    let found = of(&labels, &Comparing::default());
    let standing = found.standing("own counts").expect("took part");
    let accuracy = standing.estimate(Metric::Accuracy).expect("exists");
    assert_eq!(accuracy.splits.len(), 15);
    let mean = accuracy.splits.iter().flatten().sum::<f64>() / 15.0;
    assert!((accuracy.mean - mean).abs() < 1e-12 && (mean - 0.7).abs() < 0.05);
    assert!(accuracy.low < 0.7 && 0.7 < accuracy.high);
    // Every user is asked once a repetition.
    assert_eq!(standing.confusion.n_users(), 1200);
    assert!((standing.confusion.accuracy() - mean).abs() < 1e-3);
    assert_eq!(standing.calibration.iter().map(|bin| bin.n_users).sum::<u64>(), 1200);
    assert_eq!((standing.lift.len(), standing.classes.len()), (10, 3));
    assert!(standing.lift[0].lift > 1.5);
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let labels = labels(200);
    let params = Comparing { curve_of: vec!["graph".into()], ..Comparing::default() };
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build();
        pool.expect("pool").install(|| of(&labels, &params))
    };
    let (one, four) = (on(1), on(4));
    assert_eq!(one, four);
    let json = serde_json::to_string(&one).expect("JSON");
    assert_eq!(serde_json::from_str::<Comparison>(&json).expect("reads its own"), one);
}

#[test]
fn a_learning_curve_ends_at_all_labels_and_says_what_could_not_be_learned() {
    let (data, labels) = contract::labelled_blobs(3, 50, 3, Seed(1));
    let folds = stratified(&labels, 4, 2, Seed(7)).expect("enough");
    let task = Task::new(&labels, &folds.splits);
    let guesser = Guesser { name: "guesser", labels: &labels, right: 0.8, is_baseline: false };
    let head = OnBlobs { data: &data, labels: &labels };
    let curve_of = vec!["guesser".into(), "softmax".into()];
    let params = Comparing { curve_of, curve_shares: vec![0.1, 0.5, 1.0], ..Comparing::default() };
    let all: [&dyn Contender; 3] = [&Majority::new(&labels), &guesser, &head];
    let found = compare(&all, &task, &params, Seed(7), &Progress::silent()).expect("compares");
    assert!(found.standing("majority").expect("took part").curve.is_empty());
    let curve = &found.standing("guesser").expect("took part").curve;
    // 90 users to learn from: a tenth is 9, fewer than it wants.
    assert!((curve[0].n_train - 9.0).abs() < 1.0 && curve[0].metrics.is_empty());
    assert!(curve[0].reason.as_deref().is_some_and(|reason| reason.contains("20 rows are needed")));
    let softmax = found.standing("softmax").expect("took part");
    let whole = &softmax.curve[2].metrics[0];
    assert_eq!((whole.metric, whole.estimate.splits.len()), (Metric::MacroF1, 4));
    let all_splits = &softmax.estimate(Metric::MacroF1).expect("exists").splits;
    assert_eq!(whole.estimate.splits, all_splits[..4]);
    assert!(softmax.curve[0].metrics[0].estimate.mean > 0.9);
}

#[test]
fn a_single_split_is_judged_by_its_users() {
    let labels = labels(1100);
    let split =
        Split { train: (0..300).collect(), test: (300..1100).collect(), repeat: 0, fold: 0 };
    let four = four(&labels);
    let contenders: Vec<&dyn Contender> = four.iter().map(|one| one as &dyn Contender).collect();
    let splits = [split];
    let task = Task::new(&labels, &splits);
    let found = compare(&contenders, &task, &Comparing::default(), Seed(8), &Progress::silent());
    let found = found.expect("compares");
    assert_eq!(found.interval, IntervalKind::Bootstrap);
    for standing in &found.contenders {
        for measured in &standing.metrics {
            let estimate = &measured.estimate;
            assert!(estimate.low < estimate.mean && estimate.mean < estimate.high, "{measured:?}");
        }
    }
    let first = &found.paired[0];
    assert_eq!(
        (first.first.as_str(), first.second.as_str()),
        ("average of heads", "RFM + logistic")
    );
    assert_eq!((first.over_splits, first.outcome), (None, Outcome::Beats));
    let Discordant { only_first, only_second, p } = first.discordant.expect("a single split");
    assert!(only_first > only_second && p < 0.01);
    // Of 800 users, a share of .7 is known to about ±.03.
    let accuracy = found.contenders[2].estimate(Metric::Accuracy).expect("exists");
    assert!((0.05..0.08).contains(&(accuracy.high - accuracy.low)), "{accuracy:?}");
}

#[test]
fn rows_of_one_user_are_resampled_together() {
    // Each user four times, with the same answer: a quarter of the evidence, twice the interval.
    let words: Vec<_> = (0..400).map(|row| Some(["high", "low"][row / 4 * 7 % 13 % 2])).collect();
    let labels = Labels::from_words(&words);
    struct Same;
    impl Contender for Same {
        fn name(&self) -> &str {
            "same"
        }
        fn probabilities(
            &self,
            _: &[usize],
            test: &[usize],
            _: Seed,
        ) -> Result<Predictions, DataError> {
            let share = |&row: &usize| if row / 4 % 3 == 0 { [0.9, 0.1] } else { [0.2, 0.8] };
            let rows: Vec<[f32; 2]> = test.iter().map(share).collect();
            Ok(Predictions::likeliest(Matrix::from_rows(&rows)?))
        }
    }
    let splits =
        [Split { train: (0..80).collect(), test: (80..400).collect(), repeat: 0, fold: 0 }];
    let width = |groups: Option<&[u64]>| {
        let task = Task { groups, ..Task::new(&labels, &splits) };
        let found = compare(&[&Same], &task, &Comparing::default(), Seed(7), &Progress::silent());
        let found = found.expect("compares");
        let accuracy = found.contenders[0].estimate(Metric::Accuracy).expect("exists");
        accuracy.high - accuracy.low
    };
    let groups: Vec<u64> = (0..400).map(|row| row / 4).collect();
    let ratio = width(Some(&groups)) / width(None);
    assert!((1.7..2.3).contains(&ratio), "{ratio}");
}

#[test]
fn markdown_reads_as_before() {
    let labels = labels(200);
    let params = Comparing { curve_of: vec!["average of heads".into()], ..Comparing::default() };
    let found = of(&labels, &params);
    let goldens = [
        (Language::En, "comparison.en.md", include_str!("golden/comparison.en.md")),
        (Language::Zh, "comparison.zh.md", include_str!("golden/comparison.zh.md")),
    ];
    if let Some(folder) = std::env::var_os("FENQUN_NEW_GOLDEN") {
        for (language, name, _) in goldens {
            let path = std::path::Path::new(&folder).join(name);
            std::fs::write(path, found.markdown(language)).expect("written");
        }
    }
    for (language, name, golden) in goldens {
        assert_eq!(found.markdown(language), golden, "{name}");
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let labels = labels(60);
    let folds = stratified(&labels, 3, 1, Seed(7)).expect("enough");
    let guesser = |name, right| Guesser { name, labels: &labels, right, is_baseline: false };
    let (a, b) = (guesser("a", 0.5), guesser("a", 0.6));
    let of = |contenders: &[&dyn Contender], splits: &[Split], params: &Comparing| {
        let task = Task::new(&labels, splits);
        let found = compare(contenders, &task, params, Seed(7), &Progress::silent());
        found.expect_err("refused").to_string()
    };
    let plain = Comparing::default();
    assert!(of(&[], &folds.splits, &plain).contains("`contenders` must be 1 or more"));
    assert!(of(&[&a, &b], &folds.splits, &plain).contains("`a` twice"));
    assert!(of(&[&a], &[], &plain).contains("`splits` must be 1 or more"));
    let both = Split { train: vec![0, 1, 2], test: vec![2], repeat: 0, fold: 0 };
    assert!(of(&[&a], &[both], &plain).contains("row 2 (repeat 1, fold 1)"));
    let outside = Split { train: vec![0, 1], test: vec![99], repeat: 0, fold: 0 };
    assert!(of(&[&a], &[outside], &plain).contains("row 99"));
    let with =
        |curve_of: &str| Comparing { curve_of: vec![curve_of.into()], ..Comparing::default() };
    assert!(of(&[&a], &folds.splits, &with("b")).contains("`curve_of` must be one of a"));
    let few = Comparing { n_resamples: 3, ..Comparing::default() };
    assert!(of(&[&a], &folds.splits, &few).contains("`n_resamples`"));
    let lift = Comparing { lift_class: "hihg".into(), ..Comparing::default() };
    assert!(of(&[&a], &folds.splits, &lift).contains("did you mean `high`?"));
    let tiny = Split { train: (0..10).collect(), test: (10..60).collect(), repeat: 1, fold: 2 };
    let failed = of(&[&a], &[tiny], &plain);
    assert!(failed.starts_with("`a` cannot be evaluated (repeat 2, fold 3): 20 rows"), "{failed}");

    struct Wrong(Vec<f32>);
    impl Contender for Wrong {
        fn name(&self) -> &str {
            "wrong"
        }
        fn probabilities(
            &self,
            _: &[usize],
            test: &[usize],
            _: Seed,
        ) -> Result<Predictions, DataError> {
            let values = self.0.repeat(test.len());
            let probabilities = Matrix::new(test.len(), self.0.len(), values)?;
            Ok(Predictions { decided: vec![0; test.len()], probabilities })
        }
    }
    for (shares, said) in [
        (vec![0.5, 0.5], "rows must be 3 wide"),
        (vec![0.5, 0.5, 0.5], "1 in sum"),
        (vec![f32::NAN, 0.5, 0.5], "finite"),
    ] {
        let failed = of(&[&Wrong(shares)], &folds.splits, &plain);
        assert!(
            failed.starts_with("`wrong` cannot be evaluated") && failed.contains(said),
            "{failed}"
        );
    }
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
    let labels = labels(60);
    let folds = stratified(&labels, 3, 1, Seed(7)).expect("enough");
    let progress = Progress::new(Arc::new(Nobody), Arc::new(true.into()));
    let task = Task::new(&labels, &folds.splits);
    let params = Comparing::default();
    let found = compare(&[&Majority::new(&labels)], &task, &params, Seed(1), &progress);
    assert_eq!(found, Err(EvaluateError::Interrupted(fenqun_base::Interrupted)));
}
