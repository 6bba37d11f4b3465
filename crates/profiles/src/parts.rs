use fenqun_base::{Catalogue, Event};
use fenqun_events::EventTable;

use crate::error::ProfilesError;

/// Events in parts, as [`crate::build`] reads them: sorted by user and time, each user in exactly
/// one part, parts in the order of their users.
pub trait Parts: Sync {
    /// Number of parts.
    fn n_parts(&self) -> usize;

    /// The events of one part.
    ///
    /// # Errors
    /// Whatever stops the part from being read.
    fn part(&self, index: usize) -> Result<Vec<Event>, ProfilesError>;

    /// The items that events name by their row.
    fn catalogue(&self) -> &Catalogue;
}

impl Parts for EventTable {
    fn n_parts(&self) -> usize {
        self.n_parts()
    }

    fn part(&self, index: usize) -> Result<Vec<Event>, ProfilesError> {
        Ok(self.part(index)?)
    }

    fn catalogue(&self) -> &Catalogue {
        self.catalogue()
    }
}

/// Events that are at hand.
#[derive(Clone, Debug, Default)]
pub struct EventsInMemory {
    /// Sorted as [`Parts`] asks.
    pub parts: Vec<Vec<Event>>,
    /// The items that events name by their row.
    pub catalogue: Catalogue,
}

impl Parts for EventsInMemory {
    fn n_parts(&self) -> usize {
        self.parts.len()
    }

    fn part(&self, index: usize) -> Result<Vec<Event>, ProfilesError> {
        Ok(self.parts[index].clone())
    }

    fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }
}
