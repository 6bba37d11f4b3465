//! Labels on a small made shop: what is told of them, and what bad labels get.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::fmt::Write as _;
use std::fs;

use fenqun_run::read_segments;
use support::{RAW_ID, Said, Workplace, files, finished, orders, orders_csv};

/// A file of labels: one line a user of the made shop.
fn labels(place: &Workplace, of: impl Fn(usize) -> String) {
    let mut text = "who,taste\n".to_owned();
    for user in 0..90 {
        writeln!(text, "{RAW_ID}{user:03},{}", of(user)).expect("a string");
    }
    place.write("labels.csv", text);
}

fn evaluate(place: &Workplace, more: &[&str]) -> Said {
    let mut arguments = vec!["evaluate", "run", "--labels", "labels.csv", "--user", "who"];
    arguments.extend(["--label", "taste"]);
    arguments.extend(more);
    place.fenqun(&arguments)
}

fn refused(place: &Workplace, words: &[&str]) {
    let said = evaluate(place, &[]);
    assert_eq!(said.code, 2, "out: {}\nerr: {}", said.out, said.err);
    assert!(!said.err.contains(RAW_ID), "an error holds a raw user id: {}", said.err);
    for word in words {
        assert!(said.err.contains(word), "`{word}` is not in: {}", said.err);
    }
    assert!(!place.path("run/evaluations/taste.json").exists(), "half a result is left");
}

#[test]
fn tastes_are_told_better_than_by_the_majority_and_written_down() {
    let place = finished();
    // One in seven is labelled amiss: a label that features give away whole would be refused.
    labels(&place, |user| ["drinks", "pets", "baby"][(user + user % 7 / 6) % 3].to_owned());
    let said = evaluate(&place, &[]).fine();
    assert!(said.out.contains("fenqun beats"), "{}", said.out);
    assert!(said.out.contains("majority by"), "{}", said.out);
    for name in ["taste.json", "taste.md", "taste-folds.parquet", "taste-users.parquet"] {
        assert!(place.path("run/evaluations").join(name).exists(), "{name} is missing");
    }
    let page = fs::read_to_string(place.path("run/report.html")).expect("page");
    assert!(page.contains("id=\"evaluation\"") && page.contains("class=\"confusion\""));
    for file in files(&place.path("run")) {
        let bytes = fs::read(&file).expect("file");
        let found = bytes.windows(RAW_ID.len()).any(|window| window == RAW_ID.as_bytes());
        assert!(!found, "{} holds a raw user id", file.display());
    }
    let first = fs::read(place.path("run/evaluations/taste.md")).expect("written");
    evaluate(&place, &[]).fine();
    let again = fs::read(place.path("run/evaluations/taste.md")).expect("written");
    assert_eq!(first, again, "the same labels and seed give the same words");
}

