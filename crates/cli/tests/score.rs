//! New events through the models of a finished run: the same users get the same rows.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use fenqun_run::{SegmentRows, read_segments};
use support::{RAW_ID, Workplace, files, orders, orders_csv};

/// A shop with a finished run in `run`.
fn shop(settings: &str) -> Workplace {
    let place = Workplace::new();
    place.write("orders.csv", orders_csv(&orders()));
    place.fenqun(&["init", "orders.csv"]).fine();
    let config = fs::read_to_string(place.path("fenqun.toml")).expect("config");
    if !settings.is_empty() {
        let before = config.split("[segments]").next().expect("a beginning");
        place.write("fenqun.toml", format!("{before}{settings}"));
    }
    place.fenqun(&["run", "--out", "run"]).fine();
    place
}

fn rows(path: &Path) -> SegmentRows {
    read_segments(path).expect("a table of segments")
}

/// The orders of some users alone.
fn of(is_asked: impl Fn(usize) -> bool) -> Vec<String> {
    let number = |row: &String| row[RAW_ID.len()..RAW_ID.len() + 3].parse().expect("a number");
    orders().into_iter().filter(|row| is_asked(number(row))).collect()
}

/// Every user of `part` has the row of `whole`, to the last bit.
fn assert_same_rows(part: &SegmentRows, whole: &SegmentRows) {
    assert!(!part.users.is_empty());
    for (row, user) in part.users.iter().enumerate() {
        let at = whole.users.binary_search(user).expect("a user of the run");
        assert_eq!(part.segments[row], whole.segments[at], "segment of {user}");
        assert_eq!(part.names[row], whole.names[at], "name of {user}");
        let (score, own) = (part.scores[row], whole.scores[at]);
        assert_eq!(score.to_bits(), own.to_bits(), "{score} and {own} of {user}");
    }
}

#[test]
fn the_events_of_the_run_give_the_rows_of_the_run_bit_for_bit() {
    let place = shop("");
    place.fenqun(&["score", "run", "--events", "orders.csv"]).fine();
    let whole = fs::read(place.path("run/segments.parquet")).expect("segments");
    assert_eq!(fs::read(place.path("scores.parquet")).expect("scores"), whole);
    // Without --events, the run's own files.
    place.fenqun(&["score", "run", "-o", "again/own.parquet"]).fine();
    assert_eq!(fs::read(place.path("again/own.parquet")).expect("scores"), whole);
    let left: Vec<_> = files(&place.path("again"));
    assert_eq!(left.len(), 1, "nothing else is left behind: {left:?}");
}

#[test]
fn a_user_gets_the_same_row_whoever_else_is_scored() {
    let place = shop("");
    let whole = rows(&place.path("run/segments.parquet"));
    // The last orders of these users lie before those of all: the run's own day is taken.
    for (name, asked) in [("third.csv", 3), ("one.csv", 90)] {
        place.write(name, orders_csv(&of(|user| user % asked == 1)));
        place.fenqun(&["score", "run", "--events", name, "-o", "part.parquet"]).fine();
        let part = rows(&place.path("part.parquet"));
        assert_eq!(part.users.len(), 90 / asked);
        assert_same_rows(&part, &whole);
    }
}

#[test]
fn k_means_over_blocks_places_the_same_users_alike() {
    let place = shop(
        "[segments]\nmethod = \"k_means\"\nblocks = [\"aggregates\", \"categories\", \"graph\"]\n\
         n_segments = [3, 4]\n",
    );
    let whole = fs::read(place.path("run/segments.parquet")).expect("segments");
    place.fenqun(&["score", "run"]).fine();
    assert_eq!(fs::read(place.path("scores.parquet")).expect("scores"), whole);
    place.write("some.csv", orders_csv(&of(|user| user % 7 == 2)));
    place.fenqun(&["score", "run", "--events", "some.csv", "-o", "part.parquet"]).fine();
    let whole = rows(&place.path("run/segments.parquet"));
    assert_same_rows(&rows(&place.path("part.parquet")), &whole);
}

