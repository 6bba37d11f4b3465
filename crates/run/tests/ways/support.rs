//! A made shop, runs over it, and what every way must keep.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Float32Type;
use fenqun_base::{Progress, UserId};
use fenqun_explain::Card;
use fenqun_run::{
    Config, Existing, ExplainRequest, Outcome, RunError, RunRequest, ScoreRequest, SegmentRows,
    Why, explain_user, read_json, read_segments, run, score,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use tempfile::TempDir;

/// Orders of 90 users over half a year: three tastes, very different sums.
pub fn orders(is_asked: impl Fn(u64) -> bool) -> String {
    let mut state = 20_260_101_u64;
    let mut next = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let tastes = [
        ["T1,green tea,Drinks", "T2,black tea,Drinks", "T3,strong coffee,Drinks"],
        ["P1,cat food,Pets", "P2,cat litter,Pets", "P3,toy for dogs,Pets"],
        ["B1,baby milk,Baby", "B2,nappies,Baby", "B3,baby bottle,Baby"],
    ];
    let mut text = String::from("user,time,order,item,title,category,quantity,price\n");
    for user in 0..90 {
        for order in 0..2 + user / 6 {
            let (month, day, hour) = (1 + next(6), 1 + next(28), 8 + next(12));
            for _ in 0..=next(3) {
                let taste = if next(10) < 8 { user % 3 } else { next(3) };
                let item = tastes[taste as usize][next(3) as usize];
                let (quantity, price) = (1 + next(4), 2 + next(20));
                if is_asked(user) {
                    writeln!(
                        text,
                        "u{user:03},2026-{month:02}-{day:02} {hour:02}:15:00,O{user}-{order},{item},\
                         {quantity},{price}.50"
                    )
                    .expect("a string takes all");
                }
            }
        }
    }
    text
}

pub const SOURCE: &str = r#"
[[source]]
files = ["orders.csv"]
action = "purchase"
columns = { user_id = "user", event_time = "time", session_id = "order", item_id = "item", title = "title", category = "category", quantity = "quantity", amount = "price" }
"#;

/// A folder with the orders of all users.
pub fn shop() -> TempDir {
    let folder = tempfile::tempdir().expect("temporary folder");
    fs::write(folder.path().join("orders.csv"), orders(|_| true)).expect("written");
    folder
}

/// Texts are not read unless a model is named: a test must not hang on what the cache holds.
pub fn run_with(shop: &Path, out: &str, text: &str, segments: &str) -> Result<Outcome, RunError> {
    let config = format!("{SOURCE}\n[text]\nmodel = \"{text}\"\n[segments]\n{segments}\n");
    let config_path = shop.join("fenqun.toml");
    let config = Config::parse(&config, &config_path).expect("settings");
    let out = shop.join(out);
    let request = RunRequest { config, config_path, out, existing: Existing::Refuse, until: None };
    run(&request, &Progress::silent())
}

pub fn run_way(shop: &Path, out: &str, segments: &str) -> Outcome {
    run_with(shop, out, "none", segments).expect("a run")
}

pub fn scored(shop: &Path, name: &str, events: Vec<String>) -> PathBuf {
    let out = shop.join("scores.parquet");
    let run = shop.join(name);
    let request = ScoreRequest { run, events, out: out.clone(), ..ScoreRequest::default() };
    score(&request, &Progress::silent()).expect("scored");
    out
}

pub fn rows(path: &Path) -> SegmentRows {
    read_segments(path).expect("a table of segments")
}

/// The run's own events give the run's file; a third of its users the same rows as among all.
pub fn assert_scored_alike(shop: &Path, name: &str) {
    let path = shop.join(name).join("segments.parquet");
    let own = fs::read(scored(shop, name, Vec::new())).expect("scores");
    assert!(own == fs::read(&path).expect("segments"), "{name}: other bytes");
    let some = shop.join("some.csv");
    fs::write(&some, orders(|user| user % 3 == 1)).expect("written");
    let (part, whole) = (rows(&scored(shop, name, vec![some.display().to_string()])), rows(&path));
    assert_eq!(part.users.len(), 30);
    let is_out = |rows: &SegmentRows, row: usize| rows.unassigned.get(row).copied();
    for (row, user) in part.users.iter().enumerate() {
        let at = whole.users.binary_search(user).expect("a user of the run");
        assert_eq!(part.segments[row], whole.segments[at], "{name}: segment of {user}");
        assert_eq!(part.names[row], whole.names[at], "{name}: name of {user}");
        assert_eq!(part.scores[row].to_bits(), whole.scores[at].to_bits(), "{name}: {user}");
        let (found, expected) = (is_out(&part, row), is_out(&whole, at));
        assert_eq!(found.unwrap_or(false), expected.unwrap_or(false), "{name}: {user}");
    }
}

/// Why a user is there, and what of the named would move them.
pub fn explained(run: &Path, user: UserId, change: &[&str], to: Option<&str>) -> Why {
    let request = ExplainRequest {
        run: run.to_owned(),
        user,
        label: None,
        change: change.iter().map(|&name| name.to_owned()).collect(),
        to: to.map(str::to_owned),
    };
    explain_user(&request, &Progress::silent()).expect("explained")
}

/// Every way gives reasons, and its moves do move.
pub fn assert_explained(shop: &Path, name: &str) {
    let run = shop.join(name);
    let found = rows(&run.join("segments.parquet"));
    let mut n_told = 0;
    for &user in found.users.iter().step_by(9) {
        let why = explained(&run, user, &[], None);
        assert!(why.reasons.iter().all(|reason| reason.amount >= 0.0), "{name}: {why:?}");
        n_told += usize::from(!why.reasons.is_empty());
        let moved = why.moves.iter().all(|found| Some(found.0.segment) != why.segment);
        assert!(moved, "{name}: {why:?}");
    }
    assert!(n_told >= 9, "{name}: reasons for {n_told} of 10 users");
}

pub fn cards(shop: &Path, name: &str) -> Vec<Card> {
    read_json(&shop.join(name).join("cards.json")).expect("cards")
}

/// The two rows of the comparison: the segments and the baseline.
pub fn methods(shop: &Path, name: &str) -> Vec<Value> {
    let report: Value = read_json(&shop.join(name).join("report.json")).expect("a report");
    report["methods"].as_array().expect("methods").clone()
}

/// A column of the profiles of a run.
pub fn column(shop: &Path, name: &str, column: &str) -> Vec<f32> {
    let path = shop.join(name).join("profiles.parquet");
    let numbers = |batch: &RecordBatch| {
        let column = batch.column_by_name(column).expect("a column");
        column.as_primitive::<Float32Type>().values().to_vec()
    };
    batches(&path).iter().flat_map(numbers).collect()
}

/// The reason codes of every user.
pub fn reasons(path: &Path) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for batch in batches(path) {
        let lists = batch.column_by_name("reasons").expect("reasons").as_list::<i32>().clone();
        for list in lists.iter().flatten() {
            all.push(list.as_string::<i32>().iter().flatten().map(str::to_owned).collect());
        }
    }
    all
}

fn batches(path: &Path) -> Vec<RecordBatch> {
    let file = fs::File::open(path).expect("a table");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    reader.build().expect("Parquet").collect::<Result<_, _>>().expect("batches")
}
