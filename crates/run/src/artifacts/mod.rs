//! What a run leaves on disk, one file a kind: tables, vectors, models, words.
//!
//! Every file is written beside its place and renamed; the manifest comes last, so that a run
//! directory with a manifest is a whole one.

mod folds;
mod json;
mod models;
mod tables;
mod vectors;

pub use folds::{FoldRows, read_folds, write_folds};
pub use json::{read_json, write_json};
pub use models::{read_model, write_model};
pub use tables::{
    SegmentRows, read_segments, write_client_ids, write_profiles, write_segments, write_sequences,
};
pub(crate) use tables::{properties, read_classes, segment_batch};
pub use vectors::{npy_header, write_vectors};