#[test]
fn users_of_later_events_are_told_the_label_by_the_head_that_was_learned() {
    let place = finished();
    let refused = place.fenqun(&["score", "run", "--label", "taste"]);
    assert!(refused.code == 2 && refused.err.contains("`fenqun evaluate`"), "{}", refused.err);
    labels(&place, |user| ["drinks", "pets", "baby"][(user + user % 7 / 6) % 3].to_owned());
    evaluate(&place, &["--no-learning-curve"]).fine();
    let told = fs::read(place.path("run/evaluations/taste-users.parquet")).expect("told of all");
    place.fenqun(&["score", "run", "--label", "taste"]).fine();
    assert_eq!(fs::read(place.path("scores.parquet")).expect("scores"), told, "bit for bit");

    // Some users alone, in another file, are told the same.
    let some: Vec<String> =
        orders().into_iter().filter(|row| row[RAW_ID.len()..].starts_with("01")).collect();
    place.write("some.csv", orders_csv(&some));
    let said = ["score", "run", "--label", "taste", "--events", "some.csv", "-o", "some.parquet"];
    let said = place.fenqun(&said).fine();
    assert!(said.out.contains("taste") && said.out.contains("drinks"), "{}", said.out);
    let whole = read_segments(&place.path("scores.parquet")).expect("a table");
    let part = read_segments(&place.path("some.parquet")).expect("a table");
    assert_eq!(part.users.len(), 10);
    for (row, user) in part.users.iter().enumerate() {
        let at = whole.users.binary_search(user).expect("a user of the run");
        assert_eq!(part.names[row], whole.names[at]);
        assert_eq!(part.scores[row].to_bits(), whole.scores[at].to_bits());
    }

    // Rules may ask for what was told.
    let told_pets = whole.names.iter().filter(|name| *name == "pets").count();
    let rule = "`label:taste` = \"pets\" and `p:taste:pets` > 0.01";
    let count = ["segments", "count", "--rule", rule, "--run", "run", "--format", "json"];
    let counted: serde_json::Value =
        serde_json::from_str(&place.fenqun(&count).fine().out).expect("JSON");
    assert_eq!(counted["segments"][0]["n_users"], told_pets);

    let other = place.fenqun(&["score", "run", "--label", "colour"]);
    assert!(other.code == 2 && other.err.contains("only for `taste`"), "{}", other.err);

    // Why, in purchases with both numbers; and a move that does move.
    let mut n_moved = 0;
    for row in (0..whole.users.len()).step_by(11) {
        let user = whole.users[row].to_string();
        let ask = ["explain", "run", "--label", "taste", "--user", &user, "--format", "json"];
        let why: serde_json::Value =
            serde_json::from_str(&place.fenqun(&ask).fine().out).expect("JSON");
        assert_eq!((&why["label"], &why["name"]), (&"taste".into(), &(*whole.names[row]).into()));
        assert!(!why["reasons"].as_array().expect("reasons").is_empty(), "{why}");
        let shares = why["probabilities"].as_array().expect("one a class").iter();
        let sum: f64 = shares.map(|share| share[1].as_f64().expect("a number")).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{why}");
        for found in why["moves"].as_array().expect("moves") {
            assert_ne!(found[0]["segment"], why["segment"], "a move does move");
            n_moved += 1;
        }
    }
    assert!(n_moved > 0, "someone can be moved");
}

#[test]
fn users_without_events_are_counted_and_named_by_line() {
    let place = finished();
    let mut text = "who,taste\n".to_owned();
    for user in 0..95 {
        writeln!(text, "{RAW_ID}{user:03},{}", ["drinks", "pets"][user % 2]).expect("a string");
    }
    place.write("labels.csv", text);
    let said = evaluate(&place, &["--no-learning-curve"]).fine();
    assert!(said.out.contains("5 of 95 labelled users have no events"), "{}", said.out);
    assert!(said.out.contains("labels.csv, line 92"), "{}", said.out);
    assert!(!said.out.contains(RAW_ID), "{}", said.out);
}

#[test]
fn labels_that_teach_nothing_are_refused() {
    let place = finished();
    labels(&place, |_| "same".to_owned());
    refused(&place, &["all users are `same`"]);
    labels(&place, |user| if user == 7 { "odd" } else { "same" }.to_owned());
    refused(&place, &["`odd` has one example"]);
    // Numbers rather than classes: one a user, then one for two users and a few more.
    labels(&place, |user| format!("{user}.50"));
    refused(
        &place,
        &["90 classes for 90 labelled users", "Are these numbers", "each needs two users"],
    );
    labels(&place, |user| format!("{}.50", user % 46));
    refused(&place, &["46 classes for 90 labelled users"]);
    labels(&place, |_| String::new());
    refused(&place, &["labels.csv", "`taste`"]);
    place.write("labels.csv", "who,taste\nnobody,a\nno one,b\n");
    refused(&place, &["none of the 2 labelled users"]);
    place.write("labels.csv", format!("who,taste\n{RAW_ID}001,a\n{RAW_ID}002,b\n{RAW_ID}001,b\n"));
    refused(&place, &["labels.csv, line 4", "line 2"]);
    place.write("labels.csv", "who,other\n1,a\n");
    refused(&place, &["taste"]);
}

#[test]
fn a_feature_that_is_the_label_is_refused_by_name() {
    let place = finished();
    // Everyone's number of lines, said as a word: the feature `lines` gives it away.
    let orders = orders();
    let n_lines = |user: usize| {
        let raw = format!("{RAW_ID}{user:03},");
        orders.iter().filter(|row| row.starts_with(&raw)).count()
    };
    labels(&place, |user| if n_lines(user) > 18 { "many" } else { "few" }.to_owned());
    refused(&place, &["lines"]);
    let allowed = ["lines", "distinct_items", "spend", "frequency"];
    let more: Vec<&str> = allowed.iter().flat_map(|name| ["--allow", name]).collect();
    let said = evaluate(&place, &more);
    assert!(!said.err.contains("feature `lines`"), "{}", said.err);
}

