//! Protocols for the next period on a small made shop: user vectors of fenqun and of another tool,
//! and which categories are bought.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::fs;

use serde_json::Value;
use support::{RAW_ID, Said, Workplace, files, orders, orders_csv};

const INPUT: &str = "run/evaluations/behaviour-28d-input";

/// A finished run of the made shop.
fn shop() -> Workplace {
    let place = Workplace::new();
    place.write("orders.csv", orders_csv(&orders()));
    place.fenqun(&["init", "orders.csv"]).fine();
    place.fenqun(&["run", "--out", "run"]).fine();
    place
}

fn behaviour(place: &Workplace, more: &[&str]) -> Said {
    let ask = ["evaluate", "run", "--task", "behaviour", "--days", "28"];
    place.fenqun(&[&ask[..], more].concat())
}

fn json(place: &Workplace, name: &str) -> Value {
    let text = fs::read_to_string(place.path("run/evaluations").join(name)).expect("written");
    serde_json::from_str(&text).expect("JSON")
}

/// Header and rows of a NumPy file of so many rows.
fn rows(bytes: &[u8], n_rows: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
    let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let size = (bytes.len() - start) / n_rows;
    (bytes[..start].to_vec(), bytes[start..].chunks_exact(size).map(<[u8]>::to_vec).collect())
}

/// Files of another tool: fenqun's own input, changed.
fn bring(place: &Workplace, change: impl Fn(&str, Vec<u8>) -> Vec<u8>) {
    for name in ["client_ids.npy", "embeddings.npy"] {
        let bytes = fs::read(place.path(INPUT).join(name)).expect("the input");
        place.write(&format!("mine/{name}"), change(name, bytes));
    }
}

#[test]
fn vectors_of_another_tool_are_judged_beside_those_of_the_run() {
    let place = shop();
    let alone = behaviour(&place, &[]).fine();
    assert!(alone.out.contains("head `small`") && alone.out.contains("counts"), "{}", alone.out);
    for name in ["client_ids.npy", "embeddings.npy", "users.parquet"] {
        assert!(place.path(INPUT).join(name).exists(), "{name} is missing");
    }
    let first = json(&place, "behaviour-28d.json");
    let n_users = first["behaviour"]["n_users"].as_u64().expect("a number") as usize;

    // The same vectors, last user first: the order of the rows is the tool's own.
    bring(&place, |_, bytes| {
        let (mut file, rows) = rows(&bytes, n_users);
        file.extend(rows.into_iter().rev().flatten());
        file
    });
    let said = place.fenqun(&["vectors", "check", "mine", "--run", "run"]).fine();
    assert!(said.out.contains(&format!("mine: {n_users} users")), "{}", said.out);
    assert!(said.out.contains("every rule is kept"), "{}", said.out);
    let said = behaviour(&place, &["--vectors", "mine=mine"]).fine();
    let found = json(&place, "behaviour-28d.json");
    let contender = |found: &Value, name: &str| {
        let all = found["behaviour"]["contenders"].as_array().expect("contenders").clone();
        all.into_iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name}"))
    };
    let (own, mine) = (contender(&found, "all blocks"), contender(&found, "mine"));
    assert_eq!((&own["role"], &mine["role"]), (&"joined".into(), &"brought".into()));
    let scores = own["scores"].as_array().expect("scores");
    assert!(scores.len() >= 3, "{scores:?}");
    for (own, mine) in scores.iter().zip(mine["scores"].as_array().expect("scores")) {
        assert_eq!(own["epochs"], mine["epochs"], "the same vectors, the same figures");
        assert_eq!(mine["over_joined"]["high"], 0.0);
        let spread = &own["auroc"];
        assert!(spread["low"].as_f64() < spread["high"].as_f64(), "{spread}");
    }
    // Whoever stands beside it, a contender has its own figures.
    assert_eq!(contender(&first, "all blocks"), own);
    assert_eq!(contender(&first, "counts"), contender(&found, "counts"));

    let text = fs::read_to_string(place.path("run/evaluations/behaviour-28d.md")).expect("words");
    let last = text.lines().last().expect("lines");
    assert!(last.starts_with("- `all blocks` beats `counts` on"), "{last}");
    assert!(text.contains("novelty") && text.contains("- `mine` beats `all blocks` on 0 of"));
    assert!(said.out.contains("score · novelty · diversity"), "{}", said.out);
    let page = fs::read_to_string(place.path("run/report.html")).expect("page");
    assert!(page.contains("score · novelty · diversity") && page.contains("mine ("), "page");
    for file in files(&place.path("run")) {
        let bytes = fs::read(&file).expect("file");
        let found = bytes.windows(RAW_ID.len()).any(|window| window == RAW_ID.as_bytes());
        assert!(!found, "{} holds a raw user id", file.display());
    }
}

