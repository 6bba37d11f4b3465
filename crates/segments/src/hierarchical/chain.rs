//! The nearest-neighbour chain, for any way to keep distances between groups.

/// Groups that are joined until one is left; a group is named by one of its leaves.
pub(super) trait Groups {
    /// Number of leaves, which is also that of groups at the start.
    fn n_leaves(&self) -> usize;

    /// Any group that is left, the same one for the same state.
    fn any(&self) -> usize;

    /// The nearest other group and its distance; among equals `favoured`, else the lowest name.
    fn nearest(&mut self, group: usize, favoured: Option<usize>) -> (usize, f64);

    /// Makes one group of two; it keeps the lower name, which is returned.
    fn join(&mut self, a: usize, b: usize) -> usize;
}

/// Two groups, by one leaf each, and how far apart they were when joined.
#[derive(Clone, Copy, Debug)]
pub(super) struct Join {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) height: f64,
}

/// Every join, in the order in which the chain finds them.
pub(super) fn joins(groups: &mut impl Groups) -> Vec<Join> {
    let n_leaves = groups.n_leaves();
    let mut found = Vec::with_capacity(n_leaves.saturating_sub(1));
    let mut chain: Vec<usize> = Vec::new();
    let mut is_in_chain = vec![false; n_leaves];
    while found.len() + 1 < n_leaves {
        let tip = match chain.last() {
            Some(&tip) => tip,
            None => {
                let any = groups.any();
                chain.push(any);
                is_in_chain[any] = true;
                any
            }
        };
        let before = chain.len().checked_sub(2).map(|at| chain[at]);
        let (next, height) = groups.nearest(tip, before);
        if before == Some(next) {
            chain.truncate(chain.len() - 2);
            is_in_chain[tip] = false;
            is_in_chain[next] = false;
            groups.join(tip, next);
            found.push(Join { a: tip.min(next), b: tip.max(next), height });
        } else if is_in_chain[next] {
            // Only rounding can lead back into the chain: go on from there, one distance nearer.
            while let Some(&last) = chain.last().filter(|&&last| last != next) {
                is_in_chain[last] = false;
                chain.pop();
            }
        } else {
            chain.push(next);
            is_in_chain[next] = true;
        }
    }
    found
}
