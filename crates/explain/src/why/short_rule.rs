//! A short rule for every segment, with its fidelity on users that its search did not see.

use std::cmp::Ordering;

use fenqun_base::{Assignment, DataError, Matrix};
use fenqun_profiles::Feature;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::search::{Bits, best, bits};
use crate::traits::is_told;

/// How rules are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleParams {
    /// Most conditions of a rule.
    pub n_conditions: usize,
    /// Rules carried on at each length.
    pub beam: usize,
    /// Cuts tried a feature, at quantiles of its values.
    pub n_cuts: usize,
    /// Users looked at, half of them to find a rule and half to measure it.
    pub max_users: usize,
}

impl Default for RuleParams {
    fn default() -> Self {
        Self { n_conditions: 3, beam: 12, n_cuts: 15, max_users: 20_000 }
    }
}

/// A rule that tells a segment approximately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShortRule {
    /// In the language of rules: `spend_91d > 300 and price_level > 0.6`.
    pub rule: String,
    /// Part of the users it names who are in the segment; on users held out, as the next two.
    pub precision: f64,
    /// Part of the segment's users that it names.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
    /// Users it was measured on.
    pub n_held_out: usize,
}

/// One comparison with a number.
#[derive(Clone, Copy, Debug)]
struct Condition {
    column: usize,
    is_above: bool,
    cut: f32,
}

impl Condition {
    fn holds(&self, value: f32) -> bool {
        if self.is_above { value > self.cut } else { value <= self.cut }
    }

    fn words(&self, features: &[Feature]) -> String {
        let name = &features[self.column].name;
        let is_bare = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let sign = if self.is_above { ">" } else { "<=" };
        match is_bare {
            true => format!("{name} {sign} {}", self.cut),
            false => format!("`{name}` {sign} {}", self.cut),
        }
    }
}

/// One rule a segment; `None` for a segment with fewer than two users on either side, or that no
/// condition tells at all. The same users give the same rules, whatever their pseudonyms and the
/// number of threads.
///
/// # Errors
/// [`DataError::WrongLength`] unless there is a feature for every column and a segment for every
/// row; [`DataError::NotFinite`].
pub fn short_rules(
    features: &[Feature],
    values: &Matrix,
    assignment: &Assignment,
    params: &RuleParams,
) -> Result<Vec<Option<ShortRule>>, DataError> {
    let length = |what, expected, found| match expected == found {
        true => Ok(()),
        false => Err(DataError::WrongLength { what, expected, found }),
    };
    length("features", values.n_columns(), features.len())?;
    length("segments", values.n_rows(), assignment.segments.len())?;
    values.check_finite()?;
    let rows = sample(values, params.max_users.max(4));
    let (seen, held_out): (Vec<usize>, Vec<usize>) = rows
        .chunks(2)
        .map(|pair| (pair[0], pair.get(1).copied()))
        .fold((Vec::new(), Vec::new()), |(mut seen, mut held_out), (first, second)| {
            seen.push(first);
            held_out.extend(second);
            (seen, held_out)
        });
    let conditions = conditions(features, values, &seen, params.n_cuts);
    let holds: Vec<Bits> = conditions
        .par_iter()
        .map(|it| bits(seen.len(), |at| it.holds(values.at(seen[at], it.column))))
        .collect();
    let of_what: Vec<(usize, bool)> =
        conditions.iter().map(|it| (it.column, it.is_above)).collect();
    let is_member = |row: usize, segment: usize| {
        assignment.segments[row] as usize == segment && assignment.is_assigned(row)
    };
    let rule = |segment: usize| -> Option<ShortRule> {
        let n = |rows: &[usize]| rows.iter().filter(|&&row| is_member(row, segment)).count();
        if n(&seen) < 2 || n(&held_out) < 2 {
            return None;
        }
        let members = bits(seen.len(), |at| is_member(seen[at], segment));
        let (mut found, _) = best(&members, &holds, &of_what, params.n_conditions, params.beam);
        if found.is_empty() {
            return None;
        }
        found.sort_unstable();
        let found: Vec<Condition> = found.into_iter().map(|at| conditions[at]).collect();
        let named = |row: usize| found.iter().all(|it| it.holds(values.at(row, it.column)));
        let words: Vec<String> = found.iter().map(|it| it.words(features)).collect();
        let fidelity = fidelity(&held_out, named, |row| is_member(row, segment));
        Some(ShortRule { rule: words.join(" and "), n_held_out: held_out.len(), ..fidelity })
    };
    Ok((0..assignment.n_segments).into_par_iter().map(rule).collect())
}

/// Precision, recall and F1 over some rows.
fn fidelity(
    rows: &[usize],
    named: impl Fn(usize) -> bool,
    is_member: impl Fn(usize) -> bool,
) -> ShortRule {
    let (mut n_hits, mut n_named, mut n_members) = (0.0, 0.0, 0.0);
    for &row in rows {
        let (named, member) = (named(row), is_member(row));
        n_named += f64::from(u8::from(named));
        n_members += f64::from(u8::from(member));
        n_hits += f64::from(u8::from(named && member));
    }
    let part = |whole: f64| if whole > 0.0 { n_hits / whole } else { 0.0 };
    ShortRule {
        rule: String::new(),
        precision: part(n_named),
        recall: part(n_members),
        f1: if n_named + n_members > 0.0 { 2.0 * n_hits / (n_named + n_members) } else { 0.0 },
        n_held_out: 0,
    }
}

