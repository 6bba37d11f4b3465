use std::path::Path;

use fenqun_base::{Progress, Unit, UserId};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{LabelColumns, LabelsConfig};
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
    /// The keyed hash of the group of each; none where no column of groups is named.
    pub groups: Option<Vec<u64>>,
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
    /// Users with a label and no group, where a column of groups is named.
    #[serde(default)]
    pub n_without_group: u64,
}

/// Reads the labels; paths are relative to `base`.
///
/// # Errors
/// What [`LabelsConfig::check`] and the reader refuse; [`EventsError::Contradiction`] for a user
/// with two labels or groups, [`EventsError::NoLabels`] when nobody has one.
pub fn read_labels(
    config: &LabelsConfig,
    base: &Path,
    key: &Key,
    progress: &Progress,
) -> Result<LabelTable, EventsError> {
    config.check()?;
    let files = expand(&config.files, base)?;
    let LabelColumns { user_id, label, group } = &config.columns;
    let mut names = vec![user_id.clone(), label.clone()];
    names.extend((!group.is_empty()).then(|| group.clone()));
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
    of_user: FxHashMap<UserId, Known>,
    table: LabelTable,
}

/// What is known of a user, and where it is said first.
struct Known {
    class: String,
    group: Option<u64>,
    /// File and line of the label.
    place: (usize, u64),
    /// Those of the group.
    group_place: (usize, u64),
}

impl Gathered<'_> {
    fn batch(&mut self, file: usize, path: &Path, batch: &RawBatch) -> Result<(), EventsError> {
        let columns = &self.config.columns;
        let users = Column::new(&batch.columns[0], path, &columns.user_id)?;
        let labels = Column::new(&batch.columns[1], path, &columns.label)?;
        let groups = match batch.columns.get(2) {
            Some(groups) => Some(Column::new(groups, path, &columns.group)?),
            None => None,
        };
        let (mut user_text, mut label_text, mut group_text) =
            (String::new(), String::new(), String::new());
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
            let word = groups.as_ref().and_then(|groups| groups.text(row, &mut group_text));
            let group = word.map(|word| self.key.group(canonical_id(word)));
            let place = (file, line);
            let Some(known) = self.of_user.get_mut(&user) else {
                let class = class.to_owned();
                self.of_user.insert(user, Known { class, group, place, group_place: place });
                continue;
            };
            let otherwise = match (known.group, group) {
                _ if known.class != class => Some((columns.label.clone(), known.place)),
                (Some(other), Some(group)) if other != group => {
                    Some((columns.group.clone(), known.group_place))
                }
                _ => None,
            };
            if let Some((column, (first_file, first_line))) = otherwise {
                return Err(EventsError::Contradiction {
                    file: self.table.files[file].clone(),
                    line,
                    column,
                    first_file: self.table.files[first_file].clone(),
                    first_line,
                });
            }
            if known.group.is_none() {
                (known.group, known.group_place) = (group, place);
            }
            ledger.n_repeated += 1;
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
        let mut groups = Vec::with_capacity(rows.len());
        for (user, Known { class, group, place, .. }) in rows {
            self.table.users.push(user);
            self.table.words.push(class);
            self.table.places.push(place);
            groups.push(group.unwrap_or_else(|| alone(user)));
            self.table.ledger.n_without_group += u64::from(group.is_none());
        }
        match self.config.columns.group.is_empty() {
            true => self.table.ledger.n_without_group = 0,
            false => self.table.groups = Some(groups),
        }
        Ok(self.table)
    }
}

/// The group of a user who belongs to nobody.
pub(super) fn alone(user: UserId) -> u64 {
    let mut head = [0u8; 8];
    head.copy_from_slice(&user.0[..8]);
    u64::from_le_bytes(head)
}
