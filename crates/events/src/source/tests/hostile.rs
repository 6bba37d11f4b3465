//! What bad input gets: every case by name.

use std::io;

use fenqun_base::{Classify, ErrorKind};

use super::{TempFile, packed, read, refusal};
use crate::source::bytes::Text;
use crate::source::jsonl::Lines;
use crate::source::records::Records;
use crate::source::{
    Compression, Dialect, Encoding, Format, LONGEST_RECORD, MalformedReason, SourceError, sniff,
};

fn csv() -> Dialect {
    Dialect::default()
}

fn jsonl() -> Dialect {
    Dialect { format: Format::Jsonl, ..Dialect::default() }
}

/// Lines and reasons of the malformed rows of a CSV with columns `a` and `b`.
fn malformed(content: &[u8]) -> Vec<(u64, MalformedReason)> {
    let file = TempFile::new("shop.csv", content);
    let found = read(&file.path, &csv(), &["a", "b"]).expect("reads");
    found.malformed.iter().map(|row| (row.line, row.reason)).collect()
}

#[test]
fn a_missing_file_a_folder_and_an_empty_file_are_refused() {
    let file = TempFile::new("empty.csv", b"");
    let gone = file.path.with_file_name("gone.csv");
    assert!(refusal(&gone, &csv(), &["a"]).contains("no such file"));
    assert!(sniff(&gone).is_err());
    let folder = file.path.parent().expect("a folder");
    assert!(refusal(folder, &csv(), &["a"]).contains("it is a folder"));
    assert!(refusal(&file.path, &csv(), &["a"]).contains("is empty"));
    assert!(matches!(sniff(&file.path), Err(SourceError::Empty { .. })));
    for blank in ["\n\n", "\u{feff}", "\r\n"] {
        let file = TempFile::new("blank.csv", blank.as_bytes());
        assert!(refusal(&file.path, &csv(), &["a"]).contains("is empty"), "{blank:?}");
        assert!(matches!(sniff(&file.path), Err(SourceError::Empty { .. })), "{blank:?}");
    }
}

#[test]
fn a_header_without_rows_is_refused() {
    for content in ["a,b\n", "a,b", "a,b\r\n\r\n"] {
        let file = TempFile::new("shop.csv", content.as_bytes());
        let error = read(&file.path, &csv(), &["a"]).expect_err("refused");
        assert!(matches!(error, SourceError::HeaderOnly { .. }), "{error}");
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(matches!(sniff(&file.path), Err(SourceError::HeaderOnly { .. })));
    }
}

#[test]
fn ragged_rows_are_counted_with_line_and_widths() {
    let ragged = |found| MalformedReason::RaggedRow { expected: 2, found };
    let found = malformed(b"a,b\n1,2\n3\n\n4,5,6\n7,8\n9");
    assert_eq!(found, [(3, ragged(1)), (5, ragged(3)), (7, ragged(1))]);
}

#[test]
fn lines_stay_right_behind_breaks_inside_quotes() {
    let content = b"a,b\r\n\"x\r\ny\",1\r\n\"\n\n\n\",2\r\n3\r\n4,\"5\"\r\n";
    let file = TempFile::new("shop.csv", content);
    let found = read(&file.path, &csv(), &["b", "a"]).expect("reads");
    assert_eq!(found.lines, [2, 4, 9]);
    assert_eq!(found.malformed[0].line, 8);
    assert_eq!(found.rows[0], [Some("1".to_owned()), Some("x\r\ny".to_owned())]);
    assert_eq!(found.rows[2], [Some("5".to_owned()), Some("4".to_owned())]);
}

#[test]
fn a_nul_byte_spoils_its_row_only() {
    assert_eq!(malformed(b"a,b\n1,2\n3\0,4\n5,6\n"), [(3, MalformedReason::NulByte)]);
}

#[test]
fn bytes_outside_the_encoding_spoil_their_row_only() {
    assert_eq!(malformed(b"a,b\n1,2\n3,caf\xe9\n5,6\n7,8\n"), [(3, MalformedReason::BadEncoding)]);
    let dialect = Dialect { encoding: Encoding::Gb18030, ..csv() };
    let file = TempFile::new("shop.csv", b"a,b\n1,\xd6\xd0\n2,\xff\xff\n3,4\n");
    let found = read(&file.path, &dialect, &["b"]).expect("reads");
    assert_eq!(found.rows, [[Some("中".to_owned())], [Some("4".to_owned())]]);
    assert_eq!(found.malformed[0].line, 3);
    assert_eq!(found.malformed[0].reason, MalformedReason::BadEncoding);
}

