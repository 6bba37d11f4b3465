//! Whatever is written in any dialect is read back the same, and recognised.

use proptest::prelude::*;

use super::{TempFile, encoded, names, packed, read};
use crate::source::{Compression, Dialect, Encoding, Format, Reader, sniff};

type Table = Vec<Vec<String>>;

/// Tables of 1 to 5 columns; values hold all that needs quoting, and nothing that is blank.
fn tables() -> impl Strategy<Value = Table> {
    let value = prop_oneof![
        3 => "[a-z0-9 .'-]{0,20}",
        1 => "[a-z,;|\t\"\r\n]{0,8}",
        1 => "[\u{4e00}-\u{4eff}é£]{0,12}",
    ];
    (1usize..6).prop_flat_map(move |n_columns| {
        proptest::collection::vec(proptest::collection::vec(value.clone(), n_columns), 1..40)
    })
}

fn dialects() -> impl Strategy<Value = Dialect> {
    (
        prop_oneof![Just(','), Just('\t'), Just(';'), Just('|'), Just('\u{1}')],
        prop_oneof![
            Just(Encoding::Utf8),
            Just(Encoding::Utf16le),
            Just(Encoding::Utf16be),
            Just(Encoding::Gb18030)
        ],
        prop_oneof![Just(Compression::None), Just(Compression::Gzip), Just(Compression::Zstd)],
        any::<bool>(),
    )
        .prop_map(|(delimiter, encoding, compression, header)| Dialect {
            format: Format::Csv,
            compression,
            encoding,
            delimiter,
            quote: '"',
            header,
        })
}

