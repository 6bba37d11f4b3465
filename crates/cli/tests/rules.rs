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
