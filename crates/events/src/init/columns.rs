//! Which column fills which field.

use super::Finding;
use super::values::{Values, decides};
use super::words::{Field, field_of, is_line_total, plain};
use crate::source::Sniffed;

/// What the columns of a file were taken for.
#[derive(Default)]
pub(super) struct Roles {
    taken: Vec<Role>,
}

struct Role {
    field: Field,
    column: usize,
    why: String,
    sure: bool,
}

/// What a catalogue keeps.
const OF_ITEMS: [Field; 5] =
    [Field::Item, Field::Title, Field::Category, Field::Brand, Field::Amount];

/// Names that are a title among items, and a person among users.
const TITLE_OF_ITEMS: [&str; 3] = ["name", "名称", "名字"];

impl Roles {
    pub(super) fn get(&self, field: Field) -> Option<usize> {
        self.taken.iter().find(|role| role.field == field).map(|role| role.column)
    }

    pub(super) fn all(&self, field: Field) -> Vec<usize> {
        self.taken.iter().filter(|role| role.field == field).map(|role| role.column).collect()
    }

    fn has(&self, field: Field) -> bool {
        self.get(field).is_some()
    }

    fn is_free(&self, column: usize) -> bool {
        self.taken.iter().all(|role| role.column != column)
    }

    fn take(&mut self, field: Field, column: usize, sure: bool, why: impl Into<String>) {
        self.taken.push(Role { field, column, why: why.into(), sure });
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
    let mut doubts = Vec::new();
    if sniffed.dialect.header {
        by_name(sniffed, &mut roles, &mut doubts);
    }
    by_value(sniffed, &mut roles);
    if !sniffed.dialect.header {
        by_place(sniffed, &mut roles);
    }
    let keeps_items_only = roles.is_catalogue();
    if keeps_items_only {
        roles.taken.retain(|role| OF_ITEMS.contains(&role.field));
    }
    let called_column = |column: usize| match sniffed.dialect.header {
        true => format!("`{}`", sniffed.columns[column]),
        false => format!("column `{}`", sniffed.columns[column]),
    };
    for role in &roles.taken {
        let what = format!("{} is {}", called_column(role.column), called(role.field));
        findings.push(Finding { what, why: role.why.clone(), sure: role.sure });
    }
    findings.append(&mut doubts);
    if sniffed.dialect.header
        && !keeps_items_only
        && let Some(amount) = roles.get(Field::Amount)
    {
        let of = match is_line_total(&sniffed.columns[amount]) {
            true => "the whole line",
            false => "one unit",
        };
        let what = format!("{} is the price of {of}", called_column(amount));
        findings.push(Finding::unsure(what, "by its name"));
    }
    if (roles.is_events() || keeps_items_only)
        && let Some(finding) = not_used(sniffed, &roles)
    {
        findings.push(finding);
    }
    roles
}

/// Nothing is left out without a word.
fn not_used(sniffed: &Sniffed, roles: &Roles) -> Option<Finding> {
    let free = sniffed.columns.iter().enumerate().filter(|(column, _)| roles.is_free(*column));
    let names: Vec<&str> = free.map(|(_, name)| name.as_str()).collect();
    let why = match roles.is_events() {
        true => "add those to keep to `attributes`, or give them a field in `columns`",
        false => "a catalogue keeps item, title, category, brand and price",
    };
    let what = format!("columns not used: {}", names.join(", "));
    (!names.is_empty()).then(|| Finding::sure(what, why))
}

fn by_name(sniffed: &Sniffed, roles: &mut Roles, doubts: &mut Vec<Finding>) {
    let mut found: Vec<(Field, usize, usize)> = Vec::new();
    for (column, name) in sniffed.columns.iter().enumerate() {
        if let Some((field, rank)) = field_of(name) {
            found.push((field, rank, column));
        }
    }
    // Best name first; categories so come from the widest to the narrowest.
    found.sort_by_key(|&(_, rank, column)| (rank, column));
    for (field, _, column) in found {
        let several = matches!(field, Field::Discount | Field::Category | Field::Attribute);
        if field == Field::Time && !holds_times(sniffed, column) {
            continue;
        }
        if several || !roles.has(field) {
            roles.take(field, column, true, "by its name");
        } else {
            let what = format!("`{}` could be {} too", sniffed.columns[column], called(field));
            doubts.push(Finding::unsure(what, "another column was taken"));
        }
    }
    if roles.has(Field::Item) && !roles.has(Field::User) && !roles.has(Field::Title) {
        let is_title = |name: &&String| TITLE_OF_ITEMS.contains(&plain(name).as_str());
        let column = sniffed.columns.iter().position(|name| is_title(&name));
        if let Some(column) = column.filter(|&column| roles.is_free(column)) {
            roles.take(Field::Title, column, true, "by its name, in a file of items");
        }
    }
}

/// Stored times have their type; text must look like times.
fn holds_times(sniffed: &Sniffed, column: usize) -> bool {
    let stored = sniffed.types.get(column).map(|name| name.to_lowercase()).unwrap_or_default();
    stored.contains("timestamp")
        || stored.contains("date")
        || Values::new(&sniffed.sample, column).time_format().is_some()
}

fn by_value(sniffed: &Sniffed, roles: &mut Roles) {
    for column in 0..sniffed.columns.len() {
        if !roles.is_free(column) {
            continue;
        }
        let values = Values::new(&sniffed.sample, column);
        if !roles.has(Field::Action) && values.are_actions() {
            roles.take(Field::Action, column, true, "its few words are actions");
        } else if !roles.has(Field::Time) && holds_times(sniffed, column) {
            let why = match values.time_format() {
                Some((format, _)) => format!("its values read as {format}"),
                None => "it is stored as a time".into(),
            };
            roles.take(Field::Time, column, true, why);
        }
    }
}

/// Without names: ids by how they repeat, numbers by what they look like.
fn by_place(sniffed: &Sniffed, roles: &mut Roles) {
    let sample = &sniffed.sample;
    let free: Vec<usize> =
        (0..sniffed.columns.len()).filter(|&column| roles.is_free(column)).collect();
    let look = |column: usize| Values::new(sample, column);
    let is_id = |column: &usize| look(*column).are_whole() || !look(*column).are_numbers();
    let mut ids: Vec<usize> = free.iter().copied().filter(is_id).collect();
    let Some(&first) = ids.first() else { return };
    let user = ids.iter().copied().find(|&column| look(column).repeats() >= 0.3);
    let why = match user {
        Some(_) => "its values repeat in runs, as rows of one user do",
        None => "it is the first column of ids",
    };
    let user = user.unwrap_or(first);
    roles.take(Field::User, user, false, why);
    ids.retain(|&column| column != user);
    ids.sort_by_key(|&column| (std::cmp::Reverse(look(column).n_distinct()), column));
    if let Some(&item) = ids.first() {
        let why = "of the other columns of ids it has the most different values";
        roles.take(Field::Item, item, false, why);
        for &column in &ids[1..] {
            if decides(sample, item, column) {
                roles.take(Field::Category, column, false, "each item goes with one of its values");
                break;
            }
        }
    }
    let is_price = |column: &&usize| look(**column).are_numbers() && !look(**column).are_whole();
    if let Some(&price) = free.iter().find(is_price) {
        let why = "its numbers have decimals; taken as the price of one unit";
        roles.take(Field::Amount, price, false, why);
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
