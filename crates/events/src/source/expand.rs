use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::SourceError;

/// What a folder is searched for; each also with `.gz` or `.zst` behind it.
const EXTENSIONS: [&str; 8] = ["csv", "tsv", "txt", "tab", "jsonl", "ndjson", "parquet", "pq"];

/// Folders inside folders deeper than this are not followed: links can form a circle.
const MAX_DEPTH: usize = 16;

/// Expands files, folders (searched recursively for known extensions) and globs, relative to
/// `base`, into a sorted list in which each file stands once, also when several patterns or links
/// lead to it.
///
/// # Errors
/// [`SourceError::NotFound`] for a plain path that is not there, [`SourceError::NoFiles`] for a
/// folder or glob without a match, [`SourceError::Glob`] for a glob that is none,
/// [`SourceError::Unreadable`] for a folder that cannot be listed.
pub fn expand(patterns: &[String], base: &Path) -> Result<Vec<PathBuf>, SourceError> {
    // Keyed by the resolved path, so that two ways to one file count once.
    let mut files = BTreeMap::new();
    for pattern in patterns {
        let path = base.join(pattern);
        let mut found = Vec::new();
        if path.is_dir() {
            search(&path, MAX_DEPTH, &mut found)?;
        } else if path.exists() {
            found.push(path);
        } else if pattern.contains(['*', '?', '[']) {
            glob_files(pattern, &path, &mut found)?;
        } else {
            return Err(SourceError::NotFound { file: path });
        }
        if found.is_empty() {
            return Err(SourceError::NoFiles { pattern: pattern.clone() });
        }
        found.sort();
        for file in found {
            let resolved = fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
            files.entry(resolved).or_insert(file);
        }
    }
    let mut files: Vec<PathBuf> = files.into_values().collect();
    files.sort();
    Ok(files)
}

fn glob_files(pattern: &str, path: &Path, found: &mut Vec<PathBuf>) -> Result<(), SourceError> {
    let refuse = |reason: String| SourceError::Glob { pattern: pattern.to_owned(), reason };
    let text = path.to_str().ok_or_else(|| refuse("the path is not UTF-8".to_owned()))?;
    for entry in glob::glob(text).map_err(|error| refuse(error.to_string()))? {
        let file = entry.map_err(|error| SourceError::Unreadable {
            file: error.path().to_owned(),
            source: error.into(),
        })?;
        if file.is_file() {
            found.push(file);
        }
    }
    Ok(())
}

fn search(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), SourceError> {
    let unreadable = |source| SourceError::Unreadable { file: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().to_lowercase()) else {
            continue;
        };
        // `.hidden` and `_SUCCESS` are left behind by other programs.
        if name.starts_with(['.', '_']) {
            continue;
        }
        if path.is_dir() {
            if depth > 0 {
                search(&path, depth - 1, found)?;
            }
        } else if is_known(&name) {
            found.push(path);
        }
    }
    Ok(())
}

fn is_known(name: &str) -> bool {
    let bare = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name);
    bare.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("temporary folder");
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("has a parent")).expect("made");
            fs::write(path, "a,b\n").expect("written");
        }
        folder
    }

    fn names(patterns: &[&str], base: &Path) -> Vec<String> {
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let files = expand(&patterns, base).expect("expands");
        let short = |file: &PathBuf| file.strip_prefix(base).map(|p| p.display().to_string());
        files.iter().map(|file| short(file).expect("below the base")).collect()
    }

    #[test]
    fn files_folders_and_globs_are_sorted_and_listed_once() {
        let folder = folder(&["b.csv", "a.csv.gz", "c.xlsx", "in/d.parquet", "in/_x.csv"]);
        let base = folder.path();
        assert_eq!(names(&["."], base), ["a.csv.gz", "b.csv", "in/d.parquet"]);
        assert_eq!(names(&["*.csv*", "b.csv", "in/../b.csv"], base), ["a.csv.gz", "b.csv"]);
        assert_eq!(names(&["c.xlsx"], base), ["c.xlsx"], "a file that is named is taken");
    }

    #[test]
    fn a_name_that_looks_like_a_glob_is_a_file_first() {
        let folder = folder(&["a[1].csv", "a1.csv"]);
        assert_eq!(names(&["a[1].csv"], folder.path()), ["a[1].csv"]);
    }

    #[test]
    fn nothing_found_is_an_error_that_names_the_pattern() {
        let folder = folder(&["c.xlsx"]);
        let error = |pattern: &str| {
            expand(&[pattern.to_owned()], folder.path()).expect_err("refused").to_string()
        };
        assert!(error("*.csv").contains("`*.csv` matches no file"));
        assert!(error(".").contains("matches no file"));
        assert!(error("no.csv").contains("no such file"));
        assert!(error("[*.csv").contains("not a valid glob"));
    }
}
