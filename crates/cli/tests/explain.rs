//! Why a user is in a segment, and which named changes would move them.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use fenqun_run::{SegmentRows, read_segments};
use serde_json::Value;
use support::{RAW_ID, Said, Workplace, orders, orders_csv};

/// A shop with a finished run in `run`.
fn shop() -> Workplace {
    let place = Workplace::new();
    place.write("orders.csv", orders_csv(&orders()));
    place.fenqun(&["init", "orders.csv"]).fine();
    // A move of a category is purchases without money: the file must be able to say so.
    let config = std::fs::read_to_string(place.path("fenqun.toml")).expect("settings");
    let config = config.replace("[cleaning]", "[cleaning]\nreject_missing_price = false");
    place.write("fenqun.toml", config);
    place.fenqun(&["run", "--out", "run"]).fine();
    place
}

fn rows(place: &Workplace, name: &str) -> SegmentRows {
    read_segments(&place.path(name)).expect("a table of segments")
}

fn explain(place: &Workplace, user: &str, more: &[&str]) -> Said {
    place.fenqun(&[&["explain", "run", "--user", user], more].concat())
}

fn why(place: &Workplace, user: &str, more: &[&str]) -> Value {
    let said = explain(place, user, &[more, &["--format", "json"]].concat()).fine();
    serde_json::from_str(&said.out).expect("JSON")
}

/// The raw number of every user, by pseudonym: each scored alone.
fn numbers(place: &Workplace, asked: &[usize]) -> BTreeMap<String, usize> {
    let of = |&number: &usize| {
        let raw = format!("{RAW_ID}{number:03}");
        let own: Vec<String> = orders().into_iter().filter(|row| row.starts_with(&raw)).collect();
        place.write("one.csv", orders_csv(&own));
        place.fenqun(&["score", "run", "--events", "one.csv", "-o", "one.parquet"]).fine();
        (rows(place, "one.parquet").users[0].to_string(), number)
    };
    asked.iter().map(of).collect()
}

/// The changes of a move as rows of the shop's own file, just before the run's day.
fn as_orders(number: usize, day: &str, found: &Value) -> Vec<String> {
    let mut added = Vec::new();
    for change in found[0]["changes"].as_array().expect("changes") {
        let amount = change["amount"].as_f64().expect("a number");
        let (n, item, price) = match change["lever"].as_str().expect("a name") {
            "spend" => (1, "X0,something else,Else".to_owned(), amount.to_string()),
            "category:Pets" => (amount as usize, "P1,cat food,Pets".to_owned(), String::new()),
            "category:Baby" => (amount as usize, "B1,baby milk,Baby".to_owned(), String::new()),
            other => panic!("{other}"),
        };
        // Rows that are alike in everything would be one row to the cleaning.
        for minute in 0..n {
            let time = format!("{day} 23:{:02}:59", 59 - minute);
            added.push(format!("{RAW_ID}{number:03},{time},NEW,{item},1,{price}"));
        }
    }
    added
}

/// The orders of one user with more of them, scored: the name of the segment.
fn scored(place: &Workplace, number: usize, more: Vec<String>) -> String {
    let raw = format!("{RAW_ID}{number:03}");
    let own = orders().into_iter().filter(|row| row.starts_with(&raw));
    let all: Vec<String> = own.chain(more).collect();
    place.write("changed.csv", orders_csv(&all));
    place.fenqun(&["score", "run", "--events", "changed.csv", "-o", "changed.parquet"]).fine();
    rows(place, "changed.parquet").names[0].clone()
}

