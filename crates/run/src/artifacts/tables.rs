use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float32Array, Int64Array, ListArray, RecordBatch, StringArray,
    TimestampMillisecondArray, UInt32Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Float32Type, Schema, UInt32Type};
use arrow::error::ArrowError;
use fenqun_base::{Matrix, NO_CODE, UserId, artifact};
use fenqun_profiles::Profiles;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::RunError;

/// `profiles.parquet`: one row a user, the pseudonym and one column a feature.
///
/// # Errors
/// [`RunError::Write`].
pub fn write_profiles(path: &Path, profiles: &Profiles) -> Result<(), RunError> {
    let mut columns = vec![("user".to_owned(), users(&profiles.users))];
    for (at, feature) in profiles.features.iter().enumerate() {
        let values: ArrayRef = Arc::new(Float32Array::from(profiles.values.column(at)));
        columns.push((feature.name.clone(), values));
    }
    let score: ArrayRef = Arc::new(Float32Array::from(profiles.value_score.clone()));
    columns.push(("value_score".to_owned(), score));
    write_table(path, columns)
}

/// `sequences.parquet`: one row a user; lists of times, actions, item ids and amounts, oldest
/// first.
///
/// # Errors
/// [`RunError::Write`].
pub fn write_sequences(path: &Path, profiles: &Profiles) -> Result<(), RunError> {
    let sequences = &profiles.sequences;
    // Arrow wants to know lengths beforehand, which a flattened iterator does not tell.
    let events: Vec<_> = (0..sequences.n_users()).flat_map(|row| sequences.of(row)).collect();
    let lengths = (0..sequences.n_users()).map(|row| sequences.of(row).len());
    let offsets = OffsetBuffer::<i32>::from_lengths(lengths);
    let list = |values: ArrayRef| -> ArrayRef {
        let field = Arc::new(Field::new("item", values.data_type().clone(), true));
        Arc::new(ListArray::new(field, offsets.clone(), values, None))
    };
    let times = events.iter().map(|event| event.time);
    let times = TimestampMillisecondArray::from_iter_values(times).with_timezone("UTC");
    let actions = StringArray::from_iter_values(events.iter().map(|event| event.action().name()));
    let item = |code: u32| (code != NO_CODE).then_some(code);
    let items: UInt32Array = events.iter().map(|event| item(event.item)).collect();
    let visits = UInt32Array::from_iter_values(events.iter().map(|event| event.visit));
    let amounts = Float32Array::from_iter_values(events.iter().map(|event| event.amount));
    let columns: [(&str, ArrayRef); 5] = [
        ("time", Arc::new(times)),
        ("action", Arc::new(actions)),
        ("item", Arc::new(items)),
        ("visit", Arc::new(visits)),
        ("amount", Arc::new(amounts)),
    ];
    let lists = columns.into_iter().map(|(name, values)| (name.to_owned(), list(values)));
    let mut table = vec![("user".to_owned(), users(&profiles.users))];
    table.extend(lists);
    write_table(path, table)
}

/// The column of shares: for every user one number a segment.
const SHARES: &str = "shares";

/// Begins the names of columns of probabilities.
const OF_CLASS: &str = "p_";

/// The columns of `segments.parquet`, one entry a user.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SegmentRows {
    /// Pseudonyms, ascending.
    pub users: Vec<UserId>,
    /// The same users as in `client_ids.npy`.
    pub client_ids: Vec<i64>,
    /// Number of the segment; of the nearest, for users in none.
    pub segments: Vec<u32>,
    /// Users in no segment, written without a number; empty when everyone must be in one.
    pub unassigned: Vec<bool>,
    /// Name of the segment.
    pub names: Vec<String>,
    /// How far from the border, 0..=1.
    pub scores: Vec<f32>,
    /// Why: codes such as `value=high`, `taste=2`, `category=CAT FOOD`.
    pub reasons: Vec<Vec<String>>,
    /// How much each user belongs to each segment, rows × segments, where the way says it.
    pub shares: Option<Matrix>,
    /// For labels: every class with its probability, written as columns `p_CLASS`.
    pub probabilities: Vec<(String, Vec<f32>)>,
}

/// `segments.parquet`: who is in which segment, how surely, and why.
///
/// # Errors
/// [`RunError::Write`].
pub fn write_segments(path: &Path, rows: &SegmentRows) -> Result<(), RunError> {
    write_batch(path, segment_batch(rows, !rows.unassigned.is_empty()))
}

