//! Segments by rules over the made shop: checked, counted, exported.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use support::{RAW_ID, Workplace, orders, orders_csv};

const DEFINITIONS: &str = r#"
[[segment]]
name = "tea"
title = "Tea drinkers"
rule = 'purchased(category = "drinks", at_least = 5)'

[[segment]]
name = "生活"
rule = 'purchased(contains = ["cat", "nappies"]) and not segment("tea")'

[[segment]]
name = "big"
rule = 'amount(purchased()) > 300'
"#;

/// The made shop after a run, in the folder `run`, and a file of definitions.
fn shop() -> Workplace {
    let place = Workplace::new();
    place.write("orders.csv", orders_csv(&orders()));
    place.fenqun(&["init", "orders.csv"]).fine();
    place.fenqun(&["run", "--out", "run", "--quiet"]).fine();
    place.write("audiences.toml", DEFINITIONS);
    place
}

/// Users of the made shop who keep a promise about their own rows: category, title, money.
fn users_who(is_one: impl Fn(&[(String, String, f64)]) -> bool) -> BTreeSet<String> {
    let mut lines: BTreeMap<String, Vec<(String, String, f64)>> = BTreeMap::new();
    for row in orders() {
        let cells: Vec<&str> = row.split(',').collect();
        let number = |cell: &str| cell.parse::<f64>().expect("a number");
        let money = number(cells[6]) * number(cells[7]);
        let line = (cells[5].to_owned(), cells[4].to_owned(), money);
        lines.entry(cells[0].to_owned()).or_default().push(line);
    }
    lines.into_iter().filter(|(_, lines)| is_one(lines)).map(|(user, _)| user).collect()
}

#[test]
fn counts_are_those_of_the_rows_the_shop_was_made_of() {
    let place = shop();
    let count = ["segments", "count", "audiences.toml", "--run", "run", "--format", "json"];
    let said = place.fenqun(&count).fine();
    let counts: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");

    let drinks = |lines: &[(String, String, f64)]| {
        lines.iter().filter(|line| line.0 == "Drinks").count() >= 5
    };
    let holds = |line: &(String, String, f64)| line.1.contains("cat") || line.1.contains("nappies");
    let expected = [
        users_who(drinks),
        users_who(|lines| lines.iter().any(holds) && !drinks(lines)),
        users_who(|lines| lines.iter().map(|line| line.2).sum::<f64>() > 300.0),
    ];
    assert_eq!(counts["n_users"], 90);
    for (at, users) in expected.iter().enumerate() {
        let segment = &counts["segments"][at];
        assert!(!users.is_empty() && users.len() < 90, "segment {at} tells users apart");
        assert_eq!(segment["n_users"], users.len(), "{segment}");
        for (other, others) in expected.iter().enumerate() {
            let n_common = users.intersection(others).count();
            assert_eq!(segment["n_common"][other], n_common, "{segment}");
        }
    }
    let covered = expected[0].union(&expected[1]).chain(&expected[2]).collect::<BTreeSet<_>>();
    assert_eq!(counts["n_covered"], covered.len());
    assert_eq!(counts["segments"][1]["n_first"], expected[1].len(), "they have none in common");
    assert_eq!(counts["segments"][0]["title"], "Tea drinkers");

    let shown = place.fenqun(&count[..5]).fine().out;
    assert!(shown.contains("Tea drinkers") && shown.contains("生活"), "{shown}");
}

#[test]
fn an_audience_holds_pseudonyms_only_and_replaces_the_file_whole() {
    let place = shop();
    place.write("out.csv", "old");
    let export = |name: &str| {
        place.fenqun(&[
            "segments",
            "export",
            name,
            "audiences.toml",
            "--run",
            "run",
            "-o",
            "out.csv",
        ])
    };
    let refused = export("vip");
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("the files define `tea`"), "{}", refused.err);
    assert_eq!(fs::read_to_string(place.path("out.csv")).expect("kept"), "old");

    export("tea").fine();
    let text = fs::read_to_string(place.path("out.csv")).expect("written");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "user");
    assert!(lines.len() > 1 && !text.contains(RAW_ID));
    let is_pseudonym =
        |line: &&str| line.len() == 32 && line.bytes().all(|b| b.is_ascii_hexdigit());
    assert!(lines[1..].iter().all(is_pseudonym) && lines[1..].is_sorted());
}

