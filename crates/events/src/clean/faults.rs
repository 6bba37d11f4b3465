//! When broken rows are so many that the mapping is wrong rather than the rows.

use std::collections::BTreeMap;

use crate::error::{EventsError, TooManyFaults};
use crate::ledger::FileLedger;
use crate::rules::Reason;
use crate::time::likely_format;

/// Examples kept of each fault of the file that is being read.
const N_EXAMPLES: usize = 20;
const N_SHOWN: usize = 3;
const LONGEST_SHOWN: usize = 40;

/// What broken rows looked like, for the message. Never a value of the user column.
#[derive(Default)]
pub(crate) struct Faults {
    seen: BTreeMap<Reason, Seen>,
    file: usize,
}

struct Seen {
    line: u64,
    column: Option<String>,
    values: Vec<String>,
}

impl Faults {
    /// A fault that no value shows.
    pub(crate) fn note_line(&mut self, file: usize, reason: Reason, line: u64) {
        self.note(file, reason, line, None, || None);
    }

    /// A fault, the column it is in and the value found there; `value` is asked only while
    /// examples are wanted.
    pub(crate) fn note(
        &mut self,
        file: usize,
        reason: Reason,
        line: u64,
        column: Option<&str>,
        value: impl FnOnce() -> Option<String>,
    ) {
        if file != self.file {
            self.seen.clear();
            self.file = file;
        }
        if !reason.is_fault() {
            return;
        }
        let seen = self.seen.entry(reason).or_insert_with(|| Seen {
            line,
            column: column.map(str::to_owned),
            values: Vec::new(),
        });
        if seen.values.len() < N_EXAMPLES
            && let Some(value) = value()
            && !seen.values.contains(&value)
        {
            seen.values.push(value);
        }
    }

    /// Refuses a file of which more than `limit` of the rows are broken.
    pub(crate) fn check(&self, file: &FileLedger, limit: f64) -> Result<(), EventsError> {
        let faults = || file.n_rejected.iter().filter(|(reason, _)| reason.is_fault());
        let n_faulty: u64 = faults().map(|(_, n)| n).sum();
        if n_faulty as f64 <= limit * file.n_in as f64 {
            return Ok(());
        }
        let most = faults().max_by_key(|&(reason, n)| (n, std::cmp::Reverse(reason)));
        let Some((&reason, _)) = most else { return Ok(()) };
        let seen = self.seen.get(&reason);
        let values = seen.map(|seen| seen.values.as_slice()).unwrap_or_default();
        let shorten = |value: &String| -> String { value.chars().take(LONGEST_SHOWN).collect() };
        Err(Box::new(TooManyFaults {
            file: file.file.clone(),
            line: seen.map_or(0, |seen| seen.line),
            column: seen.and_then(|seen| seen.column.clone()),
            reason,
            examples: values.iter().take(N_SHOWN).map(shorten).collect(),
            hint: hint(reason, values),
            n_faulty,
            n_in: file.n_in,
            limit,
        })
        .into())
    }
}

fn hint(reason: Reason, values: &[String]) -> Option<String> {
    let hint = match reason {
        Reason::TimeUnparsable => match likely_format(values.iter().map(String::as_str)) {
            Some((format, false)) => {
                format!("the times look like {format}: set `source.time.format` to it")
            }
            Some((format, true)) => format!(
                "the times look like {format} (or with day and month the other way round): set \
                 `source.time.format` to what is right"
            ),
            None => "set `source.time.format` to how these are written".into(),
        },
        Reason::ActionUnknown => "say in `source.actions` what these words mean".into(),
        Reason::PriceUnparsable | Reason::QuantityUnparsable | Reason::RatingUnparsable => {
            "is it the right column, and is `source.price.decimal` right?".into()
        }
        Reason::RaggedRow => "is `dialect.delimiter` right?".into(),
        Reason::BadEncoding | Reason::NulByte => "is `dialect.encoding` right?".into(),
        _ => return None,
    };
    Some(hint)
}
