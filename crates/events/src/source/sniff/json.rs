//! JSONL: keys of the first rows.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use serde_json::{Map, Value};

use super::{Findings, SAMPLE_ROWS, Sample, Sniffed, head};
use crate::source::bytes::Text;
use crate::source::json_row::flatten;
use crate::source::jsonl::{Lines, refuse_array};
use crate::source::{Dialect, Format, SourceError};

/// Whether a text begins with one JSON object on one line.
pub fn is_object(begins: &[u8]) -> bool {
    let line = begins.split(|&byte| byte == b'\n').next().unwrap_or_default();
    begins.starts_with(b"{") && serde_json::from_slice::<Map<String, Value>>(line).is_ok()
}

/// Whether a text begins as a JSON array of objects does.
pub fn is_array(begins: &[u8]) -> bool {
    begins.strip_prefix(b"[").is_some_and(|rest| {
        let rest = rest.trim_ascii_start();
        rest.starts_with(b"{") || rest.starts_with(b"]")
    })
}

/// The union of the keys of the first rows, in order of appearance, and those rows.
pub fn sniff(
    path: &Path,
    dialect: Dialect,
    sample: Vec<u8>,
    mut findings: Findings,
) -> Result<Sniffed, SourceError> {
    let first = sample.split(|&byte| byte == b'\n').next().unwrap_or_default();
    refuse_array(path, first)?;
    let (columns, rows) = union(sample)?;
    findings.why.push(format!(
        "Format is JSONL: each line is one JSON object. Its keys are those of the first {} lines; \
         objects inside are named with dots.",
        rows.len()
    ));
    Ok(findings.finish(Dialect { format: Format::Jsonl, ..dialect }, columns, rows))
}

/// The keys of the first rows of a text.
pub fn json_keys(text: Text) -> Result<Vec<String>, SourceError> {
    let (sample, _) = head(text)?;
    Ok(union(sample)?.0)
}

fn union(sample: Vec<u8>) -> Result<(Vec<String>, Sample), SourceError> {
    let mut lines = Lines::open(Text::from_reader(Cursor::new(sample)))?;
    let mut columns: Vec<String> = Vec::new();
    let mut index_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows: Sample = Vec::new();
    while rows.len() < SAMPLE_ROWS {
        let Some((_, start, end)) = lines.next()? else { break };
        let line = &lines.window.bytes()[start..end];
        let Ok(object) = serde_json::from_slice::<Map<String, Value>>(line) else {
            // The last line may be cut by the end of the sample; others are counted by the run.
            continue;
        };
        let mut values = Vec::new();
        flatten("", object, &mut values);
        let mut row = vec![None; columns.len()];
        for (key, value) in values {
            let index = *index_of.entry(key).or_insert_with_key(|key| {
                columns.push(key.clone());
                columns.len() - 1
            });
            row.resize(columns.len(), None);
            row[index] = value;
        }
        rows.push(row);
    }
    for row in &mut rows {
        row.resize(columns.len(), None);
    }
    Ok((columns, rows))
}