#[test]
fn a_move_of_named_changes_is_what_scoring_the_changed_user_says() {
    let place = shop();
    let day = last_day(&place);
    let asked: Vec<usize> = (0..90).step_by(15).collect();
    let mut n_moved = 0;
    for (user, number) in numbers(&place, &asked) {
        let change = ["--change", "spend", "--change", "category:pets"];
        let why = why(&place, &user, &change);
        let tried: Vec<&str> = why["tried"]
            .as_array()
            .expect("levers")
            .iter()
            .map(|it| it["name"].as_str().expect("name"))
            .collect();
        assert_eq!(tried, ["spend", "category:Pets"], "what was named, as the shop writes it");
        let mut last = 0.0;
        for found in why["moves"].as_array().expect("moves") {
            let then = scored(&place, number, as_orders(number, &day, found));
            assert_eq!(found[1], then, "{found}");
            let total = found[0]["total"].as_f64().expect("a number");
            assert!(total >= last, "the smallest change first: {why}");
            (last, n_moved) = (total, n_moved + 1);
        }
    }
    assert!(n_moved >= 3, "{n_moved} moves");
}

#[test]
fn a_wanted_segment_is_reached_by_levers_together_where_none_does_alone() {
    let place = shop();
    let day = last_day(&place);
    let found = rows(&place, "run/segments.parquet");
    let names: Vec<String> = {
        let mut names = found.names.clone();
        names.sort();
        names.dedup();
        names
    };
    let mut n_together = 0;
    for (user, number) in numbers(&place, &[0, 3, 9, 15, 21]) {
        let own =
            &found.names[found.users.iter().position(|it| it.to_string() == user).expect("a user")];
        for to in names.iter().filter(|name| *name != own) {
            let change = ["--change", "spend", "--change", "category:Pets", "--to", to];
            let why = why(&place, &user, &change);
            assert_eq!(why["wanted"], **to);
            for found in why["moves"].as_array().expect("moves") {
                assert_eq!(found[1], **to);
                let changes = found[0]["changes"].as_array().expect("changes");
                if changes.len() == 2 {
                    n_together += 1;
                    let then = scored(&place, number, as_orders(number, &day, found));
                    assert_eq!(then, **to, "{found}");
                    for alone in 0..2 {
                        let mut less = found.clone();
                        less[0]["changes"].as_array_mut().expect("changes").remove(alone);
                        let then = scored(&place, number, as_orders(number, &day, &less));
                        assert_ne!(then, **to, "one alone does not do: {found}");
                    }
                }
            }
        }
    }
    assert!(n_together > 0, "some need both");
}

#[test]
fn what_cannot_be_moved_is_said_with_what_was_tried() {
    let place = shop();
    let found = rows(&place, "run/segments.parquet");
    let mut n_kept = 0;
    for user in found.users.iter().step_by(17) {
        let user = user.to_string();
        let arguments = ["--change", "category:Drinks"];
        if !why(&place, &user, &arguments)["moves"].as_array().expect("moves").is_empty() {
            continue;
        }
        let said = explain(&place, &user, &arguments).fine();
        assert!(said.out.contains("Nothing that was tried would move the user"), "{}", said.out);
        assert!(said.out.contains("buying Drinks 21 more times"), "{}", said.out);
        n_kept += 1;
    }
    assert!(n_kept > 0, "who buys drinks is kept where they are by more of them");
}