#[test]
fn definitions_are_checked_with_and_without_a_run() {
    let place = shop();
    place.fenqun(&["segments", "check", "audiences.toml"]).fine();
    place.fenqun(&["segments", "check", "audiences.toml", "--run", "run"]).fine();
    let listed = place.fenqun(&["segments", "list", "audiences.toml", "--format", "json"]).fine();
    assert!(
        listed.out.contains(r#"purchased(category = \"drinks\", at_least = 5)"#),
        "{}",
        listed.out
    );

    place.write("wrong.yaml", "segment:\n  - {name: a, rule: spnd > 3}\n");
    place.fenqun(&["segments", "check", "wrong.yaml"]).fine();
    let refused = place.fenqun(&["segments", "check", "wrong.yaml", "--run", "run"]);
    assert_eq!(refused.code, 2);
    let words =
        "wrong.yaml, line 2, column 21: segment `a`: unknown column `spnd`, did you mean `spend`?";
    assert!(refused.err.contains(words), "{}", refused.err);

    let one = |rule: &str| place.fenqun(&["segments", "count", "--rule", rule, "--run", "run"]);
    assert!(one("true").fine().out.contains("90 of 90 users"));
    let refused = one("purchased(category = \"drink\")");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("did you mean `Drinks`?"), "{}", refused.err);
    let none = place.fenqun(&["segments", "count", "audiences.toml", "--run", "nowhere"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("holds no finished run"), "{}", none.err);
    assert_eq!(place.fenqun(&["segments", "count", "--run", "run"]).code, 2);
}

/// Hours since the year began, of `2026-03-04 15:15:00`.
fn hours(time: &str) -> f64 {
    let number = |from: usize, to: usize| time[from..to].parse::<usize>().expect("digits");
    let before: usize = [31, 28, 31, 30, 31, 30, 31][..number(5, 7) - 1].iter().sum();
    ((before + number(8, 10) - 1) * 24 + number(11, 13)) as f64 + 0.25
}

/// The rule of the introduction, in a shop that never took anything back.
const YOUNG_FAMILY: &str = "purchased(category = \"baby\", within = \"90d\", at_least = 2) \
                            and spend_91d > 300 and not refund_share > 0.2";

#[test]
fn a_column_that_could_only_be_zero_reads_as_zero() {
    let place = shop();
    let rows = orders();
    let time = |row: &String| hours(row.split(',').nth(1).expect("a time"));
    let as_of = (rows.iter().map(time).fold(0.0, f64::max) / 24.0).ceil() * 24.0;
    let mut users: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    for row in &rows {
        let cells: Vec<&str> = row.split(',').collect();
        let days = (as_of - time(row)) / 24.0;
        let user = users.entry(cells[0]).or_default();
        user.0 += usize::from(cells[5] == "Baby" && days <= 90.0);
        let number = |cell: &str| cell.parse::<f64>().expect("a number");
        user.1 += if days <= 91.0 { number(cells[6]) * number(cells[7]) } else { 0.0 };
    }
    let expected = users.values().filter(|user| user.0 >= 2 && user.1 > 300.0).count();
    assert!(expected > 0 && expected < 90);

    let count = |rule: &str| {
        let count = ["segments", "count", "--rule", rule, "--run", "run", "--format", "json"];
        let said = place.fenqun(&count).fine();
        let counts: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
        assert_eq!(counts["warnings"], serde_json::json!([]), "{rule}");
        counts["segments"][0]["n_users"].as_u64().expect("a number") as usize
    };
    assert_eq!(count(YOUNG_FAMILY), expected);
    assert_eq!(count("refund_share = 0 and discount_share = 0"), 90);
    assert_eq!(count("n_view > 0"), 0);
    let near = place.fenqun(&["segments", "count", "--rule", "refund_shar > 0.2", "--run", "run"]);
    assert_eq!(near.code, 2);
    assert!(near.err.contains("did you mean `refund_share`?"), "{}", near.err);

    // The same users where the rule makes the segments of a run.
    place
        .write("family.toml", format!("[[segment]]\nname = \"family\"\nrule = '{YOUNG_FAMILY}'\n"));
    let config = fs::read_to_string(place.path("fenqun.toml")).expect("a configuration");
    let rules = "[segments]\nmethod = \"rules\"\ndefinitions = [\"family.toml\"]\nrefits = 3\n";
    place.write("rules.toml", format!("{config}\n{rules}"));
    place.fenqun(&["run", "-c", "rules.toml", "--out", "family", "--quiet"]).fine();
    let cards = fs::read_to_string(place.path("family/cards.json")).expect("cards");
    let cards: serde_json::Value = serde_json::from_str(&cards).expect("JSON");
    assert_eq!(cards[0]["n_users"], expected);
    place.fenqun(&["score", "family", "-o", "scores.parquet"]).fine();
    let [own, scores] = ["family/segments.parquet", "scores.parquet"]
        .map(|file| fs::read(place.path(file)).expect("a table"));
    assert!(own == scores, "scoring gives other bytes");
}

#[test]
fn rules_about_what_nobody_ever_did_are_warned_of() {
    let place = shop();
    let rule = "not visited(within = \"8w\") and purchased()";
    let count = ["segments", "count", "--rule", rule, "--run", "run"];
    let said = place.fenqun(&count).fine();
    let words = "Warning: segment `rule` asks about `visited`, and no event of this run is that";
    assert!(said.err.contains(words), "{}", said.err);
    assert!(said.err.contains("Events here are `purchased`"), "{}", said.err);
    assert!(said.out.contains("90 of 90 users"), "{}", said.out);
    let warned = |arguments: &[&str]| {
        let said = place.fenqun(&[arguments, &["--format", "json"]].concat()).fine();
        assert!(said.err.is_empty(), "{}", said.err);
        let told: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
        let warnings = told["warnings"].as_array().expect("warnings").clone();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].as_str().expect("words").starts_with("Warning: segment `"));
    };
    warned(&count);
    place.write("asleep.toml", "[[segment]]\nname = \"asleep\"\nrule = 'count(viewed()) < 1'\n");
    warned(&["segments", "check", "asleep.toml", "--run", "run"]);
    let export = ["segments", "export", "asleep", "asleep.toml", "--run", "run", "-o", "out.csv"];
    warned(&export);
    assert!(place.fenqun(&export).fine().err.contains("asks about `viewed`"));
    // Without a run nothing is known of events.
    let said = place.fenqun(&["segments", "check", "asleep.toml"]).fine();
    assert!(said.err.is_empty(), "{}", said.err);
}
