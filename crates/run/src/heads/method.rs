use fenqun_segments::Trees;
use serde::{Deserialize, Serialize};

use super::config::FEATURES;
use super::{BlendHead, HeadConfig, OnBlocks, weighted};

/// Which head it is, without its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadMethod {
    /// The average of linear heads and trees.
    Blend,
    /// Multinomial logistic regression.
    Softmax,
    /// Boosted trees.
    Trees,
    /// A multi-layer perceptron.
    Perceptron,
    /// The nearest class centroid.
    NearestLabelled,
    /// Labels spread along nearest neighbours.
    LabelSpreading,
}

impl HeadMethod {
    /// As configuration spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Blend => "blend",
            Self::Softmax => "softmax",
            Self::Trees => "trees",
            Self::Perceptron => "perceptron",
            Self::NearestLabelled => "nearest_labelled",
            Self::LabelSpreading => "label_spreading",
        }
    }

    /// The method of a head.
    #[must_use]
    pub fn of(head: &HeadConfig) -> Self {
        match head {
            HeadConfig::Blend(_) => Self::Blend,
            HeadConfig::Softmax(_) => Self::Softmax,
            HeadConfig::Trees(_) => Self::Trees,
            HeadConfig::Perceptron(_) => Self::Perceptron,
            HeadConfig::NearestLabelled(_) => Self::NearestLabelled,
            HeadConfig::LabelSpreading(_) => Self::LabelSpreading,
        }
    }

    /// The head of this method with its defaults.
    #[must_use]
    pub fn default_head(self) -> HeadConfig {
        match self {
            Self::Blend => HeadConfig::Blend(BlendHead::default()),
            Self::Softmax => HeadConfig::Softmax(OnBlocks::default()),
            // As the trees of the blend see users.
            Self::Trees => {
                let blocks = weighted(&[(FEATURES, 1.0), ("graph", 1.0)]);
                HeadConfig::Trees(OnBlocks::of(blocks, Trees::default()))
            }
            Self::Perceptron => HeadConfig::Perceptron(OnBlocks::default()),
            Self::NearestLabelled => HeadConfig::NearestLabelled(OnBlocks::default()),
            Self::LabelSpreading => HeadConfig::LabelSpreading(OnBlocks::default()),
        }
    }
}
