use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, FixedSizeBinaryArray, Float32Array, Float64Array, Int16Array, ListBuilder,
    RecordBatch, StringArray, StringBuilder, TimestampMillisecondArray, UInt8Array, UInt32Array,
    UInt64Array,
};
use arrow::buffer::Buffer;
use fenqun_base::{Catalogue, Event, NO_CODE, artifact};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;
use tempfile::NamedTempFile;

use super::{files_of_a_table, part_name};
use crate::EventsError;

/// Removes every file of a table from a folder, so that what is half-written cannot be mistaken.
pub(crate) fn clear(folder: &Path) -> Result<(), EventsError> {
    for file in files_of_a_table(folder).map_err(EventsError::file(folder))? {
        fs::remove_file(&file).map_err(EventsError::file(&file))?;
    }
    Ok(())
}

/// Moves a written file to its place.
pub(crate) fn settle(file: NamedTempFile, path: &Path) -> Result<(), EventsError> {
    file.as_file().sync_all().map_err(EventsError::file(path))?;
    file.persist(path).map_err(|error| EventsError::file(path)(error.error))?;
    Ok(())
}

fn common() -> WriterPropertiesBuilder {
    // The writer's name would carry a version into the bytes, statistics would carry values.
    WriterProperties::builder()
        .set_created_by("fenqun".into())
        .set_statistics_enabled(EnabledStatistics::None)
        .set_compression(Compression::SNAPPY)
}

/// How tables of text are written.
pub(crate) fn properties() -> WriterProperties {
    common().build()
}

/// How events are written: plainly, since most numbers differ from row to row; dictionaries only
/// where a few values repeat.
fn event_properties() -> WriterProperties {
    let mut properties = common().set_dictionary_enabled(false).set_encoding(Encoding::PLAIN);
    for column in ["user", "offset_minutes", "action", "attributes", "rating"] {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), true);
    }
    properties.build()
}

/// Writes one part. A column in which nothing is known is left out.
pub(crate) fn write_part(folder: &Path, index: usize, events: &[Event]) -> Result<(), EventsError> {
    let users: Vec<u8> = events.iter().flat_map(|event| event.user.0).collect();
    let users = FixedSizeBinaryArray::try_new(16, Buffer::from_vec(users), None)
        .map_err(EventsError::format("event table"))?;
    let times = TimestampMillisecondArray::from_iter_values(events.iter().map(|event| event.time));
    let mut columns: Vec<(&str, ArrayRef)> =
        vec![("user", Arc::new(users)), ("time", Arc::new(times.with_timezone("UTC")))];
    macro_rules! column {
        ($field:ident, $array:ty, $is_known:expr) => {
            if events.iter().any(|event| $is_known(event.$field)) {
                let values = <$array>::from_iter_values(events.iter().map(|event| event.$field));
                columns.push((stringify!($field), Arc::new(values)));
            }
        };
    }
    column!(offset_minutes, Int16Array, |minutes| minutes != 0);
    column!(session, UInt64Array, |session| session != 0);
    column!(action, UInt8Array, |_| true);
    column!(item, UInt32Array, |code| code != NO_CODE);
    column!(quantity, Float64Array, |_| true);
    column!(price, Float64Array, |price: f64| !price.is_nan());
    column!(discount, Float64Array, |discount| discount != 0.0);
    column!(text, UInt32Array, |code| code != NO_CODE);
    column!(attributes, UInt32Array, |code| code != NO_CODE);
    column!(rating, Float32Array, |rating: f32| !rating.is_nan());
    write(&folder.join(part_name(index)), columns, event_properties())
}

/// Writes strings whose row is their code.
pub(crate) fn write_strings(path: &Path, strings: &[&str]) -> Result<(), EventsError> {
    let values = StringArray::from_iter_values(strings);
    write(path, vec![("text", Arc::new(values))], properties())
}

/// Writes the items; their row is their code.
pub(crate) fn write_catalogue(path: &Path, catalogue: &Catalogue) -> Result<(), EventsError> {
    let items = &catalogue.items;
    let mut categories = ListBuilder::new(StringBuilder::new());
    for item in items {
        for word in &item.category {
            categories.values().append_value(word);
        }
        categories.append(true);
    }
    let text = |field: fn(&fenqun_base::Item) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(items.iter().map(field)))
    };
    let prices = Float64Array::from_iter_values(items.iter().map(|item| item.price));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("item_id", text(|item| &item.id)),
        ("title", text(|item| &item.title)),
        ("category", Arc::new(categories.finish())),
        ("brand", text(|item| &item.brand)),
        ("price", Arc::new(prices)),
    ];
    write(path, columns, properties())
}

fn write(
    path: &Path,
    columns: Vec<(&str, ArrayRef)>,
    properties: WriterProperties,
) -> Result<(), EventsError> {
    let fail = || path.display().to_string();
    let batch = RecordBatch::try_from_iter(columns).map_err(EventsError::format(fail()))?;
    let file = artifact::temporary_beside(path).map_err(EventsError::file(path))?;
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties))
        .map_err(EventsError::format(fail()))?;
    writer.write(&batch).map_err(EventsError::format(fail()))?;
    settle(writer.into_inner().map_err(EventsError::format(fail()))?, path)
}
