//! Blocks with everything that was learned for them, so that anybody's block can be made again.

use fenqun_base::{Block, Catalogue, DataError, Matrix, Seed};
use fenqun_encoders::block_size::{BlockSize, BlockSizeModel};
use fenqun_encoders::graph::{Graph, GraphModel};
use fenqun_encoders::scale::{Method, Scale, ScaleModel};
use fenqun_encoders::svd::{Svd, SvdModel};
use fenqun_encoders::tfidf::{TfIdf, TfIdfModel};
use fenqun_encoders::whiten::{Whiten, WhitenModel};
use fenqun_profiles::Profiles;

use super::columns::{Columns, Counted};
use super::{MIN_USERS_CATEGORY, MIN_USERS_ITEM, min_users};
use crate::RunError;
use crate::config::RFM_BLOCK;
use crate::steps::models::Models;
use crate::steps::segment::{RFM, RFM_SCALE, rfm_columns};
use crate::steps::texts::Texts;

/// Width of every block but the aggregates, or less in a small shop.
const WIDTH: usize = 128;

/// What blocks are made of: users, the items they deal with, and the items' texts.
#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub profiles: &'a Profiles,
    pub catalogue: &'a Catalogue,
    pub texts: Option<&'a Texts>,
}

impl<'a> Sight<'a> {
    /// The texts, for a model that reads them.
    pub fn texts(self) -> Result<&'a Texts, DataError> {
        let reason = "there are no text vectors to read it with".to_owned();
        self.texts.ok_or(DataError::Model { model: "text", reason })
    }
}

/// One block and how it is made.
pub(crate) struct FittedBlock {
    pub name: String,
    pub(super) way: Way,
    pub(super) size: BlockSizeModel,
}

pub(super) enum Way {
    Aggregates(ScaleModel),
    Categories { columns: Columns, weights: TfIdfModel, svd: SvdModel },
    Graph { columns: Columns, graph: GraphModel },
    Text { weights: TfIdfModel, whiten: WhitenModel },
    Rfm(ScaleModel),
}

impl FittedBlock {
    /// Learns a block, and makes it for the users it was learned from; `None` where the shop has no
    /// data for it.
    pub fn fit(name: &str, sight: Sight<'_>, seed: Seed) -> Result<Option<Self>, RunError> {
        let way = match name {
            "aggregates" => Some(Way::Aggregates(
                Scale { method: Method::Quantile }.fit(&sight.profiles.values)?,
            )),
            "categories" => categories(sight, seed)?,
            "graph" => graph(sight, seed)?,
            "text" => text(sight)?,
            RFM_BLOCK => Some(Way::Rfm(RFM_SCALE.fit(&rfm_columns(sight.profiles)?)?)),
            _ => None,
        };
        let Some(way) = way else { return Ok(None) };
        let vectors = way.vectors(sight)?;
        let size = BlockSize::default().fit(&vectors).map_err(RunError::step(name))?;
        Ok(Some(Self { name: name.to_owned(), way, size }))
    }

    /// The block of any users, centred and at the size that all blocks share.
    pub fn sized(&self, sight: Sight<'_>) -> Result<Block, RunError> {
        let vectors = self.size.transform(&self.way.vectors(sight)?)?;
        Ok(Block { name: self.name.clone(), vectors })
    }

    /// The features that its columns are, one each, where they are that.
    pub fn features<'a>(&self, profiles: &'a Profiles) -> Vec<&'a str> {
        match &self.way {
            Way::Aggregates(_) => profiles.features.iter().map(|it| it.name.as_str()).collect(),
            Way::Rfm(_) => RFM.to_vec(),
            Way::Categories { .. } | Way::Graph { .. } | Way::Text { .. } => Vec::new(),
        }
    }

    /// Writes its models, each under the block's name.
    pub fn keep(&self, models: &Models) -> Result<(), RunError> {
        let name = &self.name;
        match &self.way {
            Way::Aggregates(scale) | Way::Rfm(scale) => {
                models.keep(&format!("{name}-scale"), scale)?
            }
            Way::Categories { columns, weights, svd } => {
                models.keep(&format!("{name}-columns"), columns)?;
                models.keep(&format!("{name}-weights"), weights)?;
                models.keep(&format!("{name}-svd"), svd)?;
            }
            Way::Graph { columns, graph } => {
                models.keep(&format!("{name}-columns"), columns)?;
                models.keep(&format!("{name}-items"), graph)?;
            }
            Way::Text { weights, whiten } => {
                models.keep(&format!("{name}-weights"), weights)?;
                models.keep(&format!("{name}-whiten"), whiten)?;
            }
        }
        models.keep(&format!("{name}-size"), &self.size)
    }

    /// Reads what [`FittedBlock::keep`] wrote.
    pub fn read(name: &str, models: &Models) -> Result<Self, RunError> {
        let way = match name {
            "aggregates" => Way::Aggregates(models.read(&format!("{name}-scale"))?),
            "categories" => Way::Categories {
                columns: models.read(&format!("{name}-columns"))?,
                weights: models.read(&format!("{name}-weights"))?,
                svd: models.read(&format!("{name}-svd"))?,
            },
            "graph" => Way::Graph {
                columns: models.read(&format!("{name}-columns"))?,
                graph: models.read(&format!("{name}-items"))?,
            },
            RFM_BLOCK => Way::Rfm(models.read(&format!("{name}-scale"))?),
            _ => Way::Text {
                weights: models.read(&format!("{name}-weights"))?,
                whiten: models.read(&format!("{name}-whiten"))?,
            },
        };
        let size = models.read(&format!("{name}-size"))?;
        Ok(Self { name: name.to_owned(), way, size })
    }
}

