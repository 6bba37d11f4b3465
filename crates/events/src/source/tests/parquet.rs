use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, Int64Array, LargeStringArray, StringArray,
    StructArray, TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, Field, Fields, Int32Type, Int64Type};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::{TempFile, names};
use crate::source::{Dialect, Format, RawBatch, Reader, SourceError, sniff};

fn dialect() -> Dialect {
    Dialect { format: Format::Parquet, ..Dialect::default() }
}

fn written(batch: &RecordBatch, compression: Compression) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(700))
        .build();
    let mut bytes = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).expect("opens");
    writer.write(batch).expect("writes");
    writer.close().expect("closes");
    bytes
}

fn table(n_rows: i64) -> RecordBatch {
    let ids = Int64Array::from_iter_values(0..n_rows);
    let titles = LargeStringArray::from_iter_values((0..n_rows).map(|row| format!("title {row}")));
    let kinds: DictionaryArray<Int32Type> =
        (0..n_rows).map(|row| ["pv", "buy"][row as usize % 2]).collect();
    let times =
        TimestampMillisecondArray::from_iter_values(0..n_rows).with_timezone("Asia/Shanghai");
    let tiers: StringArray = (0..n_rows).map(|row| (row % 3 > 0).then_some("gold")).collect();
    let fields = Fields::from(vec![Field::new("tier", DataType::Utf8, true)]);
    let nulls = (0..n_rows).map(|row| row % 2 > 0).collect();
    let user = StructArray::new(fields, vec![Arc::new(tiers) as ArrayRef], Some(nulls));
    let columns: [(&str, ArrayRef); 5] = [
        ("id", Arc::new(ids)),
        ("title", Arc::new(titles)),
        ("kind", Arc::new(kinds)),
        ("time", Arc::new(times)),
        ("user", Arc::new(user)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true)))
        .expect("a table")
}

fn batches(file: &TempFile, columns: &[&str]) -> Result<Vec<RawBatch>, SourceError> {
    let mut reader = Reader::open(&file.path, &dialect(), &names(columns))?;
    let mut batches = Vec::new();
    while let Some(batch) = reader.next()? {
        batches.push(batch);
    }
    assert_eq!(reader.bytes_read(), reader.bytes_total());
    Ok(batches)
}

#[test]
fn columns_come_as_stored_in_the_order_asked() {
    let file = TempFile::new("t.parquet", &written(&table(2000), Compression::SNAPPY));
    let asked = ["time", "user.tier", "id", "title", "kind"];
    let batches = batches(&file, &asked).expect("reads");
    let types: Vec<String> =
        batches[0].columns.iter().map(|column| column.data_type().to_string()).collect();
    assert_eq!(
        types,
        ["Timestamp(ms, \"Asia/Shanghai\")", "Utf8", "Int64", "Utf8", "Dictionary(Int32, Utf8)"]
    );
    let mut n_rows = 0u64;
    for batch in &batches {
        let ids = batch.columns[2].as_primitive::<Int64Type>();
        let tiers = batch.columns[1].as_string::<i32>();
        for (row, &line) in batch.lines.iter().enumerate() {
            let id = ids.value(row);
            assert_eq!((id as u64, line), (n_rows, n_rows + 1));
            assert_eq!(tiers.is_valid(row), id % 2 > 0 && id % 3 > 0, "null where the struct is");
            n_rows += 1;
        }
    }
    assert_eq!(n_rows, 2000);
}

#[test]
fn sniffing_gives_names_types_and_a_sample() {
    let file = TempFile::new("t.parquet", &written(&table(5), Compression::UNCOMPRESSED));
    let sniffed = sniff(&file.path).expect("recognised");
    assert_eq!(sniffed.dialect.format, Format::Parquet);
    assert_eq!(sniffed.columns, ["id", "title", "kind", "time", "user.tier"]);
    assert_eq!(sniffed.types[0], "Int64");
    let row: Vec<_> = sniffed.sample[1].iter().map(Option::as_deref).collect();
    let time = Some("1970-01-01T00:00:00.001Z");
    assert_eq!(row, [Some("1"), Some("title 1"), Some("buy"), time, Some("gold")]);
}

#[test]
fn a_missing_column_names_the_nearest() {
    let file = TempFile::new("t.parquet", &written(&table(5), Compression::SNAPPY));
    let error = batches(&file, &["titel"]).expect_err("refused").to_string();
    assert!(error.contains("did you mean `title`?"), "{error}");
}

#[test]
fn no_rows_no_bytes_and_no_parquet_are_refused() {
    let file = TempFile::new("t.parquet", &written(&table(0), Compression::SNAPPY));
    assert!(matches!(batches(&file, &["id"]), Err(SourceError::HeaderOnly { .. })));
    assert!(matches!(sniff(&file.path), Err(SourceError::HeaderOnly { .. })));
    let file = TempFile::new("t.parquet", b"");
    assert!(matches!(batches(&file, &["id"]), Err(SourceError::Empty { .. })));
    let file = TempFile::new("t.parquet", b"id,title\n1,x\n");
    assert!(matches!(batches(&file, &["id"]), Err(SourceError::Parquet { .. })));
    let file = TempFile::new("t.csv", &written(&table(5), Compression::SNAPPY));
    let error = Reader::open(&file.path, &Dialect::default(), &names(&["id"])).err();
    assert!(error.is_some_and(|error| error.to_string().contains("dialect.format")));
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let whole = written(&table(1500), Compression::SNAPPY);
    for n in [1, 4, 8, 11, 100, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        let file = TempFile::new("t.parquet", &whole[..n]);
        let error = batches(&file, &["id", "title"]).expect_err("refused").to_string();
        assert!(
            error.contains("t.parquet") && error.contains("copy or export it again"),
            "{error}"
        );
    }
}

/// Wherever a bit flips, there is an error or there are rows: never a panic, never fewer rows
/// without a word.
#[test]
fn a_flipped_bit_never_panics() {
    let asked = ["id", "title", "kind", "time", "user.tier"];
    let n_rows = 1500;
    let mut n_refused = 0;
    for compression in [Compression::SNAPPY, Compression::ZSTD(ZstdLevel::default())] {
        let whole = written(&table(n_rows), compression);
        for step in 0..400 {
            let mut bytes = whole.clone();
            let place = step * (whole.len() - 1) / 399;
            bytes[place] ^= 1 << (step % 8);
            let file = TempFile::new("t.parquet", &bytes);
            match batches(&file, &asked) {
                Ok(batches) => {
                    let n: usize = batches.iter().map(|batch| batch.lines.len()).sum();
                    assert!(n > 0 || n_rows == 0);
                }
                Err(error) => {
                    assert!(error.to_string().contains("t.parquet"), "{error}");
                    n_refused += 1;
                }
            }
            let _ = sniff(&file.path);
        }
    }
    assert!(n_refused > 100, "{n_refused}");
}