#[test]
fn a_wrong_encoding_is_named() {
    let text = "a,b\n用户,红色连衣裙\n客户,蓝牙耳机\n会员,白色鞋子\n";
    for encoding in [Encoding::Utf16le, Encoding::Utf16be, Encoding::Gb18030] {
        let file = TempFile::new("shop.csv", &super::encoded(text, encoding, false));
        let message = refusal(&file.path, &csv(), &["a"]);
        assert!(message.contains(&format!("looks like {encoding}")), "{message}");
    }
}

#[test]
fn a_quote_never_closed_names_the_line_where_it_opens() {
    let file = TempFile::new("shop.csv", b"a,b\n1,\"x\ny\"\n2,\"z\n3,4\n5,6\n");
    let message = refusal(&file.path, &csv(), &["a"]);
    assert!(message.contains("line 4"), "{message}");
    assert!(message.contains("dialect.quote"), "{message}");
    let dialect = Dialect { quote: '\0', ..csv() };
    let found = read(&file.path, &dialect, &["a", "b"]).expect("quotes mean nothing");
    assert_eq!(found.rows.len(), 4);
    assert_eq!(found.rows[1][1].as_deref(), Some("\"z"));
}

#[test]
fn a_quote_open_for_too_long_is_an_error_before_memory_fills() {
    let error = drain_records(b"a,b\n1,2\n3,\"", 1 << 30).expect_err("refused");
    assert!(error.to_string().contains("line 3"), "{error}");
    assert!(matches!(error, SourceError::UnclosedQuote { .. }));
}

#[test]
fn a_line_of_a_gigabyte_is_an_error_before_memory_fills() {
    let error = drain_records(b"a,b\n1,2\n3,", 1 << 30).expect_err("refused");
    assert!(matches!(error, SourceError::LineTooLong { limit: LONGEST_RECORD, .. }));
    assert!(error.to_string().contains("line 3"), "{error}");

    let mut lines = Lines::open(Text::from_reader(Endless::new(b"{}\n{", 1 << 30))).expect("opens");
    assert!(lines.next().expect("reads").is_some());
    assert!(matches!(lines.next(), Err(SourceError::LineTooLong { .. })));
    assert!(lines.window.bytes().len() < 2 * LONGEST_RECORD, "memory is bounded");
}

#[test]
fn a_long_record_below_the_limit_is_read() {
    let long = "x".repeat(3 << 20);
    let file = TempFile::new("shop.csv", format!("a,b\n1,\"{long}\"\n2,y\n").as_bytes());
    let found = read(&file.path, &csv(), &["b"]).expect("reads");
    assert_eq!(found.rows[0][0].as_ref().map(String::len), Some(3 << 20));
    assert_eq!(found.lines, [2, 3]);
}

fn drain_records(head: &'static [u8], n_more: u64) -> Result<usize, SourceError> {
    let mut records = Records::open(Text::from_reader(Endless::new(head, n_more)), &csv())?;
    let mut n = 0;
    loop {
        let next = records.next();
        assert!(records.window().bytes().len() < 2 * LONGEST_RECORD, "memory is bounded");
        if next?.is_none() {
            return Ok(n);
        }
        n += 1;
    }
}

/// A few bytes, then one letter over and over: a long line that is on no disk.
struct Endless {
    head: &'static [u8],
    n_left: u64,
}

impl Endless {
    fn new(head: &'static [u8], n_left: u64) -> Self {
        Self { head, n_left }
    }
}

impl io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.head.is_empty() {
            return io::Read::read(&mut self.head, buffer);
        }
        let n = buffer.len().min(usize::try_from(self.n_left).unwrap_or(usize::MAX));
        buffer[..n].fill(b'x');
        self.n_left -= n as u64;
        Ok(n)
    }
}

