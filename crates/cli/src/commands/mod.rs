//! One file a command: settings from the arguments, a call into `run`, a result printed.

pub mod check;
pub mod encode;
pub mod evaluate;
pub mod explain;
pub mod init;
mod labels;
pub mod packages;
pub mod report;
pub mod run;
pub mod score;
pub mod segments;
pub mod shell;
pub mod tune;
pub mod vectors;
