use fenqun_base::{DataError, NO_CODE};
use serde::{Deserialize, Serialize};

use super::Split;
use crate::EvaluateError;

/// One row of a period task: a user described as of one moment, labelled by what came after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimedRow {
    /// Row of the user; rows of one user at several moments share it.
    pub user: u32,
    /// The features saw events before this moment (milliseconds since 1970, like every time).
    pub as_of: i64,
    /// The label saw events before this one.
    pub label_end: i64,
}

/// The rows as of `test_as_of` are asked, all rows whose label window had ended by then are learned
/// from. Rows without label (`codes` of [`NO_CODE`]) are on neither side, nor are rows described
/// before `test_as_of` whose label was not known yet.
///
/// # Errors
/// [`DataError::WrongLength`]; [`DataError::Parameter`] for a label that ends before it begins;
/// [`DataError::Labels`] when a side is empty.
pub fn by_time(rows: &[TimedRow], codes: &[u32], test_as_of: i64) -> Result<Split, EvaluateError> {
    check_rows(rows, codes)?;
    let labelled = |keep: &dyn Fn(&TimedRow) -> bool| -> Vec<usize> {
        (0..rows.len()).filter(|&row| codes[row] != NO_CODE && keep(&rows[row])).collect()
    };
    let train = labelled(&|row| row.label_end <= test_as_of);
    let test = labelled(&|row| row.as_of == test_as_of);
    let empty = |side: &str| {
        let reason = format!("no labelled user is left to {side}: use another cut-off date");
        Err(DataError::Labels { reason }.into())
    };
    if train.is_empty() {
        return empty("learn from");
    }
    if test.is_empty() {
        return empty("ask about");
    }
    let split = Split { train, test, repeat: 0, fold: 0 };
    check_time(rows, &split)?;
    Ok(split)
}

/// One split for each of `origins` (as-of moments), oldest first: each is asked having learned from
/// all that was known by then.
///
/// # Errors
/// As [`by_time`]; [`DataError::Parameter`] for no origin.
pub fn rolling(
    rows: &[TimedRow],
    codes: &[u32],
    origins: &[i64],
) -> Result<Vec<Split>, EvaluateError> {
    let mut origins = origins.to_vec();
    origins.sort_unstable();
    origins.dedup();
    if origins.is_empty() {
        let (rule, found) = ("1 or more".to_owned(), "none".to_owned());
        return Err(DataError::Parameter { name: "origins", rule, found }.into());
    }
    let split =
        |(fold, &origin): (usize, &i64)| Ok(Split { fold, ..by_time(rows, codes, origin)? });
    origins.iter().enumerate().map(split).collect()
}

/// Refuses a split that learns from what was not known yet when its tested rows were described.
///
/// # Errors
/// [`EvaluateError::Future`]; [`DataError::Parameter`] for a row that does not exist.
pub fn check_time(rows: &[TimedRow], split: &Split) -> Result<(), EvaluateError> {
    if let Some(&row) = split.train.iter().chain(&split.test).find(|&&row| row >= rows.len()) {
        let rule = format!("below {}", rows.len());
        return Err(DataError::Parameter { name: "row", rule, found: row.to_string() }.into());
    }
    let Some(test_as_of) = split.test.iter().map(|&row| rows[row].as_of).min() else {
        return Ok(());
    };
    match split.train.iter().map(|&row| rows[row].label_end).max() {
        Some(label_end) if label_end > test_as_of => {
            Err(EvaluateError::Future { label_end, test_as_of })
        }
        _ => Ok(()),
    }
}

fn check_rows(rows: &[TimedRow], codes: &[u32]) -> Result<(), DataError> {
    if rows.len() != codes.len() {
        let (expected, found) = (rows.len(), codes.len());
        return Err(DataError::WrongLength { what: "labels", expected, found });
    }
    match rows.iter().find(|row| row.label_end <= row.as_of) {
        None => Ok(()),
        Some(row) => {
            let rule = format!("after its as_of, {}", row.as_of);
            let found = row.label_end.to_string();
            Err(DataError::Parameter { name: "label_end", rule, found })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(user: u32, as_of: i64, label_end: i64) -> TimedRow {
        TimedRow { user, as_of, label_end }
    }

    #[test]
    fn a_label_not_yet_known_is_not_learned_from() {
        let rows = [row(0, 10, 14), row(1, 10, 14), row(0, 12, 16), row(0, 14, 18), row(1, 14, 18)];
        let split = by_time(&rows, &[0, NO_CODE, 1, 0, 1], 14).expect("both sides");
        assert_eq!((split.train, split.test), (vec![0], vec![3, 4]));
        let folds = rolling(&rows, &[0, 1, 1, 0, 1], &[14, 14]).expect("one origin");
        assert_eq!(folds.len(), 1);
    }

    #[test]
    fn a_train_window_past_the_test_is_refused() {
        let rows = [row(0, 10, 15), row(0, 14, 18)];
        let split = Split { train: vec![0], test: vec![1], repeat: 0, fold: 0 };
        let refused = check_time(&rows, &split).expect_err("one too late");
        assert_eq!(refused, EvaluateError::Future { label_end: 15, test_as_of: 14 });
        assert!(refused.to_string().contains("1970-01-01"), "{refused}");
        let outside = Split { train: vec![7], ..split };
        assert!(matches!(check_time(&rows, &outside), Err(EvaluateError::Data(_))));
    }

    #[test]
    fn an_empty_side_and_a_backward_window_are_refused() {
        let rows = [row(0, 10, 14), row(0, 14, 18)];
        assert!(by_time(&rows, &[0, 1], 12).is_err());
        assert!(by_time(&rows, &[0, 1], 10).is_err());
        assert!(by_time(&rows, &[0], 14).is_err());
        assert!(by_time(&[row(0, 10, 10)], &[0], 10).is_err());
        assert!(rolling(&rows, &[0, 1], &[]).is_err());
    }

    proptest! {
        #[test]
        fn no_split_sees_the_future(
            rows in prop::collection::vec((0u32..5, 0i64..20, 1i64..8, 0u32..3), 1..60),
            origins in prop::collection::vec(0i64..20, 1..4),
        ) {
            let codes: Vec<u32> =
                rows.iter().map(|row| if row.3 == 2 { NO_CODE } else { row.3 }).collect();
            let rows: Vec<TimedRow> = rows
                .iter()
                .map(|&(user, as_of, length, _)| row(user, as_of, as_of + length))
                .collect();
            if let Ok(splits) = rolling(&rows, &codes, &origins) {
                for split in splits {
                    let start = rows[split.test[0]].as_of;
                    prop_assert!(split.test.iter().all(|&row| rows[row].as_of == start));
                    prop_assert!(split.train.iter().all(|&row| rows[row].label_end <= start));
                    prop_assert!(split.train.iter().all(|row| !split.test.contains(row)));
                    let known = |row: &usize| codes[*row] != NO_CODE && rows[*row].label_end <= start;
                    let n_known = (0..rows.len()).filter(known).count();
                    prop_assert_eq!(split.train.len(), n_known);
                }
            }
        }
    }
}
