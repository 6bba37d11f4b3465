//! A second look at whole files, a few columns only, for what a sample cannot tell.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::days::Days;
use crate::EventsError;
use crate::config::TimeConfig;
use crate::mapping::{Column, parse_number};
use crate::source::{Dialect, Malformed, MalformedReason, Reader};
use crate::time::{Clock, DAY_MS};

/// Larger files are not read twice: bounds on times are then left wide.
const MOST_BYTES: u64 = 4 << 30;
/// More different words than this are no actions.
const MOST_WORDS: usize = 200;

/// Columns to look at, by name.
pub(super) struct Questions<'a> {
    pub(super) time: &'a str,
    pub(super) action: Option<&'a str>,
    pub(super) session: Option<&'a str>,
    pub(super) quantity: Option<&'a str>,
    pub(super) amount: Option<&'a str>,
}

#[derive(Default)]
pub(super) struct Survey {
    pub(super) n_rows: u64,
    pub(super) days: Days,
    pub(super) words: BTreeMap<String, u64>,
    /// Rows with a negative quantity, by the first character of the session id where that is a
    /// letter.
    pub(super) negative_by_letter: BTreeMap<char, u64>,
    /// Rows by the first character of the session id where that is a letter.
    pub(super) by_letter: BTreeMap<char, u64>,
    pub(super) n_negative_quantity: u64,
    pub(super) n_negative_amount: u64,
    /// Rows that are no text in the encoding of the dialect.
    pub(super) n_bad_encoding: u64,
    /// Whether every file was read to its end.
    pub(super) is_whole: bool,
}

pub(super) fn survey(
    files: &[PathBuf],
    dialect: &Dialect,
    time: &TimeConfig,
    asked: &Questions<'_>,
) -> Result<Survey, EventsError> {
    let mut survey = Survey { is_whole: true, ..Survey::default() };
    let mut clock = Clock::new(time)?;
    let names: Vec<String> =
        [Some(asked.time), asked.action, asked.session, asked.quantity, asked.amount]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .collect();
    let mut next = 0;
    let mut place = |column: Option<&str>| {
        column.map(|_| {
            next += 1;
            next
        })
    };
    let [action, session, quantity, amount] =
        [asked.action, asked.session, asked.quantity, asked.amount].map(&mut place);
    for file in files {
        let mut reader = Reader::open(file, dialect, &names)?;
        if reader.bytes_total() > MOST_BYTES {
            survey.is_whole = false;
            continue;
        }
        while let Some(raw) = reader.next()? {
            let typed: Result<Vec<Column>, EventsError> = raw
                .columns
                .iter()
                .zip(&names)
                .map(|(array, name)| Column::new(array, file, name))
                .collect();
            let columns = typed?;
            let bad = |row: &&Malformed| row.reason == MalformedReason::BadEncoding;
            survey.n_bad_encoding += raw.malformed.iter().filter(bad).count() as u64;
            survey.add(&columns, raw.lines.len(), &mut clock, [action, session, quantity, amount]);
        }
    }
    Ok(survey)
}

impl Survey {
    fn add(
        &mut self,
        columns: &[Column],
        n_rows: usize,
        clock: &mut Clock,
        [action, session, quantity, amount]: [Option<usize>; 4],
    ) {
        self.n_rows += n_rows as u64;
        let mut buffer = String::new();
        for row in 0..n_rows {
            if let Some(moment) = clock.read(&columns[0], row) {
                let local = moment.time + i64::from(moment.offset_minutes) * 60_000;
                self.days.add(local.div_euclid(DAY_MS));
            }
            if let Some(column) = action
                && let Some(word) = columns[column].text(row, &mut buffer)
            {
                if let Some(n) = self.words.get_mut(word) {
                    *n += 1;
                } else if self.words.len() < MOST_WORDS {
                    self.words.insert(word.to_owned(), 1);
                }
            }
            let mut is_negative = |column: Option<usize>| {
                let text = column.and_then(|column| columns[column].text(row, &mut buffer));
                text.and_then(|text| parse_number(text, '.')).is_some_and(|number| number < 0.0)
            };
            let (quantity, amount) = (is_negative(quantity), is_negative(amount));
            self.n_negative_quantity += u64::from(quantity);
            self.n_negative_amount += u64::from(amount);
            let letter = session
                .and_then(|column| columns[column].text(row, &mut buffer))
                .and_then(|text| text.chars().next())
                .filter(|first| first.is_alphabetic());
            if let Some(letter) = letter {
                *self.by_letter.entry(letter).or_default() += 1;
                *self.negative_by_letter.entry(letter).or_default() +=
                    u64::from(quantity || amount);
            }
        }
    }

    /// The first letter of sessions that were taken back: nearly all of their rows are negative,
    /// and they are the smaller part.
    pub(super) fn refund_letter(&self) -> Option<char> {
        let taken_back = |letter: &char, n: u64| {
            let negative = self.negative_by_letter.get(letter).copied().unwrap_or(0);
            negative * 10 >= n * 9 && n * 2 < self.n_rows
        };
        let found = self.by_letter.iter().filter(|&(letter, &n)| taken_back(letter, n));
        found.max_by_key(|&(_, &n)| n).map(|(letter, _)| *letter)
    }
}
