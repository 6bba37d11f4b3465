use fenqun_base::{Block, DataError};
use fenqun_encoders::perceptron::Perceptron;
use fenqun_segments::{
    Calibration, Decision, LabelSpreading, NearestLabelled, PartHead, Softmax, Trees,
};
use serde::{Deserialize, Serialize};

use crate::config::BLOCKS;

/// `[head]`: how labels are told from user vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum HeadConfig {
    /// The average of linear heads and trees on different blocks: the default.
    Blend(BlendHead),
    /// Multinomial logistic regression.
    Softmax(OnBlocks<Softmax>),
    /// Boosted trees.
    Trees(OnBlocks<Trees>),
    /// A multi-layer perceptron.
    Perceptron(OnBlocks<Perceptron>),
    /// The nearest class centroid: for a few examples a class.
    NearestLabelled(OnBlocks<NearestLabelled>),
    /// Labels spread along nearest neighbours: for a few examples a class.
    LabelSpreading(OnBlocks<LabelSpreading>),
}

/// The block of plain numbers of the profile, for trees: a head may use it beside [`BLOCKS`].
pub(crate) const FEATURES: &str = "features";

impl HeadConfig {
    /// The blocks of every part.
    fn layouts(&self) -> Vec<&[BlockWeight]> {
        match self {
            Self::Blend(blend) => blend.parts.iter().map(|part| &part.blocks[..]).collect(),
            Self::Softmax(on) => vec![&on.blocks],
            Self::Trees(on) => vec![&on.blocks],
            Self::Perceptron(on) => vec![&on.blocks],
            Self::NearestLabelled(on) => vec![&on.blocks],
            Self::LabelSpreading(on) => vec![&on.blocks],
        }
    }

    /// Refuses a block named twice and weights that leave nothing to look at.
    ///
    /// # Errors
    /// [`DataError::Parameter`] with the rule.
    pub(crate) fn check_weights(&self) -> Result<(), DataError> {
        self.layouts().into_iter().try_for_each(check_weights)
    }

    /// Refuses a block that no shop has, one named twice, and weights that leave nothing to look at,
    /// also once the blocks that this shop has no data for are left out: a slip of the pen must not
    /// leave a part out unseen.
    ///
    /// # Errors
    /// [`DataError::Parameter`] with the names there are, or the rule for weights.
    pub(crate) fn check_blocks(&self, at_hand: &[Block]) -> Result<(), DataError> {
        self.check_weights()?;
        let named = self.layouts().concat();
        let is_known = |name: &str| {
            name == FEATURES
                || BLOCKS.contains(&name)
                || at_hand.iter().any(|block| block.name == name)
        };
        if let Some(entry) = named.iter().find(|entry| !is_known(&entry.block)) {
            return Err(DataError::Parameter {
                name: "head.blocks",
                rule: format!("among `{FEATURES}`, `{}`", BLOCKS.join("`, `")),
                found: format!("`{}`", entry.block),
            });
        }
        self.layouts().into_iter().try_for_each(|layout| check_left(layout, at_hand))
    }
}

impl Default for HeadConfig {
    fn default() -> Self {
        Self::Blend(BlendHead::default())
    }
}

/// One head on blocks side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnBlocks<H: Default> {
    /// Blocks of the user vector; those that a shop has no data for are left out.
    pub blocks: Vec<BlockWeight>,
    /// Settings of the head.
    pub settings: H,
    /// How probabilities are made to be what they say.
    pub calibration: Calibration,
    /// What a class is chosen for.
    pub decision: Decision,
}

impl<H: Default> Default for OnBlocks<H> {
    fn default() -> Self {
        Self::of(all_blocks(), H::default())
    }
}

impl<H: Default> OnBlocks<H> {
    /// A head on blocks, decided as every head is by default.
    pub(crate) fn of(blocks: Vec<BlockWeight>, settings: H) -> Self {
        let (calibration, decision) = (Calibration::default(), Decision::default());
        Self { blocks, settings, calibration, decision }
    }

    /// The same, naming the likeliest class.
    pub(crate) fn likeliest(blocks: Vec<BlockWeight>, settings: H) -> Self {
        Self { decision: Decision::Accuracy, ..Self::of(blocks, settings) }
    }
}

/// A block, and the variance it is brought to beside others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockWeight {
    /// Its name; `features` are the plain numbers of the profile, for trees.
    pub block: String,
    /// Its total variance; 1 where it is not said.
    #[serde(default = "one")]
    pub weight: f64,
}

/// Weights are variances: none below 0, and not all 0.
fn check_weights(layout: &[BlockWeight]) -> Result<(), DataError> {
    let wrong = |name, rule: &str, found: String| {
        Err(DataError::Parameter { name, rule: rule.to_owned(), found })
    };
    for (at, entry) in layout.iter().enumerate() {
        if !(entry.weight.is_finite() && entry.weight >= 0.0) {
            let found = format!("{} for `{}`", entry.weight, entry.block);
            return wrong("head.blocks.weight", "at least 0", found);
        }
        if layout[..at].iter().any(|other| other.block == entry.block) {
            return wrong("head.blocks", "each block once", format!("`{}` twice", entry.block));
        }
    }
    if !layout.is_empty() && layout.iter().all(|entry| entry.weight == 0.0) {
        return wrong("head.blocks.weight", "above 0 for one block at least", "0 for all".into());
    }
    Ok(())
}

