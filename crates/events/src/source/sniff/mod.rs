//! Looks at the beginning of a file and says how it is written.
//!
//! Everything is told from content: names of files lie. Each finding carries its reason; what
//! could as well be otherwise is listed as unsure.

mod delimiter;
mod header_row;
mod json;
mod parquet;

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use super::bytes::{Text, Unpacked, open_file};
use super::jsonl::refuse_array;
use super::records::Records;
use super::{Compression, Dialect, SourceError, encoding, header, magic};

pub use json::json_keys;

/// Most rows of the sample.
const SAMPLE_ROWS: usize = 1000;

/// Most bytes of text that are looked at.
const SAMPLE_BYTES: usize = 1 << 20;

/// What a look at a file came to.
#[derive(Clone, Debug)]
pub struct Sniffed {
    /// How the file is written.
    pub dialect: Dialect,
    /// Names of its columns, `1`, `2`, … without header.
    pub columns: Vec<String>,
    /// One sentence for each finding: what was recognised, and why.
    pub why: Vec<String>,
    /// One sentence for each finding that could as well be otherwise.
    pub unsure: Vec<String>,
    /// The first rows, at most 1000, as text; `None` where a value is absent or empty.
    pub sample: Vec<Vec<Option<String>>>,
    /// Types of the columns as stored, for Parquet; empty for text.
    pub types: Vec<String>,
}

/// Looks at a file.
///
/// # Errors
/// [`SourceError`] for what is missing, empty, without rows, in an encoding or a format that cannot
/// be read.
pub fn sniff(path: &Path) -> Result<Sniffed, SourceError> {
    if is_parquet(path, open_file(path)?)? {
        return parquet::sniff(path);
    }
    let unpacked = Unpacked::open(path)?;
    let compression = unpacked.compression;
    let recognised = encoding::recognise(&unpacked.head);
    let encoding = recognised.encoding.map_err(|name| {
        let remedy = format!("convert it with `iconv -f {name} -t UTF-8`");
        let looks_like = format!("text in {name}");
        SourceError::UnknownFormat { file: path.to_owned(), looks_like, remedy }
    })?;
    let mut findings = Findings::default();
    if compression != Compression::None {
        findings.why.push(format!("Compression is {compression}: its first bytes say so."));
    }
    findings.add(recognised.is_sure, format!("Encoding is {}.", recognised.why));

    let dialect = Dialect { compression, encoding, ..Dialect::default() };
    let text = unpacked.into_text(&dialect)?;
    let (sample, is_whole) = head(text)?;
    let begins = sample.trim_ascii_start();
    if begins.is_empty() {
        return Err(SourceError::Empty { file: path.to_owned() });
    }
    let first_line = begins.split(|&byte| byte == b'\n').next().unwrap_or_default();
    if json::is_object(begins) {
        return json::sniff(path, dialect, sample, findings);
    }
    if json::is_array(begins) || first_line.trim_ascii() == b"{" {
        refuse_array(path, first_line)?;
    }
    text_table(path, dialect, &sample, is_whole, findings)
}

/// What was found, and how sure.
#[derive(Default)]
struct Findings {
    why: Vec<String>,
    unsure: Vec<String>,
}

impl Findings {
    fn add(&mut self, is_sure: bool, sentence: String) {
        if !is_sure {
            self.unsure.push(sentence.clone());
        }
        self.why.push(sentence);
    }

    fn finish(self, dialect: Dialect, columns: Vec<String>, sample: Sample) -> Sniffed {
        let Self { why, unsure } = self;
        Sniffed { dialect, columns, why, unsure, sample, types: Vec::new() }
    }
}

type Sample = Vec<Vec<Option<String>>>;

fn text_table(
    path: &Path,
    mut dialect: Dialect,
    sample: &[u8],
    is_whole: bool,
    mut findings: Findings,
) -> Result<Sniffed, SourceError> {
    let choice = delimiter::choose(sample, is_whole, &mut findings);
    dialect.delimiter = choice.delimiter;
    dialect.quote = choice.quote;
    let rows = rows(sample, is_whole, &dialect, SAMPLE_ROWS + 1)?;
    let Some(first) = rows.first() else {
        return Err(SourceError::Empty { file: path.to_owned() });
    };
    dialect.header = header_row::is_header(&rows, &mut findings);
    if dialect.header && rows.len() == 1 && is_whole {
        return Err(SourceError::HeaderOnly { file: path.to_owned() });
    }
    let (columns, data) = if dialect.header {
        (header::names(path, 1, first.clone())?, &rows[1..])
    } else {
        (header::numbers(first.len()), &rows[..])
    };
    let is_even = |row: &&Vec<String>| row.len() == columns.len();
    let value = |cell: &String| Some(cell.clone()).filter(|cell| !cell.is_empty());
    let sample = data.iter().filter(is_even).take(SAMPLE_ROWS);
    let sample = sample.map(|row| row.iter().map(value).collect()).collect();
    Ok(findings.finish(dialect, columns, sample))
}

/// The first records of a text, as texts. One that the end of the sample may have cut is left out.
fn rows(
    sample: &[u8],
    is_whole: bool,
    dialect: &Dialect,
    n: usize,
) -> Result<Vec<Vec<String>>, SourceError> {
    let mut rows = Vec::new();
    let mut records = Records::open(Text::from_reader(Cursor::new(sample.to_vec())), dialect)?;
    let mut is_cut = !is_whole;
    while rows.len() < n {
        match records.next() {
            Ok(Some(record)) if records.fault(record).is_none() => rows.push(records.texts()),
            Ok(Some(_)) => {}
            Ok(None) => break,
            // A quote that the sample cuts open, or one that the run will name.
            Err(_) => {
                is_cut = false;
                break;
            }
        }
    }
    if is_cut && rows.len() < n && rows.len() > 1 {
        rows.pop();
    }
    Ok(rows)
}

fn head(mut text: Text) -> Result<(Vec<u8>, bool), SourceError> {
    let mut sample = vec![0; SAMPLE_BYTES];
    let n = text.read(&mut sample)?;
    sample.truncate(n);
    if sample.starts_with(encoding::UTF8_MARK) {
        sample.drain(..encoding::UTF8_MARK.len());
    }
    Ok((sample, n < SAMPLE_BYTES))
}

fn is_parquet(path: &Path, disk: File) -> Result<bool, SourceError> {
    let mut first = Vec::new();
    let read = disk.take(4).read_to_end(&mut first);
    read.map_err(|source| SourceError::Unreadable { file: path.to_owned(), source })?;
    Ok(first == magic::PARQUET)
}
