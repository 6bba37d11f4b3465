//! Labels named by flags.

use std::path::{Path, PathBuf};

use anyhow::Result;
use fenqun_run::{LabelColumns, LabelsConfig};

use crate::arguments::LabelFiles;

/// A column of files of labels as a label of its own.
pub fn of_column(label: &str, files: &LabelFiles) -> LabelsConfig {
    let is_plain = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    let name = label.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).collect();
    let user_id = files.user.clone().unwrap_or_default();
    let group = files.group.clone().unwrap_or_default();
    let columns = LabelColumns { user_id, label: label.to_owned(), group };
    LabelsConfig { name, files: files.labels.clone(), columns, ..LabelsConfig::default() }
}

/// The folder that paths of labels start from: files named on the command line stand where the
/// command was typed, those of a configuration beside it; `None` for those of the run.
pub fn base(by_flag: bool, config: Option<&Path>) -> Result<Option<PathBuf>> {
    Ok(match (by_flag, config) {
        (true, _) => Some(std::env::current_dir()?),
        (false, Some(path)) => path.parent().map(Into::into),
        (false, None) => None,
    })
}
