//! The part of `fenqun.toml` that this room owns; the structs are the schema.

use std::collections::BTreeMap;

use fenqun_base::Action;
use serde::{Deserialize, Deserializer, Serialize};

use crate::EventsError;
use crate::rules::Cleaning;
use crate::source::Dialect;

/// What to read, how to understand it, and which rows to believe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventsConfig {
    /// `[[source]]`: files of events.
    pub source: Vec<SourceConfig>,
    /// `[[catalogue]]`: files of items.
    pub catalogue: Vec<CatalogueConfig>,
    /// `[cleaning]`: the rules a row must pass.
    pub cleaning: Cleaning,
}

/// One `[[source]]`: files of one shape, and how their columns become canonical events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceConfig {
    /// Files, folders or globs, relative to the configuration.
    pub files: Vec<String>,
    /// How the files are written; recognised file by file when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Dialect>,
    /// Which column fills which field.
    pub columns: Columns,
    /// The action of every row, where no column tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// The source's own action words and what they mean.
    pub actions: BTreeMap<String, Action>,
    /// How times are written.
    pub time: TimeConfig,
    /// What the amount column holds.
    pub price: PriceConfig,
    /// How the source marks what was taken back.
    pub refund: RefundConfig,
}

/// Column names (or `"1"`, `"2"` … in files without header) for the canonical fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// Who; always needed.
    pub user_id: String,
    /// When; always needed.
    pub event_time: String,
    /// The source's own id of the event, for deduplication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// Order, basket, invoice or visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_id: Option<String>,
    /// The action word, understood by `actions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Number of units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// Money, understood by `price`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// Discounts on the line; several are added up, their sign does not matter.
    #[serde(skip_serializing_if = "Names::is_empty")]
    pub discount: Names,
    /// What a person would call the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Categories of the item, from the widest to the narrowest.
    #[serde(skip_serializing_if = "Names::is_empty")]
    pub category: Names,
    /// Brand of the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Search words or review text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Stars or score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<String>,
    /// Where it happened: app, web, shop. Kept among the attributes as `channel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Columns to keep as they are, under their own names.
    #[serde(skip_serializing_if = "Names::is_empty")]
    pub attributes: Names,
}

/// One `[[catalogue]]`: a file of items.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CatalogueConfig {
    /// Files, folders or globs, relative to the configuration.
    pub files: Vec<String>,
    /// How the files are written; recognised file by file when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Dialect>,
    /// Which column fills which field.
    pub columns: ItemColumns,
}

/// Column names of a catalogue file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ItemColumns {
    /// The item; always needed.
    pub item_id: String,
    /// What a person would call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Categories from the widest to the narrowest.
    #[serde(skip_serializing_if = "Names::is_empty")]
    pub category: Names,
    /// Brand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// List price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
}

/// How times are written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeConfig {
    /// `rfc3339` (also `2017-11-25 09:30`, or a day alone), `unix_seconds`, `unix_millis`,
    /// `typed` (Parquet timestamps), or a pattern such as `%d/%m/%Y %H:%M`.
    pub format: String,
    /// IANA zone of the shop's wall clock, and of times that name no offset of their own.
    pub zone: String,
    /// IANA zone in which times without offset are written, where that is not the shop's own:
    /// `UTC` for exports from a warehouse. Empty: the same as `zone`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub written_in: String,
}

impl Default for TimeConfig {
    fn default() -> Self {
        Self { format: "rfc3339".into(), zone: "UTC".into(), written_in: String::new() }
    }
}

/// What the amount column holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PriceConfig {
    /// Factor to the shop's currency: 0.01 where amounts are in cents.
    pub unit: f64,
    /// Whether an amount is for one unit or for the whole line.
    pub of: PriceOf,
    /// Whether the discount still has to be taken off.
    pub before_discount: bool,
    /// The decimal sign, `.` or `,`; the other one groups thousands.
    pub decimal: char,
}

impl Default for PriceConfig {
    fn default() -> Self {
        Self { unit: 1.0, of: PriceOf::Unit, before_discount: false, decimal: '.' }
    }
}

/// Whether an amount is for one unit or for the whole line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceOf {
    /// For one unit.
    #[default]
    Unit,
    /// For all units of the line together.
    Line,
}

/// How the source marks a purchase that was taken back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RefundConfig {
    /// Session ids that begin so are refunds; empty: none.
    pub session_prefix: String,
    /// A negative quantity is a refund.
    pub negative_quantity: bool,
    /// A negative amount is a refund.
    pub negative_amount: bool,
}

/// One name or a list of names.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Names(pub Vec<String>);

