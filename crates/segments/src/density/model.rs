use fenqun_base::{Assignment, DataError, Fitted, Matrix, ModelState, Stored};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::condensed::Condensed;
use super::select::Chosen;
use super::spanning::nth_smallest;
use crate::planes::Planes;

/// The rows that were fitted, and what the tree says of each.
#[derive(Clone, Debug, PartialEq)]
pub struct DensityModel {
    rows: Matrix,
    facts: Facts,
}

/// Stored in full precision: a new row is compared with these bit for bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    n_samples: usize,
    n_sampled_from: usize,
    /// Squared core distance of every row.
    cores: Vec<f64>,
    /// The last group a row was in, and the density at which it fell out.
    group_of: Vec<usize>,
    density_of: Vec<f64>,
    groups: Vec<KeptGroup>,
    /// Largest density of every segment.
    densest: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptGroup {
    parent: usize,
    birth: f64,
    segment: Option<u32>,
}

/// What is found out about one row.
struct Found {
    segment: u32,
    score: f32,
    is_member: bool,
}

impl DensityModel {
    pub(super) fn new(
        rows: Matrix,
        cores: &[f64],
        condensed: &Condensed,
        chosen: &Chosen,
        n_samples: usize,
        n_sampled_from: usize,
    ) -> Result<Self, DataError> {
        // The largest density at which anything left the segment's own group.
        let mut densest = vec![0.0f64; condensed.groups.len()];
        for (&group, &density) in condensed.group_of.iter().zip(&condensed.density_of) {
            densest[group] = densest[group].max(density);
        }
        for group in &condensed.groups[1..] {
            densest[group.parent] = densest[group.parent].max(group.birth);
        }
        let groups = condensed.groups.iter().zip(&chosen.segment_of);
        let groups = groups.map(|(group, &segment)| KeptGroup {
            parent: group.parent,
            birth: group.birth,
            segment,
        });
        let facts = Facts {
            n_samples,
            n_sampled_from,
            cores: cores.to_vec(),
            group_of: condensed.group_of.clone(),
            density_of: condensed.density_of.clone(),
            groups: groups.collect(),
            densest: chosen.groups.iter().map(|&group| densest[group]).collect(),
        };
        Ok(Self { rows, facts })
    }

    /// Rows the sample behind the fit was drawn from; `None` when the fit saw every row.
    #[must_use]
    pub fn n_sampled_from(&self) -> Option<usize> {
        (self.facts.n_sampled_from > 0).then_some(self.facts.n_sampled_from)
    }

    /// The segment of a fitted row, if it is in one.
    fn segment_of(&self, row: usize) -> Option<u32> {
        self.facts.groups[self.facts.group_of[row]].segment
    }

    fn find(&self, squares: &[f64], smallest: &mut Vec<f64>) -> Found {
        let facts = &self.facts;
        let core = nth_smallest(squares, facts.n_samples, smallest);
        // The fitted row at which the new one hangs; of equals the one that lies nearest.
        let (mut hook, mut reach, mut apart) = (0, f64::INFINITY, f64::INFINITY);
        let (mut member, mut to_member) = (0, f64::INFINITY);
        for (row, (&square, &own)) in squares.iter().zip(&facts.cores).enumerate() {
            let joined = square.max(own).max(core);
            if joined < reach || (joined <= reach && square < apart) {
                (hook, reach, apart) = (row, joined, square);
            }
            if square < to_member && self.segment_of(row).is_some() {
                (member, to_member) = (row, square);
            }
        }
        let joins_at = 1.0 / reach.sqrt().max(f64::MIN_POSITIVE);
        let density = joins_at.min(facts.density_of[hook]);
        let mut group = facts.group_of[hook];
        while density < facts.groups[group].birth {
            group = facts.groups[group].parent;
        }
        match facts.groups[group].segment {
            Some(segment) => {
                let densest = facts.densest[segment as usize];
                let score = if densest > 0.0 { (density / densest).min(1.0) } else { 1.0 };
                Found { segment, score: score as f32, is_member: true }
            }
            None => {
                let segment = self.segment_of(member).unwrap_or(0);
                Found { segment, score: 0.0, is_member: false }
            }
        }
    }
}

impl Fitted for DensityModel {
    fn n_segments(&self) -> usize {
        self.facts.densest.len()
    }

    fn width(&self) -> usize {
        self.rows.n_columns()
    }

    fn assign(&self, data: &Matrix) -> Result<Assignment, DataError> {
        self.check(data)?;
        let planes = Planes::of(&self.rows);
        let buffers = || (vec![0.0; self.rows.n_rows()], Vec::new());
        let found: Vec<Found> = (0..data.n_rows())
            .into_par_iter()
            .map_init(buffers, |(squares, smallest), row| {
                let point: Vec<f64> = data.row(row).iter().map(|&value| f64::from(value)).collect();
                planes.squared_distances(&point, 0, squares);
                self.find(squares, smallest)
            })
            .collect();
        let segments = found.iter().map(|found| found.segment).collect();
        let scores = found.iter().map(|found| found.score).collect();
        Assignment::new(segments, self.n_segments(), scores)?
            .with_unassigned(found.iter().map(|found| !found.is_member).collect())
    }
}

impl Stored for DensityModel {
    const NAME: &'static str = "density";

    fn state(&self) -> ModelState {
        ModelState::new(&self.facts).matrix("rows", &self.rows)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let facts: Facts = state.read_config(Self::NAME)?;
        let rows = state.read_matrix(Self::NAME, "rows")?;
        let (n_rows, n_groups) = (rows.n_rows(), facts.groups.len());
        let lengths = [facts.cores.len(), facts.group_of.len(), facts.density_of.len()];
        let parents_first = facts
            .groups
            .iter()
            .enumerate()
            .all(|(at, group)| if at == 0 { group.birth <= 0.0 } else { group.parent < at });
        let segments = || facts.groups.iter().filter_map(|group| group.segment);
        let fits = n_rows > 0
            && rows.n_columns() > 0
            && lengths == [n_rows; 3]
            && parents_first
            && facts.group_of.iter().all(|&group| group < n_groups)
            && segments().all(|segment| (segment as usize) < facts.densest.len());
        if !fits {
            let reason = "its parts do not fit together".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        rows.check_finite()?;
        Ok(Self { rows, facts })
    }
}
