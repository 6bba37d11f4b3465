//! First half of the pass: one thread reads, this one maps.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};

use fenqun_base::{Progress, Unit};

use super::faults::Faults;
use crate::ledger::Ledger;
use crate::mapping::{Batch, Column, Detail, Mapper, Plan, Rejected, canonical_id};
use crate::rules::Cleaning;
use crate::source::{Dialect, RawBatch, Reader, SourceError, expand, sniff};
use crate::spill::Buckets;
use crate::{EventsConfig, EventsError};

/// Batches that may wait between the threads: enough to even out, too few to fill memory.
const WAITING: usize = 4;

/// What the reading thread sends.
enum Message {
    /// Rows, and bytes of the file they took.
    Rows(RawBatch, u64),
    /// The file is at its end; its size.
    End(u64),
}

/// A file to read, and what of it.
struct Task {
    path: PathBuf,
    dialect: Option<Dialect>,
    columns: Vec<String>,
}

pub(super) fn events(
    plans: &mut [Plan],
    cleaning: &Cleaning,
    mapper: &mut Mapper,
    buckets: &mut Buckets,
    ledger: &mut Ledger,
    rejected: &mut Rejected,
    progress: &Progress,
) -> Result<(), EventsError> {
    let mut tasks = Vec::new();
    let mut owner = Vec::new();
    for (index, plan) in plans.iter().enumerate() {
        for path in &plan.files {
            let (dialect, columns) = (plan.dialect.clone(), plan.names.clone());
            tasks.push(Task { path: path.clone(), dialect, columns });
            owner.push(index);
        }
    }
    let mut faults = Faults::default();
    read("read events", &tasks, progress, |file, message| {
        let plan = &mut plans[owner[file]];
        let path = &tasks[file].path;
        let entry = &mut ledger.files[file];
        match message {
            Message::End(n_bytes) => {
                entry.n_bytes = n_bytes;
                faults.check(entry, cleaning.max_faulty)
            }
            Message::Rows(raw, _) => {
                entry.n_in += raw.malformed.len() as u64;
                for row in &raw.malformed {
                    let reason = rejected.malformed(file as u32, row)?;
                    entry.reject(reason);
                    faults.note_line(file, reason, row.line);
                }
                let columns = typed(&raw, path, &plan.names)?;
                let batch = Batch { columns: &columns, lines: &raw.lines, file: file as u32 };
                mapper
                    .map(plan, &batch, entry, rejected, &mut faults, |record| buckets.push(record))
            }
        }
    })
}

/// Catalogue files come before the events, so that titles can tell what is no product.
pub(super) fn catalogue(
    config: &EventsConfig,
    base: &Path,
    mapper: &mut Mapper,
    progress: &Progress,
) -> Result<(), EventsError> {
    let mut tasks = Vec::new();
    let mut owner = Vec::new();
    for (index, catalogue) in config.catalogue.iter().enumerate() {
        let columns = &catalogue.columns;
        let mut names = vec![columns.item_id.clone()];
        names.extend(
            [&columns.title, &columns.brand, &columns.price].into_iter().flatten().cloned(),
        );
        names.extend(columns.category.0.iter().cloned());
        for path in expand(&catalogue.files, base)? {
            tasks.push(Task { path, dialect: catalogue.dialect.clone(), columns: names.clone() });
            owner.push(index);
        }
    }
    read("read catalogue", &tasks, progress, |file, message| {
        let Message::Rows(raw, _) = message else { return Ok(()) };
        let columns = typed(&raw, &tasks[file].path, &tasks[file].columns)?;
        let named = &config.catalogue[owner[file]].columns;
        let mut next = 1;
        let mut place = |field: &Option<String>| {
            field.as_ref().map(|_| {
                next += 1;
                next - 1
            })
        };
        let [title, brand, price] = [&named.title, &named.brand, &named.price].map(&mut place);
        describe(mapper, &columns, raw.lines.len(), [title, brand, price], next);
        Ok(())
    })
}

fn describe(
    mapper: &mut Mapper,
    columns: &[Column],
    n_rows: usize,
    fields: [Option<usize>; 3],
    first_category: usize,
) {
    let mut buffers = vec![String::new(); columns.len()];
    let (mut id, mut detail) = (String::new(), String::new());
    for row in 0..n_rows {
        let Some(item) = columns[0].text(row, &mut id) else { continue };
        let code = mapper.items.text(canonical_id(item));
        for (column, buffer) in columns.iter().zip(&mut buffers).skip(1) {
            let text = column.text(row, buffer).map(str::to_owned).unwrap_or_default();
            *buffer = text;
        }
        let single = fields.map(|field| field.map_or("", |column| buffers[column].as_str()));
        let category = buffers[first_category..].iter().map(String::as_str);
        Detail::write(&mut detail, single.into_iter().chain(category));
        let detail = mapper.items.detail(&detail);
        mapper.items.describe(code, detail);
    }
}

fn typed(raw: &RawBatch, path: &Path, names: &[String]) -> Result<Vec<Column>, EventsError> {
    raw.columns.iter().zip(names).map(|(array, name)| Column::new(array, path, name)).collect()
}

/// Reads the files one after the other on a thread of their own and hands what comes to `take`.
fn read(
    what: &str,
    tasks: &[Task],
    progress: &Progress,
    mut take: impl FnMut(usize, Message) -> Result<(), EventsError>,
) -> Result<(), EventsError> {
    if tasks.is_empty() {
        return Ok(());
    }
    let size = |task: &Task| std::fs::metadata(&task.path).map_or(0, |data| data.len());
    let step = progress.begin(what, tasks.iter().map(size).sum(), Unit::Bytes);
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(WAITING);
        let reader = scope.spawn(move || send_all(tasks, &sender));
        for (file, message) in receiver {
            progress.check()?;
            if let Message::Rows(_, n_bytes) = &message {
                step.advance(*n_bytes);
            }
            // Returning drops the receiver, which ends the reader.
            take(file, message)?;
        }
        match reader.join() {
            Ok(result) => Ok(result?),
            Err(_) => Err(EventsError::Format {
                what: what.into(),
                reason: "the reading thread stopped; this is a fault in fenqun, please report it"
                    .into(),
            }),
        }
    })
}

fn send_all(tasks: &[Task], sender: &SyncSender<(usize, Message)>) -> Result<(), SourceError> {
    for (file, task) in tasks.iter().enumerate() {
        let dialect = match &task.dialect {
            Some(dialect) => dialect.clone(),
            None => sniff(&task.path)?.dialect,
        };
        let mut reader = Reader::open(&task.path, &dialect, &task.columns)?;
        let mut n_read = 0;
        while let Some(batch) = reader.next()? {
            let n_bytes = reader.bytes_read().saturating_sub(n_read);
            n_read += n_bytes;
            if sender.send((file, Message::Rows(batch, n_bytes))).is_err() {
                return Ok(());
            }
        }
        if sender.send((file, Message::End(reader.bytes_total()))).is_err() {
            return Ok(());
        }
    }
    Ok(())
}
