use fenqun_base::Assignment;
use fenqun_segments::rules::EventsIndex;

use super::known::Known;
use crate::RunError;
use crate::artifacts::SegmentRows;
use crate::heads::{self, Teller};
use crate::steps::blocks::Sight;
use crate::steps::models::Models;

/// What users are told by.
pub(super) enum Target {
    /// The segments of the run.
    Segments,
    /// A head that was learned from labels.
    Label(Box<Teller>),
}

impl Target {
    /// Reads the head of a label, where one is asked for.
    pub fn read(models: &Models, label: Option<&str>) -> Result<Self, RunError> {
        match label {
            None => Ok(Self::Segments),
            Some(name) => Ok(Self::Label(Box::new(Teller::read(models, name)?))),
        }
    }

    /// Names of the segments or classes, in order.
    pub fn names(&self, known: &Known) -> Vec<String> {
        match self {
            Self::Segments => known.cards.iter().map(|card| card.name.clone()).collect(),
            Self::Label(teller) => teller.classes.clone(),
        }
    }

    /// Whether a user may be in no segment at all.
    pub fn may_leave_out(&self, known: &Known) -> bool {
        matches!(self, Self::Segments) && known.place.may_leave_out()
    }

    /// The segment or class of every user; `events` is asked for those of the same users where a
    /// rule is about behaviour.
    pub fn assign(
        &self,
        known: &Known,
        sight: Sight<'_>,
        events: impl FnOnce() -> Result<EventsIndex, RunError>,
    ) -> Result<Assignment, RunError> {
        match self {
            Self::Segments => known.place.assign(sight, events),
            Self::Label(teller) => Ok(teller.tell(sight)?.0),
        }
    }

    /// The same as rows of a table.
    pub fn rows(
        &self,
        known: &Known,
        sight: Sight<'_>,
        events: impl FnOnce() -> Result<EventsIndex, RunError>,
    ) -> Result<SegmentRows, RunError> {
        let users = &sight.profiles.users;
        match self {
            Self::Segments => known.place.rows(sight, &known.cards, events),
            Self::Label(teller) => {
                let (told, shares) = teller.tell(sight)?;
                Ok(heads::rows(users, &teller.classes, told, &shares))
            }
        }
    }
}
