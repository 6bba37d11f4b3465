//! A finished run, opened again: its settings, its events, and on request its users.

use std::path::{Path, PathBuf};

use fenqun_base::{Block, Progress, Seed};
use fenqun_events::EventTable;
use fenqun_profiles::{Profiles, build_like};

use super::contenders::plain_blocks;
use crate::manifest::Manifest;
use crate::steps::blocks::{self, Sight};
use crate::steps::models::Models;
use crate::steps::texts::Texts;
use crate::{RunError, directory};

/// A finished run.
pub(crate) struct Inputs {
    pub folder: PathBuf,
    pub manifest: Manifest,
    pub table: EventTable,
}

/// The users of a run, as of its own time.
pub(crate) struct Users {
    pub profiles: Profiles,
    /// Every block of the user vector, then what only baselines and trees look at.
    pub blocks: Vec<Block>,
}

impl Inputs {
    pub fn open(folder: &Path) -> Result<Self, RunError> {
        let manifest = directory::open(folder)?;
        let table = EventTable::open(&folder.join("events"))?;
        Ok(Self { folder: folder.to_owned(), manifest, table })
    }

    /// First instant that the run did not look at, in milliseconds.
    pub fn end(&self) -> Result<i64, RunError> {
        self.manifest.as_of_time(&self.folder)
    }

    /// The users with their blocks: profiles are built again from the clean events, blocks are
    /// those of the run's own models. A block that the run did without is learned now, without
    /// labels, and kept beside the others.
    pub fn users(&self, progress: &Progress) -> Result<Users, RunError> {
        let models = Models::of_run(&self.folder);
        let (params, shop) = (self.manifest.profile_params(), models.read("shop")?);
        let profiles = build_like(&self.table, self.end()?, &params, &shop, progress)?;
        let catalogue = self.table.catalogue();
        let texts = match &self.manifest.text_model {
            Some(_) => Some(models.read::<Texts>("texts")?.for_catalogue(catalogue)),
            None => None,
        };
        let sight = Sight { profiles: &profiles, catalogue, texts: texts.as_ref() };
        let mut blocks = blocks::of_run(sight, Seed(self.manifest.config.seed), &models)?;
        blocks.extend(plain_blocks(&profiles, catalogue)?);
        Ok(Users { profiles, blocks })
    }
}
