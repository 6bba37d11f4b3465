//! How many users each segment has, how segments overlap, and who is in one.

use std::io::Write;
use std::path::{Path, PathBuf};

use fenqun_base::{Progress, UserId, artifact};
use fenqun_segments::rules::{Facts, RuleSegments};
use serde::Serialize;

use super::{DefinitionFiles, RulesError, RunFacts};
use crate::{RunError, directory};

/// How many users several segments have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counts {
    /// Users of the run.
    pub n_users: u64,
    /// Users in at least one segment.
    pub n_covered: u64,
    /// One a segment, in the order of the files.
    pub segments: Vec<Count>,
    /// What a person should know before relying on them, in sentences.
    pub warnings: Vec<String>,
    /// Milliseconds that all counts took together, facts at hand.
    pub milliseconds: f64,
}

/// How many users one segment has.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Count {
    /// Its name.
    pub name: String,
    /// What reports call it.
    pub title: String,
    /// Its rule in canonical form.
    pub rule: String,
    /// Users in it.
    pub n_users: u64,
    /// Part of all users, 0..=1.
    pub share: f64,
    /// Users for whom it is the first segment that fits, in the order of the files.
    pub n_first: u64,
    /// Users it has in common with every segment, in the order of the files.
    pub n_common: Vec<u64>,
}

/// Counts the users of every segment over a run.
///
/// # Errors
/// [`RulesError::Definitions`] for rules that the run cannot answer; what reading the events
/// refuses.
pub fn count(
    files: &DefinitionFiles,
    run: &mut RunFacts,
    progress: &Progress,
) -> Result<Counts, RunError> {
    let warnings = run.warnings(files, progress)?;
    let segments = run.check(files)?;
    let facts = run.prepared(&segments, progress)?;
    let start = std::time::Instant::now();
    let members = segments.members(facts)?;
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    let n_users = facts.n_users() as u64;
    let mut covered = roaring::RoaringBitmap::new();
    let mut counts = Vec::with_capacity(members.len());
    let definitions = files.definitions();
    for (index, rows) in members.iter().enumerate() {
        let definition = &definitions.definitions()[index];
        counts.push(Count {
            name: definition.name.clone(),
            title: definition.title().to_owned(),
            rule: definitions.rules()[index].to_string(),
            n_users: rows.len(),
            share: if n_users == 0 { 0.0 } else { rows.len() as f64 / n_users as f64 },
            n_first: rows.difference_len(&covered),
            n_common: members.iter().map(|other| rows.intersection_len(other)).collect(),
        });
        covered |= rows;
    }
    Ok(Counts { n_users, n_covered: covered.len(), segments: counts, warnings, milliseconds })
}

/// The users of one segment over a run, ascending.
///
/// # Errors
/// [`RulesError::NoSegment`], and what [`count`] refuses.
pub fn find(
    name: &str,
    files: &DefinitionFiles,
    run: &mut RunFacts,
    progress: &Progress,
) -> Result<Vec<UserId>, RunError> {
    let segments: RuleSegments = run.check(files)?;
    let Some(index) = segments.names().iter().position(|known| known == name) else {
        let names: Vec<String> =
            segments.names().iter().take(20).map(|name| format!("`{name}`")).collect();
        let known = format!("the files define {}", names.join(", "));
        return Err(RulesError::NoSegment { name: name.to_owned(), known }.into());
    };
    let rows = segments.members(run.prepared(&segments, progress)?)?.swap_remove(index);
    Ok(rows.iter().map(|row| run.users()[row as usize]).collect())
}

/// Writes an audience as CSV: the heading `user` and one pseudonym a line, whole or not at all.
/// `read` are the files of definitions.
///
/// # Errors
/// [`RunError::Out`] inside a run and over a file of definitions; [`RunError::Write`].
pub fn write_audience(path: &Path, users: &[UserId], read: &[PathBuf]) -> Result<(), RunError> {
    directory::check_out(path, read)?;
    artifact::write(path, |writer| {
        writer.write_all(b"user\n")?;
        users.iter().try_for_each(|user| writeln!(writer, "{user}"))
    })
    .map_err(RunError::writing(path))
}
