//! The whole way on real shops. Each test needs data or a model that the repository does not hold,
//! and says SKIPPED where they are not.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stderr)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Speak, Workplace, shared};

/// The user's own cache, when it holds a package.
fn cache(package: &str) -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/fenqun"));
    let cache = std::env::var_os("FENQUN_CACHE").map(PathBuf::from).or(home)?;
    if cache.join(package).is_dir() {
        return Some(cache);
    }
    eprintln!("SKIPPED: {package} is not in the cache");
    None
}

fn json(path: &Path) -> serde_json::Value {
    let text = fs::read_to_string(path).expect("file");
    serde_json::from_str(&text).expect("JSON")
}

fn ledger(place: &Workplace, run: &str) -> serde_json::Value {
    json(&place.path(run).join("quality.json"))
}

#[test]
fn complete_journey_is_segmented_whole_and_twice_alike() {
    let Some(cache) = cache("data/complete-journey") else { return };
    if !cache.join("models/minilm").is_dir() {
        eprintln!("SKIPPED: models/minilm is not in the cache");
        return;
    }
    let place = Workplace::new();
    for run in ["first", "second"] {
        let mut command = place.command(&["demo", "--out", run]);
        command.env("FENQUN_CACHE", &cache).said().fine();
    }
    let file = &ledger(&place, "first")["files"][0];
    assert_eq!(file["n_in"], 1_469_307);
    assert_eq!(file["n_kept"], 1_458_032);
    assert_eq!(file["n_rejected"]["quantity_zero"], 8_869);
    let counts = &json(&place.path("first/manifest.json"))["counts"];
    assert_eq!(counts["n_users"], 2_469);
    let bytes = |run: &str| fs::read(place.path(run).join("segments.parquet")).expect("segments");
    assert_eq!(bytes("first"), bytes("second"));
    let data = json(&place.path("first/report.json"));
    let stability = data["stability"]["mean"].as_f64().expect("measured");
    assert!(stability > 0.8, "stability {stability}");
}

#[test]
fn online_retail_accounts_for_every_row_and_resumes_after_ctrl_c() {
    let Some(file) = shared("online-retail-ii.parquet") else { return };
    let place = Workplace::new();
    place.fenqun(&["init", file.to_str().expect("path")]).fine();
    place.fenqun(&["run", "--out", "whole"]).fine();
    let ledger = ledger(&place, "whole");
    let file = &ledger["files"][0];
    assert_eq!(file["n_in"], 1_044_847);
    // 1,044,847 rows less 809,560 with a customer.
    assert_eq!(file["n_rejected"]["user_missing"], 235_287);
    assert_eq!(ledger["n_users_seen"], 5_942);
    let rejected: u64 =
        file["n_rejected"].as_object().expect("table").values().filter_map(|n| n.as_u64()).sum();
    let kept = file["n_kept"].as_u64().expect("number");
    let twice = file["n_duplicate"].as_u64().expect("number");
    assert_eq!(kept + twice + rejected, 1_044_847);
    interrupt_and_resume(&place);
}

/// Stops a run as soon as its events are clean, and finishes it.
#[cfg(unix)]
fn interrupt_and_resume(place: &Workplace) {
    let mut child = place
        .command(&["run", "--out", "stopped", "--quiet"])
        .env("FENQUN_CACHE", place.path("cache"))
        .spawn()
        .expect("starts");
    let state = place.path("stopped/state.json");
    loop {
        let text = fs::read_to_string(&state).unwrap_or_default();
        let ended = child.try_wait().expect("waits").is_some();
        if ended || text.contains("\"events_finished\": true") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill runs");
    let code = child.wait().expect("ends").code();
    assert_eq!(code, Some(130), "Ctrl-C has its own exit code");
    place.fenqun(&["run", "--out", "stopped", "--resume"]).fine();
    let bytes = |run: &str| fs::read(place.path(run).join("segments.parquet")).expect("segments");
    assert_eq!(bytes("whole"), bytes("stopped"));
}

#[cfg(not(unix))]
fn interrupt_and_resume(_: &Workplace) {}

#[test]
fn taobao_is_recognised_without_header_and_segmented_by_behaviour() {
    let Some(file) = shared("taobao-userbehavior-sample.csv.gz") else { return };
    let place = Workplace::new();
    place.fenqun(&["init", file.to_str().expect("path")]).fine();
    let said = place.fenqun(&["run", "--out", "run", "--language", "zh"]).fine();
    assert!(said.out.contains("高价值"), "{}", said.out);
    let ledger = ledger(&place, "run");
    assert_eq!(ledger["n_users_seen"], 815);
    let file = &ledger["files"][0];
    assert_eq!(file["n_in"], 84_476);
    assert_eq!(file["n_rejected"]["time_out_of_range"], 35);
    assert_eq!(file["n_rejected"]["ragged_row"], 1);
}

#[test]
fn a_line_of_the_encoder_is_a_line_of_the_reference() {
    let Some(cache) = cache("models/minilm") else { return };
    let place = Workplace::new();
    place.write("titles.txt", "green tea\ncat litter\ngreen tea\n");
    place
        .command(&["encode", "titles.txt", "--out", "titles.npy", "--no-cache"])
        .env("FENQUN_CACHE", cache)
        .said()
        .fine();
    let bytes = fs::read(place.path("titles.npy")).expect("vectors");
    let rows: Vec<&[u8]> = bytes[128..].chunks_exact(384 * 4).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0], rows[2]);
    assert_ne!(rows[0], rows[1]);
}
