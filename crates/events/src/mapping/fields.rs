//! Passes for who, when, what was done, and in which session.

use arrow::array::Array;
use fenqun_base::{Action, NO_CODE};

use super::column::{Column, canonical_id, present};
use super::rows::Rows;
use super::{Batch, Plan};
use crate::intern::Strings;
use crate::pseudonym::{Key, Users};
use crate::rules::Reason;
use crate::time::Moment;

pub(crate) fn users(rows: &mut Rows, plan: &Plan, batch: &Batch<'_>, users: &mut Users) {
    let missing = |rows: &mut Rows, row| rows.refuse(row, Reason::UserMissing, plan.user);
    match &batch.columns[plan.user] {
        Column::Integer(values) => {
            // Rows of one user often follow each other.
            let mut last = (0, NO_CODE);
            for row in 0..rows.len() {
                if values.is_null(row) {
                    missing(rows, row);
                    continue;
                }
                let raw = values.value(row);
                if last.1 == NO_CODE || last.0 != raw {
                    last = (raw, users.number(raw));
                }
                rows.user[row] = last.1;
            }
        }
        column => {
            let mut buffer = String::new();
            let mut last = (String::new(), NO_CODE);
            for row in 0..rows.len() {
                let Some(raw) = column.text(row, &mut buffer) else {
                    missing(rows, row);
                    continue;
                };
                if last.1 == NO_CODE || last.0 != raw {
                    last.1 = users.text(canonical_id(raw));
                    last.0.clear();
                    last.0.push_str(raw);
                }
                rows.user[row] = last.1;
            }
        }
    }
}

pub(crate) fn times(rows: &mut Rows, plan: &mut Plan, batch: &Batch<'_>) {
    let (column, clock, bounds) = (plan.time, &mut plan.clock, plan.bounds);
    let set = |rows: &mut Rows, row: usize, moment: Option<Moment>| match moment {
        None => rows.refuse(row, Reason::TimeUnparsable, column),
        Some(moment) if moment.time < bounds.0 || moment.time >= bounds.1 => {
            rows.refuse(row, Reason::TimeOutOfRange, column);
        }
        Some(moment) => {
            rows.time[row] = moment.time;
            rows.offset[row] = moment.offset_minutes;
        }
    };
    // One loop a stored type; `read` gives nothing for null.
    macro_rules! each {
        ($values:expr, $read:expr) => {
            for row in 0..rows.len() {
                if !rows.is_sound(row) {
                    continue;
                }
                if $values.is_null(row) {
                    rows.refuse(row, Reason::TimeMissing, column);
                } else {
                    let moment = $read(row);
                    set(rows, row, moment);
                }
            }
        };
    }
    match &batch.columns[column] {
        Column::Time { values, zoned } => {
            each!(values, |row| clock.typed(values.value(row), *zoned));
        }
        Column::Integer(values) => each!(values, |row| clock.number(values.value(row))),
        Column::Number(values) => {
            each!(values, |row| clock.float(values.value(row)));
        }
        Column::Text(values) => {
            for row in 0..rows.len() {
                if !rows.is_sound(row) {
                    continue;
                }
                match present(values, row) {
                    None => rows.refuse(row, Reason::TimeMissing, column),
                    Some(text) => {
                        let moment = clock.text(text);
                        set(rows, row, moment);
                    }
                }
            }
        }
    }
}

pub(crate) fn actions(rows: &mut Rows, plan: &Plan, batch: &Batch<'_>) {
    let Some(column) = plan.action else {
        rows.action.fill(plan.constant_action as u8);
        return;
    };
    let mut buffer = String::new();
    let mut last: (String, Option<Action>) = (String::new(), None);
    for row in 0..rows.len() {
        if !rows.is_sound(row) {
            continue;
        }
        let word = batch.columns[column].text(row, &mut buffer).unwrap_or("");
        if last.0 != word || last.1.is_none() {
            let known = plan.actions.get(word).copied();
            last.1 = known.or_else(|| plan.actions.get(word.to_lowercase().as_str()).copied());
            last.0.clear();
            last.0.push_str(word);
        }
        match last.1 {
            Some(action) => rows.action[row] = action as u8,
            None => rows.refuse(row, Reason::ActionUnknown, column),
        }
    }
}

/// Hashes session ids, and reads from their beginning what was taken back.
pub(crate) fn sessions(rows: &mut Rows, plan: &Plan, batch: &Batch<'_>, key: &Key) {
    let Some(column) = plan.session else { return };
    let prefix = plan.refund.session_prefix.as_str();
    let mut buffer = String::new();
    let mut last = (String::new(), 0, false);
    let mut last_number = None;
    for row in 0..rows.len() {
        if !rows.is_sound(row) {
            continue;
        }
        let column = &batch.columns[column];
        if let Column::Integer(values) = column
            && values.is_valid(row)
            && last_number == Some(values.value(row))
        {
            rows.session[row] = last.1;
        } else {
            let Some(raw) = column.text(row, &mut buffer) else { continue };
            if last.1 == 0 || last.0 != raw {
                last.1 = key.session(canonical_id(raw));
                last.2 = !prefix.is_empty() && raw.starts_with(prefix);
                last.0.clear();
                last.0.push_str(raw);
            }
            rows.session[row] = last.1;
            if let Column::Integer(values) = column {
                last_number = Some(values.value(row));
            }
        }
        if last.2 && rows.action[row] == Action::Purchase as u8 {
            rows.action[row] = Action::Refund as u8;
        }
    }
}

pub(crate) fn texts(rows: &mut Rows, plan: &Plan, batch: &Batch<'_>, texts: &mut Strings) {
    let Some(column) = plan.text else { return };
    let mut buffer = String::new();
    for row in 0..rows.len() {
        if rows.is_sound(row)
            && let Some(text) = batch.columns[column].text(row, &mut buffer)
        {
            rows.text[row] = texts.code(text).0;
        }
    }
}

/// Attribute sets are kept as JSON objects with sorted keys, so that equal sets are equal texts.
pub(crate) fn attributes(rows: &mut Rows, plan: &Plan, batch: &Batch<'_>, sets: &mut Strings) {
    if plan.attributes.is_empty() {
        return;
    }
    let (mut buffer, mut set) = (String::new(), String::new());
    let mut last = (String::new(), NO_CODE);
    for row in 0..rows.len() {
        if !rows.is_sound(row) {
            continue;
        }
        set.clear();
        for (name, column) in &plan.attributes {
            if let Some(value) = batch.columns[*column].text(row, &mut buffer) {
                set.push(if set.is_empty() { '{' } else { ',' });
                push_json(&mut set, name);
                set.push(':');
                push_json(&mut set, value);
            }
        }
        if set.is_empty() {
            continue;
        }
        set.push('}');
        if last.1 == NO_CODE || last.0 != set {
            last.1 = sets.code(&set).0;
            std::mem::swap(&mut last.0, &mut set);
        }
        rows.attributes[row] = last.1;
    }
}

fn push_json(to: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        to.push('"');
        to.push_str(text);
        to.push('"');
    } else {
        to.push_str(&serde_json::Value::from(text).to_string());
    }
}

pub(crate) fn event_ids(rows: &mut Rows, plan: &Plan, batch: &Batch<'_>, key: &Key) {
    let Some(column) = plan.event_id else { return };
    let mut buffer = String::new();
    for row in 0..rows.len() {
        if rows.is_sound(row)
            && let Some(raw) = batch.columns[column].text(row, &mut buffer)
        {
            rows.id[row] = key.event(canonical_id(raw));
        }
    }
}
