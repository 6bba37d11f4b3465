//! The user vectors of a finished run, made again from its clean events by its own models.

use std::path::Path;

use fenqun_base::{Block, Progress};
use fenqun_events::EventTable;
use fenqun_profiles::{ProfileParams, Profiles, build_like};

use super::known::as_of;
use crate::config::BLOCKS;
use crate::manifest::Manifest;
use crate::steps::blocks::{FittedBlock, Sight};
use crate::steps::models::Models;
use crate::steps::texts::Texts;
use crate::{RunError, directory};

/// Everything known of the users of a run.
#[derive(Debug)]
pub struct RunVectors {
    /// What was run.
    pub manifest: Manifest,
    /// Its clean events.
    pub table: EventTable,
    /// Users, and the plain numbers of their profiles.
    pub profiles: Profiles,
    /// The blocks that the run has models for, as their encoders give them: `aggregates` are normal
    /// deviates of ranks, `graph` and `text` have unit variance, `categories` is as the
    /// decomposition left it.
    pub blocks: Vec<Block>,
}

/// Reads a run; nothing is fitted.
///
/// # Errors
/// [`RunError::NoRun`], [`RunError::NoModel`] naming what is gone, [`RunError::Broken`], what the
/// rooms refuse.
pub fn vectors_of_run(run: &Path, progress: &Progress) -> Result<RunVectors, RunError> {
    let manifest = directory::open(run)?;
    let table = EventTable::open(&run.join("events"))?;
    let models = Models::of_run(run);
    let shop = models.read("shop")?;
    let as_of = as_of(run, &manifest)?;
    let params = ProfileParams { max_sequence: 1, ..manifest.config.profiles.clone() };
    let profiles = build_like(&table, as_of, &params, &shop, progress)?;
    let texts = match &manifest.text_model {
        Some(_) => Some(models.read::<Texts>("texts")?.for_catalogue(table.catalogue())),
        None => None,
    };
    let sight = Sight { profiles: &profiles, catalogue: table.catalogue(), texts: texts.as_ref() };
    let is_known = |name: &&str| manifest.blocks.iter().any(|block| block.name == *name);
    let blocks = BLOCKS
        .into_iter()
        .filter(is_known)
        .map(|name| FittedBlock::read(name, &models)?.plain(sight))
        .collect::<Result<_, _>>()?;
    Ok(RunVectors { manifest, table, profiles, blocks })
}