/// The table of `segments.parquet`; with `has_gaps` a number may be missing, also where none is.
pub(crate) fn segment_batch(rows: &SegmentRows, has_gaps: bool) -> Result<RecordBatch, ArrowError> {
    let batch = record_batch(segment_columns(rows))?;
    let may_miss = |name: &str| (has_gaps && name == "segment") || name == SHARES;
    let gaps = |field: &Arc<Field>| match may_miss(field.name()) {
        true => Arc::new(field.as_ref().clone().with_nullable(true)),
        false => Arc::clone(field),
    };
    let fields: Vec<Arc<Field>> = batch.schema().fields().iter().map(gaps).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), batch.columns().to_vec())
}

/// What `segments.parquet` is made of.
fn segment_columns(rows: &SegmentRows) -> Vec<(String, ArrayRef)> {
    let is_out = |row: usize| rows.unassigned.get(row).copied().unwrap_or(false);
    let numbered = rows.segments.iter().enumerate();
    let segments: UInt32Array =
        numbered.map(|(row, &segment)| (!is_out(row)).then_some(segment)).collect();
    let words = StringArray::from(rows.reasons.concat());
    let offsets = OffsetBuffer::<i32>::from_lengths(rows.reasons.iter().map(Vec::len));
    let field = Arc::new(Field::new("item", DataType::Utf8, true));
    let reasons = ListArray::new(field, offsets, Arc::new(words), None);
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("user".into(), users(&rows.users)),
        ("client_id".into(), Arc::new(Int64Array::from(rows.client_ids.clone()))),
        ("segment".into(), Arc::new(segments)),
        ("name".into(), Arc::new(StringArray::from_iter_values(&rows.names))),
        ("score".into(), Arc::new(Float32Array::from(rows.scores.clone()))),
        ("reasons".into(), Arc::new(reasons)),
    ];
    if let Some(shares) = &rows.shares {
        columns.push((SHARES.into(), Arc::new(list_of_rows(shares))));
    }
    for (class, probabilities) in &rows.probabilities {
        let values: ArrayRef = Arc::new(Float32Array::from(probabilities.clone()));
        columns.push((format!("{OF_CLASS}{class}"), values));
    }
    columns
}

/// One list a row.
fn list_of_rows(matrix: &Matrix) -> ListArray {
    let lengths = (0..matrix.n_rows()).map(|_| matrix.n_columns());
    let values: ArrayRef = Arc::new(Float32Array::from(matrix.values().to_vec()));
    let field = Arc::new(Field::new("item", DataType::Float32, true));
    ListArray::new(field, OffsetBuffer::<i32>::from_lengths(lengths), values, None)
}

/// Pseudonyms beside the integers that stand for them in `client_ids.npy`.
///
/// # Errors
/// [`RunError::Write`].
pub fn write_client_ids(path: &Path, of: &[UserId]) -> Result<(), RunError> {
    let ids = Int64Array::from_iter_values(of.iter().map(|user| user.client_id()));
    write_table(path, vec![("user".into(), users(of)), ("client_id".into(), Arc::new(ids))])
}

/// Reads the `segments.parquet` of a run, or a table like it, without the reasons; the number of a
/// user in no segment is read as 0.
///
/// # Errors
/// [`RunError::Read`], [`RunError::Broken`].
pub fn read_segments(path: &Path) -> Result<SegmentRows, RunError> {
    let broken = |reason: String| RunError::Broken { path: path.to_owned(), reason };
    let file = File::open(path).map_err(RunError::reading(path))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.build())
        .map_err(|error| broken(error.to_string()))?;
    let mut rows = SegmentRows::default();
    let mut shares: Vec<Vec<f32>> = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| broken(error.to_string()))?;
        let column = |name: &str| {
            batch.column_by_name(name).ok_or_else(|| broken(format!("column `{name}` is missing")))
        };
        let text = |name: &str| {
            column(name)?
                .as_string_opt::<i32>()
                .ok_or_else(|| broken(format!("column `{name}` is not text")))
        };
        for digits in text("user")?.iter().flatten() {
            let user = UserId::parse(digits).ok_or_else(|| broken("no pseudonym".into()))?;
            rows.users.push(user);
            rows.client_ids.push(user.client_id());
        }
        rows.names.extend(text("name")?.iter().flatten().map(str::to_owned));
        let segments = column("segment")?
            .as_primitive_opt::<UInt32Type>()
            .ok_or_else(|| broken("column `segment` is no number".into()))?;
        // Below a missing number anything may lie: whatever the reader left there.
        rows.segments.extend(segments.iter().map(Option::unwrap_or_default));
        rows.unassigned.extend((0..segments.len()).map(|row| segments.is_null(row)));
        let scores = column("score")?
            .as_primitive_opt::<Float32Type>()
            .ok_or_else(|| broken("column `score` is no number".into()))?;
        rows.scores.extend_from_slice(scores.values());
        if let Some(lists) = batch.column_by_name(SHARES) {
            let numbers = |list: ArrayRef| {
                list.as_primitive_opt::<Float32Type>().map(|list| list.values().to_vec())
            };
            let lists = lists.as_list_opt::<i32>();
            let read = lists.map(|lists| {
                lists.iter().map(|list| list.and_then(numbers)).collect::<Option<Vec<_>>>()
            });
            let wrong = || broken(format!("column `{SHARES}` holds no list of numbers"));
            shares.extend(read.flatten().ok_or_else(wrong)?);
        }
        let schema = batch.schema();
        let named = schema.fields().iter().filter_map(|field| field.name().strip_prefix(OF_CLASS));
        for (at, class) in named.enumerate() {
            let probabilities = column(&format!("{OF_CLASS}{class}"))?
                .as_primitive_opt::<Float32Type>()
                .ok_or_else(|| broken(format!("column `{OF_CLASS}{class}` is no number")))?;
            if rows.probabilities.len() == at {
                rows.probabilities.push((class.to_owned(), Vec::new()));
            }
            rows.probabilities[at].1.extend_from_slice(probabilities.values());
        }
    }
    if !rows.unassigned.contains(&true) {
        rows.unassigned.clear();
    }
    if !shares.is_empty() {
        let shares = Matrix::from_rows(&shares).map_err(|error| broken(error.to_string()))?;
        rows.shares = Some(shares);
    }
    Ok(rows)
}

