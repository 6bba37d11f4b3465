//! A head that a run keeps: what it looks at, how it was fitted, and the classes it tells.
//!
//! `model/head-LABEL.json` (and `.safetensors`) is the fitted head, `model/sight-LABEL.json`
//! what it looks at: no name of a label can make one the other. The blocks are those of the run, so that a user who was never seen is told by
//! the very numbers that the head learned from.

use fenqun_base::{Assignment, Block, DataError, Matrix, ModelState, Soft, Stored};
use fenqun_encoders::perceptron::PerceptronModel;
use fenqun_segments::{
    BlendModel, CorrectedModel, LabelSpreadingModel, NearestLabelledModel, SoftmaxModel, TreesModel,
};
use serde::{Deserialize, Serialize};

use super::config::FEATURES;
use super::fit::{FittedHead, Input};
use super::{HeadMethod, Layout};
use crate::RunError;
use crate::artifacts::SegmentRows;
use crate::config::BLOCKS;
use crate::steps::blocks::{FittedBlock, Sight};
use crate::steps::models::Models;

/// What a kept head looks at, and what it tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    method: HeadMethod,
    layout: Layout,
    classes: Vec<String>,
}

impl Stored for Kept {
    const NAME: &'static str = "head-sight";

    fn state(&self) -> ModelState {
        ModelState::new(self)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        state.read_config(Self::NAME)
    }
}

/// Keeps a fitted head for the label `name`, so that [`Teller::read`] finds it.
///
/// # Errors
/// [`DataError::Parameter`] for a block that only baselines look at: nobody keeps its models.
pub(crate) fn keep(
    head: &dyn FittedHead,
    method: HeadMethod,
    input: &Input,
    classes: &[String],
    models: &Models,
    name: &str,
) -> Result<(), RunError> {
    if let Some(other) = unkept(input) {
        return Err(DataError::Parameter {
            name: "head.blocks",
            rule: format!("among `{FEATURES}`, `{}`", BLOCKS.join("`, `")),
            found: format!("`{other}`"),
        }
        .into());
    }
    let (layout, classes) = (input.layout.clone(), classes.to_vec());
    models.keep(&format!("sight-{name}"), &Kept { method, layout, classes })?;
    head.keep(models, &format!("head-{name}"))
}

/// A block that a head looks at and only baselines have: without its model, no new user gets it, and
/// the head cannot be kept.
pub(crate) fn unkept(input: &Input) -> Option<&str> {
    let is_kept = |block: &str| block == FEATURES || BLOCKS.contains(&block);
    let other = input.layout.blocks.iter().find(|entry| !is_kept(&entry.block));
    other.map(|entry| entry.block.as_str())
}

/// Forgets the head that was kept for a label: [`Teller::read`] finds none until another is kept.
pub(crate) fn forget(models: &Models, name: &str) -> Result<(), RunError> {
    models.forget(&format!("sight-{name}"))
}

/// A kept head, ready to tell the class of any users.
pub(crate) struct Teller {
    pub classes: Vec<String>,
    layout: Layout,
    /// Those of the layout that a run keeps models of.
    blocks: Vec<FittedBlock>,
    head: Box<dyn FittedHead>,
}

/// Where a block lies in what a head looks at.
pub(crate) enum Span<'a> {
    /// The plain numbers of the profile.
    Features,
    /// A block of the user vector.
    Block(&'a FittedBlock),
}

