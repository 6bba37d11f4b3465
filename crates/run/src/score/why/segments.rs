//! Why a user is in a segment of the run.

use fenqun_base::Matrix;
use fenqun_explain::why::{Part, Reason, Thing, distance_parts};
use fenqun_profiles::ValueBasis;

use super::{Shop, mean};
use crate::RunError;
use crate::score::place::{Place, TasteModel, TastePart};
use crate::score::target::Target;

impl Shop {
    /// Parts of the decision: of the value axis, of blocks, of the taste axis.
    pub(super) fn segment_parts(&self, row: usize, segment: u32) -> Result<Vec<Part>, RunError> {
        let mut parts = self.value_parts(row, segment);
        parts.extend(self.block_parts(row, segment)?);
        let tastes = self.taste_parts(row, segment)?;
        parts.extend(tastes.into_iter().map(|taste| Part {
            thing: Thing::Bought(taste.name),
            amount: taste.amount,
            value: taste.value,
            average: taste.average,
        }));
        Ok(parts)
    }

    /// The rule that put the user there, where the segments are rules.
    pub(super) fn own_rule(&self, row: usize, segment: u32) -> Option<Reason> {
        let (Target::Segments, Place::Rules(definitions)) = (&self.target, &self.known.place)
        else {
            return None;
        };
        let rule = definitions.definitions().get(segment as usize)?.rule.trim().to_owned();
        let is_assigned = self.assignment.is_assigned(row);
        is_assigned.then(|| Reason { name: "rule".to_owned(), text: rule, amount: 1.0 })
    }

    /// How far inside the own tier the value score lies, shared among what the score is made of by
    /// the weights it has there.
    fn value_parts(&self, row: usize, segment: u32) -> Vec<Part> {
        let Place::TwoAxes { segments, .. } = &self.known.place else { return Vec::new() };
        let thresholds = segments.tiers().thresholds();
        let tier = segments.tier_of(segment) as usize;
        let score = f64::from(self.profiles.value_score[row]);
        // A tier lies between the threshold below it and the one above; the top tier has none above.
        let above_lower = thresholds.get(tier).map(|&lower| score - f64::from(lower));
        let below_upper = tier.checked_sub(1).map(|at| f64::from(thresholds[at]) - score);
        let margins = [above_lower, below_upper].into_iter().flatten();
        let margin = margins.fold(f64::INFINITY, f64::min);
        if !margin.is_finite() {
            return Vec::new();
        }
        let made_of: &[(&str, f64)] = match self.profiles.value_basis {
            ValueBasis::RecentSpend => {
                &[("spend_28d", 3.0), ("spend_84d", 1.0), ("spend_168d", 0.5)]
            }
            ValueBasis::SpendRanks => &[("frequency", 1.0), ("spend", 1.0), ("recency", 1.0)],
            ValueBasis::RecentActivity => {
                &[("visits_28d", 3.0), ("visits_84d", 1.0), ("visits_168d", 0.5)]
            }
        };
        let total: f64 = made_of.iter().map(|entry| entry.1).sum();
        made_of
            .iter()
            .filter_map(|(name, weight)| self.feature(row, segment, name, margin * weight / total))
            .collect()
    }

    /// What the user bought, by how much it speaks for the own taste against the next one.
    fn taste_parts(&self, row: usize, segment: u32) -> Result<Vec<TastePart>, RunError> {
        let Place::TwoAxes { taste, segments } = &self.known.place else { return Ok(Vec::new()) };
        let Some((own, next)) = self.own_and_next(taste, row, segment)? else {
            return Ok(Vec::new());
        };
        let centres = segments.taste().centroids();
        let apart = centres.row(own).iter().zip(centres.row(next));
        let direction: Vec<f64> =
            apart.map(|(&own, &next)| 2.0 * (f64::from(own) - f64::from(next))).collect();
        let members = self.assignment.members(segment as usize);
        taste.parts_along(self.sight(), row, &direction, &members)
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

    /// The columns of the block of aggregates, where users are grouped by blocks: how much each
    /// speaks for the mean of the own segment against the next one.
    fn block_parts(&self, row: usize, segment: u32) -> Result<Vec<Part>, RunError> {
        let Place::Other { columns, .. } = &self.known.place else { return Ok(Vec::new()) };
        let Some((first, space)) = columns.named(self.sight())? else { return Ok(Vec::new()) };
        let n_segments = self.assignment.n_segments;
        let mut centres = Matrix::zeros(n_segments, space.n_columns());
        for group in 0..n_segments {
            let members = self.assignment.members(group);
            for column in 0..space.n_columns() {
                let values = members.iter().map(|&row| space.at(row, column));
                centres.row_mut(group)[column] = mean(values) as f32;
            }
        }
        let Some(next) = next_nearest(space.row(row), &centres, segment as usize) else {
            return Ok(Vec::new());
        };
        let own = centres.row(segment as usize);
        let amounts = distance_parts(space.row(row), own, centres.row(next));
        let named = self.profiles.features.iter().zip(amounts.into_iter().skip(first));
        let part = |(feature, amount): (&fenqun_profiles::Feature, f64)| {
            self.feature(row, segment, &feature.name, amount)
        };
        Ok(named.filter_map(part).collect())
    }
}

/// The nearest centre but the own one.
fn next_nearest(user: &[f32], centres: &Matrix, own: usize) -> Option<usize> {
    let distance = |centre: &[f32]| -> f64 {
        user.iter().zip(centre).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum()
    };
    let others = (0..centres.n_rows()).filter(|&at| at != own);
    others.min_by(|&a, &b| distance(centres.row(a)).total_cmp(&distance(centres.row(b))))
}
