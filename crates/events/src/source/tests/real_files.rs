//! Real files, where they are.

use std::path::{Path, PathBuf};

use super::{names, read};
use crate::source::{Compression, Dialect, Encoding, Format, MalformedReason, Reader, sniff};

fn real(name: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(name);
    let is_there = path.is_file();
    #[allow(clippy::print_stderr, reason = "a test that is skipped must be seen")]
    if !is_there {
        eprintln!("SKIPPED {name}: ../shared/data is absent");
    }
    is_there.then_some(path)
}

#[test]
fn taobao_has_no_header_and_a_last_row_cut_short() {
    let Some(path) = real("taobao-userbehavior-sample.csv.gz") else { return };
    let sniffed = sniff(&path).expect("recognised");
    let wanted = Dialect { compression: Compression::Gzip, header: false, ..Dialect::default() };
    assert_eq!(sniffed.dialect, wanted, "{:?}", sniffed.why);
    assert_eq!(sniffed.columns, ["1", "2", "3", "4", "5"]);
    assert!(sniffed.unsure.is_empty(), "{:?}", sniffed.unsure);
    assert_eq!(sniffed.sample.len(), 1000);

    let found = read(&path, &sniffed.dialect, &["1", "4", "5"]).expect("reads");
    assert_eq!(found.rows.len() + found.malformed.len(), 84_476);
    let reasons: Vec<_> = found.malformed.iter().map(|row| (row.line, row.reason)).collect();
    assert_eq!(reasons, [(84_476, MalformedReason::RaggedRow { expected: 5, found: 4 })]);
    let n_buys = found.rows.iter().filter(|row| row[1].as_deref() == Some("buy")).count();
    assert_eq!(n_buys, 1750);
}

#[test]
fn parquet_files_are_read_whole_in_the_columns_asked_for() {
    for (name, n_rows, n_columns) in [
        ("online-retail-ii.parquet", 1_044_847, 8),
        ("hillstrom-email.parquet", 64_000, 12),
        ("chinese-reviews.parquet", 82_527, 4),
    ] {
        let Some(path) = real(name) else { continue };
        let sniffed = sniff(&path).expect("recognised");
        assert_eq!(sniffed.dialect, Dialect { format: Format::Parquet, ..Dialect::default() });
        assert_eq!(sniffed.columns.len(), n_columns);
        assert_eq!(sniffed.types.len(), n_columns);
        assert_eq!(sniffed.sample.len(), 1000);
        let asked = &sniffed.columns[n_columns - 2..];
        let mut reader = Reader::open(&path, &sniffed.dialect, asked).expect("opens");
        let mut n = 0;
        while let Some(batch) = reader.next().expect("reads") {
            n += batch.lines.len();
        }
        assert_eq!(n, n_rows, "{name}");
    }
}

/// The reviews, written out in the encodings Chinese shops use, are recognised and read the same.
#[test]
fn real_chinese_texts_are_recognised_in_every_encoding() {
    let Some(path) = real("chinese-reviews.parquet") else { return };
    let parquet = Dialect { format: Format::Parquet, ..Dialect::default() };
    let mut reader = Reader::open(&path, &parquet, &names(&["cat", "review"])).expect("opens");
    let batch = reader.next().expect("reads").expect("has rows");
    let mut rows = Vec::new();
    super::append(&batch, &mut rows);
    // A few hold characters that GB18030 as written today cannot carry both ways.
    rows.retain(|row| {
        row.iter().flatten().all(|value| {
            let (bytes, _, _) = encoding_rs::GB18030.encode(value);
            encoding_rs::GB18030.decode_without_bom_handling(&bytes).0 == value.as_str()
        })
    });
    assert!(rows.len() > 16_000, "{}", rows.len());
    let mut text = String::from("cat;review\r\n");
    for row in &rows {
        let cell = |index: usize| row[index].clone().unwrap_or_default().replace('"', "\"\"");
        text.push_str(&format!("{};\"{}\"\r\n", cell(0), cell(1)));
    }
    for encoding in [Encoding::Utf8, Encoding::Utf16le, Encoding::Utf16be, Encoding::Gb18030] {
        let file = super::TempFile::new("reviews.csv", &super::encoded(&text, encoding, false));
        let sniffed = sniff(&file.path).expect("recognised");
        let wanted = Dialect { encoding, delimiter: ';', ..Dialect::default() };
        assert_eq!(sniffed.dialect, wanted, "{:?}", sniffed.why);
        let found = read(&file.path, &sniffed.dialect, &["cat", "review"]).expect("reads");
        assert_eq!(found.malformed.len(), 0);
        assert_eq!(found.rows, rows, "{encoding}");
    }
}
