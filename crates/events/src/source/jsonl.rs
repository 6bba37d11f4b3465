//! One JSON object a line.

use std::path::Path;

use super::bytes::Text;
use super::json_row::JsonRow;
use super::text_column::TextColumn;
use super::window::{Filled, LONGEST_RECORD, Window};
use super::{
    BATCH_BYTES, BATCH_ROWS, Dialect, Malformed, MalformedReason, RawBatch, SourceError, header,
    sniff,
};

/// Reads the named values of a JSONL file.
pub struct JsonlReader {
    lines: Lines,
    dialect: Dialect,
    row: JsonRow,
    /// Which value of a row goes into which column.
    asked: Vec<usize>,
    columns: Vec<TextColumn>,
    has_rows: bool,
    is_done: bool,
}

impl JsonlReader {
    pub fn open(path: &Path, dialect: &Dialect, columns: &[String]) -> Result<Self, SourceError> {
        let mut lines = Lines::open(Text::open(path, dialect)?)?;
        let Some((_, start, end)) = lines.next()? else {
            return Err(SourceError::Empty { file: path.to_owned() });
        };
        refuse_array(path, &lines.window.bytes()[start..end])?;
        lines.unread(start);

        let mut names: Vec<String> = Vec::new();
        let asked = columns.iter().map(|column| {
            names.iter().position(|name| name == column).unwrap_or_else(|| {
                names.push(column.clone());
                names.len() - 1
            })
        });
        let asked = asked.collect();
        Ok(Self {
            lines,
            dialect: dialect.clone(),
            row: JsonRow::new(names),
            asked,
            columns: columns.iter().map(|_| TextColumn::new()).collect(),
            has_rows: false,
            is_done: false,
        })
    }

    pub fn next(&mut self) -> Result<Option<RawBatch>, SourceError> {
        let mut lines = Vec::new();
        let mut malformed = Vec::new();
        let mut n_bytes = 0;
        while lines.len() + malformed.len() < BATCH_ROWS && n_bytes < BATCH_BYTES {
            let Some((line, start, end)) = self.lines.next()? else {
                self.is_done = true;
                break;
            };
            n_bytes += end - start;
            let mut fault = self.lines.window.fault(start, end);
            if fault.is_none() && !self.row.read(&self.lines.window.bytes()[start..end]) {
                fault = Some(MalformedReason::BadJson);
            }
            if let Some(reason) = fault {
                malformed.push(Malformed { line, reason });
                continue;
            }
            lines.push(line);
            for (column, &value) in self.columns.iter_mut().zip(&self.asked) {
                match self.row.value(value) {
                    Some(text) => {
                        column.push_with(|values| values.extend_from_slice(text.as_bytes()))
                    }
                    None => column.push_null(),
                }
            }
        }
        self.has_rows |= !lines.is_empty();
        if self.is_done && self.has_rows {
            self.check_seen()?;
        }
        if lines.is_empty() && malformed.is_empty() {
            return Ok(None);
        }
        let columns: Result<_, _> = self.columns.iter_mut().map(TextColumn::finish).collect();
        let columns = columns.map_err(|error| SourceError::Batch {
            file: self.lines.window.file().to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Some(RawBatch { columns, lines, malformed }))
    }

    pub fn window(&self) -> &Window {
        &self.lines.window
    }

    /// A key may be left out wherever there is no value, so only one that no line has is missing.
    fn check_seen(&self) -> Result<(), SourceError> {
        let Some(name) = self.row.never_seen() else { return Ok(()) };
        let file = self.lines.window.file();
        let names = sniff::json_keys(Text::open(file, &self.dialect)?)?;
        Err(header::missing(file, &names, true, name))
    }
}

/// Refuses JSON that is written over several lines.
pub fn refuse_array(file: &Path, first_line: &[u8]) -> Result<(), SourceError> {
    let name = file.display();
    let line = first_line.trim_ascii();
    let found = if line.starts_with(b"[") {
        let command = format!("jq -c '.[]' '{name}' > rows.jsonl");
        ("one JSON array", command)
    } else if line == b"{" {
        ("JSON with one object over several lines", format!("jq -c . '{name}' > rows.jsonl"))
    } else {
        return Ok(());
    };
    let (found, command) = found;
    Err(SourceError::NotLines { file: file.to_owned(), found, command })
}

/// The lines of a text that are not blank.
pub struct Lines {
    pub window: Window,
    start: usize,
    line: u64,
}

impl Lines {
    pub fn open(text: Text) -> Result<Self, SourceError> {
        Ok(Self { window: Window::open(text)?, start: 0, line: 1 })
    }

    /// Number, first byte and end of the next line.
    #[allow(clippy::should_implement_trait, reason = "can fail")]
    pub fn next(&mut self) -> Result<Option<(u64, usize, usize)>, SourceError> {
        loop {
            let (start, stop) = (self.start, self.window.end());
            let rest = &self.window.bytes()[start..stop];
            let Some(length) = memchr::memchr(self.window.terminator, rest) else {
                match self.window.fill(start)? {
                    Filled::More => self.start = 0,
                    Filled::End => return Ok(None),
                    Filled::TooLong => {
                        let place = self.window.place(self.line);
                        return Err(SourceError::LineTooLong { place, limit: LONGEST_RECORD });
                    }
                }
                continue;
            };
            let is_blank = rest[..length].trim_ascii().is_empty();
            let line = self.line;
            self.line += 1;
            self.start = start + length + 1;
            if !is_blank {
                return Ok(Some((line, start, start + length)));
            }
        }
    }

    /// Steps back to a line that was just given.
    pub fn unread(&mut self, start: usize) {
        self.start = start;
        self.line -= 1;
    }
}
