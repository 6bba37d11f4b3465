use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::EventsError;
use crate::source::Dialect;

/// One `[[labels]]`: what the shop knows of its users, and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LabelsConfig {
    /// What reports and folders call it; lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// Files, folders or globs, relative to the configuration.
    pub files: Vec<String>,
    /// How the files are written; recognised file by file when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Dialect>,
    /// Which columns hold the user and the label.
    pub columns: LabelColumns,
    /// The source's own words and the class each belongs to; a word that is not listed is a class
    /// of its own, an empty class leaves the user out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: BTreeMap<String, String>,
}

/// Column names of a file of labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LabelColumns {
    /// Who.
    pub user_id: String,
    /// What is known of them.
    pub label: String,
    /// Whom they belong to (household, company); none when empty. Users of one group are never
    /// learned from and asked about at once.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
}

impl LabelsConfig {
    /// Checks what needs no file.
    ///
    /// # Errors
    /// [`EventsError::Config`].
    pub fn check(&self) -> Result<(), EventsError> {
        let refuse = |field: &str, rule: &str, found: &str| {
            let (field, rule) = (format!("labels.{field}"), rule.to_owned());
            Err(EventsError::Config { field, rule, found: format!("`{found}`") })
        };
        let plain = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
        if self.name.is_empty() || !self.name.chars().all(plain) {
            return refuse("name", "letters, digits, `-` or `_`", &self.name);
        }
        if self.files.is_empty() {
            return refuse("files", "one or more files", "");
        }
        if self.columns.user_id.is_empty() {
            return refuse("columns.user_id", "the column of users", "");
        }
        if self.columns.label.is_empty() {
            return refuse("columns.label", "the column of labels", "");
        }
        if self.columns.label == self.columns.user_id {
            return refuse("columns.label", "another column than the user's", &self.columns.label);
        }
        let LabelColumns { user_id, label, group } = &self.columns;
        if !group.is_empty() && (group == user_id || group == label) {
            return refuse("columns.group", "another column than user and label", group);
        }
        Ok(())
    }
}
