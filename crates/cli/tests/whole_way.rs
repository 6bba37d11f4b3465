//! The whole way on a small made shop: init, run, and what must hold of every run.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::fs;

use support::{RAW_ID, Speak, Workplace, files, orders, orders_csv};

fn shop() -> Workplace {
    let place = Workplace::new();
    place.write("orders.csv", orders_csv(&orders()));
    place.fenqun(&["init", "orders.csv"]).fine();
    place
}

#[test]
fn two_commands_give_segments_a_report_and_every_artifact() {
    let place = shop();
    let said = place.fenqun(&["run", "--out", "run"]).fine();
    assert!(said.out.contains("report.html"), "{}", said.out);
    for name in [
        "manifest.json",
        "quality.json",
        "rejected.parquet",
        "profiles.parquet",
        "sequences.parquet",
        "segments.parquet",
        "embeddings.npy",
        "client_ids.npy",
        "cards.json",
        "report.html",
        "report.json",
        "model/segments.json",
        "model/segments.safetensors",
    ] {
        assert!(place.path("run").join(name).exists(), "{name} is missing");
    }
    assert!(!place.path("run/state.json").exists(), "a finished run has no state");
    let page = fs::read_to_string(place.path("run/report.html")).expect("page");
    assert!(!page.contains("http://") || page.contains("http://www.w3.org"), "no foreign address");
}

#[test]
fn no_raw_user_id_is_in_any_file_or_word() {
    let place = shop();
    let said = place.fenqun(&["run", "--out", "run"]).fine();
    assert!(!said.out.contains(RAW_ID) && !said.err.contains(RAW_ID));
    for file in files(&place.path("run")) {
        let bytes = fs::read(&file).expect("file");
        let found = bytes.windows(RAW_ID.len()).any(|window| window == RAW_ID.as_bytes());
        assert!(!found, "{} holds a raw user id", file.display());
    }
}

#[test]
fn the_same_run_twice_and_shuffled_rows_give_the_same_bytes() {
    let place = shop();
    place.fenqun(&["run", "--out", "first"]).fine();
    place.fenqun(&["run", "--out", "second"]).fine();
    let bytes = |run: &str| fs::read(place.path(run).join("segments.parquet")).expect("segments");
    assert_eq!(bytes("first"), bytes("second"));

    let mut rows = orders();
    rows.reverse();
    let half = rows.len() / 2;
    rows.rotate_left(half / 3);
    place.write("orders.csv", orders_csv(&rows));
    place.fenqun(&["run", "--out", "shuffled"]).fine();
    assert_eq!(bytes("first"), bytes("shuffled"));
}

