//! Whether the first row names the columns.

use std::collections::BTreeSet;

use super::Findings;
use crate::source::header::looks_like_value;

/// Names are short; sentences and descriptions are not.
const LONGEST_NAME: usize = 64;

/// Decides from the first row and those below it, and says why.
pub fn is_header(rows: &[Vec<String>], findings: &mut Findings) -> bool {
    let Some((first, below)) = rows.split_first() else { return false };
    let mut say = |is_sure, sentence: &str| findings.add(is_sure, sentence.to_owned());

    if let Some(value) = first.iter().position(|cell| looks_like_value(cell)) {
        let n_values = first.iter().filter(|cell| looks_like_value(cell)).count();
        let is_sure = n_values * 3 >= first.len() || turns(first, below).is_none();
        let sentence =
            format!("There is no header: column {} of the first row is a value.", value + 1);
        say(is_sure, &sentence);
        return false;
    }
    let distinct: BTreeSet<&str> = first.iter().map(String::as_str).collect();
    let n_empty = first.iter().filter(|cell| cell.trim().is_empty()).count();
    if distinct.len() + n_empty.saturating_sub(1) < first.len() || n_empty * 2 > first.len() {
        say(false, "There is no header: cells of the first row repeat or are empty.");
        return false;
    }
    if let Some(column) = turns(first, below) {
        let sentence = format!(
            "The first row is the header: column {} is a word there and numbers or times below.",
            column + 1
        );
        say(true, &sentence);
        return true;
    }
    if below.is_empty() {
        say(false, "The first row is taken for the header: there is no other row to compare.");
        return true;
    }
    if let Some(column) = (0..first.len()).find(|&column| recurs(first, below, column)) {
        let sentence = format!(
            "There is no header: what column {} of the first row holds occurs again below.",
            column + 1
        );
        say(false, &sentence);
        return false;
    }
    let is_short = first.iter().all(|cell| cell.len() <= LONGEST_NAME);
    if is_short {
        say(false, "The first row is taken for the header: its cells are short and never recur.");
    } else {
        say(false, "There is taken to be no header: cells of the first row are long texts.");
    }
    is_short
}

/// A column that is a word in the first row and values in nearly all filled cells below.
fn turns(first: &[String], below: &[Vec<String>]) -> Option<usize> {
    (0..first.len()).find(|&column| {
        let cells = below.iter().filter_map(|row| row.get(column));
        let cells: Vec<&String> = cells.filter(|cell| !cell.trim().is_empty()).collect();
        let n_values = cells.iter().filter(|cell| looks_like_value(cell)).count();
        let is_word = !first[column].trim().is_empty() && !looks_like_value(&first[column]);
        is_word && !cells.is_empty() && n_values * 10 >= cells.len() * 9
    })
}

fn recurs(first: &[String], below: &[Vec<String>], column: usize) -> bool {
    let cell = first[column].trim();
    !cell.is_empty() && below.iter().any(|row| row.get(column).is_some_and(|c| c.trim() == cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(rows: &[&[&str]]) -> (bool, bool) {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect();
        let mut findings = Findings::default();
        let is_header = is_header(&rows, &mut findings);
        (is_header, findings.unsure.is_empty())
    }

    #[test]
    fn words_above_numbers_are_a_header() {
        assert_eq!(decided(&[&["user", "price"], &["anna", "3.5"], &["bob", ""]]), (true, true));
        assert_eq!(decided(&[&["用户", "时间"], &["甲", "2017-11-25 01:02"]]), (true, true));
        assert_eq!(decided(&[&["", "price"], &["0", "3.5"]]), (true, true));
    }

    #[test]
    fn a_first_row_of_values_is_no_header() {
        let rows: [&[&str]; 2] = [&["1", "2268318", "pv", "1511544070"], &["1", "3", "buy", "5"]];
        assert_eq!(decided(&rows), (false, true));
    }

    #[test]
    fn words_above_words_are_unsure() {
        assert_eq!(decided(&[&["user", "city"], &["anna", "Köln"]]), (true, false));
        assert_eq!(decided(&[&["anna", "pv"], &["bob", "pv"]]), (false, false));
        assert_eq!(decided(&[&["user", "city"]]), (true, false));
    }
}
