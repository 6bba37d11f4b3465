//! Why a row is refused: the closed list of reasons, and the rules that give them.
//!
//! Rules are tried in the order of [`Reason::ALL`]; the first that applies is the one counted, so
//! that every row has exactly one fate.

mod matching;
mod params;
mod reason;
mod robots;

pub(crate) use matching::ItemRules;
pub use params::{Cleaning, Deduplicate, RobotRule};
pub use reason::Reason;
pub(crate) use robots::is_robot;
