//! Parquet says itself what it holds.

use std::path::Path;

use arrow::array::{Array, ArrayRef};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::{Findings, SAMPLE_ROWS, Sample, Sniffed};
use crate::source::parquet::{Opened, ParquetReader};
use crate::source::{Dialect, Format, SourceError};

/// Names and types from the end of the file, a sample from its first batch.
pub fn sniff(path: &Path) -> Result<Sniffed, SourceError> {
    let (columns, types): (Vec<String>, Vec<DataType>) =
        Opened::open(path)?.columns().into_iter().unzip();
    let mut reader = ParquetReader::open(path, &columns)?;
    let mut sample: Sample = Vec::new();
    if let Some(batch) = reader.next()? {
        let n_rows = batch.lines.len().min(SAMPLE_ROWS);
        sample = vec![Vec::with_capacity(columns.len()); n_rows];
        for column in &batch.columns {
            let failed = |error: ArrowError| SourceError::Parquet {
                file: path.to_owned(),
                reason: error.to_string(),
            };
            append(&column.slice(0, n_rows), &mut sample).map_err(failed)?;
        }
    }
    let mut findings = Findings::default();
    findings.why.push("Format is Parquet: its first bytes say so.".to_owned());
    let dialect = Dialect { format: Format::Parquet, ..Dialect::default() };
    let mut sniffed = findings.finish(dialect, columns, sample);
    sniffed.types = types.iter().map(DataType::to_string).collect();
    Ok(sniffed)
}

fn append(column: &ArrayRef, sample: &mut Sample) -> Result<(), ArrowError> {
    let column = match column.data_type() {
        // Named zones cannot be shown without a zone database; the instant is the same.
        DataType::Timestamp(unit, Some(_)) => {
            cast(column, &DataType::Timestamp(*unit, Some("+00:00".into())))?
        }
        _ => column.clone(),
    };
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
    for (index, row) in sample.iter_mut().enumerate() {
        let value = if column.is_null(index) {
            None
        } else {
            Some(formatter.value(index).try_to_string()?).filter(|text| !text.is_empty())
        };
        row.push(value);
    }
    Ok(())
}
