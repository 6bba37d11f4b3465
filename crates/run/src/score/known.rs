//! What a run leaves behind for scoring, and how it is read back.

use std::path::Path;

use fenqun_base::{Catalogue, artifact};
use fenqun_events::read_catalogue;
use fenqun_explain::Card;
use fenqun_profiles::Shop;

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
    pub manifest: Manifest,
    /// First instant that the run did not look at, in milliseconds.
    pub as_of: i64,
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
        let as_of = manifest.as_of_time(run)?;
        Ok(Self { manifest, as_of, catalogue, shop, texts, cards, place })
    }
}
