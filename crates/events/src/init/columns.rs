//! Which column fills which field.

use super::Finding;
use super::values::{Values, decides};
use super::words::{Field, field_of, is_line_total};
use crate::source::Sniffed;

/// What the columns of a file were taken for: field, number of the column.
#[derive(Default)]
pub(super) struct Roles {
    taken: Vec<(Field, usize)>,
}

impl Roles {
    pub(super) fn get(&self, field: Field) -> Option<usize> {
        self.taken.iter().find(|role| role.0 == field).map(|role| role.1)
    }

    pub(super) fn all(&self, field: Field) -> Vec<usize> {
        self.taken.iter().filter(|role| role.0 == field).map(|role| role.1).collect()
    }

    fn has(&self, field: Field) -> bool {
        self.get(field).is_some()
    }

    fn is_free(&self, column: usize) -> bool {
        self.taken.iter().all(|role| role.1 != column)
    }

    /// A user, a time, and something that was done.
    pub(super) fn is_events(&self) -> bool {
        let is_done = [Field::Item, Field::Action, Field::Amount, Field::Text]
            .into_iter()
            .any(|field| self.has(field));
        self.has(Field::User) && self.has(Field::Time) && is_done
    }

    /// Items that are described, and no users.
    pub(super) fn is_catalogue(&self) -> bool {
        let is_described = self.has(Field::Title) || self.has(Field::Category);
        self.has(Field::Item) && is_described && !self.has(Field::User)
    }
}

pub(super) fn recognise(sniffed: &Sniffed, findings: &mut Vec<Finding>) -> Roles {
    let mut roles = Roles::default();
    if sniffed.dialect.header {
        by_name(sniffed, &mut roles, findings);
    }
    by_value(sniffed, &mut roles, findings);
    if !sniffed.dialect.header {
        by_place(sniffed, &mut roles, findings);
    }
    roles
}

fn by_name(sniffed: &Sniffed, roles: &mut Roles, findings: &mut Vec<Finding>) {
    let mut found: Vec<(Field, usize, usize)> = Vec::new();
    for (column, name) in sniffed.columns.iter().enumerate() {
        if let Some((field, rank)) = field_of(name) {
            found.push((field, rank, column));
        }
    }
    // Best name first; categories so come from the widest to the narrowest.
    found.sort_by_key(|&(_, rank, column)| (rank, column));
    for (field, _, column) in found {
        let name = &sniffed.columns[column];
        let several = matches!(field, Field::Discount | Field::Category | Field::Attribute);
        if field == Field::Time && !holds_times(sniffed, column) {
            continue;
        }
        if several || !roles.has(field) {
            roles.taken.push((field, column));
            findings.push(Finding::sure(format!("`{name}` is {}", called(field)), "by its name"));
        } else {
            findings.push(Finding::unsure(
                format!("`{name}` is not used"),
                format!("another column is {} already", called(field)),
            ));
        }
    }
    if let Some(amount) = roles.get(Field::Amount) {
        let name = &sniffed.columns[amount];
        let of = if is_line_total(name) { "the whole line" } else { "one unit" };
        findings.push(Finding::unsure(format!("`{name}` is the price of {of}"), "by its name"));
    }
}

/// Stored times have their type; text must look like times.
fn holds_times(sniffed: &Sniffed, column: usize) -> bool {
    let stored = sniffed.types.get(column).map(|name| name.to_lowercase()).unwrap_or_default();
    stored.contains("timestamp")
        || stored.contains("date")
        || Values::new(&sniffed.sample, column).time_format().is_some()
}

fn by_value(sniffed: &Sniffed, roles: &mut Roles, findings: &mut Vec<Finding>) {
    for (column, name) in sniffed.columns.iter().enumerate() {
        if !roles.is_free(column) {
            continue;
        }
        let values = Values::new(&sniffed.sample, column);
        if !roles.has(Field::Action) && values.are_actions() {
            roles.taken.push((Field::Action, column));
            let what = format!("column `{name}` is the action");
            findings.push(Finding::sure(what, "its few words are actions"));
        } else if !roles.has(Field::Time) && holds_times(sniffed, column) {
            roles.taken.push((Field::Time, column));
            let what = format!("column `{name}` is the time");
            let why = match values.time_format() {
                Some((format, _)) => format!("its values read as {format}"),
                None => "it is stored as a time".into(),
            };
            findings.push(Finding::sure(what, why));
        }
    }
}

/// Without names: ids by how they repeat, numbers by what they look like.
fn by_place(sniffed: &Sniffed, roles: &mut Roles, findings: &mut Vec<Finding>) {
    let sample = &sniffed.sample;
    let free: Vec<usize> =
        (0..sniffed.columns.len()).filter(|&column| roles.is_free(column)).collect();
    let look = |column: usize| Values::new(sample, column);
    let is_id = |column: &usize| look(*column).are_whole() || !look(*column).are_numbers();
    let mut ids: Vec<usize> = free.iter().copied().filter(is_id).collect();
    let mut take = |field: Field, column: usize, why: &str| {
        roles.taken.push((field, column));
        let what = format!("column `{}` is {}", sniffed.columns[column], called(field));
        findings.push(Finding::unsure(what, why));
    };
    let Some(&first) = ids.first() else { return };
    let user = ids.iter().copied().find(|&column| look(column).repeats() >= 0.3);
    let why = match user {
        Some(_) => "its values repeat in runs, as rows of one user do",
        None => "it is the first column of ids",
    };
    let user = user.unwrap_or(first);
    take(Field::User, user, why);
    ids.retain(|&column| column != user);
    ids.sort_by_key(|&column| (std::cmp::Reverse(look(column).n_distinct()), column));
    if let Some(&item) = ids.first() {
        take(Field::Item, item, "of the other columns of ids it has the most different values");
        for &column in &ids[1..] {
            if decides(sample, item, column) {
                take(Field::Category, column, "each item goes with one of its values");
                break;
            }
        }
    }
    let is_price = |column: &&usize| look(**column).are_numbers() && !look(**column).are_whole();
    if let Some(&price) = free.iter().find(is_price) {
        take(Field::Amount, price, "its numbers have decimals; taken as the price of one unit");
    }
}

pub(super) fn called(field: Field) -> &'static str {
    match field {
        Field::User => "the user",
        Field::Time => "the time",
        Field::EventId => "the id of the event",
        Field::Session => "the order or session",
        Field::Item => "the item",
        Field::Action => "the action",
        Field::Quantity => "the quantity",
        Field::Amount => "the money",
        Field::Discount => "a discount",
        Field::Title => "the title of the item",
        Field::Category => "a category",
        Field::Brand => "the brand",
        Field::Text => "search words or review text",
        Field::Rating => "the rating",
        Field::Channel => "the channel",
        Field::Attribute => "an attribute, kept as it is",
    }
}
