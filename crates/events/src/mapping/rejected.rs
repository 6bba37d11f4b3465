//! `rejected.parquet`: every refused row with file, line and reason, written as the pass goes.
//!
//! It holds the pseudonym of the user, never the raw id; of session ids it holds nothing.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder, UInt64Builder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use fenqun_base::{Action, Event, UserId, artifact};
use parquet::arrow::ArrowWriter;
use tempfile::NamedTempFile;

use super::rows::Rows;
use super::{Batch, Plan};
use crate::EventsError;
use crate::pseudonym::Users;
use crate::rules::Reason;
use crate::source::{Malformed, MalformedReason};

/// Rows gathered before they are handed to the Parquet writer.
const CHUNK: usize = 32_768;

pub(crate) struct Rejected {
    writer: ArrowWriter<NamedTempFile>,
    schema: SchemaRef,
    columns: Builders,
    files: Vec<String>,
}

/// A row that was sound by itself and belongs to a robot.
pub(crate) struct RobotRow<'a> {
    pub(crate) file: u32,
    pub(crate) line: u64,
    pub(crate) event: &'a Event,
    pub(crate) item: &'a str,
}

#[derive(Default)]
struct Builders {
    file: StringBuilder,
    line: UInt64Builder,
    reason: StringBuilder,
    column: StringBuilder,
    user: StringBuilder,
    time: StringBuilder,
    action: StringBuilder,
    item: StringBuilder,
    quantity: StringBuilder,
    amount: StringBuilder,
    n: usize,
}

impl Rejected {
    /// `files` are the names of the ledger.
    pub(crate) fn create(out: &Path, files: Vec<String>) -> Result<Self, EventsError> {
        let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
        let schema = Arc::new(Schema::new(vec![
            text("file", false),
            Field::new("line", DataType::UInt64, false),
            text("reason", false),
            text("column", true),
            text("user", true),
            text("event_time", true),
            text("action", true),
            text("item_id", true),
            text("quantity", true),
            text("amount", true),
        ]));
        let file = artifact::temporary_beside(&out.join("rejected.parquet"))
            .map_err(EventsError::file(out))?;
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(crate::table::properties()))
            .map_err(EventsError::format("rejected.parquet"))?;
        Ok(Self { writer, schema, columns: Builders::default(), files })
    }

    /// A row that could not be taken apart.
    pub(crate) fn malformed(&mut self, file: u32, row: &Malformed) -> Result<Reason, EventsError> {
        let reason = match row.reason {
            MalformedReason::RaggedRow { .. } => Reason::RaggedRow,
            MalformedReason::NulByte => Reason::NulByte,
            MalformedReason::BadEncoding => Reason::BadEncoding,
            MalformedReason::BadJson => Reason::BadJson,
        };
        self.begin(file, row.line, reason, None, None);
        for column in self.columns.fields() {
            column.append_null();
        }
        self.flush_full()?;
        Ok(reason)
    }

    /// The refused rows of a batch.
    pub(super) fn batch(
        &mut self,
        rows: &Rows,
        plan: &Plan,
        batch: &Batch<'_>,
        users: &Users,
    ) -> Result<(), EventsError> {
        let mut buffer = String::new();
        let columns = [Some(plan.time), plan.action, plan.item, plan.quantity, plan.amount];
        for row in 0..rows.len() {
            let Some(reason) = Reason::from_code(rows.fault[row]) else { continue };
            let user = (reason != Reason::UserMissing).then(|| users.pseudonym(rows.user[row]));
            let at_fault = usize::from(rows.fault_column[row]).checked_sub(1);
            let name = at_fault.map(|column| plan.names[column].as_str());
            self.begin(batch.file, batch.lines[row], reason, name, user);
            for (builder, column) in self.columns.fields().into_iter().zip(columns) {
                builder.append_option(
                    column.and_then(|column| batch.columns[column].text(row, &mut buffer)),
                );
            }
            self.flush_full()?;
        }
        Ok(())
    }

    /// A robot's row.
    pub(crate) fn robot(&mut self, row: &RobotRow<'_>) -> Result<(), EventsError> {
        self.begin(row.file, row.line, Reason::Robot, None, Some(row.event.user));
        let mut time = String::new();
        let _ = crate::time::write_time(&mut time, row.event.time, true);
        let number = |value: f64| value.is_finite().then(|| value.to_string());
        let item = (!row.item.is_empty()).then(|| row.item.to_owned());
        let action = Action::from_code(row.event.action).map(|action| action.name().to_owned());
        let values =
            [Some(time), action, item, number(row.event.quantity), number(row.event.price)];
        for (builder, value) in self.columns.fields().into_iter().zip(values) {
            builder.append_option(value);
        }
        self.flush_full()
    }

    /// Writes the file to its place.
    pub(crate) fn finish(mut self, path: &Path) -> Result<(), EventsError> {
        self.flush()?;
        let file = self.writer.into_inner().map_err(EventsError::format("rejected.parquet"))?;
        crate::table::settle(file, path)
    }

    fn begin(
        &mut self,
        file: u32,
        line: u64,
        reason: Reason,
        column: Option<&str>,
        user: Option<UserId>,
    ) {
        let columns = &mut self.columns;
        columns.file.append_value(&self.files[file as usize]);
        columns.line.append_value(line);
        columns.reason.append_value(reason.name());
        columns.column.append_option(column);
        columns.user.append_option(user.map(|user| user.to_string()));
        columns.n += 1;
    }

    fn flush_full(&mut self) -> Result<(), EventsError> {
        if self.columns.n >= CHUNK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), EventsError> {
        if self.columns.n == 0 {
            return Ok(());
        }
        let arrays = self.columns.finish();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays)
            .map_err(EventsError::format("rejected.parquet"))?;
        self.writer.write(&batch).map_err(EventsError::format("rejected.parquet"))
    }
}

impl Builders {
    /// The canonical fields, in the order of the schema.
    fn fields(&mut self) -> [&mut StringBuilder; 5] {
        [&mut self.time, &mut self.action, &mut self.item, &mut self.quantity, &mut self.amount]
    }

    fn finish(&mut self) -> Vec<ArrayRef> {
        self.n = 0;
        vec![
            Arc::new(self.file.finish()),
            Arc::new(self.line.finish()),
            Arc::new(self.reason.finish()),
            Arc::new(self.column.finish()),
            Arc::new(self.user.finish()),
            Arc::new(self.time.finish()),
            Arc::new(self.action.finish()),
            Arc::new(self.item.finish()),
            Arc::new(self.quantity.finish()),
            Arc::new(self.amount.finish()),
        ]
    }
}
