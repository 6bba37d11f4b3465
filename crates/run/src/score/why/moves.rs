//! What would move a user, asked of the whole way from events to segments: what the user would do is
//! added to the user's own events just before the run's day, and profile and segment are made anew.

use fenqun_explain::why::{Lever, Move, smallest_moves};

use super::changed::{Handle, World};
use super::levers::{Levers, or_nearest, refused};
use super::{ExplainRequest, Shop};
use crate::RunError;
use crate::score::place::{Other, Place};
use crate::score::target::Target;

/// What was found to move a user.
pub(super) struct Moved {
    pub moves: Vec<Move>,
    pub tried: Vec<Lever>,
    /// The number of the segment or class that was asked for.
    pub wanted: Option<u32>,
}

impl Shop {
    /// The smallest changes of what was named that put the user elsewhere, or where it was asked for.
    /// Where nothing was named: the smallest purchase in money, and the smallest number of purchases
    /// of what the next taste is made of.
    pub(super) fn moves(
        &self,
        request: &ExplainRequest,
        row: usize,
        rival: Option<u32>,
    ) -> Result<Moved, RunError> {
        let segment = self.assignment.segments[row];
        let own = self.assignment.is_assigned(row).then_some(segment);
        let wanted = self.wanted(request.to.as_deref(), own)?;
        let events = self.events_of(self.profiles.users[row])?;
        let levers = Levers::new(self, row, &events);
        let handles = if request.change.is_empty() {
            match (&self.target, &self.known.place) {
                (Target::Segments, Place::Rules(definitions)) => {
                    self.levers_of_rules(definitions, &levers, own, wanted)?
                }
                (
                    Target::Segments,
                    Place::Other {
                        columns: Other::Rfm | Other::Lifetime | Other::Column(_), ..
                    },
                ) => {
                    let mut handles = levers.usual(&[]);
                    handles.extend(levers.named("visits")?);
                    handles
                }
                _ => levers.usual(&self.pulling(row, segment, wanted.or(rival))?),
            }
        } else {
            let mut handles: Vec<Handle> = Vec::new();
            for name in &request.change {
                for found in levers.named(name)? {
                    let is_new = |other: &Handle| other.lever != found.lever;
                    if handles.iter().all(is_new) {
                        handles.push(found);
                    }
                }
            }
            handles
        };
        let world = World::of(self, &events, &handles);
        let tried: Vec<Lever> = handles.iter().map(|handle| handle.lever.clone()).collect();
        let mut moves = smallest_moves(&tried, |changes| {
            let changes: Vec<_> =
                changes.iter().map(|&(at, amount)| (handles[at].pull, amount)).collect();
            let placed = self.placed_after(&world, &events, &changes)?;
            Ok::<_, RunError>(placed.filter(|&there| match wanted {
                Some(wanted) => there == wanted,
                None => Some(there) != own,
            }))
        })?;
        if request.change.is_empty() {
            // Of several categories, the one that takes least.
            let mut kinds = Vec::new();
            moves.retain(|found| {
                let kind = std::mem::discriminant(&found.changes[0].deed);
                let is_new = !kinds.contains(&kind);
                kinds.push(kind);
                is_new
            });
        }
        Ok(Moved { moves, tried, wanted })
    }

    /// The segment or class that somebody asked for, by its name or number.
    fn wanted(&self, to: Option<&str>, own: Option<u32>) -> Result<Option<u32>, RunError> {
        let Some(to) = to.map(str::trim) else { return Ok(None) };
        let names = self.target.names(&self.known);
        let is_it = |name: &String| name.to_lowercase() == to.to_lowercase();
        let by_number = || to.parse().ok().filter(|&number: &usize| number < names.len());
        let Some(found) = names.iter().position(is_it).or_else(by_number) else {
            let what = match self.target {
                Target::Segments => {
                    format!("a segment by its name, or a number below {}", names.len())
                }
                Target::Label(_) => format!("a class: {}", names.join(", ")),
            };
            return Err(refused(format!(
                "--to must be {what}; `{to}` is none{}",
                or_nearest(to, names.iter().map(String::as_str))
            )));
        };
        if own == Some(found as u32) {
            return Err(refused(format!(
                "--to {to}: the user is there already; ask for another, or leave --to out"
            )));
        }
        Ok(Some(found as u32))
    }
}
