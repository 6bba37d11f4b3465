//! Right on real data. Skips visibly where the data is not at hand.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use fenqun_base::{Action, Progress};
use fenqun_events::{Cleaned, EventTable, Key, Reason, clean, init};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::shop::events_part;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");

#[allow(clippy::print_stderr)]
fn data(test: &str, name: &str) -> Option<PathBuf> {
    let path = Path::new(DATA).join(name);
    if !path.exists() {
        eprintln!("SKIPPED {test}: ../shared/data/{name} is absent");
        return None;
    }
    Some(path)
}

/// A way to write a table as text: name, delimiter, encoder, byte order mark.
type Variant = (&'static str, char, fn(&str) -> Vec<u8>, &'static [u8]);

/// Runs what `init` proposes for a file, unchanged.
fn run(file: &Path, out: &Path) -> (Cleaned, EventTable) {
    let folder = file.parent().expect("a folder");
    let proposal = init(&[file.display().to_string()], folder, folder).expect("recognised");
    let config = events_part(&proposal.toml);
    let key = Key::from_bytes([7; 32]);
    let cleaned = clean(&config, folder, &key, out, &Progress::silent()).expect("cleans");
    cleaned.ledger.check().expect("every row is accounted for");
    (cleaned, EventTable::open(out).expect("opens"))
}

fn n_refunds(table: &EventTable) -> usize {
    let parts = (0..table.n_parts()).map(|part| table.part(part).expect("reads"));
    parts.flatten().filter(|event| event.action() == Action::Refund).count()
}

fn check_retail(cleaned: &Cleaned, table: &EventTable) {
    let total = cleaned.ledger.total();
    assert_eq!(total.n_in, 1_044_847);
    assert_eq!(total.n_rejected[&Reason::UserMissing], 235_287);
    assert_eq!(cleaned.ledger.n_users_seen, 5_942);
    assert!(total.n_rejected[&Reason::NonProduct] > 3_000);
    assert_eq!(total.n_rejected[&Reason::TestOrder], 16);
    let titles: Vec<&str> =
        table.catalogue().items.iter().map(|item| item.title.as_str()).collect();
    assert!(!titles.contains(&"POSTAGE") && !titles.contains(&"Manual"));
    assert!(table.catalogue().items.iter().any(|item| item.id == "PADS"));
    // 18,446 cancellations carry a customer; what is missing are duplicates and non-products.
    assert!((17_000..=18_446).contains(&n_refunds(table)), "{}", n_refunds(table));
}

#[test]
fn online_retail_is_accounted_for_row_by_row() {
    let Some(file) = data("online_retail_is_accounted_for_row_by_row", "online-retail-ii.parquet")
    else {
        return;
    };
    let out = tempfile::tempdir().expect("temporary folder");
    let (cleaned, table) = run(&file, out.path());
    check_retail(&cleaned, &table);
}

#[test]
fn online_retail_gives_the_same_table_from_text_in_three_encodings() {
    let name = "online_retail_gives_the_same_table_from_text_in_three_encodings";
    let Some(file) = data(name, "online-retail-ii.parquet") else { return };
    let folder = tempfile::tempdir().expect("temporary folder");
    let out = folder.path().join("out");
    let (original, table) = run(&file, &out);
    let parts: Vec<_> = (0..table.n_parts()).map(|part| table.part(part).expect("reads")).collect();
    let rows = text_rows(&file);
    let variants: [Variant; 3] = [
        ("utf8.csv", ',', |text| text.as_bytes().to_vec(), b"\xef\xbb\xbf"),
        (
            "utf16.tsv",
            '\t',
            |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            b"\xff\xfe",
        ),
        ("gb18030.csv", ';', |text| encoding_rs::GB18030.encode(text).0.into_owned(), b""),
    ];
    for (name, delimiter, encode, mark) in variants {
        let path = folder.path().join(name);
        write_text(&path, &rows, delimiter, encode, mark);
        let (cleaned, table) = run(&path, &out);
        check_retail(&cleaned, &table);
        let (one, other) = (cleaned.ledger.total(), original.ledger.total());
        assert_eq!((one.n_kept, one.n_duplicate), (other.n_kept, other.n_duplicate), "{name}");
        assert_eq!(one.n_rejected, other.n_rejected, "{name}");
        for (part, events) in parts.iter().enumerate() {
            let read = table.part(part).expect("reads");
            assert_eq!(
                bytemuck::cast_slice::<_, u8>(&read),
                bytemuck::cast_slice::<_, u8>(events),
                "{name}"
            );
        }
    }
}

