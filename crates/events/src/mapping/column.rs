//! Columns as they are stored, brought down to four kinds that every field can be read from.

use std::path::Path;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray, TimestampMillisecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMillisecondType};

use crate::EventsError;

/// A column of one batch.
pub(crate) enum Column {
    Text(StringArray),
    Integer(Int64Array),
    Number(Float64Array),
    /// Milliseconds; `zoned` when they count from 1970 in UTC rather than on a wall clock.
    Time {
        values: TimestampMillisecondArray,
        zoned: bool,
    },
}

impl Column {
    /// Casts what a reader gave. `file` and `name` are for the message.
    pub(crate) fn new(array: &ArrayRef, file: &Path, name: &str) -> Result<Self, EventsError> {
        use DataType as T;
        let fail = EventsError::format(format!("{}: column `{name}`", file.display()));
        let to = |target: &DataType| cast(array, target);
        let result = match array.data_type() {
            T::Utf8 => return Ok(Self::Text(array.as_string::<i32>().clone())),
            T::Int64 => return Ok(Self::Integer(array.as_primitive::<Int64Type>().clone())),
            T::Float64 => return Ok(Self::Number(array.as_primitive::<Float64Type>().clone())),
            T::LargeUtf8
            | T::Utf8View
            | T::Boolean
            | T::Binary
            | T::LargeBinary
            | T::BinaryView => to(&T::Utf8),
            T::Int8 | T::Int16 | T::Int32 | T::UInt8 | T::UInt16 | T::UInt32 => to(&T::Int64),
            // Ids beyond the signed range stay text rather than become null.
            T::UInt64 => match to(&T::Int64) {
                Ok(cast) if cast.null_count() == array.null_count() => Ok(cast),
                _ => to(&T::Utf8),
            },
            T::Float16
            | T::Float32
            | T::Decimal32(..)
            | T::Decimal64(..)
            | T::Decimal128(..)
            | T::Decimal256(..) => to(&T::Float64),
            T::Date32 | T::Date64 => to(&T::Timestamp(TimeUnit::Millisecond, None)),
            T::Timestamp(_, zone) => to(&T::Timestamp(TimeUnit::Millisecond, zone.clone())),
            T::Dictionary(_, values) => {
                let flat = to(values).map_err(fail)?;
                return Self::new(&flat, file, name);
            }
            T::Null => to(&T::Utf8),
            other => {
                return Err(EventsError::ColumnType {
                    file: file.into(),
                    column: name.into(),
                    found: other.to_string(),
                });
            }
        };
        let array = result.map_err(fail)?;
        Ok(match array.data_type() {
            T::Utf8 => Self::Text(array.as_string::<i32>().clone()),
            T::Int64 => Self::Integer(array.as_primitive::<Int64Type>().clone()),
            T::Timestamp(_, zone) => {
                let values = array.as_primitive::<TimestampMillisecondType>().clone();
                Self::Time { values, zoned: zone.is_some() }
            }
            _ => Self::Number(array.as_primitive::<Float64Type>().clone()),
        })
    }

    /// The canonical text of a row, or `None` when it is absent. Numbers are written into
    /// `buffer`; text is lent as it stands, trimmed.
    pub(crate) fn text<'a>(&'a self, row: usize, buffer: &'a mut String) -> Option<&'a str> {
        use std::fmt::Write as _;
        buffer.clear();
        // Writing into a String cannot fail.
        let _ = match self {
            Self::Text(values) => return present(values, row),
            Self::Integer(values) if values.is_valid(row) => {
                write!(buffer, "{}", values.value(row))
            }
            Self::Number(values) if values.is_valid(row) => {
                let value = values.value(row);
                if value.is_nan() {
                    return None;
                }
                // A whole number in a float column is an id that once had gaps: 123, not 123.0.
                write!(buffer, "{value}")
            }
            Self::Time { values, zoned } if values.is_valid(row) => {
                crate::time::write_time(buffer, values.value(row), *zoned)
            }
            _ => return None,
        };
        Some(buffer)
    }
}

/// Text of a row without surrounding space; nothing for null, nothing and the words for nothing.
pub(crate) fn present(values: &StringArray, row: usize) -> Option<&str> {
    if values.is_null(row) {
        return None;
    }
    let text = values.value(row);
    let trimmed = match text.as_bytes() {
        [first, .., last] if is_plain(*first) && is_plain(*last) => text,
        [only] if is_plain(*only) => text,
        _ => text.trim(),
    };
    (!is_nothing(trimmed)).then_some(trimmed)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

/// How tables spell an absent value.
pub(crate) fn is_nothing(text: &str) -> bool {
    text.len() <= 4
        && matches!(
            text,
            "" | "nan" | "NaN" | "NAN" | "null" | "NULL" | "Null" | "None" | "\\N" | "NA" | "N/A"
        )
}

/// An id without the ".0" that spreadsheets and data frames add to whole numbers.
pub(crate) fn canonical_id(text: &str) -> &str {
    match text.strip_suffix(".0") {
        Some(whole) if !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit()) => {
            whole
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{DictionaryArray, LargeStringArray, ListArray, UInt64Array};
    use arrow::datatypes::Int32Type;
    use std::sync::Arc;

    fn texts(array: ArrayRef) -> Vec<Option<String>> {
        let column = Column::new(&array, Path::new("x.parquet"), "c").expect("readable");
        let mut buffer = String::new();
        (0..array.len()).map(|row| column.text(row, &mut buffer).map(str::to_owned)).collect()
    }

    #[test]
    fn every_stored_type_has_one_canonical_text() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(texts(Arc::new(Int64Array::from(vec![Some(123), None]))), [some("123"), None]);
        let floats = Float64Array::from(vec![Some(123.0), Some(1.5), Some(f64::NAN), None]);
        assert_eq!(texts(Arc::new(floats)), [some("123"), some("1.5"), None, None]);
        let strings = LargeStringArray::from(vec![Some(" a "), Some("nan"), Some(""), None]);
        assert_eq!(texts(Arc::new(strings)), [some("a"), None, None, None]);
        let words: DictionaryArray<Int32Type> =
            vec![Some("pv"), None, Some("pv")].into_iter().collect();
        assert_eq!(texts(Arc::new(words)), [some("pv"), None, some("pv")]);
        let large = UInt64Array::from(vec![u64::MAX]);
        assert_eq!(texts(Arc::new(large)), [some("18446744073709551615")]);
        let times = TimestampMillisecondArray::from(vec![0]);
        assert_eq!(texts(Arc::new(times)), [some("1970-01-01 00:00:00")]);
    }

    #[test]
    fn a_list_column_is_refused_by_name() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)])]);
        let array: ArrayRef = Arc::new(list);
        let error = Column::new(&array, Path::new("x.parquet"), "tags").err().expect("refused");
        assert!(error.to_string().contains("`tags`"), "{error}");
    }

    #[test]
    fn whole_numbers_lose_their_fraction_of_nothing() {
        assert_eq!(canonical_id("13085.0"), "13085");
        assert_eq!(canonical_id("v1.0"), "v1.0");
        assert_eq!(canonical_id(".0"), ".0");
    }
}
