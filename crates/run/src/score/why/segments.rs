//! Why a user is in a segment of the run.

use fenqun_base::Matrix;
use fenqun_explain::CardParams;
use fenqun_explain::why::{Beside, Border, Part, Reason, reasons};
use fenqun_profiles::ValueBasis;

use super::counts::one_each;
use super::purchases::Purchases;
use super::{Shop, mean};
use crate::RunError;
use crate::score::place::{Other, Place, TasteModel};
use crate::score::target::Target;

impl Shop {
    /// Parts of the decision: of the value axis, of blocks, of few columns, of the taste axis.
    pub(super) fn segment_parts(&self, row: usize, segment: u32) -> Result<Vec<Part>, RunError> {
        let mut parts = self.value_parts(row, segment);
        parts.extend(self.block_parts(row, segment)?);
        parts.extend(self.column_parts(row, segment)?);
        parts.extend(self.taste_parts(row, segment)?);
        Ok(parts)
    }

    /// The rule that put the user there, where the segments are rules, and the numbers that it asks
    /// for.
    pub(super) fn own_rule(
        &self,
        row: usize,
        segment: u32,
        cards: &CardParams,
    ) -> Option<Vec<Reason>> {
        let (Target::Segments, Place::Rules(definitions)) = (&self.target, &self.known.place)
        else {
            return None;
        };
        if !self.assignment.is_assigned(row) {
            return None;
        }
        let rule = definitions.rules().get(segment as usize)?;
        let text = rule.text().trim().to_owned();
        let columns = rule.columns().into_iter();
        let parts = columns.filter_map(|name| self.feature(row, segment, name, 1.0));
        let parts: Vec<Part> = parts.collect();
        let told = reasons(&parts, parts.len(), &Beside::Segment, cards).into_iter();
        let mut all = vec![Reason { name: "rule".to_owned(), text, amount: 1.0 }];
        // A rule is no sum: nothing but the whole of it decides.
        all.extend(told.map(|reason| Reason { amount: 0.0, ..reason }));
        Some(all)
    }

    /// How far inside the own tier the value score lies, shared among what the score is made of.
    fn value_parts(&self, row: usize, segment: u32) -> Vec<Part> {
        let Place::TwoAxes { segments, .. } = &self.known.place else { return Vec::new() };
        let thresholds = segments.tiers().thresholds();
        let tier = segments.tier_of(segment) as usize;
        let score = f64::from(self.profiles.value_score[row]);
        // A tier lies between the threshold below it and the one above; the top tier has none above.
        let above_lower = thresholds.get(tier).map(|&lower| score - f64::from(lower));
        let below_upper = tier.checked_sub(1).map(|at| f64::from(thresholds[at]) - score);
        let (above, below) = (above_lower.unwrap_or(f64::MAX), below_upper.unwrap_or(f64::MAX));
        let margin = above.min(below);
        if margin == f64::MAX {
            return Vec::new();
        }
        self.shared(row, segment, &self.speaking(row, segment, above <= below), margin)
    }

    /// What the value score is made of, by how much each part of it speaks: for a user above a
    /// border what there is, for one below it what is lacking to the average user.
    fn speaking(&self, row: usize, segment: u32, is_above: bool) -> Vec<(&'static str, f64)> {
        let made_of = self.value_made_of();
        // Ranks have no amounts that could be compared.
        if self.profiles.value_basis == ValueBasis::SpendRanks {
            return made_of.to_vec();
        }
        let spoken = |&(name, weight): &(&'static str, f64)| {
            let part = self.feature(row, segment, name, 0.0)?;
            let amount = if is_above { part.value } else { part.all - part.value };
            Some((name, weight * amount.max(0.0)))
        };
        let speaking: Vec<_> = made_of.iter().filter_map(spoken).collect();
        match speaking.iter().any(|part| part.1 > 0.0) {
            true => speaking,
            false => made_of.to_vec(),
        }
    }