impl Names {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Names;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a column name or a list of column names")
            }
            fn visit_str<E>(self, name: &str) -> Result<Names, E> {
                Ok(Names(vec![name.to_owned()]))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl Columns {
    /// Every mapped column with the field it fills, in one fixed order.
    pub(crate) fn fields(&self) -> Vec<(&'static str, &str)> {
        let mut fields = vec![("user_id", self.user_id.as_str())];
        fields.push(("event_time", self.event_time.as_str()));
        let single = [
            ("event_id", &self.event_id),
            ("session_id", &self.session_id),
            ("item_id", &self.item_id),
            ("action", &self.action),
            ("quantity", &self.quantity),
            ("amount", &self.amount),
            ("title", &self.title),
            ("brand", &self.brand),
            ("text", &self.text),
            ("rating", &self.rating),
            ("channel", &self.channel),
        ];
        for (field, column) in single {
            if let Some(column) = column {
                fields.push((field, column));
            }
        }
        let several = [
            ("discount", &self.discount),
            ("category", &self.category),
            ("attributes", &self.attributes),
        ];
        for (field, columns) in several {
            fields.extend(columns.0.iter().map(|column| (field, column.as_str())));
        }
        fields
    }
}

impl EventsConfig {
    /// Checks everything that can be checked without opening a file.
    ///
    /// # Errors
    /// The first rule that is broken, with the setting and the remedy.
    pub fn check(&self) -> Result<(), EventsError> {
        if self.source.is_empty() || self.source.iter().any(|source| source.files.is_empty()) {
            return Err(EventsError::NoSource);
        }
        for source in &self.source {
            source.check()?;
        }
        for catalogue in &self.catalogue {
            needed("catalogue.columns.item_id", &catalogue.columns.item_id)?;
        }
        let share = self.cleaning.max_faulty;
        if !(0.0..=1.0).contains(&share) {
            return Err(wrong("cleaning.max_faulty", "between 0 and 1", share));
        }
        let limit = self.cleaning.max_quantity;
        if !(limit >= 0.0 && limit.is_finite()) {
            return Err(wrong("cleaning.max_quantity", "0 (any) or a positive number", limit));
        }
        Ok(())
    }
}

impl SourceConfig {
    fn check(&self) -> Result<(), EventsError> {
        needed("source.columns.user_id", &self.columns.user_id)?;
        needed("source.columns.event_time", &self.columns.event_time)?;
        let fields = self.columns.fields();
        for (index, &(second, column)) in fields.iter().enumerate() {
            if let Some(&(first, _)) = fields[..index].iter().find(|field| field.1 == column) {
                return Err(EventsError::SameColumn { first, second, column: column.into() });
            }
        }
        match (&self.action, &self.columns.action) {
            (None, None) => {
                let rule = "set (for example \"purchase\") where no column tells the action";
                return Err(wrong("source.action", rule, "nothing"));
            }
            (Some(action), Some(column)) => {
                let rule = "left out where `columns.action` is set";
                let found = format!("`{}` beside the column `{column}`", action.name());
                return Err(wrong("source.action", rule, found));
            }
            _ => {}
        }
        if !(self.price.unit > 0.0 && self.price.unit.is_finite()) {
            return Err(wrong("source.price.unit", "a positive number", self.price.unit));
        }
        if !matches!(self.price.decimal, '.' | ',') {
            return Err(wrong("source.price.decimal", "\".\" or \",\"", self.price.decimal));
        }
        Ok(())
    }
}

fn needed(field: &str, column: &str) -> Result<(), EventsError> {
    if column.is_empty() { Err(wrong(field, "the name of a column", "nothing")) } else { Ok(()) }
}

pub(crate) fn wrong(field: &str, rule: &str, found: impl ToString) -> EventsError {
    EventsError::Config { field: field.into(), rule: rule.into(), found: found.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = r#"
        [[source]]
        files = ["data/*.csv"]
        columns = { user_id = "household_id", event_time = "t", discount = ["a", "b"], category = "c" }
        action = "purchase"
        time = { format = "unix_seconds", zone = "Europe/London" }
        price = { of = "line" }
        refund = { session_prefix = "C" }
    "#;

    fn shop(text: &str) -> EventsConfig {
        toml::from_str(text).expect("parses")
    }

    #[test]
    fn one_name_or_several_are_read() {
        let config = shop(SHOP);
        config.check().expect("sound");
        assert_eq!(config.source[0].columns.discount.0, ["a", "b"]);
        assert_eq!(config.source[0].columns.category.0, ["c"]);
        let written = toml::to_string(&config).expect("serialises");
        assert_eq!(shop(&written), config);
    }

    #[test]
    fn two_fields_of_one_column_are_refused() {
        let config = shop(&SHOP.replace("\"t\"", "\"household_id\""));
        let error = config.check().expect_err("refused").to_string();
        assert!(
            error.contains("`user_id` and `event_time`") && error.contains("household_id"),
            "{error}"
        );
    }

    #[test]
    fn what_is_needed_is_named() {
        let cases = [
            (SHOP.replace("action = \"purchase\"", ""), "source.action"),
            (SHOP.replace("\"t\"", "\"\""), "source.columns.event_time"),
            (SHOP.replace("of = \"line\"", "unit = 0.0"), "source.price.unit"),
            (format!("{SHOP}\n[cleaning]\nmax_faulty = 2.0"), "cleaning.max_faulty"),
        ];
        for (text, field) in cases {
            let error = shop(&text).check().expect_err("refused").to_string();
            assert!(error.contains(field), "{error}");
        }
        assert!(matches!(EventsConfig::default().check(), Err(EventsError::NoSource)));
        assert!(toml::from_str::<EventsConfig>("[cleaning]\nspeed = 1").is_err());
    }
}