#[test]
fn another_key_gives_other_pseudonyms_and_the_same_segments() {
    let place = shop();
    place.fenqun(&["run", "--out", "first"]).fine();
    fs::remove_file(place.path("fenqun.key")).expect("a run without a key makes one");
    place.fenqun(&["run", "--out", "second"]).fine();
    let cards = |run: &str| {
        let text = fs::read_to_string(place.path(run).join("cards.json")).expect("cards");
        let cards: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let told = |card: &serde_json::Value| (card["name"].clone(), card["n_users"].clone());
        cards.as_array().expect("list").iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(cards("first"), cards("second"));
    let ids = |run: &str| fs::read(place.path(run).join("client_ids.npy")).expect("ids");
    assert_ne!(ids("first"), ids("second"));
}

#[test]
fn a_file_named_twice_changes_nothing() {
    let place = shop();
    place.fenqun(&["run", "--out", "once"]).fine();
    let config = fs::read_to_string(place.path("fenqun.toml")).expect("config");
    place.write("again.csv", orders_csv(&orders()));
    let twice = config.replace("\"orders.csv\"", "\"orders.csv\", \"again.csv\"");
    assert_ne!(config, twice, "the config names the file");
    place.write("fenqun.toml", twice);
    place.fenqun(&["run", "--out", "twice"]).fine();
    let bytes = |run: &str| fs::read(place.path(run).join("segments.parquet")).expect("segments");
    assert_eq!(bytes("once"), bytes("twice"));
}

#[test]
fn a_run_that_stopped_is_resumed_to_the_same_end() {
    let place = shop();
    place.fenqun(&["run", "--out", "whole"]).fine();
    place.fenqun(&["run", "--out", "stopped", "--until", "events"]).fine();
    assert!(place.path("stopped/state.json").exists());
    assert_eq!(place.fenqun(&["run", "--out", "stopped"]).code, 2, "an unfinished run is kept");
    place.fenqun(&["run", "--out", "stopped", "--resume"]).fine();
    let bytes = |run: &str| fs::read(place.path(run).join("segments.parquet")).expect("segments");
    assert_eq!(bytes("whole"), bytes("stopped"));
    let again = place.fenqun(&["run", "--out", "stopped", "--resume"]);
    assert_eq!(again.code, 2, "nothing is left to resume");
}

#[test]
fn names_and_report_come_in_chinese_by_one_setting() {
    let place = shop();
    let said = place.fenqun(&["run", "--out", "run", "--language", "zh"]).fine();
    assert!(said.out.contains("分群"), "{}", said.out);
    let page = fs::read_to_string(place.path("run/report.html")).expect("page");
    assert!(page.contains("lang=\"zh"), "the page says its language");
}

#[test]
fn k_means_over_chosen_blocks_is_one_setting_away() {
    let place = shop();
    let config = fs::read_to_string(place.path("fenqun.toml")).expect("config");
    let own =
        "\n[segments]\nmethod = \"k_means\"\nblocks = [\"aggregates\"]\nn_segments = [3, 4]\n";
    place.write("fenqun.toml", without_section(&config, "segments") + own);
    let said = place.fenqun(&["run", "--out", "run", "--format", "json"]).fine();
    let outcome: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let n_cards = outcome["cards"].as_array().expect("cards").len();
    assert!((3..=4).contains(&n_cards), "{n_cards}");
}

#[test]
fn a_report_is_made_again_and_only_of_a_finished_run() {
    let place = shop();
    place.fenqun(&["run", "--out", "run"]).fine();
    let first = fs::read(place.path("run/report.html")).expect("page");
    fs::remove_file(place.path("run/report.html")).expect("removed");
    place.fenqun(&["report", "run"]).fine();
    assert_eq!(first, fs::read(place.path("run/report.html")).expect("page"));
    assert_eq!(place.fenqun(&["report", "nowhere"]).code, 2);
    let path = place.path("run/manifest.json");
    let manifest = fs::read_to_string(&path).expect("manifest");
    fs::write(&path, manifest.replacen("\"format\": 1", "\"format\": 99", 1)).expect("written");
    let said = place.fenqun(&["report", "run"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("format 99"), "{}", said.err);
}

#[test]
fn settings_come_from_flags_over_environment_over_the_file() {
    let place = shop();
    let seed = |run: &str| {
        let text = fs::read_to_string(place.path(run).join("manifest.json")).expect("manifest");
        let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        manifest["config"]["seed"].as_u64().expect("seed")
    };
    let cache = place.path("cache");
    let run = |arguments: &[&str], environment: Option<&str>| {
        let mut command = place.command(arguments);
        command.env("FENQUN_CACHE", &cache);
        if let Some(seed) = environment {
            command.env("FENQUN_SEED", seed);
        }
        command.said().fine();
    };
    run(&["run", "--out", "file"], None);
    run(&["run", "--out", "environment"], Some("11"));
    run(&["run", "--out", "flag", "--seed", "12"], Some("11"));
    assert_eq!((seed("file"), seed("environment"), seed("flag")), (7, 11, 12));
}

/// A configuration without one of its tables.
fn without_section(config: &str, section: &str) -> String {
    let head = format!("[{section}]");
    let mut inside = false;
    let keep = |line: &&str| {
        if line.starts_with('[') {
            inside = line.trim() == head;
        }
        !inside
    };
    config.lines().filter(keep).map(|line| format!("{line}\n")).collect()
}
