use fenqun_base::{Block, Language, Matrix};
use fenqun_evaluate::metrics::Metric;
use fenqun_evaluate::search::{Point, Score, Space, Stop, Trial, Tuned};
use serde_json::{Value, json};

use super::{TuneOutcome, path, space, write};
use crate::RunError;
use crate::artifacts::read_json;
use crate::heads::{HeadConfig, HeadMethod};
use crate::pages::{report_again, write_report};
use crate::report::ReportData;

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

/// A search of two trials, the second of which could not be fitted.
fn outcome(run: &std::path::Path, name: &str, value: f64) -> TuneOutcome {
    let trial = |number: usize, c: f64, value: Option<f64>| Trial {
        number,
        point: point(&[("head.settings.c", json!(c)), ("head.blocks.<b>.weight", json!(0.25))]),
        budget: 1.0,
        score: value.map(|value| Score::of("log_loss", value)),
        reason: value.is_none().then(|| "too few rows".to_owned()),
        seconds: 1.0,
    };
    let method = HeadMethod::Softmax;
    TuneOutcome {
        format: 1,
        name: name.to_owned(),
        method,
        metric: Metric::LogLoss,
        protocol: "60 labelled users".to_owned(),
        remarks: vec!["a remark".to_owned()],
        verdicts: vec!["a verdict".to_owned()],
        search: Tuned {
            metric: "log_loss".to_owned(),
            lower_is_better: true,
            until: None,
            met: None,
            stopped: Stop::Done,
            n_planned: 2,
            seed: 7,
            trials: vec![trial(0, 0.012_345_6, Some(value)), trial(1, 1.0, None)],
            best: Some(0),
        },
        head: method.default_head(),
        nested: None,
        comparison: None,
        folder: write::made(run, name, method.name(), false).expect("made"),
        seconds: 2.0,
    }
}

#[test]
fn the_report_of_the_run_has_a_tuning_once_and_keeps_it() {
    let run = tempfile::tempdir().expect("folder");
    let run = run.path();
    write_report(run, &ReportData::default()).expect("written");
    for (name, value) in [("tier", 0.9), ("<i>other", 0.7), ("tier", 0.6)] {
        write::results(run, &outcome(run, name, value), Language::En).expect("written");
    }
    let report: ReportData = read_json(&run.join("report.json")).expect("reads");
    assert_eq!(report.tunings.len(), 2);
    let shown = &report.tunings[0];
    assert_eq!((shown.name.as_str(), shown.trials[0].value), ("tier", Some(0.6)));
    assert_eq!(shown.settings, ["head.blocks.<b>.weight", "head.settings.c"]);
    assert_eq!(shown.trials[0].values, ["0.25", "0.01235"]);
    assert_eq!((shown.trials[1].number, shown.trials[1].reason.as_str()), (2, "too few rows"));
    assert_eq!(shown.verdict, ["a verdict", "a remark"]);
    let page = std::fs::read_to_string(run.join("report.html")).expect("reads");
    assert!(page.contains("id=\"tuning\"") && page.contains("0.6000"), "no tuning on the page");
    assert!(!page.contains("<i>other") && !page.contains("<b>.weight"), "not escaped");
    // Only a finished run can be shown again.
    assert!(report_again(run, None).is_err());
    assert!(run.join("tuning/tier/softmax/trials.svg").exists());
}
