//! Text, baskets and counts in; vectors out.
//!
//! *Texts* go through a pretrained language model that runs on this machine: [`TextModel`] opens
//! any BERT-family model from a local folder, [`Cached`] makes sure that each distinct text is
//! encoded once, ever, and [`pool`] folds text vectors into one vector a user. *Counts* (which
//! categories a user bought) go through [`tfidf`] and [`svd`]; [`scale`] and [`pca`] bring numbers
//! of different kinds to one scale and few dimensions; [`taste`] is the recipe that joins them.
//!
//! ```no_run
//! use fenqun_base::{Progress, TextEncoder};
//! use fenqun_encoders::{Cached, TextModel, TextModelParams};
//! # fn main() -> Result<(), fenqun_encoders::EncoderError> {
//! let model = TextModel::open("models/minilm".as_ref(), &TextModelParams::default())?;
//! let encoder = Cached::open(model, "cache/vectors".as_ref())?;
//! let vectors = encoder.encode(&["green tea", "绿茶", "power drill"], &Progress::silent())?;
//! assert_eq!(vectors.n_rows(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! What this room never does: read a table, know a user's id, or connect outward. Weights are files
//! that are already there.

mod bert;
mod cache;
mod error;
mod gather;
mod pool;
mod text;
mod tokenizer;
mod weights;

pub mod behaviour_head;
pub mod block_size;
pub mod collaborative;
pub mod graph;
pub mod pca;
pub mod perceptron;
pub mod scale;
pub mod svd;
pub mod taste;
pub mod text_axes;
pub mod tfidf;
pub mod token_baseline;
pub mod train;
pub mod whiten;

pub use cache::Cached;
pub use error::EncoderError;
pub use pool::{pool, shares};
pub use text::{Pooling, TextModel, TextModelParams};