/// Every row of a Parquet file as text, the header first.
fn text_rows(file: &Path) -> Vec<Vec<String>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file).expect("opens"))
        .expect("Parquet");
    let mut rows: Vec<Vec<String>> =
        vec![reader.schema().fields().iter().map(|field| field.name().clone()).collect()];
    let options = FormatOptions::default().with_timestamp_format(Some("%Y-%m-%d %H:%M:%S"));
    for batch in reader.build().expect("reads") {
        let batch: RecordBatch = batch.expect("reads");
        let columns: Vec<ArrayFormatter<'_>> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).expect("formats"))
            .collect();
        for row in 0..batch.num_rows() {
            let cell = |(column, format): (&dyn Array, &ArrayFormatter<'_>)| {
                if column.is_null(row) { String::new() } else { format.value(row).to_string() }
            };
            let arrays = batch.columns().iter().map(|array| array.as_ref());
            rows.push(arrays.zip(&columns).map(cell).collect());
        }
    }
    rows
}

fn write_text(
    path: &Path,
    rows: &[Vec<String>],
    delimiter: char,
    encode: impl Fn(&str) -> Vec<u8>,
    mark: &[u8],
) {
    let mut file = std::io::BufWriter::new(File::create(path).expect("created"));
    file.write_all(mark).expect("written");
    let mut line = String::new();
    for row in rows {
        line.clear();
        for (index, cell) in row.iter().enumerate() {
            if index > 0 {
                line.push(delimiter);
            }
            if cell.contains([delimiter, '"', '\n', '\r']) {
                line.push('"');
                line.push_str(&cell.replace('"', "\"\""));
                line.push('"');
            } else {
                line.push_str(cell);
            }
        }
        line.push_str("\r\n");
        file.write_all(&encode(&line)).expect("written");
    }
    file.flush().expect("written");
}

#[test]
fn taobao_has_815_users_and_its_stray_times_are_rejected() {
    let name = "taobao_has_815_users_and_its_stray_times_are_rejected";
    let Some(file) = data(name, "taobao-userbehavior-sample.csv.gz") else { return };
    let out = tempfile::tempdir().expect("temporary folder");
    let (cleaned, table) = run(&file, out.path());
    let total = cleaned.ledger.total();
    assert_eq!(total.n_in, 84_476);
    assert_eq!(total.n_rejected[&Reason::RaggedRow], 1, "the last row of the sample is cut");
    assert_eq!(total.n_rejected[&Reason::TimeOutOfRange], 35);
    assert_eq!(total.n_kept, 84_440);
    assert_eq!(cleaned.ledger.n_users_seen, 815);
    let first = table.first_time();
    assert!(first >= 1_511_539_200_000, "25 November 2017 in Shanghai, got {first}");
    assert!(table.last_time() < 1_512_316_800_000);
    let mut actions = [0; 11];
    for part in 0..table.n_parts() {
        for event in table.part(part).expect("reads") {
            actions[event.action as usize] += 1;
        }
    }
    let n = |action: Action| actions[action as usize];
    assert!(n(Action::View) > 75_000 && n(Action::Cart) > 4_000);
    assert!(n(Action::Favourite) > 2_000 && n(Action::Purchase) > 1_700);
}