#[test]
fn unknown_items_are_counted_and_change_nothing_of_taste() {
    let place = shop("");
    let mut new = of(|user| user < 30);
    // An item between the known ones by id, and a category that nobody had.
    let stranger =
        |order| format!("{RAW_ID}900,2026-03-04 10:15:00,N{order},C{order},kite,Toys,1,5.00");
    new.extend((0..3).map(stranger));
    place.write("new.csv", orders_csv(&new));
    let arguments = ["score", "run", "--events", "new.csv", "--format", "json"];
    let said = place.fenqun(&arguments).fine();
    let outcome: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(outcome["n_unknown_items"], 3);
    assert_eq!(outcome["n_unknown_categories"], 1);
    assert_eq!(outcome["n_users"], 31);
    assert!(outcome["unknown_share"].as_f64().is_some_and(|share| share > 0.0 && share < 0.1));
    let new = rows(&place.path("scores.parquet"));
    let whole = rows(&place.path("run/segments.parquet"));
    let known: Vec<usize> =
        (0..31).filter(|&row| whole.users.binary_search(&new.users[row]).is_ok()).collect();
    assert_eq!(known.len(), 30);
    let pick = |row: &usize| *row;
    let part = SegmentRows {
        users: known.iter().map(|row| new.users[pick(row)]).collect(),
        segments: known.iter().map(|row| new.segments[pick(row)]).collect(),
        names: known.iter().map(|row| new.names[pick(row)].clone()).collect(),
        scores: known.iter().map(|row| new.scores[pick(row)]).collect(),
        ..SegmentRows::default()
    };
    assert_same_rows(&part, &whole);
    for file in files(&place.path("run")).into_iter().chain([place.path("scores.parquet")]) {
        let bytes = fs::read(&file).expect("file");
        let found = bytes.windows(RAW_ID.len()).any(|window| window == RAW_ID.as_bytes());
        assert!(!found, "{} holds a raw user id", file.display());
    }
}

#[test]
fn later_events_move_the_day_and_a_flag_sets_it() {
    let place = shop("");
    let mut new = of(|user| user == 5);
    new.push(format!("{RAW_ID}005,2026-09-09 10:15:00,N1,T1,green tea,Drinks,1,5.00"));
    place.write("new.csv", orders_csv(&new));
    let score = |more: &[&str]| {
        let mut arguments = vec!["score", "run", "--events", "new.csv", "--format", "json"];
        arguments.extend(more);
        let said = place.fenqun(&arguments).fine();
        serde_json::from_str::<serde_json::Value>(&said.out).expect("JSON")
    };
    assert_eq!(score(&[])["as_of"], "2026-09-10T00:00:00Z");
    let earlier = score(&["--as-of", "2026-09-09"]);
    assert_eq!(
        (&earlier["as_of"], &earlier["n_held_out"]),
        (&"2026-09-09T00:00:00Z".into(), &1.into())
    );
    let nobody = place.fenqun(&["score", "run", "--events", "new.csv", "--as-of", "2020-01-01"]);
    assert_eq!(nobody.code, 2);
    assert!(nobody.err.contains("later day"), "{}", nobody.err);
    let no_day = place.fenqun(&["score", "run", "--events", "new.csv", "--as-of", "June"]);
    assert!(no_day.code == 2 && no_day.err.contains("YYYY-MM-DD"), "{}", no_day.err);
}

