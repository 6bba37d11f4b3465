//! The tree that the joins make, and its cuts.

use super::chain::Join;

/// One join of the tree.
///
/// Leaves have the numbers `0..n`; the group of the `i`-th join has the number `n + i`, as in
/// SciPy's linkage matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merge {
    /// The lower number of the two groups.
    pub left: u32,
    /// The higher one.
    pub right: u32,
    /// How far apart they were.
    pub height: f32,
    /// Rows of the joined group.
    pub size: f32,
}

/// Joins in rising height, with numbers for the groups.
pub(super) fn merges(mut joins: Vec<Join>, weights: &[f64]) -> Vec<Merge> {
    joins.sort_by(|a, b| a.height.total_cmp(&b.height));
    let n_leaves = weights.len();
    let mut sets = Sets::new(n_leaves);
    let mut numbers: Vec<u32> = (0..n_leaves as u32).collect();
    let mut sizes = weights.to_vec();
    let mut merges = Vec::with_capacity(joins.len());
    for (at, join) in joins.iter().enumerate() {
        let (a, b) = (sets.root(join.a), sets.root(join.b));
        let root = sets.join(a, b);
        let (left, right) = (numbers[a].min(numbers[b]), numbers[a].max(numbers[b]));
        let size = sizes[a] + sizes[b];
        (numbers[root], sizes[root]) = ((n_leaves + at) as u32, size);
        merges.push(Merge { left, right, height: join.height as f32, size: size as f32 });
    }
    merges
}

/// The group of every leaf after the first `n_merges` joins, numbered in the order of leaves.
pub(super) fn cut(merges: &[Merge], n_leaves: usize, n_merges: usize) -> (Vec<u32>, usize) {
    let mut sets = Sets::new(n_leaves + n_merges);
    for (at, merge) in merges.iter().take(n_merges).enumerate() {
        let left = sets.join(merge.left as usize, n_leaves + at);
        sets.join(left, merge.right as usize);
    }
    let mut numbers = vec![u32::MAX; n_leaves + n_merges];
    let mut n_groups = 0;
    let mut group = |leaf: usize| {
        let root = sets.root(leaf);
        if numbers[root] == u32::MAX {
            numbers[root] = n_groups;
            n_groups += 1;
        }
        numbers[root]
    };
    let groups = (0..n_leaves).map(&mut group).collect();
    (groups, n_groups as usize)
}

/// Disjoint sets.
struct Sets {
    parents: Vec<usize>,
}

impl Sets {
    fn new(n: usize) -> Self {
        Self { parents: (0..n).collect() }
    }

    fn root(&mut self, mut member: usize) -> usize {
        while self.parents[member] != member {
            self.parents[member] = self.parents[self.parents[member]];
            member = self.parents[member];
        }
        member
    }

    fn join(&mut self, a: usize, b: usize) -> usize {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[b] = a;
        a
    }
}
