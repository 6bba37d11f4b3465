//! The fixed head of universal behavioural modelling: what user vectors are worth when everybody
//! puts the same network behind them.
//!
//! # Idea and maths
//! ```text
//! x ─▶ Linear ─▶ LayerNorm ─┬─▶ LayerNorm ─▶ Linear ─▶ GELU ─▶ Linear ─▶ + ─▶ … ─▶ LayerNorm ─▶ Linear
//!                           └────────────────────────────────────────────┘
//! ```
//! [`HeadSize::Full`] is the head of the RecSys Challenge 2025: 2048 wide, three residual blocks
//! of 2048 → 4096 → 2048. [`HeadSize::Small`] has one block, 256 → 512 → 256, for shops whose few
//! thousand users cannot fill fifty million weights. Both are trained alike: AdamW with a rate of
//! 1e-3 and the usual decay of 0.01, batches of 128 in the order of the rows, three epochs, binary
//! cross-entropy on all targets. Numbers at the start are uniform within ± 1/√inputs.
//!
//! # Cost
//! Full: some 300 million multiplications a user and epoch, and 1 GB of memory. Small: less than a
//! hundredth of both.
//!
//! # When to use it
//! To compare user vectors with one another and with published figures; [`crate::perceptron`] is
//! the head for a shop's own labels.
//!
//! # Source
//! RecSys Challenge 2025, repository `Synerise/recsys2025`; the block after Bachmann, Anagnostidis
//! and Hofmann, *Scaling MLPs: A Tale of Inductive Bias*, 2023.
//!
//! # Example
//! ```
//! use fenqun_base::{Matrix, Progress, Seed};
//! use fenqun_encoders::behaviour_head::{BehaviourHead, HeadSize};
//!
//! let users = Matrix::from_rows(&[[1.0, 0.0], [0.0, 1.0], [1.0, 0.1], [0.1, 1.0]])?;
//! let bought = Matrix::from_rows(&[[1.0], [0.0], [1.0], [0.0]])?;
//! let head = BehaviourHead { size: HeadSize::Small, ..BehaviourHead::default() };
//! let mut epochs = Vec::new();
//! head.train(&users, &bought, Seed(1278), &Progress::silent(), |scores| {
//!     epochs.push(scores);
//!     Ok(())
//! })?;
//! assert_eq!(epochs.len(), 3);
//! assert!(epochs[2].at(0, 0) > epochs[2].at(1, 0));
//! # Ok::<(), fenqun_encoders::EncoderError>(())
//! ```

mod fit;
mod params;

#[cfg(test)]
mod tests;

pub use params::{BehaviourHead, HeadSize};
