//! One config to one reproducible run: the room where tables, tensors and labels meet.
//!
//! ```text
//! config ─▶ events ─▶ profiles ─▶ texts ─▶ vectors ─▶ segments ─▶ cards ─▶ report
//!            clean     features    once     blocks     chosen by   names    one file
//!            ledger    sequences   ever                stability
//! ```
//!
//! [`run`] takes a [`RunRequest`] and leaves a run directory: every artifact written aside and
//! renamed, the manifest last. The same input, configuration, seed and key give the same bytes in
//! `segments.parquet`. A run that is stopped is finished by the same request with
//! [`Existing::Resume`].
//!
//! This room holds no algorithm: it calls the others in order and writes down what they return.

mod artifacts;
pub mod behaviour;
mod config;
mod demo;
mod directory;
mod encode;
mod error;
mod evaluate;
mod heads;
mod manifest;
pub mod packages;
mod pages;
pub mod propensity;
pub mod report;
pub mod rules;
mod score;
mod steps;
mod tune;

pub use artifacts::{
    FoldRows, SegmentRows, read_folds, read_json, read_model, read_segments, write_json,
};
pub use config::{Config, KMeansConfig, SegmentsConfig, Taste, TextConfig, TwoAxesConfig};
pub use demo::demo;
pub use directory::{Existing, new_run_folder, newest_unfinished, open};
pub use encode::encode_file;
pub use error::RunError;
pub use evaluate::{
    Ask, Beside, EvaluateRequest, Evaluated, EvaluationConfig, SegmentAgreement, TaskConfig,
    evaluate,
};
pub use fenqun_events::{LabelColumns, LabelsConfig};
pub use heads::{BlendHead, BlendPart, BlockWeight, HeadConfig, HeadMethod, OnBlocks};
pub use manifest::{BlockFacts, Counts, Input, Manifest, TextModelFacts, Timing};
pub use pages::report_again;
pub use score::{ExplainRequest, ScoreOutcome, ScoreRequest, Why, explain_user, score};
pub use steps::{Outcome, RunRequest, Until, check, run};
pub use tune::{TuneConfig, TuneOutcome, TuneRequest, tune};
