//! Kinds of files told by their first bytes.

use std::path::Path;

use super::{Compression, SourceError};

/// First and last bytes of every Parquet file.
pub const PARQUET: &[u8; 4] = b"PAR1";

/// How a file is packed, by its first bytes. No text begins with these, so this is no guess.
pub fn compression(head: &[u8]) -> Compression {
    if head.starts_with(&[0x1f, 0x8b]) {
        Compression::Gzip
    } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || is_skippable_frame(head) {
        Compression::Zstd
    } else {
        Compression::None
    }
}

/// `pzstd` and others begin with a frame that holds no data.
fn is_skippable_frame(head: &[u8]) -> bool {
    head.len() >= 4 && (0x50..=0x5f).contains(&head[0]) && head[1..4] == [0x2a, 0x4d, 0x18]
}

/// Refuses what is no text: archives, workbooks, databases, other table formats.
pub fn refuse_foreign(file: &Path, head: &[u8]) -> Result<(), SourceError> {
    let unpack = "unpack it and give the files inside";
    let save = "save the sheet as CSV";
    let convert = "convert it to Parquet or CSV";
    let known: [(&[u8], &str, &str); 15] = [
        (
            b"PK\x03\x04",
            "a ZIP archive or an Excel workbook",
            "unpack it, or save the sheet as CSV",
        ),
        (b"PK\x05\x06", "an empty ZIP archive", "give the files themselves"),
        (&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], "an old Excel workbook", save),
        (b"BZh", "bzip2 data", "unpack it with `bunzip2`"),
        (&[0xfd, b'7', b'z', b'X', b'Z', 0], "xz data", "unpack it with `unxz`"),
        (&[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive", unpack),
        (b"Rar!\x1a\x07", "a RAR archive", unpack),
        (&[4, 0x22, 0x4d, 0x18], "lz4 data", "unpack it with `unlz4`"),
        (b"SQLite format 3\0", "an SQLite database", "export the table as CSV"),
        (b"ARROW1", "an Arrow or Feather file", convert),
        (b"FEA1", "a Feather file", convert),
        (b"Obj\x01", "an Avro file", convert),
        (b"ORC", "an ORC file", convert),
        (b"%PDF-", "a PDF document", "export the table as CSV"),
        (&[0x1f, 0x8b], "gzip data inside gzip data", "unpack it once"),
    ];
    let is_text_like_orc = head.starts_with(b"ORC") && !head.iter().take(64).any(|&byte| byte < 9);
    for (magic, looks_like, remedy) in known {
        if head.starts_with(magic) && !(magic == b"ORC" && is_text_like_orc) {
            return Err(foreign(file, looks_like, remedy));
        }
    }
    if head.get(257..262) == Some(b"ustar") {
        return Err(foreign(file, "a tar archive", unpack));
    }
    if starts_with_markup(head) {
        return Err(foreign(file, "a web page or XML document", "export the table as CSV"));
    }
    Ok(())
}

/// Shops' "export to Excel" is often an HTML table in a file called `.csv` or `.xls`.
fn starts_with_markup(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let begins = |tag: &[u8]| text.get(..tag.len()).is_some_and(|t| t.eq_ignore_ascii_case(tag));
    begins(b"<!doctype") || begins(b"<html") || begins(b"<?xml") || begins(b"<table")
}

fn foreign(file: &Path, looks_like: &str, remedy: &str) -> SourceError {
    let (looks_like, remedy) = (looks_like.to_owned(), remedy.to_owned());
    SourceError::UnknownFormat { file: file.to_owned(), looks_like, remedy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_and_foreign_files_are_told_apart_from_text() {
        assert_eq!(compression(&[0x1f, 0x8b, 8]), Compression::Gzip);
        assert_eq!(compression(&[0x28, 0xb5, 0x2f, 0xfd]), Compression::Zstd);
        assert_eq!(compression(b"user,item"), Compression::None);
        let refused = |head: &[u8]| refuse_foreign(Path::new("f"), head).is_err();
        assert!(refused(b"PK\x03\x04...."));
        assert!(refused(b"\n <HTML><body>"));
        assert!(refused(b"ORC\x01\x02"));
        assert!(!refused(b"ORC_ID,item\n1,2\n"));
        assert!(!refused(b"user,item\n"));
        assert!(!refused(b""));
    }
}