#[test]
fn what_cannot_be_scored_is_told() {
    let place = shop("");
    let score = |more: &[&str]| {
        let mut arguments = vec!["score", "run", "--events", "orders.csv"];
        arguments.extend(more);
        place.fenqun(&arguments)
    };
    let refused = |said: support::Said, words: &str| {
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains(words), "{} lacks `{words}`", said.err);
        assert!(!place.path("scores.parquet").exists(), "nothing half-written");
    };
    place.write_key("other.key", &"ab".repeat(32));
    refused(score(&["--key", "other.key"]), "not the key");
    refused(score(&["--key", "none.key"]), "no key");
    assert!(!place.path("none.key").exists(), "a key is never made on the way");
    refused(score(&["--source", "2"]), "--source 1 to 1");
    refused(place.fenqun(&["score", "nowhere", "--events", "orders.csv"]), "no finished run");
    refused(place.fenqun(&["score", "run", "--events", "none.csv"]), "none.csv");
    for model in ["shop", "taste-columns", "taste-categories", "segments", "grouping"] {
        let path = place.path("run/model").join(format!("{model}.json"));
        let aside = place.path("aside.json");
        fs::rename(&path, &aside).unwrap_or_else(|_| panic!("{model} is kept"));
        refused(score(&[]), &format!("`{model}`"));
        fs::rename(&aside, &path).expect("put back");
    }
    fs::remove_file(place.path("run/model/catalogue.parquet")).expect("kept");
    refused(score(&[]), "catalogue.parquet");
}

#[test]
fn a_result_never_replaces_what_it_is_made_from() {
    let place = shop("");
    place.write("audiences.toml", "[[segment]]\nname = \"all\"\nrule = \"lines > 0\"\n");
    let there = |name: &str| fs::read(place.path(name)).expect("a file");
    let kept: Vec<_> = ["run/segments.parquet", "orders.csv", "audiences.toml"]
        .map(|name| (name, there(name)))
        .into();
    let score = ["score", "run", "--events", "orders.csv", "-o"];
    let report = ["report", "run", "-o"];
    let export = ["segments", "export", "all", "audiences.toml", "--run", "run", "-o"];
    for (asked, out, words) in [
        (&score[..], "run/segments.parquet", "stand in the run"),
        (&score, "run/model/new.parquet", "stand in the run"),
        (&score, "orders.csv", "is read for this"),
        (&report, "run/manifest.json", "stand in the run"),
        (&export, "run/all.csv", "stand in the run"),
        (&export, "audiences.toml", "is read for this"),
    ] {
        let said = place.fenqun(&[asked, &[out]].concat());
        assert_eq!(said.code, 2, "{asked:?} {out}: {} {}", said.out, said.err);
        assert!(said.err.contains(words), "{asked:?} {out}: {}", said.err);
    }
    for (name, bytes) in kept {
        assert!(there(name) == bytes, "{name} is as it was");
    }
}

#[test]
fn a_user_and_a_segment_are_explained() {
    let place = shop("");
    let said = place.fenqun(&["explain", "run", "--segment", "0"]).fine();
    assert!(said.out.contains("Rule: ") && said.out.contains("F1 "), "{}", said.out);
    assert_eq!(place.fenqun(&["explain", "run", "--segment", "99"]).code, 2);
    assert_eq!(place.fenqun(&["explain", "run", "--user", "me"]).code, 2);
    assert_eq!(place.fenqun(&["explain", "run"]).code, 2);

    let whole = rows(&place.path("run/segments.parquet"));
    let mut n_moved = 0;
    for row in (0..whole.users.len()).step_by(9) {
        let user = whole.users[row].to_string();
        let arguments = ["explain", "run", "--user", &user, "--format", "json"];
        let said = place.fenqun(&arguments).fine();
        let why: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
        assert_eq!(why["segment"], whole.segments[row]);
        assert!(!why["reasons"].as_array().expect("reasons").is_empty(), "{why}");
        for found in why["moves"].as_array().expect("moves") {
            assert_ne!(found[0]["segment"], whole.segments[row], "a move does move");
            n_moved += 1;
        }
    }
    assert!(n_moved > 0, "someone can be moved");
    let stranger = "0".repeat(32);
    let said = place.fenqun(&["explain", "run", "--user", &stranger]);
    assert!(said.code == 2 && said.err.contains("no user"), "{}", said.err);
}
