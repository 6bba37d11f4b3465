use fenqun_base::{Assignment, Catalogue, DataError, Matrix, SparseMatrix, UserId};
use fenqun_profiles::{Feature, Profiles};

use crate::card::{Card, CardParams, Distinct, Shape};
use crate::distinct::{Scored, Terms};
use crate::findings::{Findings, Group};
use crate::naming::{self, Called};
use crate::{ExplainError, summary, typical};

/// Writes one card a segment, in the order of segments, also for segments without users.
///
/// `space` holds the coordinates the segments were found in (one row a user); typical users are
/// those nearest to their segment's mean there. The same input gives the same cards, whatever the
/// number of threads.
///
/// # Errors
/// [`ExplainError::Data`] when a table has another number of users or `space` is not finite,
/// [`ExplainError::Shape`] when the shape does not fit the number of segments.
pub fn cards(
    profiles: &Profiles,
    catalogue: &Catalogue,
    assignment: &Assignment,
    shape: &Shape,
    space: &Matrix,
    params: &CardParams,
) -> Result<Vec<Card>, ExplainError> {
    let evidence = Evidence {
        users: &profiles.users,
        features: &profiles.features,
        values: &profiles.values,
        items: &profiles.items,
        spend: &profiles.spend,
        in_money: profiles.value_basis.name() == "spend",
    };
    evidence.check(catalogue, assignment, shape, space)?;
    Ok(write(&evidence, catalogue, assignment, shape, space, params))
}

/// The parts of the profiles that cards speak of.
pub(crate) struct Evidence<'a> {
    pub users: &'a [UserId],
    pub features: &'a [Feature],
    pub values: &'a Matrix,
    pub items: &'a SparseMatrix,
    pub spend: &'a SparseMatrix,
    pub in_money: bool,
}

impl Evidence<'_> {
    pub(crate) fn check(
        &self,
        catalogue: &Catalogue,
        assignment: &Assignment,
        shape: &Shape,
        space: &Matrix,
    ) -> Result<(), ExplainError> {
        let n_users = self.users.len();
        for (what, expected, found) in [
            ("assignment", n_users, assignment.segments.len()),
            ("space", n_users, space.n_rows()),
            ("values", n_users, self.values.n_rows()),
            ("features", self.features.len(), self.values.n_columns()),
            ("items", n_users, self.items.n_rows()),
            ("spend", n_users, self.spend.n_rows()),
            ("item columns", catalogue.len(), self.items.n_columns()),
            ("spend columns", catalogue.len(), self.spend.n_columns()),
        ] {
            if expected != found {
                return Err(DataError::WrongLength { what, expected, found }.into());
            }
        }
        if n_users == 0 {
            return Err(DataError::Empty.into());
        }
        space.check_finite()?;
        if let Shape::TwoAxes { n_tiers, n_tastes } = *shape
            && (n_tiers * n_tastes != assignment.n_segments || n_tastes == 0)
        {
            let n_segments = assignment.n_segments;
            return Err(ExplainError::Shape { n_tiers, n_tastes, n_segments });
        }
        Ok(())
    }

    /// What is chosen: money where there is any, else weighted actions.
    pub(crate) fn weights(&self) -> &SparseMatrix {
        if self.in_money && self.spend.n_entries() > 0 { self.spend } else { self.items }
    }

    /// Spend of one user.
    fn spend_of(&self, row: usize) -> f64 {
        self.weights().entries(row).map(|(_, value)| f64::from(value.max(0.0))).sum()
    }
}

pub(crate) fn write(
    evidence: &Evidence<'_>,
    catalogue: &Catalogue,
    assignment: &Assignment,
    shape: &Shape,
    space: &Matrix,
    params: &CardParams,
) -> Vec<Card> {
    let found = Findings::new(evidence, catalogue, assignment);
    let groups: Vec<Group> =
        (0..assignment.n_segments).map(|segment| found.group(segment, params)).collect();
    let called = match *shape {
        Shape::Flat => naming::flat(&groups, &found, params),
        Shape::TwoAxes { n_tiers, n_tastes } => {
            let tastes = found.over_tiers(evidence, assignment, n_tastes);
            let groups: Vec<Group> =
                (0..n_tastes).map(|taste| tastes.group(taste, params)).collect();
            naming::two_axes(&groups, &tastes, n_tiers, params)
        }
    };
    let typical = typical::typical(evidence.users, assignment, space, params.n_typical);
    let mut spend = vec![0.0; assignment.n_segments];
    let mut elsewhere = 0.0;
    for (row, &segment) in assignment.segments.iter().enumerate() {
        match assignment.is_assigned(row) {
            true => spend[segment as usize] += evidence.spend_of(row),
            false => elsewhere += evidence.spend_of(row),
        }
    }
    let all_spend = spend.iter().sum::<f64>() + elsewhere;
    let n_all = evidence.users.len();

    let parts = groups.into_iter().zip(called).zip(typical).zip(assignment.sizes());
    let card = |(segment, (((group, called), typical), n_users)): (usize, (((Group, _), _), _))| {
        let called: Called = called;
        let mut card = Card {
            segment: segment as u32,
            name: called.name,
            summary: String::new(),
            tier: called.tier,
            taste: called.taste,
            value_tier: called.tier_name,
            taste_name: called.taste_name,
            n_users,
            share: n_users as f64 / n_all as f64,
            spend: spend[segment],
            spend_share: if all_spend > 0.0 { spend[segment] / all_spend } else { 0.0 },
            mean_spend: if n_users > 0 { spend[segment] / n_users as f64 } else { 0.0 },
            value_basis: if evidence.in_money { "spend" } else { "activity" }.to_owned(),
            categories: listed(&group.categories, &found.categories, params.n_categories),
            words: listed(&group.words, &found.words, params.n_words),
            traits: group.told.into_iter().take(params.n_traits).map(|told| told.card).collect(),
            rule: None,
            typical,
        };
        card.summary = summary::sentence(&card, params);
        card
    };
    parts.enumerate().map(card).collect()
}

fn listed(scored: &[Scored], terms: &Terms, n: usize) -> Vec<Distinct> {
    let distinct = |scored: &Scored| Distinct {
        name: terms.names[scored.term].clone(),
        share: scored.share,
        base: scored.base,
        lift: scored.lift,
        reach: scored.reach,
        score: scored.score,
    };
    scored.iter().take(n).map(distinct).collect()
}