#[test]
fn a_category_that_is_the_label_is_refused_by_name() {
    let place = Workplace::new();
    let club = |user: usize| if user.is_multiple_of(2) { "gold" } else { "plain" };
    let rows: Vec<String> = orders()
        .iter()
        .map(|row| {
            let mut cells: Vec<&str> = row.split(',').collect();
            cells[5] = club(cells[0][RAW_ID.len()..].parse().expect("a number"));
            // An item stands in one category.
            let item = format!("{}-{}", cells[3], cells[5]);
            cells[3] = &item;
            cells.join(",")
        })
        .collect();
    place.write("orders.csv", orders_csv(&rows));
    place.fenqun(&["init", "orders.csv"]).fine();
    place.fenqun(&["run", "--out", "run"]).fine();
    labels(&place, |user| club(user).to_owned());
    // The largest categories are features too; theirs is the first word.
    refused(&place, &["`spend_share:", "--allow"]);
    let shares = ["--allow", "spend_share:gold", "--allow", "spend_share:plain"];
    let said = evaluate(&place, &shares);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("`category gold`"), "{}", said.err);
    let counts = ["--allow", "category gold", "--allow", "category plain"];
    evaluate(&place, &[shares, counts].concat()).fine();
}

#[test]
fn a_common_item_that_is_the_label_is_refused_by_name() {
    let place = Workplace::new();
    let mut rows = orders();
    for user in (0..90).step_by(2) {
        let card = "CARD,club card,Drinks,1,1.50";
        rows.push(format!("{RAW_ID}{user:03},2026-03-05 10:15:00,C{user},{card}"));
    }
    place.write("orders.csv", orders_csv(&rows));
    place.fenqun(&["init", "orders.csv"]).fine();
    place.fenqun(&["run", "--out", "run"]).fine();
    labels(&place, |user| if user.is_multiple_of(2) { "member" } else { "guest" }.to_owned());
    refused(&place, &["`item CARD` gives the label away", "--allow \"item CARD\""]);
    evaluate(&place, &["--no-learning-curve", "--allow", "item CARD"]).fine();
    let said = evaluate(&place, &["--allow", "item CARDS"]);
    assert!(said.code == 2 && said.err.contains("names of features"), "{}", said.err);
}

#[test]
fn nothing_asked_and_no_run_are_told() {
    let place = finished();
    let said = place.fenqun(&["evaluate", "run"]);
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("nothing to evaluate") && said.err.contains("--labels"),
        "{}",
        said.err
    );
    let said = place.fenqun(&["evaluate", "nowhere", "--task", "inactive"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("nowhere"), "{}", said.err);
    let said = place.fenqun(&["evaluate", "run", "--task", "inactive", "--days", "400"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("reach back"), "{}", said.err);
    // Who is not seen buying in a period that is not over may yet buy; no days are no period.
    let inactive = ["evaluate", "run", "--task", "inactive", "--days"];
    let said = place.fenqun(&[&inactive[..], &["28", "--at", "2026-06-20"]].concat());
    assert_eq!(said.code, 2);
    assert!(said.err.contains("must be over when the data of the run end"), "{}", said.err);
    let said = place.fenqun(&[&inactive[..], &["0"]].concat());
    assert_eq!(said.code, 2);
    assert!(said.err.contains("`days` must be at least 1"), "{}", said.err);
    assert!(!place.path("run/evaluations").exists(), "nothing is left");
}

#[test]
fn the_next_period_is_asked_about() {
    let place = finished();
    let said = place.fenqun(&["evaluate", "run", "--task", "inactive", "--days", "28"]).fine();
    assert!(said.out.contains("inactive-28d") && said.out.contains("AUROC"), "{}", said.out);
    let said = place.fenqun(&["evaluate", "run", "--task", "spend", "--days", "28"]).fine();
    assert!(said.out.contains("Spearman"), "{}", said.out);
}
