//! Names of columns: read from the first row, found again by name.

use std::path::Path;

use fenqun_base::Place;

use super::SourceError;

/// A name is near from this similarity on.
const NEAR: f64 = 0.6;

/// At most this many names are listed in a message.
const MAX_LISTED: usize = 30;

/// The names that a first row gives; an empty one is called by its number.
///
/// # Errors
/// [`SourceError::DuplicateColumn`], or [`SourceError::HeaderHoldsValues`] when the twin is a value.
pub fn names(file: &Path, line: u64, row: Vec<String>) -> Result<Vec<String>, SourceError> {
    let mut names: Vec<String> = Vec::with_capacity(row.len());
    for (index, cell) in row.iter().enumerate() {
        let name = cell.trim();
        names.push(if name.is_empty() { (index + 1).to_string() } else { name.to_owned() });
    }
    let place = Place::file(file).line(line);
    for (second, name) in names.iter().enumerate() {
        if let Some(first) = names[..second].iter().position(|other| other == name) {
            if holds_values(&row) {
                return Err(SourceError::HeaderHoldsValues { place });
            }
            // Only what reads like a name is shown: anything else may be a user's id.
            let place = if looks_like_value(name) { place } else { place.column(name) };
            return Err(SourceError::DuplicateColumn {
                place,
                first: first + 1,
                second: second + 1,
            });
        }
    }
    Ok(names)
}

/// The names where there is no header.
pub fn numbers(n_columns: usize) -> Vec<String> {
    (1..=n_columns).map(|number| number.to_string()).collect()
}

/// Finds each asked column among the names.
///
/// # Errors
/// [`SourceError::MissingColumn`] with the nearest name, or [`SourceError::HeaderHoldsValues`].
pub fn find(
    file: &Path,
    names: &[String],
    has_header: bool,
    asked: &[String],
) -> Result<Vec<usize>, SourceError> {
    asked
        .iter()
        .map(|column| {
            names
                .iter()
                .position(|name| name == column)
                .ok_or_else(|| missing(file, names, has_header, column))
        })
        .collect()
}

/// The error for a column that is not there.
pub fn missing(file: &Path, names: &[String], has_header: bool, column: &str) -> SourceError {
    if has_header && holds_values(names) {
        return SourceError::HeaderHoldsValues { place: Place::file(file).line(1) };
    }
    let is_private = has_header && names.iter().any(|name| looks_like_value(name));
    let nearest = nearest(names, column).filter(|_| has_header && !is_private);
    let hint = if !has_header {
        format!("; without header its columns are called 1 to {}", names.len())
    } else if is_private {
        "; compare the first line of the file with the mapping".to_owned()
    } else {
        let listed = names.iter().take(MAX_LISTED).map(String::as_str).collect::<Vec<_>>();
        let more = if names.len() > MAX_LISTED { ", …" } else { "" };
        let listed = format!("there are: {}{more}", listed.join(", "));
        match &nearest {
            Some(name) => format!(", did you mean `{name}`? ({listed})"),
            None => format!("; {listed}"),
        }
    };
    SourceError::MissingColumn { file: file.to_owned(), column: column.to_owned(), nearest, hint }
}

/// Whether a cell is a number or a time: nobody names a column so.
pub fn looks_like_value(cell: &str) -> bool {
    let cell = cell.trim().trim_start_matches(['$', '£', '€', '¥', '￥']);
    if cell.parse::<f64>().is_ok() {
        // "nan" and "inf" parse as numbers and could be names.
        return cell.contains(|character: char| character.is_ascii_digit());
    }
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let is_mark = |byte: u8| b"-/:., TZ+_".contains(&byte);
    digits >= 4
        && cell.starts_with(|character: char| character.is_ascii_digit())
        && cell.bytes().all(|byte| byte.is_ascii_digit() || is_mark(byte))
}

/// Whether a row that should hold names holds mostly values.
fn holds_values(row: &[String]) -> bool {
    let n_values = row.iter().filter(|cell| looks_like_value(cell)).count();
    n_values > 0 && n_values * 2 >= row.len()
}

fn nearest(names: &[String], column: &str) -> Option<String> {
    let column = column.to_lowercase();
    let mut best: Option<(f64, &String)> = None;
    for name in names {
        let similarity = strsim::normalized_damerau_levenshtein(&column, &name.to_lowercase());
        if similarity >= NEAR && best.is_none_or(|(most, _)| similarity > most) {
            best = Some((similarity, name));
        }
    }
    best.map(|(_, name)| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    fn message(names: &[&str], has_header: bool, column: &str) -> String {
        let error = find(Path::new("shop.csv"), &row(names), has_header, &row(&[column]));
        error.expect_err("refused").to_string()
    }

    #[test]
    fn a_missing_column_names_the_nearest() {
        let text = message(&["CustomerID", "Quantity"], true, "customer_id");
        assert!(text.contains("shop.csv"), "{text}");
        assert!(text.contains("did you mean `CustomerID`?"), "{text}");
        let text = message(&["CustomerID", "Quantity"], true, "zone");
        assert!(text.contains("there are: CustomerID, Quantity"), "{text}");
        assert!(message(&["1", "2"], false, "3").contains("called 1 to 2"));
    }

    #[test]
    fn values_taken_for_names_are_never_shown() {
        let text = message(&["100370", "pv", "2017-11-25 01:02:03"], true, "user");
        assert!(text.contains("header = false"), "{text}");
        assert!(!text.contains("100370"), "{text}");
        let text = message(&["u-anna", "pv", "x", "1511544070"], true, "user");
        assert!(!text.contains("anna"), "{text}");
        let error = names(Path::new("f"), 1, row(&["7", "7", "x"])).expect_err("twins").to_string();
        assert!(error.contains("header = false"), "{error}");
    }

    #[test]
    fn twins_are_refused_and_nameless_columns_numbered() {
        let error = names(Path::new("f"), 1, row(&["a", "b", " a "])).expect_err("twins");
        assert!(error.to_string().contains("columns 1 and 3"), "{error}");
        assert_eq!(names(Path::new("f"), 1, row(&["", "b"])).expect("fine"), ["1", "b"]);
    }

    #[test]
    fn names_are_told_from_values() {
        for value in ["1", "-3.50", "£2", "2011-12-09", "01/02/2017 08:30", "20171125"] {
            assert!(looks_like_value(value), "{value}");
        }
        for name in ["user", "2nd_item", "nan", "用户", "", "v1", "C489449"] {
            assert!(!looks_like_value(name), "{name}");
        }
    }
}
