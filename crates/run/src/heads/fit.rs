use fenqun_base::{Assignment, Block, DataError, Labels, Matrix, Seed, Soft, Supervised};
use fenqun_segments::{Blend, Part, View};

use super::{BlendHead, BlendPart, BlockWeight, HeadConfig};
use crate::RunError;
use crate::steps::models::Models;

/// A fitted head, whichever it is.
pub(crate) trait FittedHead: Send + Sync {
    /// Probabilities of the classes, a row a user.
    fn probabilities(&self, data: &Matrix) -> Result<Matrix, DataError>;

    /// The class decided for.
    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError>;

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

    fn keep(&self, models: &Models, name: &str) -> Result<(), RunError> {
        models.keep(name, self)
    }
}

/// A head with the one matrix that it looks at.
pub(crate) struct Input {
    /// One row a user.
    pub data: Matrix,
    head: Head,
}

/// The heads with blocks resolved to columns.
enum Head {
    Blend(Blend),
    Other(HeadConfig),
}

impl Input {
    /// Puts together the blocks that a head asks for; those that the shop has no data for are left
    /// out.
    ///
    /// # Errors
    /// [`RunError::Setting`]-like [`DataError::Parameter`] when none is left.
    pub fn new(head: &HeadConfig, blocks: &[Block]) -> Result<Self, RunError> {
        head.check_blocks(blocks)?;
        let weighted = |named: &[BlockWeight]| side_by_side(named, blocks);
        let data = match head {
            HeadConfig::Blend(blend) => return Self::blend(blend, blocks),
            HeadConfig::Softmax(on) => weighted(&on.blocks)?,
            HeadConfig::Trees(on) => weighted(&on.blocks)?,
            HeadConfig::Perceptron(on) => weighted(&on.blocks)?,
            HeadConfig::NearestLabelled(on) => weighted(&on.blocks)?,
            HeadConfig::LabelSpreading(on) => weighted(&on.blocks)?,
        };
        Ok(Self { data, head: Head::Other(head.clone()) })
    }

    /// Every block once, side by side; parts look at their columns of it.
    fn blend(blend: &BlendHead, blocks: &[Block]) -> Result<Self, RunError> {
        let wanted =
            |block: &&Block| blend.parts.iter().any(|part| names(&part.blocks, &block.name));
        let used: Vec<&Block> = blocks.iter().filter(wanted).collect();
        let mut spans = Vec::with_capacity(used.len());
        let mut from = 0;
        for block in &used {
            let to = from + block.vectors.n_columns();
            spans.push((block.name.as_str(), from, to));
            from = to;
        }
        let view = |entry: &BlockWeight| {
            let span = spans.iter().find(|(name, ..)| *name == entry.block);
            span.map(|&(_, from, to)| View { from, to, weight: entry.weight })
        };
        let part = |part: &BlendPart| {
            let views: Vec<View> = part.blocks.iter().filter_map(view).collect();
            let (name, head) = (part.name.clone(), part.head.clone());
            (!views.is_empty()).then_some(Part { name, views, head })
        };
        let mut parts: Vec<Part> = blend.parts.iter().filter_map(part).collect();
        // Without the other blocks, two parts may come to be one.
        let mut at = 0;
        while at < parts.len() {
            let is_double = parts[..at]
                .iter()
                .any(|other| other.views == parts[at].views && other.head == parts[at].head);
            if is_double {
                parts.remove(at);
            } else {
                at += 1;
            }
        }
        if parts.is_empty() {
            return Err(nothing_left(blocks));
        }
        let vectors: Vec<&Matrix> = used.iter().map(|block| &block.vectors).collect();
        let data = Matrix::beside(&vectors)?;
        let (calibration, decision) = (blend.calibration, blend.decision);
        let head = Blend { parts, calibration, decision, ..Blend::default() };
        Ok(Self { data, head: Head::Blend(head) })
    }

    /// Fits on some rows.
    pub fn fit(
        &self,
        data: &Matrix,
        labels: &Labels,
        seed: Seed,
    ) -> Result<Box<dyn FittedHead>, DataError> {
        fn fitted<S: Supervised>(
            head: &S,
            data: &Matrix,
            labels: &Labels,
            seed: Seed,
        ) -> Result<Box<dyn FittedHead>, DataError>
        where
            S::Fitted: 'static,
        {
            Ok(Box::new(head.fit(data, labels, seed)?))
        }
        match &self.head {
            Head::Blend(blend) => fitted(blend, data, labels, seed),
            Head::Other(HeadConfig::Softmax(on)) => fitted(&on.settings, data, labels, seed),
            Head::Other(HeadConfig::Trees(on)) => fitted(&on.settings, data, labels, seed),
            Head::Other(HeadConfig::Perceptron(on)) => fitted(&on.settings, data, labels, seed),
            Head::Other(HeadConfig::NearestLabelled(on)) => {
                fitted(&on.settings, data, labels, seed)
            }
            Head::Other(HeadConfig::LabelSpreading(on)) => fitted(&on.settings, data, labels, seed),
            Head::Other(HeadConfig::Blend(_)) => Err(DataError::Empty),
        }
    }
}

fn names(blocks: &[BlockWeight], name: &str) -> bool {
    blocks.iter().any(|entry| entry.block == name)
}

/// Blocks at their weights; each comes with total variance 1, `features` as it is.
fn side_by_side(named: &[BlockWeight], blocks: &[Block]) -> Result<Matrix, RunError> {
    let mut parts = Vec::new();
    for entry in named {
        let Some(block) = blocks.iter().find(|block| block.name == entry.block) else { continue };
        let mut vectors = block.vectors.clone();
        let factor = entry.weight.max(0.0).sqrt() as f32;
        vectors.values_mut().iter_mut().for_each(|value| *value *= factor);
        parts.push(vectors);
    }
    if parts.is_empty() {
        return Err(nothing_left(blocks));
    }
    Ok(Matrix::beside(&parts.iter().collect::<Vec<_>>())?)
}

fn nothing_left(blocks: &[Block]) -> RunError {
    let known: Vec<String> = blocks.iter().map(|block| format!("`{}`", block.name)).collect();
    let rule = format!("blocks that this shop has data for: {}", known.join(", "));
    DataError::Parameter { name: "head.blocks", rule, found: "none of them".into() }.into()
}