impl Way {
    fn vectors(&self, sight: Sight<'_>) -> Result<Matrix, RunError> {
        let Sight { profiles, catalogue, .. } = sight;
        Ok(match self {
            Self::Aggregates(scale) => scale.transform(&profiles.values)?,
            Self::Rfm(scale) => scale.transform(&rfm_columns(profiles)?)?,
            Self::Categories { columns, weights, svd } => {
                let counts = columns.counts(catalogue, &profiles.items)?;
                svd.transform(&weights.transform(&counts)?)?
            }
            Self::Graph { columns, graph } => {
                graph.transform(&columns.counts(catalogue, &profiles.items)?)?
            }
            Self::Text { weights, whiten } => {
                whiten.transform(&pooled(weights, sight.texts()?, profiles)?)?
            }
        })
    }
}

/// TF-IDF of the narrowest categories, or of items where there are none, in few dimensions.
fn categories(sight: Sight<'_>, seed: Seed) -> Result<Option<Way>, RunError> {
    let Sight { profiles, catalogue, .. } = sight;
    let (counted, most) = match catalogue.category_levels() {
        0 => (Counted::Items, MIN_USERS_ITEM),
        n_levels => (Counted::Categories(n_levels - 1), MIN_USERS_CATEGORY),
    };
    let least = min_users(profiles, most);
    let columns = Columns::common(catalogue, &profiles.items, counted, least)?;
    if columns.len() < 2 {
        // A shop without any category or item that several users share has no such block.
        return Ok(None);
    }
    let counts = columns.counts(catalogue, &profiles.items)?;
    let weights = TfIdf { min_users: 1 }.fit(&counts)?;
    let weighted = weights.transform(&counts)?;
    let dimensions = WIDTH.min(weighted.n_rows()).min(weighted.n_columns());
    let svd = Svd { dimensions, ..Svd::default() };
    let svd = svd.fit(&weighted, seed.derive("categories"))?;
    Ok(Some(Way::Categories { columns, weights, svd }))
}

/// Propagation over items, and with them over their categories but the widest: an item that few
/// users share still stands near its kind.
fn graph(sight: Sight<'_>, seed: Seed) -> Result<Option<Way>, RunError> {
    let Sight { profiles, catalogue, .. } = sight;
    let common = |counted, most| {
        Columns::common(catalogue, &profiles.items, counted, min_users(profiles, most))
    };
    let mut parts = vec![common(Counted::Items, MIN_USERS_ITEM)?];
    let n_levels = catalogue.category_levels();
    for level in usize::from(n_levels > 1)..n_levels {
        parts.push(common(Counted::Categories(level), MIN_USERS_CATEGORY)?);
    }
    let columns = Columns::beside(parts);
    if columns.len() < 2 {
        return Ok(None);
    }
    let counts = columns.counts(catalogue, &profiles.items)?;
    let dimensions = WIDTH.min(counts.n_rows()).min(counts.n_columns());
    let graph = Graph { dimensions, min_users: 1, ..Graph::default() };
    let graph = graph.fit(&counts, seed.derive("graph"))?;
    Ok(Some(Way::Graph { columns, graph }))
}

/// Weighted means of text vectors, whitened.
fn text(sight: Sight<'_>) -> Result<Option<Way>, RunError> {
    let Some(texts) = sight.texts else { return Ok(None) };
    let counts = texts.weights(sight.profiles)?;
    let known = (0..counts.n_rows()).filter(|&row| counts.entries(row).len() > 0).count();
    if known < 2 {
        return Ok(None);
    }
    let weights = TfIdf { min_users: 1 }.fit(&counts)?;
    let pooled = pooled(&weights, texts, sight.profiles)?;
    let whiten = Whiten { dimensions: WIDTH.min(pooled.n_columns()) }.fit(&pooled)?;
    Ok(Some(Way::Text { weights, whiten }))
}

fn pooled(weights: &TfIdfModel, texts: &Texts, profiles: &Profiles) -> Result<Matrix, RunError> {
    let counts = texts.weights(profiles)?;
    let vectors = texts.vectors.select_rows(&weights.kept());
    Ok(fenqun_encoders::pool(&weights.transform(&counts)?, &vectors)?)
}
