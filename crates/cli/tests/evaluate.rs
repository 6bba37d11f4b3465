//! What `evaluate` keeps together, what it leaves when something fails, and which heads it takes.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use fenqun_run::read_folds;
use support::{RAW_ID, Said, Workplace, files, finished, taste};

/// A file with a line for every user of the made shop.
fn labels(place: &Workplace, header: &str, of: impl Fn(usize) -> String) {
    let mut text = format!("who,{header}\n");
    for user in 0..90 {
        writeln!(text, "{RAW_ID}{user:03},{}", of(user)).expect("a string");
    }
    place.write("labels.csv", text);
}

/// Evaluates columns of that file, fast.
fn evaluate(place: &Workplace, columns: &[&str], more: &[&str]) -> Said {
    let mut arguments = vec!["evaluate", "run", "--labels", "labels.csv", "--user", "who"];
    arguments.extend(["--no-learning-curve", "--folds", "3", "--repeats", "2"]);
    columns.iter().for_each(|column| arguments.extend(["--label", column]));
    arguments.extend(more);
    place.fenqun(&arguments)
}

fn written(place: &Workplace, name: &str) -> String {
    fs::read_to_string(place.path("run/evaluations").join(name)).expect("written")
}

#[test]
fn users_of_one_household_are_never_on_both_sides() {
    let place = finished();
    // Four users a home, every ninth home unnamed: its users stand alone.
    let home = |user: usize| match user / 4 {
        at if at % 9 == 8 => String::new(),
        at => format!("HOME-{at}"),
    };
    labels(&place, "taste,home", |user| format!("{},{}", taste(user), home(user)));
    let said = evaluate(&place, &["taste"], &["--group", "home"]).fine();
    // 23 homes, two of them unnamed with four users each.
    assert!(said.out.contains("90 labelled users in 29 groups"), "{}", said.out);
    assert!(said.out.contains("2 × 3 stratified folds of whole groups"), "{}", said.out);
    assert!(said.out.contains("8 users of the file have no group"), "{}", said.out);
    let rows = read_folds(&place.path("run/evaluations/taste-folds.parquet")).expect("a table");
    assert_eq!((rows.users.len(), rows.groups.len()), (180, 180));
    let mut folds_of: BTreeMap<(u32, u64), BTreeSet<u32>> = BTreeMap::new();
    for (at, &group) in rows.groups.iter().enumerate() {
        folds_of.entry((rows.repeats[at], group)).or_default().insert(rows.folds[at]);
    }
    assert_eq!(folds_of.len(), 2 * 29);
    assert!(folds_of.values().all(|folds| folds.len() == 1), "a household stands on both sides");
    for file in files(&place.path("run")) {
        let bytes = fs::read(&file).expect("file");
        let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        assert!(!has(b"HOME-") && !has(RAW_ID.as_bytes()), "{}", file.display());
    }

    // Without groups, the same users of a home do part.
    evaluate(&place, &["taste"], &[]).fine();
    let rows = read_folds(&place.path("run/evaluations/taste-folds.parquet")).expect("a table");
    assert!(rows.groups.is_empty());

    // The configuration says the same.
    let config = fs::read_to_string(place.path("fenqun.toml")).expect("configuration");
    let table = "[[labels]]\nname = \"by-home\"\nfiles = [\"labels.csv\"]\n\
                 columns = { user_id = \"who\", label = \"taste\", group = \"home\" }\n";
    place.write("other.toml", format!("{config}\n{table}"));
    let said = place.fenqun(&["evaluate", "run", "-c", "other.toml", "--folds", "3"]).fine();
    assert!(said.out.contains("in 29 groups"), "{}", said.out);
}

