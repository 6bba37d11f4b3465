use fenqun_base::{
    Assignment, Block, Contributions, DataError, Labels, Matrix, NO_CODE, Seed, Soft, Supervised,
};
use fenqun_segments::{Blend, Corrected, LabelSpreading, Part, View};

use super::{BlendHead, BlendPart, BlockWeight, HeadConfig, Layout, OnBlocks, weighted};
use crate::RunError;
use crate::steps::models::Models;

/// A fitted head, whichever it is.
pub(crate) trait FittedHead: Send + Sync {
    /// Probabilities of the classes, a row a user.
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError>;

    /// The class decided for.
    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError>;

    /// What makes up the scores of one user; `None` where they are no sum.
    fn contributions(&self, user: &[f32]) -> Result<Option<Contributions>, DataError>;

    /// Writes it under a name.
    fn keep(&self, models: &Models, name: &str) -> Result<(), RunError>;
}

impl<F: Soft> FittedHead for F {
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError> {
        Soft::probabilities(self, data)
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        fenqun_base::Fitted::assign(self, data)
    }

    fn contributions(&self, user: &[f32]) -> Result<Option<Contributions>, DataError> {
        Soft::contributions(self, user)
    }

    fn keep(&self, models: &Models, name: &str) -> Result<(), RunError> {
        models.keep(name, self)
    }
}

/// Settings of a head, whichever it is.
trait Fits: Send + Sync {
    fn fit(
        &self,
        data: &Matrix,
        labels: &Labels,
        seed: Seed,
    ) -> Result<Box<dyn FittedHead>, DataError>;
}

impl<S: Supervised + Send> Fits for S
where
    S::Fitted: 'static,
{
    fn fit(
        &self,
        data: &Matrix,
        labels: &Labels,
        seed: Seed,
    ) -> Result<Box<dyn FittedHead>, DataError> {
        Ok(Box::new(Supervised::fit(self, data, labels, seed)?))
    }
}

/// A head with the one matrix that it looks at.
pub(crate) struct Input {
    /// One row a user.
    pub data: Matrix,
    /// Which blocks that is.
    pub layout: Layout,
    head: Box<dyn Fits>,
    /// In a shop of at most so many users, those without a label are learned from too.
    sees_unlabelled_up_to: usize,
}

impl Input {
    /// Puts together the blocks that a head asks for; those that the shop has no data for are left
    /// out.
    ///
    /// # Errors
    /// [`DataError::Parameter`] for a block that no shop has, or when none is left.
    pub fn new(head: &HeadConfig, blocks: &[Block]) -> Result<Self, RunError> {
        head.check_blocks(blocks)?;
        let on = |wanted: &[BlockWeight], head: Box<dyn Fits>| {
            let layout = Layout::among(wanted, blocks)?;
            Ok(Self { data: layout.of(blocks)?, layout, head, sees_unlabelled_up_to: 0 })
        };
        match head {
            HeadConfig::Blend(blend) => {
                let wanted = |name: &str| blend.parts.iter().any(|part| part.names(name));
                let used = blocks.iter().filter(|block| wanted(&block.name));
                // Parts weigh their views themselves.
                let each_once: Vec<_> = used.map(|block| (block.name.as_str(), 1.0)).collect();
                on(&weighted(&each_once), Box::new(resolved(blend, blocks)))
            }
            HeadConfig::Softmax(it) => on(&it.blocks, corrected(it)),
            HeadConfig::Trees(it) => on(&it.blocks, corrected(it)),
            HeadConfig::Perceptron(it) => on(&it.blocks, corrected(it)),
            HeadConfig::NearestLabelled(it) => on(&it.blocks, corrected(it)),
            HeadConfig::LabelSpreading(it) => {
                let sees_unlabelled_up_to = LabelSpreading::MOST_ROWS;
                Ok(Self { sees_unlabelled_up_to, ..on(&it.blocks, corrected(it))? })
            }
        }
    }