#[test]
fn packed_files_cut_short_or_damaged_are_refused() {
    let mut content = b"a,b\n".to_vec();
    for number in 0..40_000 {
        content.extend_from_slice(format!("{number},{}\n", number * 7919 % 10_007).as_bytes());
    }
    for compression in [Compression::Gzip, Compression::Zstd] {
        let dialect = Dialect { compression, ..csv() };
        let whole = packed(&content, compression);
        for n in [whole.len() - 1, whole.len() * 3 / 4, 20] {
            let file = TempFile::new("shop.csv.packed", &whole[..n]);
            let message = refusal(&file.path, &dialect, &["a"]);
            assert!(message.contains("ends in the middle of"), "{compression}, {n}: {message}");
        }
        let mut flipped = whole.clone();
        let middle = whole.len() / 4;
        flipped[middle..middle + 8].fill(0xff);
        let file = TempFile::new("shop.csv.packed", &flipped);
        let message = refusal(&file.path, &dialect, &["a"]);
        assert!(message.contains(&compression.to_string()), "{message}");
    }
}

#[test]
fn a_packed_dialect_on_a_plain_file_is_refused_and_the_other_way_round_unpacks() {
    let plain = TempFile::new("shop.csv", b"a,b\n1,2\n");
    let dialect = Dialect { compression: Compression::Gzip, ..csv() };
    assert!(refusal(&plain.path, &dialect, &["a"]).contains("does not begin as gzip data"));
    let gzip = TempFile::new("shop.csv", &packed(b"a,b\n1,2\n", Compression::Gzip));
    assert_eq!(read(&gzip.path, &csv(), &["b"]).expect("unpacks").rows.len(), 1);
}

#[test]
fn foreign_files_are_refused_with_what_they_are() {
    let refused = |name: &str, content: &[u8], what: &str| {
        let file = TempFile::new(name, content);
        let message = refusal(&file.path, &csv(), &["a"]);
        assert!(message.contains(what), "{message}");
        assert!(sniff(&file.path).is_err());
    };
    refused("shop.xlsx", b"PK\x03\x04\x14\0\0\0", "Excel workbook");
    refused("shop.xls", b"<html><table><tr><td>a</td></tr></table>", "web page");
    refused("shop.db", b"SQLite format 3\0\x10\0", "SQLite");
}

#[test]
fn columns_twice_in_the_header_or_not_there_are_refused() {
    let file = TempFile::new("shop.csv", b"user,item,user\n1,2,3\n");
    assert!(refusal(&file.path, &csv(), &["item"]).contains("columns 1 and 3"));
    let file = TempFile::new("shop.csv", b"user_id,item\n1,2\n");
    assert!(refusal(&file.path, &csv(), &["userid"]).contains("did you mean `user_id`?"));
    let dialect = Dialect { header: false, ..csv() };
    assert!(refusal(&file.path, &dialect, &["3"]).contains("called 1 to 2"));
    assert_eq!(read(&file.path, &dialect, &["2", "2"]).expect("reads").rows.len(), 2);
}

#[test]
fn broken_json_lines_are_counted() {
    let content = b"{\"a\":1}\n\n{\"a\":2\n[3]\n{\"a\":\"\\u4e2d\"}\n{\"b\":5}\n{\"a\":\"x\0\"}";
    let file = TempFile::new("shop.jsonl", content);
    let found = read(&file.path, &jsonl(), &["a"]).expect("reads");
    assert_eq!(found.rows, [[Some("1".to_owned())], [Some("中".to_owned())], [None]]);
    assert_eq!(found.lines, [1, 5, 6]);
    let reasons: Vec<_> = found.malformed.iter().map(|row| (row.line, row.reason)).collect();
    let (bad, nul) = (MalformedReason::BadJson, MalformedReason::NulByte);
    assert_eq!(reasons, [(3, bad), (4, bad), (7, nul)]);
}

#[test]
fn json_that_is_not_lines_is_refused_with_a_command_that_helps() {
    let array = TempFile::new("shop.json", b" [\n {\"a\": 1},\n {\"a\": 2}\n]\n");
    for message in [
        refusal(&array.path, &jsonl(), &["a"]),
        sniff(&array.path).expect_err("refused").to_string(),
    ] {
        assert!(message.contains("jq -c '.[]'"), "{message}");
    }
    let pretty = TempFile::new("shop.json", b"{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n");
    assert!(refusal(&pretty.path, &jsonl(), &["a"]).contains("jq -c . "));
    assert!(sniff(&pretty.path).is_err());
}

#[test]
fn a_key_that_no_line_has_is_missing() {
    let file = TempFile::new("shop.jsonl", b"{\"user\":{\"id\":1}}\n{\"item\":2}\n");
    let message = refusal(&file.path, &jsonl(), &["user.id", "itm"]);
    assert!(message.contains("no column `itm`, did you mean `item`?"), "{message}");
}