/// The classes that a table like `segments.parquet` gives probabilities of, read from its footer
/// alone.
///
/// # Errors
/// [`RunError::Read`], [`RunError::Broken`].
pub(crate) fn read_classes(path: &Path) -> Result<Vec<String>, RunError> {
    let file = File::open(path).map_err(RunError::reading(path))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|error| RunError::Broken { path: path.to_owned(), reason: error.to_string() })?;
    let fields = reader.schema().fields().iter();
    let class = |field: &Arc<Field>| field.name().strip_prefix(OF_CLASS).map(str::to_owned);
    Ok(fields.filter_map(class).collect())
}

pub(super) fn users(users: &[UserId]) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(users.iter().map(ToString::to_string)))
}

pub(super) fn write_table(path: &Path, columns: Vec<(String, ArrayRef)>) -> Result<(), RunError> {
    write_batch(path, record_batch(columns))
}

fn write_batch(path: &Path, batch: Result<RecordBatch, ArrowError>) -> Result<(), RunError> {
    let broken = |reason: String| RunError::Broken { path: path.to_owned(), reason };
    let batch = batch.map_err(|error| broken(error.to_string()))?;
    let mut bytes = Vec::new();
    ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties()))
        .and_then(|mut writer| {
            writer.write(&batch)?;
            writer.close()
        })
        .map_err(|error| broken(error.to_string()))?;
    artifact::write_bytes(path, &bytes).map_err(RunError::writing(path))
}

/// Columns as one batch; a column has nulls where it holds one.
fn record_batch(columns: Vec<(String, ArrayRef)>) -> Result<RecordBatch, ArrowError> {
    let field = |(name, values): &(String, ArrayRef)| {
        Field::new(name, values.data_type().clone(), values.null_count() > 0)
    };
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns.into_iter().map(|(_, values)| values).collect())
}

/// How tables are written.
pub(crate) fn properties() -> WriterProperties {
    // The crate's version would be in the file and change its bytes with every update.
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("fenqun".into())
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_read_back() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("segments.parquet");
        let user = UserId([7; 16]);
        let rows = SegmentRows {
            users: vec![user],
            client_ids: vec![user.client_id()],
            segments: vec![3],
            unassigned: Vec::new(),
            names: vec!["High value · pets".into()],
            scores: vec![0.5],
            reasons: vec![vec!["value=high".into(), "taste=1".into()]],
            shares: None,
            probabilities: vec![("no".into(), vec![0.25]), ("yes".into(), vec![0.75])],
        };
        write_segments(&path, &rows).expect("written");
        let read = read_segments(&path).expect("read");
        assert_eq!(read, SegmentRows { reasons: vec![], ..rows });
        let reasons = vec![vec!["nearest=3".into()]];
        let out = SegmentRows { unassigned: vec![true], segments: vec![0], reasons, ..read };
        write_segments(&path, &out).expect("written");
        let read = read_segments(&path).expect("read");
        assert_eq!(read, SegmentRows { reasons: vec![], ..out });
        let shares = Matrix::from_rows(&[[0.25, 0.5, 0.0, 0.25]]).expect("a row");
        let soft = SegmentRows { shares: Some(shares), reasons: vec![Vec::new()], ..read };
        write_segments(&path, &soft).expect("written");
        let read = read_segments(&path).expect("read");
        assert_eq!(read, SegmentRows { reasons: vec![], ..soft });
        let missing = read_segments(&folder.path().join("none.parquet"));
        assert!(matches!(missing, Err(RunError::Read { .. })));
    }
}
