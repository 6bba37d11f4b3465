use fenqun_base::{Block, Language, Matrix};
use fenqun_evaluate::search::{Point, Score, Space, Stop, Trial, Tuned};
use serde_json::{Value, json};

use super::{path, plot, space, write};
use crate::heads::HeadMethod;
use crate::RunError;
use crate::heads::HeadConfig;

const METHODS: [HeadMethod; 6] = [
    HeadMethod::Blend,
    HeadMethod::Softmax,
    HeadMethod::Trees,
    HeadMethod::Perceptron,
    HeadMethod::NearestLabelled,
    HeadMethod::LabelSpreading,
];

fn value(method: HeadMethod) -> Value {
    serde_json::to_value(method.default_head()).expect("a head is JSON")
}

fn point(values: &[(&str, Value)]) -> Point {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Point { values: values.collect() }
}

fn blocks() -> Vec<Block> {
    let block = |name: &str| Block { name: name.to_owned(), vectors: Matrix::zeros(3, 2) };
    ["graph", "categories", "aggregates", "features"].map(block).to_vec()
}

fn space_of(text: &str) -> Space {
    toml::from_str(text).expect("a space")
}

fn refused(method: HeadMethod, text: &str) -> String {
    match space::check(&space_of(text), &value(method)) {
        Err(RunError::Tune { reason }) => reason,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_point_changes_what_it_names_and_nothing_else() {
    let point = point(&[
        ("head.settings.training.learning_rate", json!(0.02)),
        ("head.settings.hidden", json!([32, 16])),
        ("head.blocks.graph.weight", json!(0.3)),
        ("head.blocks.2.weight", json!(0.7)),
    ]);
    let HeadConfig::Perceptron(mut expected) = HeadMethod::Perceptron.default_head() else {
        panic!("a perceptron");
    };
    expected.settings.training.learning_rate = 0.02;
    expected.settings.hidden = vec![32, 16];
    expected.blocks[0].weight = 0.3;
    expected.blocks[2].weight = 0.7;
    let found = path::with(&value(HeadMethod::Perceptron), &point).expect("fits");
    assert_eq!(found, HeadConfig::Perceptron(expected));
}

#[test]
fn a_number_where_a_list_stands_becomes_the_list() {
    let point = point(&[("head.settings.c", json!(0.05)), ("head.blocks.text.weight", json!(2))]);
    let found = path::with(&value(HeadMethod::Softmax), &point).expect("fits");
    let HeadConfig::Softmax(on) = found else { panic!("softmax") };
    assert_eq!(on.settings.c, [0.05]);
    assert_eq!(on.blocks[2].weight, 2.0);
}

#[test]
fn parts_of_a_blend_are_entered_by_name() {
    let point = point(&[
        ("head.parts.trees.head.rounds", json!(33)),
        ("head.parts.all.blocks.graph.weight", json!(0.5)),
        ("head.decision", json!({ "goal": "fixed", "tau": 0.4 })),
    ]);
    let found = path::with(&value(HeadMethod::Blend), &point).expect("fits");
    let after = serde_json::to_value(&found).expect("JSON");
    assert_eq!(after["parts"][3]["head"]["rounds"], 33);
    assert_eq!(after["parts"][0]["blocks"][0]["weight"], 0.5);
    assert_eq!(after["decision"]["tau"], 0.4);
}

#[test]
fn every_path_that_is_told_can_be_set_to_what_it_has() {
    for method in METHODS {
        let head = value(method);
        let paths = path::paths(&head);
        assert!(paths.iter().all(|path| path.starts_with("head.")), "{paths:?}");
        for path in &paths {
            let pointer = |head: &Value| {
                let mut probe = head.clone();
                path::put(&mut probe, path, &json!("MARK")).expect("is there");
                probe
            };
            assert_ne!(pointer(&head), head, "{path} changes nothing");
        }
    }
}

#[test]
fn the_usual_spaces_fit_their_heads_and_leave_out_blocks_that_are_not_there() {
    for method in METHODS {
        let space = space::usual(&method.default_head(), &blocks());
        assert!(!space.dimensions.is_empty(), "{method:?}");
        assert!(space::check(&space, &value(method)).is_ok(), "{method:?}");
        assert!(space.dimensions.keys().all(|name| !name.contains(".text.")), "{space:?}");
    }
}

#[test]
fn a_slip_in_a_path_is_refused_with_the_nearest() {
    let said = refused(
        HeadMethod::Perceptron,
        r#""head.settings.training.lerning_rate" = { kind = "choice", of = [0.1] }"#,
    );
    assert!(said.contains("did you mean `head.settings.training.learning_rate`?"), "{said}");
    assert!(said.contains("method `perceptron`"), "{said}");
    let said = refused(HeadMethod::Softmax, r#""nonsense" = { kind = "choice", of = [1] }"#);
    assert!(said.contains("there are head.blocks.graph.weight"), "{said}");
    let of_other = r#""head.settings.rounds" = { kind = "integers", from = 1, to = 9 }"#;
    assert!(refused(HeadMethod::Softmax, of_other).contains("there is no `rounds`"));
}

#[test]
fn values_of_the_wrong_kind_are_refused_before_anything_is_fitted() {
    let said = refused(
        HeadMethod::Trees,
        r#""head.settings.rounds" = { kind = "range", from = 10, to = 20 }"#,
    );
    assert!(said.contains("`head.settings.rounds` = 10.0, which does not fit"), "{said}");
    let said = refused(
        HeadMethod::Softmax,
        r#""head.settings.class_weights" = { kind = "choice", of = ["uniform", "balancd"] }"#,
    );
    assert!(said.contains("\"balancd\""), "{said}");
}

#[test]
fn a_space_file_with_a_slip_is_refused_at_its_line() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("space.toml");
    let text = "\"head.settings.c\" = { kind = \"range\", from = 0.1, to = 1.0 }\n\
                \"head.settings.n_folds\" = { kind = \"integrs\", from = 2, to = 3 }\n";
    std::fs::write(&path, text).expect("written");
    let said = space::load(&path).expect_err("a slip").to_string();
    assert!(said.contains("space.toml, line 2"), "{said}");
    assert!(said.contains("integrs"), "{said}");
}

#[test]
fn the_snippet_reads_back_as_the_same_head() {
    #[derive(serde::Deserialize)]
    struct Pasted {
        head: HeadConfig,
    }
    for method in METHODS {
        let text = write::pasted(&method.default_head()).expect("TOML");
        let back: Pasted = toml::from_str(&text).expect("reads back");
        assert_eq!(back.head, method.default_head(), "{text}");
    }
}

#[test]
fn the_picture_shows_every_full_trial_and_the_best_so_far() {
    let trial = |number: usize, budget: f64, value: f64| Trial {
        number,
        point: Point::default(),
        budget,
        score: Some(Score::of("log_loss", value)),
        reason: None,
        seconds: 1.0,
    };
    let mut search = Tuned {
        metric: "log_loss".into(),
        lower_is_better: true,
        until: Some(0.4),
        met: Some(false),
        stopped: Stop::Done,
        n_planned: 4,
        seed: 7,
        trials: vec![
            trial(0, 0.3, 9.0),
            trial(0, 1.0, 0.8),
            trial(1, 1.0, 0.5),
            trial(2, 1.0, 0.6),
        ],
        best: Some(2),
    };
    let svg = plot::of(&search, "log loss", Language::En);
    assert_eq!(svg.matches("<circle").count(), 3);
    let line = svg.split("points=\"").nth(1).expect("a line").split('"').next().expect("points");
    let heights: Vec<f64> = line
        .split(' ')
        .map(|pair| pair.split(',').nth(1).expect("y").parse().expect("a number"))
        .collect();
    // Less is better, and lower values stand lower in the picture.
    assert!(heights[1] > heights[0] && heights[2] == heights[1], "{heights:?}");
    assert_eq!(svg.matches("stroke-dasharray").count(), 1);
    search.trials.clear();
    assert!(plot::of(&search, "log loss", Language::Zh).ends_with("</svg>\n"));
}