    /// Fits on the labels of some rows; `labels` are of all.
    pub fn fit(
        &self,
        rows: &[usize],
        labels: &Labels,
        seed: Seed,
    ) -> Result<Box<dyn FittedHead>, DataError> {
        if self.data.n_rows() <= self.sees_unlabelled_up_to {
            return self.head.fit(&self.data, &only(labels, rows), seed);
        }
        self.head.fit(&self.data.select_rows(rows), &labels.select(rows), seed)
    }
}

/// The labels of some rows; the others stay as users without one.
fn only(labels: &Labels, rows: &[usize]) -> Labels {
    let mut codes = vec![NO_CODE; labels.codes.len()];
    rows.iter().for_each(|&row| codes[row] = labels.codes[row]);
    Labels { classes: labels.classes.clone(), codes }
}

/// A head with its corrections.
fn corrected<H>(on: &OnBlocks<H>) -> Box<dyn Fits>
where
    H: Supervised + Clone + Default + Send + 'static,
{
    let (calibration, decision) = (on.calibration, on.decision);
    Box::new(Corrected { calibration, decision, ..Corrected::of(on.settings.clone()) })
}

/// The parts whose blocks are there, looking at their columns of all blocks side by side.
fn resolved(blend: &BlendHead, blocks: &[Block]) -> Blend {
    let wanted = |block: &&Block| blend.parts.iter().any(|part| part.names(&block.name));
    let mut spans = Vec::new();
    let mut from = 0;
    for block in blocks.iter().filter(wanted) {
        let to = from + block.vectors.n_columns();
        spans.push((block.name.as_str(), from, to));
        from = to;
    }
    let view = |entry: &BlockWeight| {
        let span = spans.iter().find(|(name, ..)| *name == entry.block);
        span.map(|&(_, from, to)| View { from, to, weight: entry.weight })
    };
    let mut parts: Vec<Part> = Vec::with_capacity(blend.parts.len());
    for BlendPart { name, blocks, head } in &blend.parts {
        // A weight of 0 is how a search leaves a block out.
        let wanted = blocks.iter().filter(|entry| entry.weight > 0.0);
        let views: Vec<View> = wanted.filter_map(view).collect();
        // Without the other blocks, two parts may come to be one.
        let is_double = parts.iter().any(|other| other.views == views && other.head == *head);
        if !views.is_empty() && !is_double {
            parts.push(Part { name: name.clone(), views, head: head.clone() });
        }
    }
    let (calibration, decision) = (blend.calibration, blend.decision);
    Blend { parts, calibration, decision, ..Blend::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rings of users, of whom one in each has a label.
    fn rings() -> (Vec<Block>, Labels) {
        let at = |user: usize| {
            let (ring, angle) = (user % 2, (user / 2) as f32 * std::f32::consts::TAU / 60.0);
            let radius = [1.0, 3.0][ring];
            [radius * angle.cos(), radius * angle.sin()]
        };
        let vectors = Matrix::from_rows(&(0..120).map(at).collect::<Vec<_>>()).expect("equal rows");
        let word = |user: usize| Some(["inner", "outer"][user % 2]);
        let labels = Labels::from_words(&(0..120).map(word).collect::<Vec<_>>());
        (vec![Block { name: "graph".to_owned(), vectors }], labels)
    }

    #[test]
    fn label_spreading_walks_along_users_without_a_label() {
        let (blocks, labels) = rings();
        let on = weighted(&[("graph", 1.0)]);
        let settings = LabelSpreading { n_neighbours: 3, ..LabelSpreading::default() };
        let head = HeadConfig::LabelSpreading(OnBlocks::likeliest(on, settings));
        let input = Input::new(&head, &blocks).expect("the block is there");
        let known = [0, 1, 60, 61];
        let model = input.fit(&known, &labels, Seed(7)).expect("fits");
        let told = model.assign(&input.data).expect("same width").segments;
        assert_eq!(told, labels.codes);
        // The labels of other users are never looked at.
        let turned =
            |(row, &code): (usize, &u32)| if known.contains(&row) { code } else { 1 - code };
        let codes = labels.codes.iter().enumerate().map(turned).collect();
        let blind = Labels { codes, ..labels };
        let again = input.fit(&known, &blind, Seed(7)).expect("fits");
        assert_eq!(again.assign(&input.data).expect("same width").segments, told);
    }
}
