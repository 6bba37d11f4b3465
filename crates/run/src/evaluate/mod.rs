//! How well labels are told from user vectors, and whether that beats the plain ways.
//!
//! ```text
//! finished run ─▶ profiles, blocks ─┬─▶ labels by pseudonym ─▶ repeated stratified folds ─┐
//!                                   └─▶ tasks: moments in time ─▶ split in time ──────────┼─▶ compare
//!                 contenders: majority · RFM · own counts · aggregates + trees · fenqun ──┘      │
//!                 evaluations/NAME.json · NAME.md · NAME-folds.parquet · the report ◀────────────┘
//! ```
//!
//! Blocks are fitted without labels: on all users for labels that do not change, on the past alone
//! for questions about the next period. A feature that is the label in disguise is refused by name.
//! Everything a contender chooses (regularisation, thresholds), it chooses inside its training rows.

mod agreement;
mod contenders;
mod earlier;
mod inputs;
mod known;
mod labelled;
mod leak;
mod next_period;
mod one_label;
mod protocols;
mod request;
mod suits;
mod task;
mod tell;
mod tokens;
mod write;

pub use agreement::SegmentAgreement;
pub(crate) use contenders::predictions;
pub(crate) use inputs::Inputs;
pub(crate) use known::{Known, read_known};
pub use labelled::evaluate;
pub(crate) use leak::refuse as refuse_leaks;
pub use request::{Beside, EvaluateRequest, Evaluated, EvaluationConfig};
pub use task::{Ask, TaskConfig};
pub(crate) use tell::of_classes as shown_comparison;
pub(crate) use write::{FOLDER, told_of_users};
