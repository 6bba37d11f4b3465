//! A finished run, opened again: its settings, events, profiles and blocks.

use std::path::{Path, PathBuf};

use fenqun_base::{Block, Progress, Seed};
use fenqun_events::{EventTable, Key};
use fenqun_profiles::{ProfileParams, Profiles, build};
use jiff::Timestamp;

use crate::manifest::Manifest;
use crate::steps::blocks;
use crate::steps::models::Models;
use crate::steps::texts::{self, Texts};
use crate::{RunError, directory, packages};

/// A finished run and what its events say.
pub(crate) struct Inputs {
    pub folder: PathBuf,
    pub manifest: Manifest,
    pub table: EventTable,
    /// As of the run's own time.
    pub profiles: Profiles,
    /// Or why there are none.
    pub texts: Result<Texts, String>,
}

impl Inputs {
    /// Opens a run; profiles are built again from its clean events, which gives the same numbers.
    pub fn open(folder: &Path, progress: &Progress) -> Result<Self, RunError> {
        let manifest = directory::open(folder)?;
        let table = EventTable::open(&folder.join("events"))?;
        let as_of = manifest.as_of.parse::<Timestamp>().map_err(|error| RunError::Broken {
            path: folder.join("manifest.json"),
            reason: format!("`as_of`: {error}"),
        })?;
        let params = ProfileParams { max_sequence: 1, ..manifest.config.profiles.clone() };
        let profiles = build(&table, as_of.as_millisecond(), &params, progress)?;
        let cache = packages::cache_folder();
        let config = &manifest.config.text;
        let texts = texts::read(config, table.catalogue(), &profiles, &cache, progress)?;
        Ok(Self { folder: folder.to_owned(), manifest, table, profiles, texts })
    }

    /// Every block of the user vector, fitted on all users.
    pub fn blocks(&self, seed: Seed) -> Result<Vec<Block>, RunError> {
        let texts = self.texts.as_ref().ok();
        blocks::all(&self.profiles, self.table.catalogue(), texts, seed, &Models::nowhere())
    }

    /// The key that made the run's pseudonyms.
    pub fn key(&self) -> Result<Key, RunError> {
        let path = self.manifest.base.join(&self.manifest.config.key_file);
        if !path.exists() {
            return Err(RunError::NoKey { path });
        }
        Ok(Key::open_or_create(&path)?)
    }
}
