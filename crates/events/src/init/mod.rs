//! Looks at files and proposes a configuration, saying what was recognised, why, and what is
//! unsure.
//!
//! Columns are recognised by their names, in English and Chinese, then by their values. The files
//! are then read once more, a few columns only, for what a sample cannot tell: all action words,
//! the main stretch of the times, and how refunds are marked.

mod clock;
mod columns;
mod days;
mod encoding;
mod language;
mod survey;
mod title;
mod values;
mod words;
mod write;

use std::path::{Path, PathBuf};

use crate::EventsError;
use crate::source::{Sniffed, expand, sniff};
use columns::{Roles, recognise};

/// A configuration, and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The commented configuration; it runs as it is.
    pub toml: String,
    /// What was recognised, in the order in which it was looked at.
    pub findings: Vec<Finding>,
}

/// One thing that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is taken for.
    pub what: String,
    /// Why.
    pub why: String,
    /// Whether a person should look at it.
    pub sure: bool,
}

impl Finding {
    pub(crate) fn sure(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), sure: true }
    }

    pub(crate) fn unsure(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), sure: false }
    }
}

/// Files of one shape, and what their columns were taken for.
struct Look {
    files: Vec<PathBuf>,
    sniffed: Sniffed,
    roles: Roles,
    findings: Vec<Finding>,
}

/// Looks at what `patterns` name (relative to `base`) and proposes a configuration that is to lie
/// in `config_folder`.
///
/// # Errors
/// No such file, a file that cannot be read, or no file that holds events.
pub fn init(
    patterns: &[String],
    base: &Path,
    config_folder: &Path,
) -> Result<Proposal, EventsError> {
    let files = expand(patterns, base)?;
    let mut findings = Vec::new();
    let mut looks: Vec<Look> = Vec::new();
    let mut seen = Vec::new();
    for file in &files {
        let name = shown(file, config_folder);
        let sniffed = match sniff(file) {
            Ok(sniffed) => sniffed,
            // One bad file among many is told and left out.
            Err(error) if files.len() > 1 => {
                findings.push(Finding::unsure(format!("{name}: not used"), error.to_string()));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        seen.push(format!("{name} ({})", sniffed.columns.join(", ")));
        let same = |look: &&mut Look| {
            look.sniffed.columns == sniffed.columns && look.sniffed.dialect == sniffed.dialect
        };
        match looks.iter_mut().find(same) {
            Some(look) => look.files.push(file.clone()),
            None => {
                // What is unsure stands among the reasons too.
                let own = sniffed.why.iter().map(|why| Finding {
                    what: name.clone(),
                    why: why.clone(),
                    sure: !sniffed.unsure.contains(why),
                });
                let mut own: Vec<Finding> = own.collect();
                let roles = recognise(&sniffed, &mut own);
                looks.push(Look { files: vec![file.clone()], sniffed, roles, findings: own });
            }
        }
    }
    if !looks.iter().any(|look| look.roles.is_events()) {
        return Err(EventsError::NoEvents { seen: seen.join("; ") });
    }
    write::proposal(looks, findings, config_folder)
}

/// A file as the configuration names it.
fn shown(file: &Path, config_folder: &Path) -> String {
    let absolute = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (file, folder) = (absolute(file), absolute(config_folder));
    file.strip_prefix(&folder).unwrap_or(&file).display().to_string()
}
