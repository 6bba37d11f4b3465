//! What draws users of one group away from another: the categories that the other buys more of.

use fenqun_base::NO_CODE;

use super::segments::next_nearest;
use super::{N_CATEGORIES, Shop};
use crate::RunError;
use crate::score::place::{Other, Place};
use crate::score::target::Target;
use crate::steps::blocks;

/// Names as the shop wrote them, and an item of each.
pub(super) type Pulling = Vec<(String, u32)>;

impl Shop {
    /// Categories or texts that pull most towards the wanted segment or class, or else the next one.
    pub(super) fn pulling(
        &self,
        row: usize,
        segment: u32,
        wanted: Option<u32>,
    ) -> Result<Pulling, RunError> {
        let group = |row: usize| self.assignment.segments[row];
        match (&self.target, &self.known.place) {
            (Target::Label(_), _) => {
                let wanted = wanted.unwrap_or(segment);
                Ok(self.bought_beyond(&self.categories(), group, segment, wanted))
            }
            (Target::Segments, Place::TwoAxes { taste, segments }) => {
                let between = match wanted {
                    Some(wanted) => Some((segments.taste_of(segment), segments.taste_of(wanted))),
                    None => {
                        let found = self.own_and_next(taste, row, segment)?;
                        found.map(|(own, next)| (own as u32, next as u32))
                    }
                };
                let Some((own, next)) = between.filter(|(own, next)| own != next) else {
                    return Ok(Vec::new());
                };
                let taste_of = |row: usize| segments.taste_of(group(row));
                let named = taste.names_of_items(self.sight())?;
                Ok(self.bought_beyond(&named, taste_of, own, next))
            }
            // What was bought says nothing there.
            (
                Target::Segments,
                Place::Other { columns: Other::Rfm | Other::Lifetime | Other::Column(_), .. },
            )
            | (Target::Segments, Place::Rules(_)) => Ok(Vec::new()),
            (Target::Segments, Place::Other { columns, .. }) => {
                let next = match wanted {
                    Some(wanted) => wanted,
                    None => {
                        let space = columns.of(self.sight())?;
                        let centres = self.centres(&space);
                        let next = next_nearest(space.row(row), &centres, segment as usize);
                        next.map_or(segment, |next| next as u32)
                    }
                };
                Ok(self.bought_beyond(&self.categories(), group, segment, next))
            }
        }
    }

    /// For every item its narrowest category, or the item itself where there are none, and the names.
    fn categories(&self) -> (Vec<u32>, Vec<String>) {
        let catalogue = self.table.catalogue();
        let columns = blocks::category_columns(catalogue);
        (columns.of_items(catalogue), columns.names().map(str::to_owned).collect())
    }

    /// What users of the `next` group buy most beyond what those of the `own` do. `named` says for
    /// every item which of the names is its own, if any.
    fn bought_beyond(
        &self,
        named: &(Vec<u32>, Vec<String>),
        group_of: impl Fn(usize) -> u32,
        own: u32,
        next: u32,
    ) -> Pulling {
        let mut pull: Vec<(f64, u32)> = vec![(0.0, NO_CODE); named.1.len()];
        let mut best: Vec<f64> = vec![0.0; named.1.len()];
        let sizes = [own, next].map(|group| {
            (0..self.profiles.n_users()).filter(|&row| group_of(row) == group).count().max(1) as f64
        });
        for other in 0..self.profiles.n_users() {
            let weight = match group_of(other) {
                group if group == next => 1.0 / sizes[1],
                group if group == own => -1.0 / sizes[0],
                _ => continue,
            };
            for (item, value) in self.profiles.items.entries(other) {
                let Some(at) = named.0.get(item).copied().filter(|&code| code != NO_CODE) else {
                    continue;
                };
                let at = at as usize;
                pull[at].0 += weight * f64::from(value.ln_1p());
                if weight > 0.0 && f64::from(value) > best[at] {
                    (best[at], pull[at].1) = (f64::from(value), item as u32);
                }
            }
        }
        let mut order: Vec<usize> = (0..pull.len()).filter(|&at| pull[at].1 != NO_CODE).collect();
        order.sort_by(|&a, &b| pull[b].0.total_cmp(&pull[a].0).then(a.cmp(&b)));
        order.truncate(N_CATEGORIES);
        order.iter().map(|&at| (named.1[at].clone(), pull[at].1)).collect()
    }
}