#[test]
fn groups_that_cannot_be_kept_together_are_refused() {
    let place = finished();
    let refused = |of: &dyn Fn(usize) -> String, words: &[&str]| {
        labels(&place, "taste,home", |user| format!("{},{}", taste(user), of(user)));
        let said = evaluate(&place, &["taste"], &["--group", "home"]);
        assert_eq!(said.code, 2, "{}", said.out);
        words.iter().for_each(|word| assert!(said.err.contains(word), "{}", said.err));
        assert!(!said.err.contains("HOME-") && !said.err.contains(RAW_ID), "{}", said.err);
    };
    refused(&|_| "HOME-1".into(), &["labels `taste`", "all labelled users are of one group"]);
    refused(&|user| format!("HOME-{}", user % 2), &["2 groups cannot fill 3 folds", "at most 2"]);
    refused(&|user| format!("HOME-{}", taste(user)), &["lives in one group alone"]);
    let said = evaluate(&place, &["taste"], &["--group", "taste"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("another column than user and label"), "{}", said.err);
    let said = evaluate(&place, &["taste"], &["--group", "house"]);
    assert!(said.code == 2 && said.err.contains("house"), "{}", said.err);
    assert!(!place.path("run/evaluations").exists(), "nothing is left");
}

#[test]
fn what_was_done_before_a_label_fails_is_written_whole() {
    let place = finished();
    labels(&place, "taste,same", |user| format!("{},alike", taste(user)));
    let said = evaluate(&place, &["taste", "same"], &[]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("all users are `alike`"), "{}", said.err);
    assert!(said.err.contains("written and in the report: `taste`"), "{}", said.err);
    for name in ["taste.json", "taste.md", "taste-folds.parquet", "taste-users.parquet"] {
        assert!(place.path("run/evaluations").join(name).exists(), "{name} is missing");
    }
    assert!(place.path("run/model/sight-taste.json").exists(), "the head is kept");
    assert!(!place.path("run/evaluations/same.json").exists(), "half a result is left");
    let report = fs::read_to_string(place.path("run/report.json")).expect("report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["evaluations"][0]["name"], "taste");
    assert_eq!(report["evaluations"].as_array().map(Vec::len), Some(1));
    place.fenqun(&["score", "run", "--label", "taste"]).fine();

    // A label that fails takes nothing from what an earlier evaluation of it left.
    let before = written(&place, "taste.json");
    labels(&place, "taste,same", |_| "alike,alike".to_owned());
    assert_eq!(evaluate(&place, &["taste"], &[]).code, 2);
    assert_eq!(written(&place, "taste.json"), before);
    place.fenqun(&["score", "run", "--label", "taste"]).fine();
}

#[test]
fn a_head_on_blocks_of_baselines_is_judged_and_not_kept() {
    let place = finished();
    labels(&place, "taste", |user| taste(user).to_owned());
    evaluate(&place, &["taste"], &[]).fine();
    assert!(place.path("run/model/sight-taste.json").exists());
    let config = fs::read_to_string(place.path("fenqun.toml")).expect("configuration");
    let head =
        "[head]\nmethod = \"softmax\"\nblocks = [{ block = \"counts\" }, { block = \"rfm\" }]\n";
    place.write("plain.toml", format!("{config}\n{head}"));
    let said = evaluate(&place, &["taste"], &["-c", "plain.toml"]).fine();
    assert!(said.out.contains("The head looks at `counts`"), "{}", said.out);
    assert!(written(&place, "taste.md").contains("the head is not kept"));
    assert!(place.path("run/evaluations/taste-users.parquet").exists());
    // The head of the figures before is gone with them.
    let said = place.fenqun(&["score", "run", "--label", "taste"]);
    assert!(said.code == 2 && said.err.contains("no head was learned"), "{}", said.err);
}

#[test]
fn a_weight_of_nothing_on_the_only_block_with_data_is_refused() {
    let place = finished();
    labels(&place, "taste", |user| taste(user).to_owned());
    let config = fs::read_to_string(place.path("fenqun.toml")).expect("configuration");
    // No model of texts is at hand in this shop.
    let blocks = "blocks = [{ block = \"graph\", weight = 0 }, { block = \"text\" }]";
    place.write("nothing.toml", format!("{config}\n[head]\nmethod = \"softmax\"\n{blocks}\n"));
    for command in ["evaluate", "tune"] {
        let labels = ["--labels", "labels.csv", "--user", "who", "--label", "taste"];
        let said = place.fenqun(&[&[command, "run", "-c", "nothing.toml"][..], &labels].concat());
        assert_eq!(said.code, 2, "{}", said.out);
        assert!(said.err.contains("above 0 for one block at least"), "{}", said.err);
        assert!(said.err.contains("no data for `text`"), "{}", said.err);
    }
    assert!(!place.path("run/evaluations").exists() && !place.path("run/tuning").exists());
}

#[test]
fn gain_averages_intervals_and_agreement_with_the_segments_are_told() {
    let place = finished();
    labels(&place, "taste", |user| taste(user).to_owned());
    evaluate(&place, &["taste"], &["--lift-class", "pets"]).fine();
    let page = written(&place, "taste.md");
    assert!(page.contains("## Gain and lift, class `pets`"), "{page}");
    assert!(page.contains("| 100 % | 1.000 | 1.00 |"), "{page}");
    for average in ["*macro average*", "*weighted average*", "*micro average*"] {
        assert!(page.contains(average), "{page}");
    }
    let ours = page.lines().find(|line| line.starts_with("| fenqun |")).expect("a row");
    assert_eq!(ours.matches('[').count(), 6, "an interval for each metric: {ours}");
    assert!(page.contains("segments of the run beside this label, over 90 labelled users"));
    let found: serde_json::Value =
        serde_json::from_str(&written(&place, "taste.json")).expect("JSON");
    let agreement = &found["segments"];
    assert_eq!(agreement["n_users"], 90);
    let rand = agreement["adjusted_rand"].as_f64().expect("a number");
    let mutual = agreement["mutual_information"].as_f64().expect("a number");
    // Segments are value by taste: they know tastes, and more than tastes.
    assert!(rand > 0.1 && rand < 0.9 && mutual > 0.3, "{agreement}");
    let said = evaluate(&place, &["taste"], &["--lift-class", "pet"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("did you mean `pets`?"), "{}", said.err);
}
