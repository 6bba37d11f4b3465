//! Heads on blocks: which blocks of the user vector a head looks at, how it is fitted on them, and
//! one way to ask any of them, also long after it was fitted.

mod config;
mod fit;
mod layout;
mod method;
mod teller;

pub use config::{BlendHead, BlendPart, BlockWeight, HeadConfig, OnBlocks};
pub(crate) use config::{FEATURES, weighted};
pub(crate) use fit::{FittedHead, Input};
pub(crate) use layout::Layout;
pub use method::HeadMethod;
pub(crate) use teller::{Span, Teller, forget, keep, rows, unkept};