/// A table as text; `always_quote` also where there is no need to.
fn written(table: &Table, dialect: &Dialect, line_break: &str, always_quote: bool) -> String {
    let mut text = String::new();
    let mut row_of = |row: &[String]| {
        for (index, value) in row.iter().enumerate() {
            if index > 0 {
                text.push(dialect.delimiter);
            }
            let needs = value.contains([dialect.delimiter, '"', '\r', '\n'])
                || (row.len() == 1 && value.is_empty());
            if needs || always_quote {
                text.push('"');
                text.push_str(&value.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(value);
            }
        }
        text.push_str(line_break);
    };
    if dialect.header {
        row_of(&header(table));
    }
    table.iter().for_each(|row| row_of(row));
    text
}

fn header(table: &Table) -> Vec<String> {
    (0..table[0].len()).map(|index| format!("column_{index}")).collect()
}

fn wanted(table: &Table) -> Vec<Vec<Option<String>>> {
    let value = |value: &String| Some(value.clone()).filter(|value| !value.is_empty());
    table.iter().map(|row| row.iter().map(value).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn tables_are_read_back_the_same_in_every_dialect(
        table in tables(),
        dialect in dialects(),
        is_crlf in any::<bool>(),
        always_quote in any::<bool>(),
        has_mark in any::<bool>(),
        is_terminated in any::<bool>(),
    ) {
        let mut text = written(&table, &dialect, if is_crlf { "\r\n" } else { "\n" }, always_quote);
        let ends_in_value = !table.last().and_then(|row| row.last()).is_none_or(String::is_empty);
        if !is_terminated && ends_in_value {
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        // A file of one word in UTF-16 without mark could be anything.
        let has_mark = has_mark || text.len() < 40;
        let bytes = packed(&encoded(&text, dialect.encoding, has_mark), dialect.compression);
        let file = TempFile::new("table", &bytes);
        let columns = if dialect.header {
            header(&table)
        } else {
            (1..=table[0].len()).map(|number| number.to_string()).collect()
        };
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let found = read(&file.path, &dialect, &columns).expect("reads");
        prop_assert_eq!(found.malformed.len(), 0);
        prop_assert_eq!(found.rows, wanted(&table));

        let backwards: Vec<&str> = columns.into_iter().rev().collect();
        let found = read(&file.path, &dialect, &backwards[..1]).expect("reads one column");
        let last: Vec<_> = wanted(&table).into_iter().map(|mut row| row.pop().into_iter().collect::<Vec<_>>()).collect();
        prop_assert_eq!(found.rows, last);
    }

    #[test]
    fn a_shop_table_is_recognised_in_every_dialect(
        dialect in dialects(),
        is_crlf in any::<bool>(),
        has_mark in any::<bool>(),
        rows in proptest::collection::vec(
            (1u32..99_999, "[红蓝白黑绿黄大小长短]{2,6}(连衣裙|耳机|鞋子|杯子)", 0.5f64..999.0, 1_500_000_000u32..1_600_000_000),
            5..60,
        ),
    ) {
        let mut table = vec![["用户", "商品名称", "价格", "时间"].map(str::to_owned).to_vec()];
        for (user, title, price, time) in rows {
            table.push(vec![user.to_string(), title, format!("{price:.2}"), time.to_string()]);
        }
        let body = Dialect { header: false, ..dialect.clone() };
        let table = if dialect.header { table } else { table.split_off(1) };
        let text = written(&table, &body, if is_crlf { "\r\n" } else { "\n" }, false);
        let bytes = packed(&encoded(&text, dialect.encoding, has_mark), dialect.compression);
        let file = TempFile::new("table", &bytes);
        let sniffed = sniff(&file.path).expect("recognised");
        prop_assert_eq!(&sniffed.dialect, &dialect, "{:?}", sniffed.why);
        prop_assert_eq!(sniffed.sample.len(), table.len() - usize::from(dialect.header));
        let n_rows = {
            let columns: Vec<&str> = sniffed.columns.iter().map(String::as_str).collect();
            read(&file.path, &sniffed.dialect, &columns).expect("reads").rows.len()
        };
        prop_assert_eq!(n_rows, sniffed.sample.len());
    }

    #[test]
    fn json_lines_are_read_back_the_same(
        rows in proptest::collection::vec((any::<i64>(), "\\PC{0,12}", any::<Option<bool>>()), 1..60),
        compression in prop_oneof![Just(Compression::None), Just(Compression::Gzip)],
    ) {
        let mut text = String::new();
        let mut wanted = Vec::new();
        for (id, title, flag) in rows {
            let value = serde_json::json!({"user": {"id": id}, "title": title, "flag": flag});
            text.push_str(&format!("{value}\n"));
            let title = Some(title).filter(|title| !title.is_empty());
            wanted.push(vec![flag.map(|flag| flag.to_string()), title, Some(id.to_string())]);
        }
        let file = TempFile::new("rows", &packed(text.as_bytes(), compression));
        let sniffed = sniff(&file.path).expect("recognised");
        prop_assert_eq!(sniffed.dialect.format, Format::Jsonl);
        prop_assert_eq!(sniffed.columns, ["user.id", "title", "flag"]);
        let found = read(&file.path, &sniffed.dialect, &["flag", "title", "user.id"]);
        let found = found.expect("reads");
        prop_assert_eq!(found.malformed.len(), 0);
        prop_assert_eq!(found.rows, wanted);
    }
}

#[test]
fn batches_are_cut_without_losing_a_row() {
    let n_rows = 100_003;
    let mut text = String::from("id,square\n");
    for id in 0..n_rows {
        text.push_str(&format!("{id},{}\n", id * id));
    }
    let file = TempFile::new("rows.csv", text.as_bytes());
    let mut reader = Reader::open(&file.path, &Dialect::default(), &names(&["id"])).expect("opens");
    let (mut next, mut n_batches) = (0u64, 0);
    while let Some(batch) = reader.next().expect("reads") {
        assert!(batch.lines.len() <= 16_384);
        for (row, &line) in batch.lines.iter().enumerate() {
            assert_eq!(line, next + 2);
            let ids = arrow::array::AsArray::as_string::<i32>(&batch.columns[0]);
            assert_eq!(ids.value(row), next.to_string());
            next += 1;
        }
        n_batches += 1;
    }
    assert_eq!((next, n_batches), (n_rows, 7));
}

#[test]
fn files_of_old_macs_have_carriage_returns_only() {
    let file = TempFile::new("shop.csv", b"a,b\r1,2\r\r3,\"x\ry\"\r4");
    let found = read(&file.path, &Dialect::default(), &["b"]).expect("reads");
    assert_eq!(found.rows, [[Some("2".to_owned())], [Some("x\ry".to_owned())]]);
    assert_eq!(found.lines, [2, 4]);
    assert_eq!(found.malformed[0].line, 6);
}
