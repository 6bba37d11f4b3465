use std::path::Path;

use fenqun_base::{Progress, Unit, UserId};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::LabelsConfig;
use crate::mapping::{Column, canonical_id};
use crate::source::{RawBatch, Reader, expand, sniff};
use crate::{EventsError, Key};

/// Labels by pseudonym.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelTable {
    /// Users in ascending order.
    pub users: Vec<UserId>,
    /// The class of each.
    pub words: Vec<String>,
    /// Where each is named first: file and 1-based line (row, for Parquet).
    pub places: Vec<(usize, u64)>,
    /// The files, as `places` counts them.
    pub files: Vec<String>,
    /// What became of every row.
    pub ledger: LabelLedger,
}

/// What became of every row of a file of labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelLedger {
    /// Rows read.
    pub n_rows: u64,
    /// Users with a label.
    pub n_users: u64,
    /// Rows that say again what another said.
    pub n_repeated: u64,
    /// Rows without user.
    pub n_without_user: u64,
    /// Rows without label, or whose word is left out by `classes`.
    pub n_without_label: u64,
    /// Rows that could not be taken apart.
    pub n_malformed: u64,
}

/// Reads the labels; paths are relative to `base`.
///
/// # Errors
/// What [`LabelsConfig::check`] and the reader refuse; [`EventsError::Contradiction`] for a user
/// with two labels, [`EventsError::NoLabels`] when nobody has one.
pub fn read_labels(
    config: &LabelsConfig,
    base: &Path,
    key: &Key,
    progress: &Progress,
) -> Result<LabelTable, EventsError> {
    config.check()?;
    let files = expand(&config.files, base)?;
    let names = [config.columns.user_id.clone(), config.columns.label.clone()];
    let mut gathered =
        Gathered { config, key, of_user: FxHashMap::default(), table: LabelTable::default() };
    let step = progress.begin("labels", files.len() as u64, Unit::Count);
    for (file, path) in files.iter().enumerate() {
        gathered.table.files.push(path.strip_prefix(base).unwrap_or(path).display().to_string());
        let dialect = match &config.dialect {
            Some(dialect) => dialect.clone(),
            None => sniff(path)?.dialect,
        };
        let mut reader = Reader::open(path, &dialect, &names)?;
        while let Some(batch) = reader.next()? {
            progress.check()?;
            gathered.batch(file, path, &batch)?;
        }
        step.advance(1);
    }
    gathered.finish()
}

struct Gathered<'a> {
    config: &'a LabelsConfig,
    key: &'a Key,
    of_user: FxHashMap<UserId, (String, usize, u64)>,
    table: LabelTable,
}

