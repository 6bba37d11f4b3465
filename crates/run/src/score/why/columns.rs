//! Why a user is in a segment where few numbers decide: which of them put the user there, and not
//! where a typical member of the next segment is.

use std::ops::Range;

use fenqun_base::Matrix;
use fenqun_encoders::scale::{Method, Scale};
use fenqun_explain::why::{Part, shapley_values};

use super::Shop;
use super::purchases::Purchases;
use super::segments::{distance, next_nearest};
use crate::RunError;
use crate::config::VALUE_SCORE;
use crate::score::place::{Other, Place};
use crate::steps::blocks::of_text_axes;
use crate::steps::segment::{RFM, last_purchase};

/// Columns that only mean something together, and what is told of them.
struct Player<'a> {
    columns: Range<usize>,
    told: Told<'a>,
}

enum Told<'a> {
    /// Features, with the weight of each.
    Features(Vec<(&'a str, f64)>),
    /// Purchases along an axis of the texts.
    Axis(usize),
}

impl Shop {
    /// Exact Shapley values of the game in which a typical member of the next segment takes the
    /// numbers of the user: what it is worth is to be in the user's segment.
    pub(super) fn column_parts(&self, row: usize, segment: u32) -> Result<Vec<Part>, RunError> {
        let Place::Other { columns, segments } = &self.known.place else { return Ok(Vec::new()) };
        let players = self.players(columns);
        if players.is_empty() {
            return Ok(Vec::new());
        }
        let data = columns.of(self.sight())?;
        let Some(other) = self.typical_of_next(&data, row, segment)? else {
            return Ok(Vec::new());
        };
        let mix = |set: usize| {
            let mut mixed = data.row(other).to_vec();
            for (_, player) in players.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1) {
                let columns = player.columns.clone();
                mixed[columns.clone()].copy_from_slice(&data.row(row)[columns]);
            }
            mixed
        };
        let mixed: Vec<Vec<f32>> = (0..1 << players.len()).map(mix).collect();
        let placed = segments.assign(&Matrix::from_rows(&mixed)?)?;
        let is_own = |set: usize| f64::from(placed.segments[set] == segment);
        let amounts = shapley_values(players.len(), is_own);

        let mut bought = Purchases::of(self);
        let mut parts = Vec::new();
        for (player, amount) in players.iter().zip(amounts) {
            match (&player.told, columns) {
                (Told::Features(features), _) => {
                    parts.extend(self.shared(row, segment, features, amount));
                }
                (Told::Axis(axis), Other::TextAxes(axes)) if amount != 0.0 => {
                    let sources = of_text_axes(axes, self.sight())?;
                    let mut slopes = vec![0.0; sources.steps.n_columns()];
                    slopes[*axis] = 1.0;
                    let found = sources.along(&sources.apart_from(row, other), &slopes);
                    let total: f64 = found.iter().map(|part| part.1).sum();
                    bought
                        .add(&sources, found.into_iter().map(|(at, it)| (at, amount * it / total)));
                }
                (Told::Axis(_), _) => {}
            }
        }
        parts.extend(bought.parts(self, row, segment)?);
        Ok(parts)
    }

    fn players<'a>(&self, columns: &'a Other) -> Vec<Player<'a>> {
        let features = |columns, features| Player { columns, told: Told::Features(features) };
        match columns {
            Other::Blocks { .. } => Vec::new(),
            Other::Column(name) if name == VALUE_SCORE => {
                vec![features(0..1, self.value_made_of().to_vec())]
            }
            Other::Column(name) => vec![features(0..1, vec![(name.as_str(), 1.0)])],
            Other::Rfm => {
                let names = RFM.into_iter().enumerate();
                names.map(|(at, name)| features(at..at + 1, vec![(name, 1.0)])).collect()
            }
            Other::Lifetime => {
                // The last purchase of one user with the first of another may be in no order.
                let last = last_purchase(&self.profiles);
                vec![
                    features(0..3, vec![("frequency", 1.0), (last, 1.0)]),
                    features(3..4, vec![("spend", 1.0)]),
                ]
            }
            Other::TextAxes(axes) => {
                let axis = |at: usize| Player { columns: at + 1..at + 2, told: Told::Axis(at) };
                let value = features(0..1, self.value_made_of().to_vec());
                std::iter::once(value).chain((0..axes.n_axes()).map(axis)).collect()
            }
        }
    }

    /// The member nearest to the mean of the next segment, on the scale of logarithms, where columns count as they vary.
    fn typical_of_next(
        &self,
        data: &Matrix,
        row: usize,
        segment: u32,
    ) -> Result<Option<usize>, RunError> {
        let scale = Scale { method: Method::Log };
        let data = scale.fit(data)?.transform(data)?;
        let centres = self.centres(&data);
        let Some(next) = next_nearest(data.row(row), &centres, segment as usize) else {
            return Ok(None);
        };
        let far = |row: usize| distance(data.row(row), centres.row(next));
        let members = self.assignment.members(next).into_iter();
        Ok(members.min_by(|&a, &b| far(a).total_cmp(&far(b)).then(a.cmp(&b))))
    }
}
