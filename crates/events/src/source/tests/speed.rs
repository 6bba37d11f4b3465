//! No test: measures reading alone, on a file of one's own.
//!
//! `FENQUN_FILE=/tmp/big.csv cargo test --release -p fenqun-events reading_speed -- --ignored --nocapture`

use std::path::PathBuf;
use std::time::Instant;

use crate::source::{Reader, sniff};

#[test]
#[ignore = "measures; needs FENQUN_FILE"]
#[allow(clippy::print_stderr, reason = "the figures are its purpose")]
fn reading_speed() {
    let Some(path) = std::env::var_os("FENQUN_FILE").map(PathBuf::from) else { return };
    let sniffed = sniff(&path).expect("recognised");
    let asked = match std::env::var("FENQUN_COLUMNS") {
        Ok(columns) => columns.split(',').map(str::to_owned).collect(),
        Err(_) => sniffed.columns,
    };
    for _ in 0..5 {
        let start = Instant::now();
        let mut reader = Reader::open(&path, &sniffed.dialect, &asked).expect("opens");
        let mut n_rows = 0;
        while let Some(batch) = reader.next().expect("reads") {
            n_rows += batch.lines.len();
        }
        let seconds = start.elapsed().as_secs_f64();
        let rate = reader.bytes_total() as f64 / 1e6 / seconds;
        eprintln!("{n_rows} rows, {} columns: {seconds:.3} s, {rate:.0} MB/s", asked.len());
    }
}
