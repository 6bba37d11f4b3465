//! From profiles to segments by the models of a run.

use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Stored};
use fenqun_encoders::pca::PcaModel;
use fenqun_encoders::taste::{CategoryTasteModel, TextTasteModel};
use fenqun_encoders::text_axes::TextAxesModel;
use fenqun_explain::Card;
use fenqun_segments::density::DensityModel;
use fenqun_segments::hierarchical::HierarchicalModel;
use fenqun_segments::lifetime::LifetimeTiersModel;
use fenqun_segments::rfm::RfmModel;
use fenqun_segments::rules::{Definitions, EventsIndex};
use fenqun_segments::{KMeansModel, RoundGridModel, TwoAxesModel, ValueTiersModel};
use serde::{Deserialize, Serialize};

use crate::RunError;
use crate::artifacts::SegmentRows;
use crate::config::{Taste, is_segment_block};
use crate::rules;
use crate::steps::blocks::{Columns, FittedBlock, Sight};
use crate::steps::explain;
use crate::steps::models::Models;
use crate::steps::segment::{Way, beside_value, lifetime_columns, named_column, rfm_columns};

/// How users were grouped: what the segments are read from, and by which kind of model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub(super) enum Grouping {
    /// The value score, then a taste.
    TwoAxes { taste: Taste },
    /// Blocks side by side.
    KMeans { blocks: Vec<String> },
    /// See [`Grouping::KMeans`].
    Hierarchical { blocks: Vec<String> },
    /// Blocks side by side, in fewer dimensions.
    Density { blocks: Vec<String> },
    /// One column of the profiles.
    ValueTiers { by: String },
    /// Recency, frequency and spend.
    Rfm,
    /// Frequency, recency, tenure and spend.
    Lifetime,
    /// The value score, then axes of the texts.
    RoundGrid,
    /// Whatever the definitions ask for.
    Rules,
}

impl Grouping {
    pub fn of(way: &Way) -> Self {
        match way {
            Way::TwoAxes { taste, .. } => Self::TwoAxes { taste: *taste },
            Way::KMeans { blocks, .. } => Self::KMeans { blocks: blocks.clone() },
            Way::Hierarchical { blocks, .. } => Self::Hierarchical { blocks: blocks.clone() },
            Way::Density { blocks, .. } => Self::Density { blocks: blocks.clone() },
            Way::ValueTiers { by, .. } => Self::ValueTiers { by: by.clone() },
            Way::Rfm(_) => Self::Rfm,
            Way::Lifetime(_) => Self::Lifetime,
            Way::RoundGrid(_) => Self::RoundGrid,
            Way::Rules(_) => Self::Rules,
        }
    }
}

impl Stored for Grouping {
    const NAME: &'static str = "grouping";

    fn state(&self) -> ModelState {
        ModelState::new(self)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        state.read_config(Self::NAME)
    }
}

/// What users are placed by.
pub(super) enum Place {
    TwoAxes { taste: Box<TasteModel>, segments: TwoAxesModel },
    Other { columns: Other, segments: Box<dyn Assigns> },
    Rules(Definitions),
}

/// Where users stand on the taste axis.
pub(super) enum TasteModel {
    Categories { columns: Columns, model: CategoryTasteModel },
    Texts(TextTasteModel),
}

/// The coordinates of every other method.
pub(super) enum Other {
    Blocks {
        blocks: Vec<FittedBlock>,
        pca: Option<PcaModel>,
    },
    /// One column of the profiles, by its name.
    Column(String),
    Rfm,
    Lifetime,
    TextAxes(Box<TextAxesModel>),
}

/// A fitted way to group users, whichever it is.
pub(super) trait Assigns: Sync + Send {
    fn n_segments(&self) -> usize;
    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError>;
    fn centres(&self) -> Option<&Matrix>;
    fn shares(&self, data: &Matrix) -> Result<Option<Matrix>, DataError>;
}

