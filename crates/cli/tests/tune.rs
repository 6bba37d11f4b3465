//! Tuning on a small made shop: what it says, what it leaves, and that it goes on after a kill.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::PathBuf;

use support::{RAW_ID, Said, Workplace, files, finished, orders};

/// A shop with a finished run in `run`, and the taste of every user as a label.
fn shop() -> Workplace {
    let place = finished();
    let mut rows = String::from("customer,taste\n");
    for user in 0..90 {
        // A few users are labelled wrongly, so that no head is perfect.
        let taste = ["drinks", "pets", "baby"][(user + usize::from(user % 7 == 0)) % 3];
        rows.push_str(&format!("{RAW_ID}{user:03},{taste}\n"));
    }
    place.write("tastes.csv", rows);
    place
}

const SPACE: &str = "\
\"head.settings.c\" = { kind = \"range\", from = 0.001, to = 1.0, scale = \"log\" }\n\
\"head.settings.class_weights\" = { kind = \"choice\", of = [\"uniform\", \"balanced\"] }\n";

/// Tunes the linear head on the tastes.
fn tuned(place: &Workplace, more: &[&str]) -> Said {
    let labels = ["--labels", "tastes.csv", "--user", "customer", "--label", "taste"];
    let mut all = vec!["tune", "run", "--method", "softmax", "--language", "en"];
    all.extend(labels);
    all.extend(more);
    place.fenqun(&all)
}

fn found(place: &Workplace, name: &str) -> PathBuf {
    place.path("run/tuning/taste/softmax").join(name)
}

fn text(place: &Workplace, name: &str) -> String {
    fs::read_to_string(found(place, name)).expect("written")
}

#[test]
fn tuning_leaves_a_table_a_picture_and_a_head_that_evaluate_takes() {
    let place = shop();
    place.write("space.toml", SPACE);
    let said = tuned(&place, &["--space", "space.toml", "--trials", "6"]).fine();
    assert!(said.out.contains("6 trials: best macro_f1 was"), "{}", said.out);
    assert!(said.out.contains("on users they never saw (3 outer splits)"), "{}", said.out);
    assert!(said.out.contains("tuned ") && said.out.contains("untuned"), "{}", said.out);
    for name in ["trials.jsonl", "trials-1-1.jsonl", "trials-1-3.jsonl", "tuned.json", "tuned.md"] {
        assert!(found(&place, name).exists(), "{name} is missing");
    }
    assert_eq!(text(&place, "trials.svg").matches("<circle").count(), 6);
    for file in files(&place.path("run/tuning")) {
        assert!(!fs::read_to_string(&file).expect("text").contains(RAW_ID), "{}", file.display());
    }
    // The snippet goes into the configuration as it is.
    let config = fs::read_to_string(place.path("fenqun.toml")).expect("configuration");
    place.write("with-head.toml", format!("{config}\n{}", text(&place, "head.toml")));
    let labels = ["--labels", "tastes.csv", "--user", "customer", "--label", "taste"];
    let mut all = vec!["evaluate", "run", "-c", "with-head.toml", "--no-learning-curve"];
    all.extend(["--folds", "3", "--repeats", "1"]);
    all.extend(labels);
    place.fenqun(&all).fine();
}

#[test]
fn a_search_that_was_killed_goes_on_to_the_same_table() {
    let place = shop();
    place.write("space.toml", SPACE);
    let asked = ["--space", "space.toml", "--trials", "5"];
    tuned(&place, &asked).fine();
    let whole = text(&place, "tuned.md");
    let log = text(&place, "trials.jsonl");
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 1 + 5, "a header and the trials");

    // As a kill leaves it: some whole lines, one torn, searches of later folds not begun.
    let torn = format!("{}\n{}", lines[..3].join("\n"), &lines[3][..lines[3].len() / 2]);
    fs::write(found(&place, "trials.jsonl"), torn).expect("written");
    fs::remove_file(found(&place, "trials-1-2.jsonl")).expect("was there");
    fs::remove_file(found(&place, "tuned.md")).expect("was there");
    tuned(&place, &asked).fine();
    assert_eq!(text(&place, "tuned.md"), whole);
    let after = text(&place, "trials.jsonl");
    assert!(after.starts_with(&lines[..3].join("\n")), "finished trials are kept");
    assert_eq!(after.lines().count(), 1 + 5);

    // Another space is another search: nothing is lost unless that is asked for.
    place.write("space.toml", SPACE.replace("to = 1.0", "to = 0.5"));
    let refused = tuned(&place, &asked);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("another search"), "{}", refused.err);
    assert!(refused.err.contains("--afresh"), "{}", refused.err);
    assert_eq!(text(&place, "trials.jsonl"), after);
    tuned(&place, &[&asked[..], &["--afresh"]].concat()).fine();
    assert_ne!(text(&place, "tuned.md"), whole);
}

#[test]
fn a_target_is_met_or_said_not_to_be() {
    let place = shop();
    let asked = ["--trials", "4", "--outer-folds", "0", "--until"];
    let never = tuned(&place, &[&asked[..], &["macro_f1=0.9999"]].concat()).fine();
    assert!(never.out.contains("macro_f1=0.9999 not met in 4 trials: best"), "{}", never.out);
    assert!(never.out.contains("flatters itself"), "{}", never.out);
    // The trials are at hand already; the target ends the search early.
    let soon = tuned(&place, &[&asked[..], &["macro_f1=0.2"]].concat()).fine();
    assert!(soon.out.contains("macro_f1=0.2 met after"), "{}", soon.out);
}

