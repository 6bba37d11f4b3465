//! What was found out about every group, before it is put into words.

use fenqun_base::{Assignment, Catalogue};
use fenqun_profiles::Feature;

use crate::card::CardParams;
use crate::cards::Evidence;
use crate::distinct::{Scored, Tally, Terms};
use crate::traits::{Differences, Told};
use crate::{categories, words};

/// A pair of words replaces its single words when it makes up this share of them.
const PAIR_SHARE: f64 = 0.6;

/// Tallies and differences of one way to group the users.
pub(crate) struct Findings {
    pub categories: Terms,
    pub words: Terms,
    features: Vec<Feature>,
    category_tally: Tally,
    word_tally: Tally,
    differences: Differences,
}

/// What sets one group apart, strongest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub n_users: usize,
    pub categories: Vec<Scored>,
    pub words: Vec<Scored>,
    pub told: Vec<Told>,
}

/// Users in no segment are a group of their own, after the others: they belong to everybody's
/// average and to no segment's.
fn groups(assignment: &Assignment) -> (Vec<u32>, usize) {
    let n_segments = assignment.n_segments;
    let group = |(row, &segment): (usize, &u32)| match assignment.is_assigned(row) {
        true => segment,
        false => n_segments as u32,
    };
    let groups = assignment.segments.iter().enumerate().map(group).collect();
    (groups, n_segments + usize::from(!assignment.unassigned.is_empty()))
}

impl Findings {
    /// Looks at every segment.
    pub(crate) fn new(
        evidence: &Evidence<'_>,
        catalogue: &Catalogue,
        assignment: &Assignment,
    ) -> Self {
        let categories = categories::categories(catalogue);
        let words = words::words(catalogue);
        let (segments, n_groups) = groups(assignment);
        let tally = |terms: &Terms| Tally::new(evidence.weights(), &segments, n_groups, terms);
        let (category_tally, word_tally) = rayon::join(|| tally(&categories), || tally(&words));
        let (features, values) = (evidence.features, evidence.values);
        let differences = Differences::new(features, values, &segments, n_groups);
        let features = features.to_vec();
        Self { categories, words, features, category_tally, word_tally, differences }
    }

    /// Looks at every taste group, all tiers together.
    pub(crate) fn over_tiers(
        &self,
        evidence: &Evidence<'_>,
        assignment: &Assignment,
        n_tastes: usize,
    ) -> Self {
        let tastes: Vec<u32> =
            assignment.segments.iter().map(|&segment| segment % n_tastes as u32).collect();
        let (features, values) = (evidence.features, evidence.values);
        Self {
            categories: self.categories.clone(),
            words: self.words.clone(),
            features: self.features.clone(),
            category_tally: self.category_tally.merged(n_tastes, |segment| segment % n_tastes),
            word_tally: self.word_tally.merged(n_tastes, |segment| segment % n_tastes),
            differences: Differences::new(features, values, &tastes, n_tastes),
        }
    }

    /// What sets a group apart.
    pub(crate) fn group(&self, group: usize, params: &CardParams) -> Group {
        let distinct = |tally: &Tally| tally.distinct(group, params.min_users, params.min_lift);
        let n_users = self.differences.n_users(group);
        let told = match n_users {
            0 => Vec::new(),
            _ => self.differences.strongest(&self.features, group, params),
        };
        let mut words = distinct(&self.word_tally);
        self.prefer_pairs(&mut words);
        Group { n_users, categories: distinct(&self.category_tally), words, told }
    }

    /// Leaves out words that mostly stand in a pair that is listed too.
    fn prefer_pairs(&self, words: &mut Vec<Scored>) {
        let name = |scored: &Scored| self.words.names[scored.term].as_str();
        let pairs: Vec<Scored> =
            words.iter().filter(|scored| name(scored).contains(' ')).copied().collect();
        words.retain(|word| {
            name(word).contains(' ')
                || !pairs.iter().any(|pair| {
                    pair.share >= PAIR_SHARE * word.share
                        && name(pair).split(' ').any(|part| part == name(word))
                })
        });
    }
}