impl Teller {
    /// Reads the head that was kept for a label.
    ///
    /// # Errors
    /// [`RunError::NoHead`] for a label that was never evaluated; [`RunError::NoModel`], what the
    /// models refuse.
    pub fn read(models: &Models, name: &str) -> Result<Self, RunError> {
        let kept: Kept = match models.read(&format!("sight-{name}")) {
            Err(RunError::NoModel { path, .. }) => {
                let known = kept_in(&path);
                return Err(RunError::NoHead { name: name.to_owned(), known });
            }
            other => other?,
        };
        let head: Box<dyn FittedHead> = match kept.method {
            HeadMethod::Blend => boxed::<BlendModel>(models, name)?,
            HeadMethod::Softmax => boxed::<CorrectedModel<SoftmaxModel>>(models, name)?,
            HeadMethod::Trees => boxed::<CorrectedModel<TreesModel>>(models, name)?,
            HeadMethod::Perceptron => boxed::<CorrectedModel<PerceptronModel>>(models, name)?,
            HeadMethod::NearestLabelled => {
                boxed::<CorrectedModel<NearestLabelledModel>>(models, name)?
            }
            HeadMethod::LabelSpreading => {
                boxed::<CorrectedModel<LabelSpreadingModel>>(models, name)?
            }
        };
        let known = |entry: &&super::BlockWeight| entry.block != FEATURES;
        let read = |entry: &super::BlockWeight| FittedBlock::read(&entry.block, models);
        let blocks = kept.layout.blocks.iter().filter(known).map(read).collect::<Result<_, _>>()?;
        Ok(Self { classes: kept.classes, layout: kept.layout, blocks, head })
    }

    /// Users × what the head looks at.
    pub fn data(&self, sight: Sight<'_>) -> Result<Matrix, RunError> {
        let mut blocks: Vec<Block> =
            self.blocks.iter().map(|block| block.sized(sight)).collect::<Result<_, _>>()?;
        let vectors = sight.profiles.values.clone();
        blocks.push(Block { name: FEATURES.to_owned(), vectors });
        self.layout.of(&blocks)
    }

    /// The class of every user, and the probabilities of all classes.
    pub fn tell(&self, sight: Sight<'_>) -> Result<(Assignment, Matrix), RunError> {
        let data = self.data(sight)?;
        Ok((self.head.assign(&data)?, self.head.probabilities(&data)?))
    }

    /// The head.
    pub fn head(&self) -> &dyn FittedHead {
        self.head.as_ref()
    }

    /// The blocks in the order of the columns, with the factor each comes at.
    pub fn spans(&self) -> impl Iterator<Item = (Span<'_>, f32)> {
        let mut blocks = self.blocks.iter();
        self.layout.blocks.iter().filter_map(move |entry| {
            let span = match entry.block == FEATURES {
                true => Span::Features,
                false => Span::Block(blocks.next()?),
            };
            Some((span, entry.factor()))
        })
    }
}

fn boxed<F: Soft + 'static>(models: &Models, name: &str) -> Result<Box<dyn FittedHead>, RunError> {
    Ok(Box::new(models.read::<F>(&format!("head-{name}"))?))
}

/// Labels that a folder of models has a head for.
fn kept_in(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let name = |entry: std::fs::DirEntry| {
        let file = entry.file_name().into_string().ok()?;
        Some(file.strip_prefix("sight-")?.strip_suffix(".json")?.to_owned())
    };
    let mut names: Vec<String> = entries.filter_map(name).collect();
    names.sort_unstable();
    names
}

/// Users with the class told of them and the probability of each, in the columns of
/// `segments.parquet`.
pub(crate) fn rows(
    users: &[fenqun_base::UserId],
    classes: &[String],
    told: Assignment,
    probabilities: &Matrix,
) -> SegmentRows {
    let class = |&code: &u32| classes.get(code as usize).cloned().unwrap_or_default();
    let share = |(at, class): (usize, &String)| (class.clone(), probabilities.column(at));
    SegmentRows {
        users: users.to_vec(),
        client_ids: users.iter().map(|user| user.client_id()).collect(),
        names: told.segments.iter().map(class).collect(),
        reasons: vec![Vec::new(); users.len()],
        segments: told.segments,
        scores: told.scores,
        probabilities: classes.iter().enumerate().map(share).collect(),
        ..SegmentRows::default()
    }
}