impl<F: Fitted> Assigns for F {
    fn n_segments(&self) -> usize {
        Fitted::n_segments(self)
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        Fitted::assign(self, data)
    }

    fn centres(&self) -> Option<&Matrix> {
        Fitted::centres(self)
    }

    fn shares(&self, data: &Matrix) -> Result<Option<Matrix>, DataError> {
        Fitted::shares(self, data)
    }
}

impl Place {
    /// Reads the models that a run's segments hang on.
    pub fn read(models: &Models) -> Result<Self, RunError> {
        fn boxed<F: Fitted + 'static>(models: &Models) -> Result<Box<dyn Assigns>, RunError> {
            Ok(Box::new(models.read::<F>("segments")?))
        }
        let other = |columns, segments| Self::Other { columns, segments };
        let blocks = |names: &[String], pca| -> Result<Other, RunError> {
            let known = names.iter().filter(|name| is_segment_block(name));
            let read = |name: &String| FittedBlock::read(name, models);
            let blocks = known.map(read).collect::<Result<_, _>>()?;
            Ok(Other::Blocks { blocks, pca })
        };
        Ok(match models.read::<Grouping>("grouping")? {
            Grouping::TwoAxes { taste } => Self::TwoAxes {
                taste: Box::new(match taste {
                    Taste::Categories => TasteModel::Categories {
                        columns: models.read("taste-columns")?,
                        model: models.read("taste-categories")?,
                    },
                    Taste::Text => TasteModel::Texts(models.read("taste-text")?),
                }),
                segments: models.read("segments")?,
            },
            Grouping::KMeans { blocks: names } => {
                other(blocks(&names, None)?, boxed::<KMeansModel>(models)?)
            }
            Grouping::Hierarchical { blocks: names } => {
                other(blocks(&names, None)?, boxed::<HierarchicalModel>(models)?)
            }
            Grouping::Density { blocks: names } => {
                let pca = Some(models.read("segments-pca")?);
                other(blocks(&names, pca)?, boxed::<DensityModel>(models)?)
            }
            Grouping::ValueTiers { by } => {
                other(Other::Column(by), boxed::<ValueTiersModel>(models)?)
            }
            Grouping::Rfm => other(Other::Rfm, boxed::<RfmModel>(models)?),
            Grouping::Lifetime => other(Other::Lifetime, boxed::<LifetimeTiersModel>(models)?),
            Grouping::RoundGrid => {
                let axes = Other::TextAxes(Box::new(models.read("text-axes")?));
                other(axes, boxed::<RoundGridModel>(models)?)
            }
            Grouping::Rules => Self::Rules(models.read("segments")?),
        })
    }

    pub fn n_segments(&self) -> usize {
        match self {
            Self::TwoAxes { segments, .. } => Fitted::n_segments(segments),
            Self::Other { segments, .. } => segments.n_segments(),
            Self::Rules(definitions) => definitions.definitions().len(),
        }
    }

    /// Whether a user may be in no segment at all.
    pub fn may_leave_out(&self) -> bool {
        matches!(
            self,
            Self::Other { columns: Other::Blocks { pca: Some(_), .. }, .. } | Self::Rules(_)
        )
    }

    /// Users with the number, name, shares and reasons of their segments.
    pub fn rows(
        &self,
        sight: Sight<'_>,
        cards: &[Card],
        events: impl FnOnce() -> Result<EventsIndex, RunError>,
    ) -> Result<SegmentRows, RunError> {
        let (assignment, shares) = self.assign_softly(sight, events)?;
        let is_measured = !matches!(self, Self::Rules(_));
        let rows = explain::rows(&sight.profiles.users, &assignment, cards, is_measured);
        Ok(SegmentRows { shares, ..rows })
    }

    /// The segment of every user; `events` is asked for those of the same users where a rule is
    /// about behaviour.
    pub fn assign(
        &self,
        sight: Sight<'_>,
        events: impl FnOnce() -> Result<EventsIndex, RunError>,
    ) -> Result<Assignment, RunError> {
        Ok(self.assign_softly(sight, events)?.0)
    }

    fn assign_softly(
        &self,
        sight: Sight<'_>,
        events: impl FnOnce() -> Result<EventsIndex, RunError>,
    ) -> Result<(Assignment, Option<Matrix>), RunError> {
        Ok(match self {
            Self::TwoAxes { taste, segments } => {
                let taste = taste.coordinates(sight)?;
                let space = beside_value(&sight.profiles.value_score, &taste)?;
                (Fitted::assign(segments, &space)?, Fitted::shares(segments, &space)?)
            }
            Self::Other { columns, segments } => {
                let space = columns.of(sight)?;
                (segments.assign(&space)?, segments.shares(&space)?)
            }
            Self::Rules(definitions) => {
                let segments = rules::check_stored(definitions, sight.profiles)?;
                (rules::place(&segments, sight.profiles, events)?, None)
            }
        })
    }
}

