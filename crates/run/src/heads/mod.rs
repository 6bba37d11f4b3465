//! Heads on blocks: which blocks of the user vector a head looks at, how it is fitted on them, and
//! one way to ask any of them.

mod config;
mod fit;

pub(crate) use config::weighted;
pub use config::{BlendHead, BlendPart, BlockWeight, HeadConfig, OnBlocks};
pub(crate) use fit::Input;
