use fenqun_base::{Action, Event};

/// One event of a sequence, as small as a sequence model needs it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SequenceEvent {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub time: i64,
    /// Row of the catalogue, or [`fenqun_base::NO_CODE`].
    pub item: u32,
    /// Which visit of the user this belongs to, counted from the first one ever.
    pub visit: u32,
    /// Signed money of the event.
    pub amount: f32,
    /// Code of the [`Action`].
    pub action: u8,
}

impl SequenceEvent {
    pub(crate) fn new(event: &Event, visit: u32) -> Self {
        let amount = crate::statistics::narrow(event.amount());
        Self { time: event.time, item: event.item, visit, amount, action: event.action }
    }

    /// What happened.
    #[must_use]
    pub fn action(&self) -> Action {
        Action::from_code(self.action).unwrap_or(Action::View)
    }
}

/// The last events of every user, oldest first, one user after another.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequences {
    starts: Vec<usize>,
    events: Vec<SequenceEvent>,
}

impl Default for Sequences {
    fn default() -> Self {
        Self { starts: vec![0], events: Vec::new() }
    }
}

impl Sequences {
    /// Appends the sequence of the next user.
    pub fn push(&mut self, events: &[SequenceEvent]) {
        self.events.extend_from_slice(events);
        self.starts.push(self.events.len());
    }

    /// Number of users.
    #[must_use]
    pub fn n_users(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of events of all users.
    #[must_use]
    pub fn n_events(&self) -> usize {
        self.events.len()
    }

    /// The sequence of the user in `row`.
    #[must_use]
    pub fn of(&self, row: usize) -> &[SequenceEvent] {
        &self.events[self.starts[row]..self.starts[row + 1]]
    }
}
