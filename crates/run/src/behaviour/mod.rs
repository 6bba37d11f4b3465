//! Universal behavioural modelling on any shop: one vector a user, fixed before the questions are
//! known, six questions about the time after, one fixed head.
//!
//! # Idea
//! ```text
//! ──────────── input ────────────┬── target to learn from ──┬── target to be judged by ──▶ time
//!   user vectors are made of this │         days             │         days
//! ```
//! After the RecSys Challenge 2025 (repository `Synerise/recsys2025`): `churn` (of those who bought
//! in the input, who buys nothing), `conversion` (the same of all users), and four propensities:
//! which of the most bought categories, items, items never bought before, and price buckets. The
//! targets of a propensity are those with the most purchases in the window to learn from. The head
//! ([`fenqun_encoders::behaviour_head`]) learns from the first window and is judged by the second,
//! on the same users and vectors; the best of its epochs counts. The numbers are those of
//! [`fenqun_evaluate::behaviour`].
//!
//! # What is compared
//! `counts`, the baseline: ln(1 + how often), of every action over five windows and of the most
//! bought categories, items and prices. Every block of the user vector alone, all blocks side by
//! side, and those beside the counts. All are fitted on the input alone and cut to float16, as the
//! files of the challenge hold them. Vectors of any other tool stand beside them: `vectors` names
//! folders with the pair of files, for the users that the evaluation has written down.
//!
//! # How sure
//! The head is trained once; its AUROC has an interval over resamples of the users, and so has its
//! lead over the counts, on the same resamples. Another start of the head is not in it.
//!
//! # What to mind
//! The best epoch is chosen on the window that judges: this is how the challenge does it, and it
//! flatters every contender by a little. Small shops get a small head; the result says so, and its
//! figures are then no longer comparable with the published board.
//!
//! # Cost
//! Six heads a contender. With the small head seconds each; the full one takes some 40 billion
//! multiplications a batch of 128 users.

mod compare;
mod counts;
mod evaluate;
mod files;
mod input;
mod judge;
mod npy;
mod params;
mod purchases;
mod result;
mod tables;
mod tasks;
mod words;

#[cfg(test)]
mod tests;

pub use compare::{Contender, compare};
pub use evaluate::evaluate;
pub use files::{CheckedVectors, VectorFault, check_vectors, read_vectors};
pub(crate) use input::input_folder;
pub use input::wanted_ids;
pub use params::{BehaviourParams, HeadChoice};
pub use result::{
    BehaviourResult, ContenderResult, EpochScore, Role, Skipped, TaskFacts, TaskName, TaskScore,
    WhyNot, Windows,
};