impl Gathered<'_> {
    fn batch(&mut self, file: usize, path: &Path, batch: &RawBatch) -> Result<(), EventsError> {
        let columns = &self.config.columns;
        let users = Column::new(&batch.columns[0], path, &columns.user_id)?;
        let labels = Column::new(&batch.columns[1], path, &columns.label)?;
        let (mut user_text, mut label_text) = (String::new(), String::new());
        let ledger = &mut self.table.ledger;
        ledger.n_rows += (batch.lines.len() + batch.malformed.len()) as u64;
        ledger.n_malformed += batch.malformed.len() as u64;
        for (row, &line) in batch.lines.iter().enumerate() {
            let Some(raw) = users.text(row, &mut user_text) else {
                ledger.n_without_user += 1;
                continue;
            };
            let user = self.key.user(canonical_id(raw));
            let word = labels.text(row, &mut label_text).map(canonical_id);
            let class = word.map(|word| self.config.classes.get(word).map_or(word, String::as_str));
            let Some(class) = class.filter(|class| !class.is_empty()) else {
                ledger.n_without_label += 1;
                continue;
            };
            match self.of_user.get(&user) {
                None => {
                    self.of_user.insert(user, (class.to_owned(), file, line));
                }
                Some((known, ..)) if known == class => ledger.n_repeated += 1,
                Some((_, first_file, first_line)) => {
                    return Err(EventsError::Contradiction {
                        file: self.table.files[file].clone(),
                        line,
                        column: columns.label.clone(),
                        first_file: self.table.files[*first_file].clone(),
                        first_line: *first_line,
                    });
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<LabelTable, EventsError> {
        if self.of_user.is_empty() {
            return Err(EventsError::NoLabels {
                files: self.table.files.join(", "),
                column: self.config.columns.label.clone(),
                n_rows: self.table.ledger.n_rows,
            });
        }
        let mut rows: Vec<_> = self.of_user.into_iter().collect();
        rows.sort_unstable_by_key(|row| row.0);
        self.table.ledger.n_users = rows.len() as u64;
        for (user, (word, file, line)) in rows {
            self.table.users.push(user);
            self.table.words.push(word);
            self.table.places.push((file, line));
        }
        Ok(self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::LabelColumns;

    fn read(text: &str) -> Result<LabelTable, EventsError> {
        let folder = tempfile::tempdir().expect("temporary folder");
        std::fs::write(folder.path().join("labels.csv"), text).expect("written");
        let columns = LabelColumns { user_id: "who".into(), label: "tier".into() };
        let config = LabelsConfig {
            name: "tier".into(),
            files: vec!["labels.csv".into()],
            columns,
            classes: [("vip", "high"), ("n/k", "")].map(|(a, b)| (a.into(), b.into())).into(),
            ..LabelsConfig::default()
        };
        let key = Key::from_bytes([3; 32]);
        read_labels(&config, folder.path(), &key, &Progress::silent())
    }

    #[test]
    fn every_row_is_accounted_for_and_users_are_pseudonyms() {
        let table =
            read("who,tier\n17.0,low\nann,vip\n17,low\n,low\nbob,\neve,n/k\n").expect("reads");
        let expected = LabelLedger {
            n_rows: 6,
            n_users: 2,
            n_repeated: 1,
            n_without_user: 1,
            n_without_label: 2,
            n_malformed: 0,
        };
        assert_eq!(table.ledger, expected);
        let key = Key::from_bytes([3; 32]);
        let of = |raw: &str| {
            let row = table.users.iter().position(|&user| user == key.user(raw));
            row.map(|row| (table.words[row].as_str(), table.places[row]))
        };
        assert_eq!(of("17"), Some(("low", (0, 2))));
        assert_eq!(of("ann"), Some(("high", (0, 3))));
        assert_eq!(of("bob"), None);
        assert!(table.users.is_sorted());
    }

    #[test]
    fn a_contradiction_is_told_by_its_lines_and_not_by_its_user() {
        let error = read("who,tier\nzaphod,low\nann,low\nzaphod,mid\n").expect_err("refused");
        let words = error.to_string();
        assert!(words.contains("line 4") && words.contains("line 2"), "{words}");
        assert!(!words.contains("zaphod"), "{words}");
    }

    #[test]
    fn a_file_without_labels_or_columns_is_refused() {
        let error = read("who,tier\nann,\n").expect_err("no label");
        assert!(error.to_string().contains("`tier`"), "{error}");
        let error = read("who,class\nann,low\n").expect_err("no such column");
        assert!(error.to_string().contains("tier"), "{error}");
    }

    #[test]
    fn settings_are_checked() {
        let fine = LabelsConfig {
            name: "年龄".into(),
            files: vec!["a.csv".into()],
            columns: LabelColumns { user_id: "u".into(), label: "age".into() },
            ..LabelsConfig::default()
        };
        assert!(fine.check().is_ok());
        for bad in [
            LabelsConfig { name: "a/b".into(), ..fine.clone() },
            LabelsConfig { files: Vec::new(), ..fine.clone() },
            LabelsConfig {
                columns: LabelColumns { user_id: "u".into(), label: "u".into() },
                ..fine.clone()
            },
        ] {
            assert!(matches!(bad.check(), Err(EventsError::Config { .. })));
        }
    }
}