impl TasteModel {
    /// Users × coordinates.
    pub fn coordinates(&self, sight: Sight<'_>) -> Result<Matrix, RunError> {
        Ok(match self {
            Self::Categories { columns, model } => {
                model.coordinates(&columns.counts(sight.catalogue, &sight.profiles.items)?)?
            }
            Self::Texts(model) => {
                let texts = sight.texts()?;
                model.coordinates(&texts.weights(sight.profiles)?, &texts.vectors)?
            }
        })
    }

    /// How much each category or text of a user adds along a direction of the coordinates: its place
    /// among [`Self::names_of_items`] and what it adds. See [`CategoryTasteModel::parts_along`].
    pub fn parts_along(
        &self,
        sight: Sight<'_>,
        row: usize,
        direction: &[f64],
    ) -> Result<Vec<(usize, f64)>, RunError> {
        Ok(match self {
            Self::Categories { columns, model } => {
                let counts = columns.counts(sight.catalogue, &sight.profiles.items)?;
                model.parts_along(&counts, row, direction)?
            }
            Self::Texts(model) => {
                let texts = sight.texts()?;
                model.parts_along(
                    &texts.weights(sight.profiles)?,
                    &texts.vectors,
                    row,
                    direction,
                )?
            }
        })
    }
}

impl TasteModel {
    /// For every item its category or text, or [`fenqun_base::NO_CODE`], and their names.
    pub fn names_of_items(&self, sight: Sight<'_>) -> Result<(Vec<u32>, Vec<String>), RunError> {
        Ok(match self {
            Self::Categories { columns, .. } => {
                (columns.of_items(sight.catalogue), columns.names().map(str::to_owned).collect())
            }
            Self::Texts(_) => {
                let texts = sight.texts()?;
                (texts.text_of.clone(), texts.read.clone())
            }
        })
    }
}

impl Other {
    /// Users × what the segments were found in.
    pub fn of(&self, sight: Sight<'_>) -> Result<Matrix, RunError> {
        Ok(match self {
            Self::Blocks { blocks, pca } => {
                let sized: Vec<_> =
                    blocks.iter().map(|block| block.sized(sight)).collect::<Result<_, _>>()?;
                let parts: Vec<&Matrix> = sized.iter().map(|block| &block.vectors).collect();
                let wide = Matrix::beside(&parts)?;
                match pca {
                    Some(pca) => pca.transform(&wide)?,
                    None => wide,
                }
            }
            Self::Column(name) => named_column(sight.profiles, name)?,
            Self::Rfm => rfm_columns(sight.profiles)?,
            Self::Lifetime => lifetime_columns(sight.profiles)?,
            Self::TextAxes(axes) => {
                let texts = sight.texts()?;
                let taste = axes.coordinates(&texts.weights(sight.profiles)?, &texts.vectors)?;
                beside_value(&sight.profiles.value_score, &taste)?
            }
        })
    }
}