#[test]
fn files_that_break_a_rule_are_named_with_rule_find_and_place() {
    let place = shop();
    let none = place.fenqun(&["vectors", "check", "mine", "--run", "run"]);
    assert!(none.code == 2 && none.err.contains("--task behaviour"), "{}", none.err);
    behaviour(&place, &[]).fine();
    let n_users = fs::read(place.path(INPUT).join("client_ids.npy")).expect("ids").len() / 8 - 16;
    let nan = |name: &str, mut bytes: Vec<u8>| {
        if name == "embeddings.npy" {
            let (file, mut rows) = rows(&bytes, n_users);
            rows[2][6..8].copy_from_slice(&[0, 0x7e]);
            bytes = [file, rows.concat()].concat();
        }
        bytes
    };
    bring(&place, nan);
    let check = ["vectors", "check", "mine", "--run", "run", "--format", "json"];
    let said = place.fenqun(&check);
    assert_eq!(said.code, 2, "{}", said.out);
    let found: Value = serde_json::from_str(&said.out).expect("JSON");
    let fault = &found["faults"][0];
    assert_eq!((&fault["row"], &fault["column"]), (&2.into(), &3.into()));
    assert_eq!(fault["found"], "NaN");
    assert!(fault["file"].as_str().is_some_and(|file| file.ends_with("embeddings.npy")));
    assert!(said.err.contains("\"exit_code\":2"), "{}", said.err);

    let before = json(&place, "behaviour-28d.json");
    let words = |words: &str, change: &dyn Fn(&str, Vec<u8>) -> Vec<u8>| {
        bring(&place, change);
        for arguments in
            [&check[..5], &["evaluate", "run", "--task", "behaviour", "--days", "28"][..]]
        {
            let vectors: &[&str] =
                if arguments[0] == "evaluate" { &["--vectors", "mine=mine"] } else { &[] };
            let said = place.fenqun(&[arguments, vectors].concat());
            assert_eq!(said.code, 2, "{}", said.out);
            assert!(said.err.contains(words), "`{words}` is not in: {}", said.err);
        }
        assert_eq!(json(&place, "behaviour-28d.json"), before, "nothing is lost");
    };
    let of = |wanted: &'static str, change: fn(Vec<u8>) -> Vec<u8>| {
        move |name: &str, bytes: Vec<u8>| if name == wanted { change(bytes) } else { bytes }
    };
    let (ids, vectors) = ("client_ids.npy", "embeddings.npy");
    words("NaN in row 2, column 3", &nan);
    words(
        "must hold as many bytes as the shape",
        &of(vectors, |mut bytes| {
            bytes.pop();
            bytes
        }),
    );
    words("must hold float16 numbers", &of(vectors, |bytes| replaced(bytes, b"<f2", b"<i2")));
    words("must hold row after row", &of(vectors, |bytes| replaced(bytes, b"False", b"True ")));
    words(
        "the id of row 0 again in row 1",
        &of(ids, |mut bytes| {
            bytes.copy_within(128..136, 136);
            bytes
        }),
    );
    words(
        "an id that is not wanted in row 0",
        &of(ids, |mut bytes| {
            bytes[128] ^= 1;
            bytes
        }),
    );
    words("client_ids.npy must hold a NumPy file", &of(ids, |_| b"user,vector\n1,2\n".to_vec()));
}

