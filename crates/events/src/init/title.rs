//! What to call the shop, until a person says better.

use std::path::Path;

use super::Look;

/// Names of folders that say nothing of a shop.
const SAYS_NOTHING: [&str; 10] =
    ["csv", "data", "events", "export", "exports", "files", "input", "logs", "raw", "数据"];

/// The name of the only file, or of the folder that holds several.
pub(super) fn of(looks: &[Look], config_folder: &Path) -> String {
    let used = |look: &&Look| look.roles.is_events() || look.roles.is_catalogue();
    let mut used: Vec<&Look> = looks.iter().filter(used).collect();
    used.sort_by_key(|look| !look.roles.is_events());
    let files: Vec<&Path> =
        used.iter().flat_map(|look| &look.files).map(|file| file.as_path()).collect();
    let stem = files.first().map_or_else(String::new, |file| stem(file));
    if files.len() < 2 {
        return stem;
    }
    let folder = files.first().and_then(|file| file.parent()).unwrap_or(config_folder);
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let says_nothing = SAYS_NOTHING.contains(&name.to_lowercase().as_str());
    if name.is_empty() || name.starts_with('.') || says_nothing { stem } else { name }
}

/// The name of a file up to its first dot.
fn stem(file: &Path) -> String {
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    name.split('.').find(|part| !part.is_empty()).unwrap_or(&name).to_owned()
}
