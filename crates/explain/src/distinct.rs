//! What a group chooses more than everybody: class-based TF-IDF over categories or words.
//!
//! Every user counts as one, however much they buy: a user's weights are divided by their sum, and
//! the share of a term in a group is the mean over the group's users. With `tf` that share, the
//! class-based weight is `tf · ln(1 + A / f)` where `f` is the sum of the term's shares over the
//! groups and `A` the mean sum of shares a group (Grootendorst 2022, BERTopic, section 3.3). That
//! weight alone still favours what everybody buys, so it is multiplied by `ln(lift)`, where
//! `lift = share / base` is drawn towards 1 as if a few average users more were in the group, and by
//! the square root of the reach, the part of the group that chose the term at all: a group is not
//! told by what a few of its users spend everything on.
//!
//! Cost: one pass over the users' entries.

use fenqun_base::SparseMatrix;

/// Average users added to every group before its lift is taken.
const PRIOR_USERS: f64 = 10.0;

/// Which terms (categories or words) each item has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    /// Names of the terms.
    pub names: Vec<String>,
    /// Terms of each item.
    pub of_item: Vec<Vec<u32>>,
}

/// Sums of shares and numbers of users by group and term.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    n_terms: usize,
    shares: Vec<Vec<f64>>,
    users: Vec<Vec<u32>>,
    n_active: Vec<f64>,
}

/// One term of one group, scored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scored {
    pub term: usize,
    pub share: f64,
    pub base: f64,
    pub lift: f64,
    /// Part of the group's users that chose it at all.
    pub reach: f64,
    pub score: f64,
    /// Whether no other group has a higher share of it.
    pub leads: bool,
}

impl Tally {
    /// Goes once over all users.
    pub(crate) fn new(
        weights: &SparseMatrix,
        group_of: &[u32],
        n_groups: usize,
        terms: &Terms,
    ) -> Self {
        let n_terms = terms.names.len();
        let mut tally = Self {
            n_terms,
            shares: vec![vec![0.0; n_terms]; n_groups],
            users: vec![vec![0; n_terms]; n_groups],
            n_active: vec![0.0; n_groups],
        };
        let mut last_user = vec![usize::MAX; n_terms];
        for (user, &group) in group_of.iter().enumerate() {
            let group = group as usize;
            let total: f64 =
                weights.entries(user).map(|(_, weight)| f64::from(weight.max(0.0))).sum();
            if total <= 0.0 {
                continue;
            }
            tally.n_active[group] += 1.0;
            for (item, weight) in weights.entries(user) {
                if weight <= 0.0 {
                    continue;
                }
                for &term in &terms.of_item[item] {
                    let term = term as usize;
                    tally.shares[group][term] += f64::from(weight) / total;
                    if last_user[term] != user {
                        last_user[term] = user;
                        tally.users[group][term] += 1;
                    }
                }
            }
        }
        tally
    }

    /// The same counts over wider groups: group `g` goes to `wider_of(g)`.
    pub(crate) fn merged(&self, n_wider: usize, wider_of: impl Fn(usize) -> usize) -> Self {
        let mut wider = Self {
            n_terms: self.n_terms,
            shares: vec![vec![0.0; self.n_terms]; n_wider],
            users: vec![vec![0; self.n_terms]; n_wider],
            n_active: vec![0.0; n_wider],
        };
        for group in 0..self.shares.len() {
            let to = wider_of(group);
            wider.n_active[to] += self.n_active[group];
            for term in 0..self.n_terms {
                wider.shares[to][term] += self.shares[group][term];
                wider.users[to][term] += self.users[group][term];
            }
        }
        wider
    }

    /// The terms that set a group apart, most distinctive first; ties in the order of terms.
    pub(crate) fn distinct(&self, group: usize, min_users: usize, min_lift: f64) -> Vec<Scored> {
        let n_all: f64 = self.n_active.iter().sum();
        let n_own = self.n_active[group];
        if n_own == 0.0 {
            return Vec::new();
        }
        let mean = |group: usize, term: usize| match self.n_active[group] {
            0.0 => 0.0,
            n_active => self.shares[group][term] / n_active,
        };
        let n_groups = self.shares.len();
        let per_group = (0..n_groups)
            .map(|group| (0..self.n_terms).map(|term| mean(group, term)).sum::<f64>())
            .sum::<f64>()
            / n_groups as f64;
        let mut scored = Vec::new();
        for term in 0..self.n_terms {
            if (self.users[group][term] as usize) < min_users.max(1) {
                continue;
            }
            let share = mean(group, term);
            let base = self.shares.iter().map(|shares| shares[term]).sum::<f64>() / n_all;
            let lift =
                (self.shares[group][term] + PRIOR_USERS * base) / ((n_own + PRIOR_USERS) * base);
            if !lift.is_finite() || lift < min_lift {
                continue;
            }
            let over_groups: f64 = (0..n_groups).map(|group| mean(group, term)).sum();
            let leads = (0..n_groups).all(|other| mean(other, term) <= share);
            let reach = f64::from(self.users[group][term]) / n_own;
            let weight = share * (1.0 + per_group / over_groups).ln();
            let score = weight * lift.ln() * reach.sqrt();
            scored.push(Scored { term, share, base, lift, reach, score, leads });
        }
        scored.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.term.cmp(&b.term)));
        scored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two groups of ten: the first buys tea and bread, the second coffee and bread.
    fn tally() -> Tally {
        let mut weights = SparseMatrix::with_width(3);
        for user in 0..20 {
            let own = u32::from(user >= 10);
            weights.push_row(&mut [(own, 3.0), (2, 1.0)]).expect("fits");
        }
        let names = ["tea", "coffee", "bread"].map(str::to_owned).to_vec();
        let terms = Terms { names, of_item: vec![vec![0], vec![1], vec![2]] };
        let group_of: Vec<u32> = (0..20).map(|user| u32::from(user >= 10)).collect();
        Tally::new(&weights, &group_of, 2, &terms)
    }

    #[test]
    fn what_only_one_group_buys_sets_it_apart_and_what_all_buy_does_not() {
        let scored = tally().distinct(0, 5, 1.15);
        assert_eq!(scored.iter().map(|term| term.term).collect::<Vec<_>>(), [0]);
        let tea = scored[0];
        assert!((tea.share - 0.75).abs() < 1e-9 && (tea.base - 0.375).abs() < 1e-9);
        // (10 · 0.75 + 10 · 0.375) / (20 · 0.375)
        assert!((tea.lift - 1.5).abs() < 1e-9);
        // per group 1; the shares of tea add up to 0.75
        let expected = 0.75 * (1.0f64 + 1.0 / 0.75).ln() * 1.5f64.ln();
        assert!((tea.score - expected).abs() < 1e-9);
        assert!(tea.leads);
    }

    #[test]
    fn few_users_are_no_evidence() {
        assert!(tally().distinct(0, 11, 1.0).is_empty());
    }

    #[test]
    fn merging_all_groups_leaves_nothing_distinct() {
        assert!(tally().merged(1, |_| 0).distinct(0, 1, 1.01).is_empty());
    }
}
