//! What a run leaves behind for scoring, and how it is read back.

use std::path::{Path, PathBuf};

use fenqun_base::{Catalogue, artifact};
use fenqun_events::{Key, read_catalogue};
use fenqun_explain::Card;
use fenqun_profiles::{ProfileParams, Shop};
use jiff::Timestamp;

use super::place::{Grouping, Place};
use crate::artifacts::read_json;
use crate::config::Taste;
use crate::manifest::Manifest;
use crate::steps::blocks::{self, Sight};
use crate::steps::models::Models;
use crate::steps::segment::{Found, Way};
use crate::steps::texts::Texts;
use crate::{RunError, directory};

/// The run's own copy of what it knew of every item.
const CATALOGUE: &str = "catalogue.parquet";

/// Leaves everything behind that scoring needs beside the models of blocks and segments.
pub(crate) fn keep(
    run: &Path,
    models: &Models,
    sight: Sight<'_>,
    found: &Found,
) -> Result<(), RunError> {
    models.keep("shop", &sight.profiles.shop)?;
    if let Some(texts) = sight.texts {
        models.keep("texts", texts)?;
    }
    models.keep("grouping", &Grouping::of(&found.way))?;
    if let Way::TwoAxes { taste: Taste::Categories, .. } = &found.way {
        models.keep("taste-columns", &blocks::category_columns(sight.catalogue))?;
    }
    let from = run.join("events").join(CATALOGUE);
    let to = run.join("model").join(CATALOGUE);
    let bytes = std::fs::read(&from).map_err(RunError::reading(&from))?;
    artifact::write_bytes(&to, &bytes).map_err(RunError::writing(&to))
}

/// A finished run, ready to place users.
pub(super) struct Known {
    run: PathBuf,
    pub manifest: Manifest,
    pub catalogue: Catalogue,
    pub shop: Shop,
    pub texts: Option<Texts>,
    pub cards: Vec<Card>,
    pub place: Place,
}

impl Known {
    /// Reads a run.
    pub fn open(run: &Path) -> Result<Self, RunError> {
        let manifest = directory::open(run)?;
        let models = Models::of_run(run);
        let shop = models.read("shop")?;
        let texts = match &manifest.text_model {
            Some(_) => Some(models.read::<Texts>("texts")?),
            None => None,
        };
        let place = Place::read(&models)?;
        let cards: Vec<Card> = read_json(&run.join("cards.json"))?;
        if cards.len() < place.n_segments() {
            let reason =
                format!("it holds {} cards for {} segments", cards.len(), place.n_segments());
            return Err(RunError::Broken { path: run.join("cards.json"), reason });
        }
        let path = run.join("model").join(CATALOGUE);
        if !path.exists() {
            let (path, model) = (run.join("model"), CATALOGUE.to_owned());
            return Err(RunError::NoModel { path, model });
        }
        let catalogue = read_catalogue(&path)?;
        Ok(Self { run: run.to_owned(), manifest, catalogue, shop, texts, cards, place })
    }

    /// The time of the run's profiles.
    pub fn as_of(&self) -> Result<i64, RunError> {
        as_of(&self.run, &self.manifest)
    }

    /// How profiles were made; sequences are asked for by nobody here.
    pub fn profile_params(&self) -> ProfileParams {
        ProfileParams { max_sequence: 1, ..self.manifest.config.profiles.clone() }
    }

    /// The key that made the run's pseudonyms.
    pub fn key(&self, elsewhere: Option<&Path>) -> Result<Key, RunError> {
        let own = || self.manifest.base.join(&self.manifest.config.key_file);
        let path = elsewhere.map_or_else(own, Path::to_owned);
        let Some(check) = super::key_check(&path)? else { return Err(RunError::NoKey { path }) };
        if self.manifest.key_check.as_ref().is_some_and(|own| *own != check) {
            let reason = format!(
                "{} is not the key that this run was made with: its users would all be strangers. \
                 Name the right one with --key",
                path.display()
            );
            return Err(RunError::Score { reason });
        }
        Ok(Key::open_or_create(&path)?)
    }
}

/// The time that a run's profiles are as of.
pub(super) fn as_of(run: &Path, manifest: &Manifest) -> Result<i64, RunError> {
    let time: Result<Timestamp, _> = manifest.as_of.parse();
    time.map(|time| time.as_millisecond()).map_err(|error| RunError::Broken {
        path: run.join("manifest.json"),
        reason: format!("`as_of`: {error}"),
    })
}
