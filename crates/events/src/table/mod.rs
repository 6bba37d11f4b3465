//! The event table: what the pass leaves behind and every later room reads.

mod contents;
mod read;
mod write;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use fenqun_base::{Catalogue, Event};

pub(crate) use contents::Contents;
pub(crate) use write::{clear, properties, settle, write_catalogue, write_part, write_strings};

use crate::{EventsError, Ledger};

pub(crate) const QUALITY: &str = "quality.json";
pub(crate) const CATALOGUE: &str = "catalogue.parquet";
pub(crate) const TEXTS: &str = "texts.parquet";
pub(crate) const ATTRIBUTES: &str = "attributes.parquet";
pub(crate) const REJECTED: &str = "rejected.parquet";

/// Clean, pseudonymous, ordered events on disk.
///
/// Events lie in parts. A user is in exactly one part; parts one after the other give users in the
/// order of their pseudonyms, and of each user the events in the order of time.
#[derive(Debug)]
pub struct EventTable {
    folder: PathBuf,
    contents: Contents,
    catalogue: Catalogue,
    texts: Vec<String>,
    attributes: Vec<String>,
}

impl EventTable {
    /// Opens what [`crate::clean`] has written.
    ///
    /// # Errors
    /// A folder without a whole table, or one of a newer format.
    pub fn open(folder: &Path) -> Result<Self, EventsError> {
        let contents = Contents::read(folder)?;
        Ok(Self {
            folder: folder.into(),
            contents,
            catalogue: read::catalogue(&folder.join(CATALOGUE))?,
            texts: read::strings(&folder.join(TEXTS))?,
            attributes: read::strings(&folder.join(ATTRIBUTES))?,
        })
    }

    /// Number of parts.
    #[must_use]
    pub fn n_parts(&self) -> usize {
        self.contents.part_events.len()
    }

    /// Number of events in all parts.
    #[must_use]
    pub fn n_events(&self) -> u64 {
        self.contents.part_events.iter().sum()
    }

    /// The events of a part, sorted by user, then time, then everything else they hold.
    ///
    /// # Errors
    /// A part that is not there or not as it was written.
    pub fn part(&self, index: usize) -> Result<Vec<Event>, EventsError> {
        let path = self.folder.join(part_name(index));
        let events = read::part(&path, self.contents.part_events.get(index).copied())?;
        let out_of_table = |event: &Event| {
            let beyond = |code: u32, n: usize| code != fenqun_base::NO_CODE && code as usize >= n;
            beyond(event.item, self.catalogue.len())
                || beyond(event.text, self.texts.len())
                || beyond(event.attributes, self.attributes.len())
        };
        if events.iter().any(out_of_table) {
            return Err(damaged(&path, "a code points outside its table"));
        }
        Ok(events)
    }

    /// The items; [`Event::item`] is a row here.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Search words and review texts, sorted; `Event::text` is a row here.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Attribute sets as JSON objects, sorted; `Event::attributes` is a row here.
    #[must_use]
    pub fn attributes(&self) -> &[String] {
        &self.attributes
    }

    /// Time of the first event.
    #[must_use]
    pub fn first_time(&self) -> i64 {
        self.contents.first_time
    }

    /// Time of the last event.
    #[must_use]
    pub fn last_time(&self) -> i64 {
        self.contents.last_time
    }

    /// What became of every row.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.contents.ledger
    }
}

/// Reads a `catalogue.parquet` on its own, wherever it was copied to.
///
/// # Errors
/// A file that is not there or is no catalogue.
pub fn read_catalogue(path: &Path) -> Result<Catalogue, EventsError> {
    read::catalogue(path)
}

fn part_name(index: usize) -> String {
    format!("part-{index:03}.parquet")
}

fn damaged(path: &Path, reason: &str) -> EventsError {
    EventsError::Table {
        folder: path.into(),
        reason: format!("{reason}; make the event table again with `fenqun run`"),
    }
}

/// Every file of a table in a folder, whole or not.
fn files_of_a_table(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let Some(text) = name.to_str() else { continue };
        let is_part = text.strip_prefix("part-").is_some_and(|rest| rest.ends_with(".parquet"));
        let is_single = [QUALITY, CATALOGUE, TEXTS, ATTRIBUTES, REJECTED].contains(&text);
        if is_part || is_single || text.starts_with(".writing-") {
            files.push(folder.join(name));
        }
    }
    Ok(files)
}
