//! Behaviour in which a group differs from everybody, in plain words with both numbers.
//!
//! The strength of a difference is Cliff's delta: draw one user of the group and one of all users;
//! delta is the chance that the first lies higher, less the chance that they lie lower. It needs no
//! scale and no assumption on the shape, ties count half, one absurd value moves it by nothing
//! (Cliff 1993, "Dominance statistics"). With mid-ranks it is `2 · (mean rank − ½) / n − 1`.
//!
//! The numbers told are means for shares and medians for everything else, unless the medians are
//! equal: then means again. Only the strongest trait
//! of a family is told: who spends more in 28 days also spends more in 91.
//!
//! Cost: one sort a feature, features in parallel.

mod labels;
mod phrases;

use fenqun_base::Matrix;
use fenqun_profiles::{Feature, FeatureKind};
use rayon::prelude::*;

use crate::card::{CardParams, Trait};

pub use labels::feature_label;
use phrases::Known;
pub(crate) use phrases::{is_told, written};

/// How groups differ in every feature.
#[derive(Clone, Debug)]
pub(crate) struct Differences {
    /// One entry a feature: one entry a group.
    features: Vec<Vec<Difference>>,
    /// Users in each group.
    n_users: Vec<usize>,
    known: Known,
}

#[derive(Clone, Copy, Debug, Default)]
struct Difference {
    value: f64,
    average: f64,
    effect: f64,
}

/// A trait with what a name could make of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub card: Trait,
    /// A short noun phrase, where the feature has one in this direction.
    pub hint: Option<&'static str>,
    /// Features of one family say much the same.
    family: String,
}

/// A feature of one user beside averages, which `others` says after the user's number, and the
/// family it belongs to; `None` where it is not for telling or all numbers read the same.
pub(crate) fn told_of_user(
    feature: &Feature,
    value: f64,
    averages: &[f64],
    others: impl FnOnce(&[String]) -> String,
    params: &CardParams,
) -> Option<(String, String)> {
    let known = Known { has_views: false, n_days: None };
    let told = phrases::phrase_beside(averages, others, feature, value, 0.0, known, params)?;
    Some((told.text, told.family))
}

impl Differences {
    /// Compares every group with all users.
    pub(crate) fn new(
        features: &[Feature],
        values: &Matrix,
        group_of: &[u32],
        n_groups: usize,
    ) -> Self {
        let column_of = |name: &str| features.iter().position(|feature| feature.name == name);
        let longest =
            |column: usize| values.column(column).into_iter().map(f64::from).fold(0.0, f64::max);
        let known = Known {
            has_views: column_of("n_view").is_some(),
            n_days: column_of("tenure").map(longest),
        };
        let features = features
            .par_iter()
            .enumerate()
            .map(|(column, feature)| {
                compare(&values.column(column), feature.kind, group_of, n_groups)
            })
            .collect();
        let mut n_users = vec![0; n_groups];
        for &group in group_of {
            n_users[group as usize] += 1;
        }
        Self { features, n_users, known }
    }

    /// Users in a group.
    pub(crate) fn n_users(&self, group: usize) -> usize {
        self.n_users[group]
    }

    /// The strongest traits of a group, one a family, strongest first; ties in feature order.
    pub(crate) fn strongest(
        &self,
        features: &[Feature],
        group: usize,
        params: &CardParams,
    ) -> Vec<Told> {
        let mut order: Vec<usize> = (0..features.len()).collect();
        let strength = |column: &usize| self.features[*column][group].effect.abs();
        order.sort_by(|a, b| strength(b).total_cmp(&strength(a)).then(a.cmp(b)));
        let mut told: Vec<Told> = Vec::new();
        for column in order {
            let Difference { value, average, effect } = self.features[column][group];
            if effect.abs() < params.min_effect {
                break;
            }
            let feature = &features[column];
            let phrase = phrases::phrase(feature, value, average, effect, self.known, params);
            let Some(phrase) = phrase else { continue };
            if told.iter().any(|known| known.family == phrase.family) {
                continue;
            }
            let feature = feature.name.clone();
            let card = Trait { feature, text: phrase.text, value, average, effect };
            told.push(Told { card, hint: phrase.hint, family: phrase.family });
        }
        told
    }
}

fn compare(
    column: &[f32],
    kind: FeatureKind,
    group_of: &[u32],
    n_groups: usize,
) -> Vec<Difference> {
    let n_users = column.len();
    let mut order: Vec<usize> = (0..n_users).collect();
    order.sort_unstable_by(|&a, &b| column[a].total_cmp(&column[b]).then(a.cmp(&b)));
    let mut mid_rank_sums = vec![0.0f64; n_groups];
    let mut sorted: Vec<Vec<f64>> = vec![Vec::new(); n_groups];
    let mut start = 0;
    while start < n_users {
        let value = column[order[start]];
        let equal = order[start..].iter().take_while(|&&user| column[user] == value).count().max(1);
        let mid_rank = start as f64 + equal as f64 / 2.0;
        for &user in &order[start..start + equal] {
            let group = group_of[user] as usize;
            mid_rank_sums[group] += mid_rank;
            sorted[group].push(f64::from(value));
        }
        start += equal;
    }
    let all: Vec<f64> = order.iter().map(|&user| f64::from(column[user])).collect();
    let difference = |(sum, own): (f64, &Vec<f64>)| {
        if own.is_empty() {
            return Difference::default();
        }
        let (mut value, mut average) = (median(own), median(&all));
        if kind == FeatureKind::Share || value == average {
            (value, average) = (mean(own), mean(&all));
        }
        let effect = 2.0 * sum / own.len() as f64 / n_users as f64 - 1.0;
        Difference { value, average, effect }
    };
    mid_rank_sums.into_iter().zip(&sorted).map(difference).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn median(sorted: &[f64]) -> f64 {
    match sorted.len() {
        0 => 0.0,
        n => (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_effect_is_the_chance_of_lying_above_less_that_of_lying_below() {
        let column = [1.0, 2.0, 2.0, 9.0];
        let differences = compare(&column, FeatureKind::Count, &[0, 0, 1, 1], 3);
        // Group 0 holds 1 and 2. Against 1, 2, 2, 9: above 0 + 1, below 3 + 1, of 8 pairs.
        assert!((differences[0].effect - (1.0 - 4.0) / 8.0).abs() < 1e-12);
        assert!((differences[1].effect + differences[0].effect).abs() < 1e-12);
        assert_eq!(differences[2].effect, 0.0);
        assert_eq!((differences[0].value, differences[0].average), (1.5, 2.0));
    }

    #[test]
    fn one_trait_a_family_is_told() {
        let features = vec![
            Feature::new("spend_28d", FeatureKind::Money),
            Feature::new("spend", FeatureKind::Money),
        ];
        let values = Matrix::from_rows(&[[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]).expect("rows");
        let differences = Differences::new(&features, &values, &[0, 0, 1], 2);
        let told = differences.strongest(&features, 1, &CardParams::default());
        assert_eq!(told.len(), 1);
        assert!(told[0].card.effect > 0.5);
    }
}