/// Of the blocks that a shop has data for, one must weigh something; where it has none of them, that is
/// told elsewhere, or the part is left out.
fn check_left(layout: &[BlockWeight], at_hand: &[Block]) -> Result<(), DataError> {
    let is_there = |entry: &&BlockWeight| at_hand.iter().any(|block| block.name == entry.block);
    let left: Vec<&BlockWeight> = layout.iter().filter(is_there).collect();
    if left.is_empty() || left.iter().any(|entry| entry.weight > 0.0) {
        return Ok(());
    }
    let named = |entries: &mut dyn Iterator<Item = &BlockWeight>| {
        let names: Vec<String> = entries.map(|entry| format!("`{}`", entry.block)).collect();
        names.join(", ")
    };
    let absent = named(&mut layout.iter().filter(|entry| !is_there(entry)));
    Err(DataError::Parameter {
        name: "head.blocks.weight",
        rule: "above 0 for one block at least that this shop has data for".to_owned(),
        found: format!("0 for {}, and no data for {absent}", named(&mut left.iter().copied())),
    })
}

fn one() -> f64 {
    1.0
}

/// Blocks of these names and weights.
pub(crate) fn weighted(named: &[(&str, f64)]) -> Vec<BlockWeight> {
    let entry = |&(block, weight): &(&str, f64)| BlockWeight { block: block.to_owned(), weight };
    named.iter().map(entry).collect()
}

/// Graph and counts in full, texts at half, aggregates at a quarter: measured to work on groceries.
fn all_blocks() -> Vec<BlockWeight> {
    weighted(&[("graph", 1.0), ("categories", 1.0), ("text", 0.5), ("aggregates", 0.25)])
}

/// The average of several heads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlendHead {
    /// The heads; one whose blocks a shop has no data for is left out.
    pub parts: Vec<BlendPart>,
    /// How probabilities are made to be what they say.
    pub calibration: Calibration,
    /// What a class is chosen for.
    pub decision: Decision,
}

impl Default for BlendHead {
    fn default() -> Self {
        let softmax = |name: &str, blocks| BlendPart {
            name: name.to_owned(),
            blocks,
            head: PartHead::Softmax(Softmax::default()),
        };
        Self {
            parts: vec![
                softmax("all", all_blocks()),
                softmax("graph", weighted(&[("graph", 1.0)])),
                softmax("categories", weighted(&[("categories", 1.0)])),
                BlendPart {
                    name: "trees".to_owned(),
                    blocks: weighted(&[(FEATURES, 1.0), ("graph", 1.0)]),
                    head: PartHead::Trees(Trees::default()),
                },
            ],
            calibration: Calibration::default(),
            decision: Decision::default(),
        }
    }
}

impl BlendPart {
    /// Whether it looks at the block.
    pub(super) fn names(&self, block: &str) -> bool {
        self.blocks.iter().any(|entry| entry.block == block)
    }
}

/// One head of a blend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlendPart {
    /// What reports call it.
    pub name: String,
    /// Blocks of the user vector that it looks at.
    pub blocks: Vec<BlockWeight>,
    /// The head.
    pub head: PartHead,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_no_shop_has_is_refused_by_name() {
        let blocks = weighted(&[("features", 1.0), ("grahp", 1.0)]);
        let misspelt = HeadConfig::Trees(OnBlocks::of(blocks, Trees::default()));
        let error = misspelt.check_blocks(&[]).expect_err("no such block").to_string();
        assert!(error.contains("`grahp`") && error.contains("`graph`"), "{error}");
        assert!(HeadConfig::default().check_blocks(&[]).is_ok());
    }

    #[test]
    fn weights_that_leave_nothing_to_look_at_are_refused() {
        let of = |named: &[(&str, f64)]| {
            let head = HeadConfig::Trees(OnBlocks::of(weighted(named), Trees::default()));
            head.check_blocks(&[]).map_err(|error| error.to_string())
        };
        let refused = |named: &[(&str, f64)], words: &str| {
            let error = of(named).expect_err("no such weights");
            assert!(error.contains(words), "{error}");
        };
        refused(&[("graph", 0.0), ("text", 0.0)], "above 0 for one block at least");
        refused(&[("graph", -1.0)], "-1 for `graph`");
        refused(&[("graph", f64::NAN)], "NaN for `graph`");
        refused(&[("graph", 1.0), ("graph", 0.5)], "`graph` twice");
        assert_eq!(of(&[("graph", 0.0), ("text", 0.5)]), Ok(()));
    }

    #[test]
    fn a_weight_of_nothing_on_all_that_a_shop_has_is_refused() {
        let graph = Block { name: "graph".into(), vectors: fenqun_base::Matrix::zeros(3, 2) };
        let of = |named: &[(&str, f64)]| {
            let part = |blocks| BlendPart {
                name: "part".into(),
                blocks,
                head: PartHead::Trees(Trees::default()),
            };
            let parts = vec![part(weighted(&[("graph", 1.0)])), part(weighted(named))];
            let head = HeadConfig::Blend(BlendHead { parts, ..BlendHead::default() });
            head.check_blocks(std::slice::from_ref(&graph)).map_err(|error| error.to_string())
        };
        let refused = of(&[("graph", 0.0), ("text", 1.0)]).expect_err("nothing is left");
        assert!(refused.contains("0 for `graph`, and no data for `text`"), "{refused}");
        // A part without any data is left out; one with data that weighs something is there.
        assert_eq!(of(&[("text", 1.0)]), Ok(()));
        assert_eq!(of(&[("graph", 0.1), ("text", 1.0)]), Ok(()));
    }
}
