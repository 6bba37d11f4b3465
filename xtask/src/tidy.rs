//! Rules of the house that neither the compiler nor clippy knows.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The level of each room; a room may use only rooms of lower levels.
const LEVELS: &[(&str, u8)] = &[
    ("fenqun-base", 0),
    ("fenqun-events", 1),
    ("fenqun-encoders", 1),
    ("fenqun-segments", 1),
    ("fenqun-evaluate", 1),
    ("fenqun-profiles", 2),
    ("fenqun-explain", 3),
    ("fenqun-run", 5),
    ("fenqun", 7),
];

/// Crates that only one room may use: (crate, rooms).
const KEPT_TO: &[(&str, &[&str])] = &[
    ("burn", &["fenqun-encoders"]),
    ("tokenizers", &["fenqun-encoders"]),
    ("csv-core", &["fenqun-events"]),
    ("encoding_rs", &["fenqun-events"]),
    ("clap", &["fenqun"]),
    ("anyhow", &["fenqun", "xtask"]),
    ("indicatif", &["fenqun"]),
];

/// Lines a source file may have; past it two things live in one file.
const LONGEST_FILE: usize = 500;

/// Checks all rules and lists everything that breaks one.
pub fn tidy(root: &Path) -> Result<()> {
    let mut broken = layers(root)?;
    broken.extend(files(root)?);
    if broken.is_empty() {
        return Ok(());
    }
    bail!("the house rules are broken:\n  {}", broken.join("\n  "));
}

/// Dependencies point down, and each special crate stays in its room.
fn layers(root: &Path) -> Result<Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--locked"])
        .current_dir(root)
        .output()
        .context("starting cargo metadata")?;
    let metadata: Value =
        serde_json::from_slice(&output.stdout).context("reading cargo metadata")?;
    let levels: BTreeMap<&str, u8> = LEVELS.iter().copied().collect();
    let mut broken = Vec::new();
    if list(&metadata, "packages").len() < LEVELS.len() {
        bail!("cargo metadata lists too few packages");
    }
    for package in list(&metadata, "packages") {
        let room = text(package, "name");
        let own = levels.get(room);
        if own.is_none() && room != "xtask" {
            broken.push(format!("{room} has no level: add it to LEVELS and ARCHITECTURE.md"));
        }
        for dependency in list(package, "dependencies") {
            let used = text(dependency, "name");
            if let (Some(own), Some(level)) = (own, levels.get(used))
                && level >= own
                && dependency["kind"].is_null()
            {
                broken.push(format!("{room} (level {own}) uses {used} (level {level})"));
            }
            for (kept, rooms) in KEPT_TO {
                if used == *kept && !rooms.contains(&room) {
                    broken
                        .push(format!("{room} uses {used}, which belongs to {}", rooms.join(", ")));
                }
            }
        }
    }
    Ok(broken)
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Files stay small and hold no word that the glossary forbids in names.
fn files(root: &Path) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for folder in ["crates", "xtask"] {
        for path in rust_files(&root.join(folder))? {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            let name = path.strip_prefix(root).unwrap_or(&path).display();
            let n_lines = text.lines().count();
            if n_lines > LONGEST_FILE {
                broken.push(format!("{name} has {n_lines} lines: at most {LONGEST_FILE}"));
            }
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if ["utils", "common", "helpers", "manager", "misc"].contains(&stem) {
                broken.push(format!("{name}: `{stem}` says nothing; name what it does"));
            }
        }
    }
    Ok(broken)
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        tidy(&crate::root().expect("repository")).expect("rules hold");
    }
}
