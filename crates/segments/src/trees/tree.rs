//! One tree: a list of nodes, parents before their children.

/// Column of a leaf, which asks nothing.
pub(super) const LEAF: u32 = u32::MAX;

/// A question, or an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Node {
    /// The column asked about, or [`LEAF`].
    pub(super) column: u32,
    /// Up to and including it a row goes left.
    pub(super) threshold: f32,
    /// The left child; the right one follows it.
    pub(super) left: u32,
    /// What a leaf adds to the score.
    pub(super) value: f32,
    /// Rows it was learned from.
    pub(super) n_rows: f32,
    /// How much the split lowered the loss.
    pub(super) gain: f32,
}

/// One tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
}

impl Node {
    pub(super) fn leaf(value: f32, n_rows: usize) -> Self {
        let n_rows = n_rows as f32;
        Self { column: LEAF, threshold: 0.0, left: 0, value, n_rows, gain: 0.0 }
    }

    pub(super) fn is_leaf(&self) -> bool {
        self.column == LEAF
    }

    /// The child that a row goes to.
    pub(super) fn next(&self, row: &[f32]) -> usize {
        self.left as usize + usize::from(row[self.column as usize] > self.threshold)
    }
}

impl Tree {
    /// What the tree adds to a row's score.
    pub(super) fn value(&self, row: &[f32]) -> f32 {
        let mut node = &self.nodes[0];
        while !node.is_leaf() {
            node = &self.nodes[node.next(row)];
        }
        node.value
    }

    /// The mean of its leaves over the rows it was learned from.
    pub(super) fn mean(&self) -> f64 {
        let leaves = self.nodes.iter().filter(|node| node.is_leaf());
        let sum: f64 = leaves.map(|leaf| f64::from(leaf.value) * f64::from(leaf.n_rows)).sum();
        sum / f64::from(self.nodes[0].n_rows)
    }

    /// Whether every question can be asked of rows of `width`, and every child stands after its
    /// parent.
    pub(super) fn is_sound(&self, width: usize) -> bool {
        let sound = |(at, node): (usize, &Node)| {
            let numbers = [node.threshold, node.value, node.gain];
            let finite = numbers.iter().all(|value| value.is_finite()) && node.n_rows > 0.0;
            let left = node.left as usize;
            let asks = (node.column as usize) < width && left > at && left + 1 < self.nodes.len();
            finite && (node.is_leaf() || asks)
        };
        !self.nodes.is_empty() && self.nodes.iter().enumerate().all(sound)
    }
}
