//! CSV of any delimiter: records, then batches of the columns asked for.

use std::path::Path;

use super::bytes::Text;
use super::quoted::unquote;
use super::records::{Record, Records};
use super::text_column::TextColumn;
use super::window::Window;
use super::{
    BATCH_BYTES, BATCH_ROWS, Dialect, Malformed, MalformedReason, RawBatch, SourceError, header,
};

/// Reads the named columns of a CSV file.
pub struct CsvReader {
    records: Records,
    /// Which field of a record goes into which column.
    asked: Vec<usize>,
    columns: Vec<TextColumn>,
    n_fields: usize,
}

impl CsvReader {
    pub fn open(path: &Path, dialect: &Dialect, columns: &[String]) -> Result<Self, SourceError> {
        let mut records = Records::open(Text::open(path, dialect)?, dialect)?;
        let Some(first) = records.next()? else {
            return Err(SourceError::Empty { file: path.to_owned() });
        };
        let n_fields = records.n_fields();
        let names = if dialect.header {
            if records.fault(first).is_some() {
                let (file, declared) = (path.to_owned(), dialect.encoding);
                let looks_like = "something else on its first line".to_owned();
                return Err(SourceError::WrongEncoding { file, declared, looks_like });
            }
            header::names(path, first.line, records.texts())?
        } else {
            records.unread(first);
            header::numbers(n_fields)
        };
        let asked = header::find(path, &names, dialect.header, columns)?;
        match records.next()? {
            Some(row) => records.unread(row),
            None => return Err(SourceError::HeaderOnly { file: path.to_owned() }),
        }
        let columns = asked.iter().map(|_| TextColumn::new()).collect();
        Ok(Self { records, asked, columns, n_fields })
    }

    pub fn next(&mut self) -> Result<Option<RawBatch>, SourceError> {
        let mut lines = Vec::with_capacity(BATCH_ROWS);
        let mut malformed = Vec::new();
        let mut n_bytes = 0;
        while lines.len() + malformed.len() < BATCH_ROWS && n_bytes < BATCH_BYTES {
            let Some(record) = self.records.next()? else { break };
            n_bytes += record.end - record.start;
            if let Some(reason) = self.fault(record) {
                malformed.push(Malformed { line: record.line, reason });
                continue;
            }
            lines.push(record.line);
            let bytes = self.records.window().bytes();
            let fields = self.records.fields();
            let quote = self.records.quote().unwrap_or_default();
            for (column, &field) in self.columns.iter_mut().zip(&self.asked) {
                let field = fields[field];
                if field.is_raw {
                    let raw = &bytes[field.start as usize..field.end as usize];
                    column.push_with(|values| unquote(raw, quote, values));
                } else {
                    column.push_span(bytes, field.start as usize, field.end as usize);
                }
            }
        }
        if lines.is_empty() && malformed.is_empty() {
            return Ok(None);
        }
        let columns: Result<_, _> = self.columns.iter_mut().map(TextColumn::finish).collect();
        let columns = columns.map_err(|error| SourceError::Batch {
            file: self.records.window().file().to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Some(RawBatch { columns, lines, malformed }))
    }

    pub fn window(&self) -> &Window {
        self.records.window()
    }

    fn fault(&self, record: Record) -> Option<MalformedReason> {
        let (expected, found) = (self.n_fields, self.records.n_fields());
        let ragged =
            || (found != expected).then_some(MalformedReason::RaggedRow { expected, found });
        self.records.fault(record).or_else(ragged)
    }
}
