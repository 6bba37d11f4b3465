use fenqun_base::{Classify, DataError, ErrorKind, Interrupted, UserId};
use fenqun_events::EventsError;
use jiff::Timestamp;

/// Everything that can go wrong between events and profiles.
#[derive(Debug, thiserror::Error)]
pub enum ProfilesError {
    /// A feature would have looked past its time.
    #[error(
        "an event at {} is not before `as_of` {}: leave out what happens at or after `as_of`, \
         or choose a later one",
        instant(*time), instant(*as_of)
    )]
    Future {
        /// When it happened, in milliseconds.
        time: i64,
        /// The time it had to lie before.
        as_of: i64,
    },
    /// Two users' events in one fold.
    #[error("one fold takes one user: it holds {holds} and got an event of {found}")]
    OtherUser {
        /// Pseudonym of the user it holds.
        holds: UserId,
        /// Pseudonym of the other.
        found: UserId,
    },
    /// Two folds of different times or parameters.
    #[error("folds merge only within one frame: one is as of {}, the other as of {}, or their parameters differ",
        instant(*left), instant(*right))]
    OtherFrame {
        /// Time of the one.
        left: i64,
        /// Time of the other.
        right: i64,
    },
    /// Nothing happened before `as_of`.
    #[error(
        "no event lies before `as_of` {} ({n_held_out} lie at or after it): choose a later `as_of`",
        instant(*as_of)
    )]
    NoEvents {
        /// The time asked for.
        as_of: i64,
        /// Events left out.
        n_held_out: u64,
    },
    /// The event table breaks its promise of order.
    #[error("part {part} of the events is not sorted by user: make the event tables again")]
    Unsorted {
        /// 0-based number of the part.
        part: usize,
    },
    /// The event table cannot be read.
    #[error(transparent)]
    Events(#[from] EventsError),
    /// A parameter outside its rule, or an item code outside the catalogue.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Stopped on request.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl Classify for ProfilesError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoEvents { .. } | Self::Data(_) => ErrorKind::Input,
            Self::Events(error) => error.kind(),
            Self::Interrupted(_) => ErrorKind::Interrupted,
            Self::Future { .. }
            | Self::OtherUser { .. }
            | Self::OtherFrame { .. }
            | Self::Unsorted { .. } => ErrorKind::Internal,
        }
    }
}

/// A time as people read it; milliseconds where the calendar ends.
fn instant(milliseconds: i64) -> String {
    match Timestamp::from_millisecond(milliseconds) {
        Ok(time) => time.to_string(),
        Err(_) => format!("{milliseconds} ms"),
    }
}
