use std::fs::File;
use std::path::Path;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{
    Float32Type, Float64Type, Int16Type, TimestampMillisecondType, UInt8Type, UInt32Type,
    UInt64Type,
};
use bytemuck::Zeroable;
use fenqun_base::{Catalogue, Event, Item, NO_CODE};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::damaged;
use crate::EventsError;

/// Reads a part; `expected` is the number of events it must hold.
pub(super) fn part(path: &Path, expected: Option<u64>) -> Result<Vec<Event>, EventsError> {
    let absent = Event {
        quantity: 1.0,
        price: f64::NAN,
        item: NO_CODE,
        text: NO_CODE,
        attributes: NO_CODE,
        rating: f32::NAN,
        ..Event::zeroed()
    };
    let mut events: Vec<Event> = Vec::with_capacity(expected.unwrap_or(0).min(1 << 24) as usize);
    for batch in batches(path)? {
        let batch = batch?;
        let start = events.len();
        events.resize(start + batch.num_rows(), absent);
        fill(&mut events[start..], &batch)
            .ok_or_else(|| damaged(path, "a column is missing or of another type"))?;
    }
    if expected != Some(events.len() as u64) {
        return Err(damaged(path, "holds another number of events than `quality.json` says"));
    }
    Ok(events)
}

fn fill(events: &mut [Event], batch: &RecordBatch) -> Option<()> {
    let users = batch.column_by_name("user")?.as_fixed_size_binary_opt()?;
    if users.value_length() != 16 {
        return None;
    }
    for (event, user) in events.iter_mut().zip(users.iter()) {
        event.user.0.copy_from_slice(user?);
    }
    macro_rules! column {
        ($field:ident, $type:ty) => {
            if let Some(array) = batch.column_by_name(stringify!($field)) {
                let values = array.as_primitive_opt::<$type>()?.values();
                for (event, value) in events.iter_mut().zip(values) {
                    event.$field = *value;
                }
            }
        };
    }
    batch.column_by_name("time")?;
    column!(time, TimestampMillisecondType);
    column!(offset_minutes, Int16Type);
    column!(session, UInt64Type);
    column!(action, UInt8Type);
    column!(item, UInt32Type);
    column!(quantity, Float64Type);
    column!(price, Float64Type);
    column!(discount, Float64Type);
    column!(text, UInt32Type);
    column!(attributes, UInt32Type);
    column!(rating, Float32Type);
    Some(())
}

/// Reads strings whose row is their code.
pub(super) fn strings(path: &Path) -> Result<Vec<String>, EventsError> {
    let mut strings = Vec::new();
    for batch in batches(path)? {
        let batch = batch?;
        let texts = batch
            .column_by_name("text")
            .and_then(|array| array.as_string_opt::<i32>())
            .ok_or_else(|| damaged(path, "has no column `text`"))?;
        strings.extend(texts.iter().map(|text| text.unwrap_or("").to_owned()));
    }
    Ok(strings)
}

/// Reads the items.
pub(super) fn catalogue(path: &Path) -> Result<Catalogue, EventsError> {
    let mut items = Vec::new();
    for batch in batches(path)? {
        let batch = batch?;
        add_items(&mut items, &batch).ok_or_else(|| damaged(path, "is no catalogue"))?;
    }
    Ok(Catalogue { items })
}

fn add_items(items: &mut Vec<Item>, batch: &RecordBatch) -> Option<()> {
    let text = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
    let (ids, titles, brands) = (text("item_id")?, text("title")?, text("brand")?);
    let categories = batch.column_by_name("category")?.as_list_opt::<i32>()?;
    let prices = batch.column_by_name("price")?.as_primitive_opt::<Float64Type>()?;
    for row in 0..batch.num_rows() {
        let words = categories.value(row);
        let words = words.as_string_opt::<i32>()?;
        items.push(Item {
            id: ids.value(row).to_owned(),
            title: titles.value(row).to_owned(),
            category: words.iter().map(|word| word.unwrap_or("").to_owned()).collect(),
            brand: brands.value(row).to_owned(),
            price: prices.value(row),
        });
    }
    Some(())
}

fn batches(
    path: &Path,
) -> Result<impl Iterator<Item = Result<RecordBatch, EventsError>> + use<'_>, EventsError> {
    let unreadable =
        |error: &dyn std::fmt::Display| damaged(path, &format!("cannot be read: {error}"));
    let file = File::open(path).map_err(EventsError::file(path))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.with_batch_size(1 << 15).build())
        .map_err(|error| unreadable(&error))?;
    Ok(reader.map(move |batch| batch.map_err(|error| unreadable(&error))))
}