#[test]
fn names_that_are_none_are_refused_with_the_nearest() {
    let place = shop();
    let user = rows(&place, "run/segments.parquet").users[0].to_string();
    for (arguments, words) in [
        (["--change", "spnd"], "did you mean `spend`?"),
        (["--change", "spend_28"], "did you mean `spend_28d`?"),
        (["--change", "category:Pet"], "did you mean `Pets`?"),
        (["--change", "item:green te"], "did you mean `green tea`?"),
        (["--change", "searches"], "no event of this run is a search"),
        (["--change", "tenure"], "it tells what was"),
        (["--to", "99"], "--to must be a segment"),
    ] {
        let said = explain(&place, &user, &arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {} {}", said.out, said.err);
        assert!(said.err.contains(words), "{arguments:?}: {}", said.err);
    }
    let own = why(&place, &user, &[]);
    let said = explain(&place, &user, &["--to", own["name"].as_str().expect("a name")]);
    assert!(said.code == 2 && said.err.contains("there already"), "{}", said.err);
    let said = place.fenqun(&["explain", "run", "--segment", "0", "--change", "spend"]);
    assert_eq!(said.code, 2, "a segment has no moves");
}

#[test]
fn purchases_are_counted_in_a_time_that_is_named() {
    let place = shop();
    let day = last_day(&place);
    let from = day_before(&day, 90 - 1);
    let asked: Vec<usize> = (0..90).step_by(10).collect();
    let mut n_checked = 0;
    for (user, number) in numbers(&place, &asked) {
        let raw = format!("{RAW_ID}{number:03}");
        for reason in why(&place, &user, &[])["reasons"].as_array().expect("reasons") {
            let (name, text) =
                (reason["name"].as_str().expect("a name"), reason["text"].as_str().expect("words"));
            if !text.contains("bought") || text.contains("last bought") {
                continue;
            }
            assert!(text.contains("segment average") && text.contains("all users"), "{text}");
            let window = if text.contains("in the last 90 days") { from.as_str() } else { "" };
            let is_it = |row: &&String| {
                let cells: Vec<&str> = row.split(',').collect();
                cells[0] == raw && cells[5] == name && &cells[1][..10] >= window
            };
            // Lines of one order that say the same are one line to the cleaning.
            let mut lines: Vec<String> = orders();
            lines.sort();
            lines.dedup();
            let n = lines.iter().filter(is_it).count();
            let told = match n {
                0 => format!("has not bought {name}"),
                1 => format!("bought {name} once"),
                n => format!("bought {name} {n} times"),
            };
            let text = text.replace("only ", "");
            assert!(text.starts_with(&told), "{text} – counted {n} of user {number}");
            n_checked += 1;
        }
    }
    assert!(n_checked > 3, "{n_checked} checked");
}

#[test]
fn a_shop_without_purchases_has_levers_of_its_own() {
    let place = Workplace::new();
    let mut text = String::from("user_id,time,action,item_id,category\n");
    for user in 0..40 {
        for visit in 0..2 + user % 12 {
            let category = ["Boats", "Bikes"][usize::from((user + visit % 4 / 3) % 2 == 1)];
            let (month, day) = (1 + visit % 6, 1 + (user * 7 + visit * 3) % 28);
            text += &format!(
                "{RAW_ID}{user:03},2026-0{month}-{day:02} 10:00:00,view,{category}{},{category}\n",
                visit % 3
            );
        }
    }
    place.write("views.csv", text);
    place.fenqun(&["init", "views.csv"]).fine();
    place.fenqun(&["run", "--out", "run"]).fine();
    let found = rows(&place, "run/segments.parquet");
    let mut n_moved = 0;
    for user in found.users.iter().step_by(5) {
        let usual = why(&place, &user.to_string(), &[]);
        let names = usual["tried"].to_string();
        assert!(names.contains("\"views\""), "{names}");
        let change = ["--change", "views", "--change", "visits", "--change", "category:Boats"];
        let said = explain(&place, &user.to_string(), &change).fine();
        assert!(said.out.contains("looking at"), "{}", said.out);
        assert!(!said.out.contains("bought") && !said.out.contains("buying"), "{}", said.out);
        n_moved += usual["moves"].as_array().expect("moves").len();
    }
    assert!(n_moved > 0, "some can be moved");
    let said = explain(&place, &found.users[0].to_string(), &["--change", "spend"]);
    assert!(said.code == 2 && said.err.contains("has a price"), "{}", said.err);
}

/// The last day that the run looked at.
fn last_day(place: &Workplace) -> String {
    let bytes = std::fs::read(place.path("run/manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&bytes).expect("JSON");
    let as_of = manifest["as_of"].as_str().expect("a day").to_owned();
    day_before(&as_of[..10], 1)
}

/// So many days before a day of 2026, counted by hand.
fn day_before(day: &str, n: u32) -> String {
    const DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let part = |from: usize, to: usize| day[from..to].parse::<u32>().expect("digits");
    let (mut month, mut left) = (part(5, 7), part(8, 10));
    for _ in 0..n {
        if left == 1 {
            month -= 1;
            left = DAYS[month as usize - 1];
        } else {
            left -= 1;
        }
    }
    format!("2026-{month:02}-{left:02}")
}