    /// The features that the value score is made of, with the weight of each.
    pub(super) fn value_made_of(&self) -> &'static [(&'static str, f64)] {
        match self.profiles.value_basis {
            ValueBasis::RecentSpend => {
                &[("spend_28d", 3.0), ("spend_84d", 1.0), ("spend_168d", 0.5)]
            }
            ValueBasis::SpendRanks => &[("frequency", 1.0), ("spend", 1.0), ("recency", 1.0)],
            ValueBasis::RecentActivity => {
                &[("visits_28d", 3.0), ("visits_84d", 1.0), ("visits_168d", 0.5)]
            }
        }
    }

    /// An amount shared among features by their weights.
    pub(super) fn shared(
        &self,
        row: usize,
        segment: u32,
        features: &[(&str, f64)],
        amount: f64,
    ) -> Vec<Part> {
        let total: f64 = features.iter().map(|entry| entry.1).sum();
        let part = |(name, weight): &(&str, f64)| {
            self.feature(row, segment, name, amount * weight / total)
        };
        features.iter().filter_map(part).collect()
    }

    /// What the user bought, by how much it speaks for the own taste against the next one.
    fn taste_parts(&self, row: usize, segment: u32) -> Result<Vec<Part>, RunError> {
        let Place::TwoAxes { taste, segments } = &self.known.place else { return Ok(Vec::new()) };
        let Some((own, next)) = self.own_and_next(taste, row, segment)? else {
            return Ok(Vec::new());
        };
        let centres = segments.taste().centroids();
        let apart = centres.row(own).iter().zip(centres.row(next));
        let direction: Vec<f64> =
            apart.map(|(&own, &next)| 2.0 * (f64::from(own) - f64::from(next))).collect();
        let (of_item, names) = taste.names_of_items(self.sight())?;
        let mut amounts = vec![0.0; names.len()];
        for (column, amount) in taste.parts_along(self.sight(), row, &direction)? {
            amounts[column] = amount;
        }
        self.did(row, segment, &one_each(&of_item, names.len())?, &names, &amounts)
    }

    /// The own taste group and the nearest other one; `None` where there is but one.
    pub(super) fn own_and_next(
        &self,
        taste: &TasteModel,
        row: usize,
        segment: u32,
    ) -> Result<Option<(usize, usize)>, RunError> {
        let Place::TwoAxes { segments, .. } = &self.known.place else { return Ok(None) };
        let place = taste.coordinates(self.sight())?;
        let own = segments.taste_of(segment) as usize;
        Ok(next_nearest(place.row(row), segments.taste().centroids(), own).map(|next| (own, next)))
    }

    /// How much each column of the aggregates, and each purchase that the other blocks are sums over,
    /// speaks for the centre of the own segment against that of the next one: the model's own centres
    /// where it places by them, else the means of the users of each.
    fn block_parts(&self, row: usize, segment: u32) -> Result<Vec<Part>, RunError> {
        let Place::Other { columns: Other::Blocks { blocks, pca }, segments } = &self.known.place
        else {
            return Ok(Vec::new());
        };
        let sight = self.sight();
        let sized: Vec<_> =
            blocks.iter().map(|block| block.sized(sight)).collect::<Result<_, _>>()?;
        let wide = Matrix::beside(&sized.iter().map(|block| &block.vectors).collect::<Vec<_>>())?;
        let centres = segments.centres().filter(|_| pca.is_none()).cloned();
        let centres = centres.unwrap_or_else(|| self.centres(&wide));
        let own = segment as usize;
        let between = |space: &Matrix, centres: &Matrix| {
            let next = next_nearest(space.row(row), centres, own)?;
            Some((next, Border::between(centres.row(own), centres.row(next))))
        };
        let border = match pca {
            None => between(&wide, &centres).map(|found| found.1),
            Some(pca) => {
                let space = pca.transform(&wide)?;
                between(&space, &self.centres(&space)).map(|(next, border)| {
                    border.before(pca.components(), centres.row(own), centres.row(next))
                })
            }
        };
        let Some(border) = border else { return Ok(Vec::new()) };
        let of_columns = border.parts(wide.row(row));
        let mut bought = Purchases::of(self);
        let mut parts = Vec::new();
        let mut first = 0;
        for (block, sized) in blocks.iter().zip(&sized) {
            let columns = first..first + sized.vectors.n_columns();
            first = columns.end;
            match block.sources(sight)? {
                Some(sources) => {
                    let apart = sources.apart_from_mean(row);
                    bought.add(&sources, sources.along(&apart, &border.slopes()[columns]));
                }
                None => {
                    let names = block.features(&self.profiles);
                    let features = names.into_iter().zip(&of_columns[columns]);
                    parts
                        .extend(features.filter_map(|(name, &amount)| {
                            self.feature(row, segment, name, amount)
                        }));
                }
            }
        }
        parts.extend(bought.parts(self, row, segment)?);
        Ok(parts)
    }

    /// The mean of the members of every segment. One without members is nowhere: not a number.
    pub(super) fn centres(&self, space: &Matrix) -> Matrix {
        let mut centres = Matrix::zeros(self.assignment.n_segments, space.n_columns());
        for segment in 0..centres.n_rows() {
            let members = self.assignment.members(segment);
            for (column, centre) in centres.row_mut(segment).iter_mut().enumerate() {
                let values = members.iter().map(|&row| space.at(row, column));
                *centre = if members.is_empty() { f32::NAN } else { mean(values) as f32 };
            }
        }
        centres
    }
}

/// The nearest centre but the own one, if there is another.
pub(super) fn next_nearest(user: &[f32], centres: &Matrix, own: usize) -> Option<usize> {
    let others = (0..centres.n_rows()).filter(|&at| at != own);
    let all = others.map(|at| (at, distance(user, centres.row(at))));
    let found = all.filter(|other| other.1.is_finite()).min_by(|a, b| a.1.total_cmp(&b.1));
    found.map(|other| other.0)
}

/// The square of how far two points are apart.
pub(super) fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum()
}