#[test]
fn halving_ends_with_trials_on_all_users() {
    let place = shop();
    let asked = ["--strategy", "halving", "--trials", "12", "--outer-folds", "0"];
    let said = tuned(&place, &asked).fine();
    let table = text(&place, "tuned.md");
    assert!(table.contains("| 0.333 |") && table.contains("| 1.000 |"), "{table}");
    assert!(!said.out.contains("limit of trials"), "{}", said.out);
}

#[test]
fn slips_are_refused_before_anything_is_tried() {
    let place = shop();
    place.write("slip.toml", SPACE.replace("settings.c\"", "settings.cc\""));
    place.write("broken.toml", SPACE.replace("\"choice\"", "\"choise\""));
    place.write("unknown.csv", "customer,taste\nNOBODY-1,drinks\nNOBODY-2,pets\n");
    for (asked, words) in [
        (&["--space", "slip.toml"][..], "did you mean `head.settings.c`?"),
        (&["--space", "broken.toml"], "broken.toml, line 2"),
        (&["--space", "absent.toml"], "absent.toml"),
        (&["--until", "macro_f2=0.5"], "did you mean `macro_f1`?"),
        (&["--until", "macro_f1"], "macro_f1=0.55"),
        (&["--metric", "acuracy"], "did you mean `accuracy`?"),
        (&["--trials", "0"], "`n_trials` must be"),
        (&["--seconds", "0"], "`seconds` must be"),
        (&["--folds", "1"], "folds"),
        (&["--outer-folds", "1"], "`outer_folds` must be"),
        (&["--until", "macro_f1=5"], "lies between 0 and 1"),
    ] {
        let said = tuned(&place, asked);
        assert_eq!(said.code, 2, "{asked:?}: {} {}", said.out, said.err);
        assert!(said.err.contains(words), "{asked:?}: {}", said.err);
    }
    let said = place.fenqun(&["tune", "run"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("there are no labels"), "{}", said.err);
    let strangers = ["--labels", "unknown.csv", "--user", "customer", "--label", "taste"];
    let said = place.fenqun(&[&["tune", "run"][..], &strangers].concat());
    assert_eq!(said.code, 2);
    assert!(said.err.contains("none of the 2 labelled users"), "{}", said.err);
    assert!(!found(&place, "tuned.json").exists(), "nothing was tuned");
}

#[test]
fn a_feature_that_gives_the_label_away_is_allowed_by_flag_or_by_configuration() {
    let place = shop();
    let orders = orders();
    let n_lines = |user: usize| {
        let raw = format!("{RAW_ID}{user:03},");
        orders.iter().filter(|row| row.starts_with(&raw)).count()
    };
    let mut rows = String::from("customer,taste\n");
    for user in 0..90 {
        let word = if n_lines(user) > 18 { "many" } else { "few" };
        rows.push_str(&format!("{RAW_ID}{user:03},{word}\n"));
    }
    place.write("tastes.csv", rows);
    let asked = ["--trials", "2", "--outer-folds", "0"];
    let said = tuned(&place, &asked);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("`lines` gives the label away"), "{}", said.err);
    assert!(said.err.contains("--allow \"lines\""), "{}", said.err);
    // Each that is allowed brings the next to light.
    let allowed = ["lines", "distinct_items", "spend", "frequency"];
    let flags: Vec<&str> = allowed.iter().flat_map(|name| ["--allow", name]).collect();
    let by_flag = tuned(&place, &[&asked[..], &flags].concat());
    assert!(!by_flag.err.contains("`lines` gives"), "{}", by_flag.err);
    let config = fs::read_to_string(place.path("fenqun.toml")).expect("configuration");
    let listed = allowed.map(|name| format!("\"{name}\"")).join(", ");
    place.write("other.toml", format!("{config}\n[evaluation]\nallowed_features = [{listed}]\n"));
    let by_config = tuned(&place, &[&asked[..], &["-c", "other.toml"]].concat());
    assert_eq!((by_config.code, &by_config.err), (by_flag.code, &by_flag.err));
    assert_eq!(by_config.code, 0, "{}", by_config.err);
}

#[test]
fn households_are_kept_together_in_outer_and_inner_folds() {
    let place = shop();
    let mut rows = String::from("customer,taste,home\n");
    for user in 0..90 {
        let taste = ["drinks", "pets", "baby"][(user + usize::from(user % 7 == 0)) % 3];
        rows.push_str(&format!("{RAW_ID}{user:03},{taste},HOME-{}\n", user / 5));
    }
    place.write("tastes.csv", rows);
    let asked = ["--trials", "2", "--group", "home", "--outer-folds"];
    let said = tuned(&place, &[&asked[..], &["3"]].concat()).fine();
    assert!(said.out.contains("90 labelled users in 18 groups"), "{}", said.out);
    assert!(!text(&place, "tuned.json").contains("HOME-"), "a household's word is written");
    // Outer folds leave 12 homes; 13 inner folds cannot be filled by them, nor 19 by all.
    let said = tuned(&place, &[&asked[..], &["3", "--folds", "13", "--afresh"]].concat());
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("12 groups cannot fill 13 folds"), "{}", said.err);
    let said = tuned(&place, &[&asked[..], &["19", "--afresh"]].concat());
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("18 groups cannot fill 19 folds"), "{}", said.err);
}
