//! What heads told of the users of a run, label by label: the words `label:NAME`, and the numbers
//! `p:NAME:CLASS`.

use std::path::{Path, PathBuf};

use fenqun_base::{DataError, Labels, UserId};
use fenqun_segments::rules::{FactTable, Schema};

use crate::RunError;
use crate::artifacts::{read_classes, read_segments};
use crate::evaluate::told_of_users;

/// A label that was told of every user; its file is read once a rule asks for it.
pub(super) struct ToldLabel {
    name: String,
    path: PathBuf,
    is_read: bool,
}

impl ToldLabel {
    /// All of a run, in the order of their names.
    pub(super) fn all(folder: &Path) -> Result<Vec<Self>, RunError> {
        let told = told_of_users(folder)?.into_iter();
        Ok(told.map(|(name, path)| Self { name, path, is_read: false }).collect())
    }

    /// Whether a column, if there is one of this name, is of this label.
    pub(super) fn holds(&self, column: &str) -> bool {
        column == self.words() || column.starts_with(&self.number(""))
    }

    /// Names the columns, so that a misspelt one finds its nearest.
    pub(super) fn name_columns(&self, names: &mut Schema) {
        names.words.entry(self.words()).or_default();
        // A file that cannot be read is told to those who ask for its label, and to nobody else.
        for class in read_classes(&self.path).unwrap_or_default() {
            names.numbers.insert(self.number(&class));
        }
    }

    /// Adds the columns to facts and schema, unless they are there.
    pub(super) fn read(
        &mut self,
        users: &[UserId],
        table: &mut FactTable,
        names: &mut Schema,
    ) -> Result<(), RunError> {
        if self.is_read {
            return Ok(());
        }
        let told = read_segments(&self.path)?;
        if told.users != users {
            let reason = "it holds other users than profiles.parquet".to_owned();
            return Err(RunError::Broken { path: self.path.clone(), reason });
        }
        if told.names.len() != users.len() {
            let (expected, found) = (users.len(), told.names.len());
            return Err(
                DataError::WrongLength { what: "a column of facts", expected, found }.into()
            );
        }
        let words: Vec<Option<&String>> = told.names.iter().map(Some).collect();
        let words = Labels::from_words(&words);
        names.words.insert(self.words(), words.classes.iter().cloned().collect());
        let mut facts = std::mem::take(table).with_words(&self.words(), words)?;
        for (class, probabilities) in told.probabilities {
            names.numbers.insert(self.number(&class));
            facts = facts.with_numbers(&self.number(&class), probabilities)?;
        }
        *table = facts;
        self.is_read = true;
        Ok(())
    }

    fn words(&self) -> String {
        format!("label:{}", self.name)
    }

    fn number(&self, class: &str) -> String {
        format!("p:{}:{class}", self.name)
    }
}
