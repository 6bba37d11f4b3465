mod hostile;
mod oracle;
mod parquet;
mod real_files;
mod round_trip;
mod speed;

use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray};

use super::{Compression, Dialect, Encoding, Malformed, RawBatch, Reader, SourceError};

/// A file of some content in a folder that goes away with it.
struct TempFile {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl TempFile {
    fn new(name: &str, content: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        Self { _folder: folder, path }
    }
}

/// All that a reader gives: rows as texts, their lines, malformed rows.
#[derive(Debug, Default, PartialEq)]
struct Read {
    rows: Vec<Vec<Option<String>>>,
    lines: Vec<u64>,
    malformed: Vec<Malformed>,
}

fn names(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|&column| column.to_owned()).collect()
}

fn read(path: &Path, dialect: &Dialect, columns: &[&str]) -> Result<Read, SourceError> {
    let mut reader = Reader::open(path, dialect, &names(columns))?;
    let mut all = Read::default();
    while let Some(batch) = reader.next()? {
        assert!(batch.columns.iter().all(|column| column.len() == batch.lines.len()));
        append(&batch, &mut all.rows);
        all.lines.extend(&batch.lines);
        all.malformed.extend(&batch.malformed);
    }
    assert!(reader.next()?.is_none(), "the end stays the end");
    assert_eq!(reader.bytes_read(), reader.bytes_total(), "all of the file was read");
    Ok(all)
}

fn append(batch: &RawBatch, rows: &mut Vec<Vec<Option<String>>>) {
    let columns: Vec<_> = batch.columns.iter().map(|column| column.as_string::<i32>()).collect();
    for row in 0..batch.lines.len() {
        let value = |column: &&arrow::array::StringArray| {
            column.is_valid(row).then(|| column.value(row).to_owned())
        };
        rows.push(columns.iter().map(value).collect());
    }
}

fn refusal(path: &Path, dialect: &Dialect, columns: &[&str]) -> String {
    let error = read(path, dialect, columns).err();
    let message = error.map_or_else(|| "nothing was refused".to_owned(), |e| e.to_string());
    let name = path.file_name().expect("a name").to_string_lossy();
    assert!(message.contains(name.as_ref()), "names the file: {message}");
    message
}

fn packed(bytes: &[u8], compression: Compression) -> Vec<u8> {
    match compression {
        Compression::None => bytes.to_vec(),
        Compression::Gzip => {
            let mut out = Vec::new();
            // Two members, as log rotation and parallel packers write them.
            for part in [&bytes[..bytes.len() / 2], &bytes[bytes.len() / 2..]] {
                let mut encoder =
                    flate2::write::GzEncoder::new(&mut out, flate2::Compression::fast());
                encoder.write_all(part).expect("packs");
                encoder.finish().expect("packs");
            }
            out
        }
        Compression::Zstd => {
            let (first, second) = bytes.split_at(bytes.len() / 2);
            let mut out = Vec::new();
            for part in [first, second] {
                let mut encoder = zstd::Encoder::new(&mut out, 1).expect("packs");
                encoder.include_checksum(true).expect("packs");
                encoder.write_all(part).expect("packs");
                encoder.finish().expect("packs");
            }
            out
        }
    }
}

fn encoded(text: &str, encoding: Encoding, has_mark: bool) -> Vec<u8> {
    let text = if has_mark { format!("\u{feff}{text}") } else { text.to_owned() };
    match encoding {
        Encoding::Utf8 => text.into_bytes(),
        Encoding::Utf16le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Gb18030 => encoding_rs::GB18030.encode(&text).0.into_owned(),
        Encoding::Big5 => encoding_rs::BIG5.encode(&text).0.into_owned(),
        Encoding::Windows1252 => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
    }
}
