//! What the sampled values of a column look like, where its name says nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::words::action_of;
use crate::mapping::{is_nothing, parse_number};
use crate::time::likely_format;

/// A column of the sample.
pub(super) struct Values<'a> {
    present: Vec<&'a str>,
    distinct: BTreeSet<&'a str>,
}

impl<'a> Values<'a> {
    pub(super) fn new(sample: &'a [Vec<Option<String>>], column: usize) -> Self {
        let cell = |row: &'a Vec<Option<String>>| row.get(column).and_then(|cell| cell.as_deref());
        let present: Vec<&str> = sample
            .iter()
            .filter_map(cell)
            .map(str::trim)
            .filter(|text| !is_nothing(text))
            .collect();
        let distinct = present.iter().copied().collect();
        Self { present, distinct }
    }

    pub(super) fn n_distinct(&self) -> usize {
        self.distinct.len()
    }

    pub(super) fn has(&self, value: &str) -> bool {
        self.distinct.contains(value)
    }

    /// How times are written, when these are times; whether day and month may be swapped.
    pub(super) fn time_format(&self) -> Option<(String, bool)> {
        likely_format(self.distinct.iter().copied())
    }

    /// At most a few words, half of which are known actions.
    pub(super) fn are_actions(&self) -> bool {
        let n_known = self.distinct.iter().filter(|word| action_of(word).is_some()).count();
        n_known > 0 && self.distinct.len() <= 20 && 2 * n_known >= self.distinct.len()
    }

    pub(super) fn are_numbers(&self) -> bool {
        !self.present.is_empty()
            && self.present.iter().all(|text| parse_number(text, '.').is_some())
    }

    pub(super) fn are_whole(&self) -> bool {
        !self.present.is_empty() && self.present.iter().all(|text| text.parse::<i64>().is_ok())
    }

    /// Whether amounts are written with a decimal comma: `12,5` and `1.234,50`.
    pub(super) fn use_decimal_comma(&self) -> bool {
        let fits = |decimal| self.present.iter().all(|text| parse_number(text, decimal).is_some());
        !self.present.is_empty() && !fits('.') && fits(',')
    }

    /// Share of rows that repeat the row before.
    pub(super) fn repeats(&self) -> f64 {
        let n = self.present.windows(2).filter(|pair| pair[0] == pair[1]).count();
        n as f64 / self.present.len().max(2) as f64
    }

    /// The most frequent value.
    pub(super) fn most_frequent(&self) -> Option<&'a str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for text in &self.present {
            *counts.entry(text).or_default() += 1;
        }
        counts.into_iter().max_by_key(|entry| entry.1).map(|entry| entry.0)
    }
}

/// Whether each value of one column goes with one value of another, as items with categories.
pub(super) fn decides(sample: &[Vec<Option<String>>], column: usize, other: usize) -> bool {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    sample.iter().all(|row| {
        let at = |index: usize| row.get(index).and_then(|cell| cell.as_deref());
        match (at(column), at(other)) {
            (Some(one), Some(two)) => *seen.entry(one).or_insert(two) == two,
            _ => true,
        }
    })
}
