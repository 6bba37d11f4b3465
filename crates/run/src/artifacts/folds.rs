use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringArray, UInt32Array};
use arrow::datatypes::UInt32Type;
use fenqun_base::UserId;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::tables::{users, write_table};
use crate::RunError;

/// The columns of a file of folds: who was tested where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoldRows {
    /// Pseudonyms.
    pub users: Vec<UserId>,
    /// Number of the repetition.
    pub repeats: Vec<u32>,
    /// Number of the fold in which the user was tested.
    pub folds: Vec<u32>,
    /// The user's class.
    pub labels: Vec<String>,
    /// Keyed hash of the user's group; empty where there are no groups.
    pub groups: Vec<u64>,
}

/// Writes a file of folds.
///
/// # Errors
/// [`RunError::Write`].
pub fn write_folds(path: &Path, rows: &FoldRows) -> Result<(), RunError> {
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("user".into(), users(&rows.users)),
        ("repeat".into(), Arc::new(UInt32Array::from(rows.repeats.clone()))),
        ("fold".into(), Arc::new(UInt32Array::from(rows.folds.clone()))),
        ("label".into(), Arc::new(StringArray::from_iter_values(&rows.labels))),
    ];
    if !rows.groups.is_empty() {
        let groups = rows.groups.iter().map(|group| format!("{group:016x}"));
        columns.push(("group".into(), Arc::new(StringArray::from_iter_values(groups))));
    }
    write_table(path, columns)
}

/// Reads a file of folds.
///
/// # Errors
/// [`RunError::Read`], [`RunError::Broken`].
pub fn read_folds(path: &Path) -> Result<FoldRows, RunError> {
    let broken = |reason: String| RunError::Broken { path: path.to_owned(), reason };
    let file = File::open(path).map_err(RunError::reading(path))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.build())
        .map_err(|error| broken(error.to_string()))?;
    let mut rows = FoldRows::default();
    for batch in reader {
        let batch = batch.map_err(|error| broken(error.to_string()))?;
        let text = |name: &str| {
            let column = batch.column_by_name(name).and_then(|it| it.as_string_opt::<i32>());
            column.ok_or_else(|| broken(format!("column `{name}` is not text")))
        };
        let numbers = |name: &str| {
            let column = batch.column_by_name(name);
            let column = column.and_then(|it| it.as_primitive_opt::<UInt32Type>());
            column.ok_or_else(|| broken(format!("column `{name}` is no number")))
        };
        for digits in text("user")?.iter().flatten() {
            rows.users.push(UserId::parse(digits).ok_or_else(|| broken("no pseudonym".into()))?);
        }
        rows.repeats.extend_from_slice(numbers("repeat")?.values());
        rows.folds.extend_from_slice(numbers("fold")?.values());
        rows.labels.extend(text("label")?.iter().flatten().map(str::to_owned));
        if batch.column_by_name("group").is_some() {
            for digits in text("group")?.iter().flatten() {
                let group = u64::from_str_radix(digits, 16).map_err(|_| broken("no hash".into()));
                rows.groups.push(group?);
            }
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_read_back_with_groups_and_without() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("folds.parquet");
        let rows = FoldRows {
            users: vec![UserId([7; 16]), UserId([9; 16])],
            repeats: vec![0, 2],
            folds: vec![4, 1],
            labels: vec!["high".into(), "low".into()],
            groups: Vec::new(),
        };
        for groups in [Vec::new(), vec![u64::MAX, 12]] {
            let rows = FoldRows { groups, ..rows.clone() };
            write_folds(&path, &rows).expect("written");
            assert_eq!(read_folds(&path).expect("reads"), rows);
        }
        let missing = read_folds(&folder.path().join("none.parquet"));
        assert!(matches!(missing, Err(RunError::Read { .. })));
    }
}