/// Rows spread evenly over all, in an order that what users did decides and not their pseudonyms.
fn sample(values: &Matrix, n_rows: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.n_rows()).collect();
    order.par_sort_by(|&a, &b| {
        let pairs = values.row(a).iter().zip(values.row(b));
        pairs.map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    let step = order.len() as f64 / n_rows.min(order.len()).max(1) as f64;
    (0..n_rows.min(order.len())).map(|at| order[(at as f64 * step) as usize]).collect()
}

/// Both sides of cuts at quantiles of every feature that a person would be told of.
fn conditions(
    features: &[Feature],
    values: &Matrix,
    rows: &[usize],
    n_cuts: usize,
) -> Vec<Condition> {
    let of_column = |column: usize| -> Vec<Condition> {
        let name = &features[column].name;
        if rows.is_empty() || !is_told(name) || name.contains(['`', '\n']) {
            return Vec::new();
        }
        let mut sorted: Vec<f32> = rows.iter().map(|&row| values.at(row, column)).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let quantile = |cut: usize| sorted[(cut * sorted.len()) / (n_cuts + 1)];
        let mut cuts: Vec<f32> = (1..=n_cuts).map(|cut| rounded(quantile(cut))).collect();
        cuts.sort_unstable_by(f32::total_cmp);
        cuts.dedup();
        let both = |&cut: &f32| [true, false].map(|is_above| Condition { column, is_above, cut });
        cuts.iter().flat_map(both).collect()
    };
    (0..features.len()).into_par_iter().map(of_column).collect::<Vec<_>>().concat()
}

/// Two significant digits, and no more than a person wants to read.
fn rounded(number: f32) -> f32 {
    let number = f64::from(number);
    if number == 0.0 || !number.is_finite() {
        return 0.0;
    }
    let scale = 10f64.powi(1 - number.abs().log10().floor() as i32);
    ((number * scale).round() / scale) as f32
}

#[cfg(test)]
mod tests {
    use fenqun_profiles::FeatureKind;
    use proptest::prelude::*;

    use super::*;

    fn features() -> Vec<Feature> {
        vec![
            Feature::new("spend_91d", FeatureKind::Money),
            Feature::new("spend_share:FROZEN FOOD", FeatureKind::Share),
            Feature::new("hour_entropy", FeatureKind::Entropy),
        ]
    }

    /// Segment 1 spends more than 300 with a fifth or more of it on frozen food; noise beside.
    fn shop(n_users: usize) -> (Matrix, Assignment) {
        let rows: Vec<[f32; 3]> = (0..n_users)
            .map(|user| {
                let spread = |factor: usize| (user * factor % 997) as f32 / 997.0;
                [spread(389) * 600.0, spread(641) * 0.4, spread(83)]
            })
            .collect();
        let is_member = |row: &[f32; 3]| u32::from(row[0] > 300.0 && row[1] > 0.2);
        let segments: Vec<u32> = rows.iter().map(is_member).collect();
        let scores = vec![1.0; segments.len()];
        let assignment = Assignment::new(segments, 3, scores).expect("fits");
        (Matrix::from_rows(&rows).expect("rows"), assignment)
    }

    #[test]
    fn a_segment_made_by_a_rule_is_told_by_that_rule_on_users_not_seen() {
        let (values, assignment) = shop(997);
        let rules = short_rules(&features(), &values, &assignment, &RuleParams::default());
        let rules = rules.expect("sound");
        let rule = rules[1].as_ref().expect("a rule");
        assert_eq!(rule.rule, "spend_91d > 300 and `spend_share:FROZEN FOOD` > 0.2");
        assert!(rule.precision > 0.97 && rule.recall > 0.97, "{rule:?}");
        assert_eq!(rule.n_held_out, 498);
        assert_eq!(rules[2], None, "nobody is in segment 2");
    }

    #[test]
    fn the_figures_are_those_of_the_rule_as_written() {
        let (values, assignment) = shop(400);
        let params = RuleParams { n_conditions: 1, ..RuleParams::default() };
        let rules = short_rules(&features(), &values, &assignment, &params).expect("sound");
        let rule = rules[1].as_ref().expect("a rule");
        let (name, cut) = rule.rule.rsplit_once(" > ").expect("one condition above a cut");
        let column = features().iter().position(|it| name.trim_matches('`') == it.name);
        let (column, cut): (usize, f32) = (column.expect("known"), cut.parse().expect("a number"));
        let rows = sample(&values, 400);
        let held_out: Vec<usize> = rows.into_iter().skip(1).step_by(2).collect();
        let again = fidelity(
            &held_out,
            |row| values.at(row, column) > cut,
            |row| assignment.segments[row] == 1,
        );
        assert_eq!((again.precision, again.recall), (rule.precision, rule.recall));
        assert!(rule.f1 < 0.9, "one condition cannot tell two");
    }

    #[test]
    fn numbers_are_short_and_bad_tables_are_refused() {
        assert_eq!([rounded(1234.5), rounded(-0.0347), rounded(0.0)], [1200.0, -0.035, 0.0]);
        let (values, assignment) = shop(10);
        let params = RuleParams::default();
        assert!(short_rules(&features()[1..], &values, &assignment, &params).is_err());
        let mut bad = values.clone();
        bad.row_mut(3)[0] = f32::NAN;
        assert!(short_rules(&features(), &bad, &assignment, &params).is_err());
    }

    proptest! {
        #[test]
        fn the_order_of_users_changes_no_rule(shift in 1usize..96) {
            let (values, assignment) = shop(97);
            let order: Vec<usize> = (0..97).map(|row| (row * 5 + shift) % 97).collect();
            let segments = order.iter().map(|&row| assignment.segments[row]).collect();
            let shuffled = Assignment::new(segments, 3, vec![1.0; 97]).expect("fits");
            let params = RuleParams::default();
            let one = short_rules(&features(), &values, &assignment, &params).expect("sound");
            let rows = values.select_rows(&order);
            let other = short_rules(&features(), &rows, &shuffled, &params).expect("sound");
            prop_assert_eq!(one, other);
        }
    }
}