fn replaced(bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("in the header");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn what_the_protocol_has_no_use_for_is_refused() {
    let place = shop();
    let refused = |more: &[&str], words: &str| {
        let said = behaviour(&place, more);
        assert_eq!(said.code, 2, "{more:?}: {}", said.out);
        assert!(said.err.contains(words), "`{words}` is not in: {}", said.err);
    };
    refused(&["--at", "2026-03-01"], "`at` has no meaning for `behaviour`");
    refused(&["--origins", "3"], "`origins` has no meaning for `behaviour`");
    refused(&["--head", "tall"], "must be one of auto, full, small");
    refused(&["--n-targets", "1"], "`n_targets` must be between 2");
    refused(&["--vectors", "mine"], "must be NAME=DIR");
    refused(&["--vectors", "mine=a", "--vectors", "mine=b"], "names `mine` twice");
    refused(&["--vectors", "counts=run"], "`counts` is the name of vectors of fenqun");
    refused(&["--vectors", "mine=nowhere"], "client_ids.npy cannot be read");
    let inactive = ["evaluate", "run", "--task", "inactive", "--n-targets", "5"];
    let said = place.fenqun(&inactive);
    assert!(said.code == 2 && said.err.contains("only `behaviour` has it"), "{}", said.err);
    assert!(!place.path("run/evaluations/behaviour-28d.json").exists(), "half a result is left");
}

#[test]
fn head_targets_and_language_are_as_asked_and_told() {
    let place = shop();
    let asked = ["--head", "small", "--n-targets", "4", "--language", "zh"];
    let said = behaviour(&place, &asked).fine();
    assert!(said.out.contains("预测头 `small`") && said.out.contains("小预测头"), "{}", said.out);
    let found = json(&place, "behaviour-28d.json");
    assert_eq!(found["behaviour"]["head"], "small");
    let tasks = found["behaviour"]["tasks"].as_array().expect("tasks");
    let most = tasks.iter().filter_map(|task| task["n_targets"].as_u64()).max();
    assert_eq!(most, Some(4), "{tasks:?}");
    for words in found["remarks"].as_array().expect("remarks") {
        let words = words.as_str().expect("words");
        assert!(words.contains('。') && !words.contains("The "), "{words}");
    }
    let text = fs::read_to_string(place.path("run/evaluations/behaviour-28d.md")).expect("words");
    assert!(text.contains("## 结论") && text.contains("新颖性"), "{text}");
}

#[test]
fn categories_of_the_next_period_are_asked_about() {
    let place = shop();
    let ask = ["evaluate", "run", "--task", "categories", "--days", "28"];
    let said = place.fenqun(&ask).fine();
    assert!(said.out.contains("categories-28d") && said.out.contains("AUROC"), "{}", said.out);
    let first = fs::read(place.path("run/evaluations/categories-28d.md")).expect("words");
    let found = json(&place, "categories-28d.json");
    let contenders = found["propensity"]["contenders"].as_array().expect("contenders");
    assert!(contenders.len() > 2, "{contenders:?}");
    for one in contenders {
        let auroc = one["auroc"].as_f64().expect("a number");
        assert!((0.3..=1.0).contains(&auroc), "{one}");
    }
    let text = String::from_utf8_lossy(&first).into_owned();
    assert!(text.contains("| AUROC |") || text.contains("| AUROC, never bought |"), "{text}");
    place.fenqun(&ask).fine();
    let again = fs::read(place.path("run/evaluations/categories-28d.md")).expect("words");
    assert_eq!(first, again, "the same question, the same words");
    let said = place.fenqun(&[&ask[..], &["--origins", "2"]].concat());
    assert!(said.code == 2 && said.err.contains("`origins` has no meaning"), "{}", said.err);
}
