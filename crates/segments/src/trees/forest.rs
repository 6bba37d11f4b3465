//! Trees as they are kept: what all three models share.

use fenqun_base::{DataError, Matrix, ModelState};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::shapley::shapley;
use super::tree::{LEAF, Node, Tree};

/// Rows in a piece of parallel work.
const CHUNK: usize = 512;

/// Numbers of a stored node.
const PARTS: usize = 6;

/// Sums of trees, one sum an output.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Forest {
    pub(super) width: usize,
    /// The score of each output before its first tree.
    pub(super) start: Vec<f32>,
    pub(super) trees: Vec<Vec<Tree>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    width: usize,
    outputs: usize,
}

impl Forest {
    pub(super) fn n_outputs(&self) -> usize {
        self.start.len()
    }

    /// Scores of a row: sums in the order of trees, whatever rows stand beside it.
    pub(super) fn score(&self, row: &[f32], scores: &mut [f64]) {
        for ((score, &start), trees) in scores.iter_mut().zip(&self.start).zip(&self.trees) {
            let add = |sum, tree: &Tree| sum + f64::from(tree.value(row));
            *score = trees.iter().fold(f64::from(start), add);
        }
    }

    /// One result a row from its scores, in order.
    pub(super) fn map<T: Send>(
        &self,
        data: &Matrix,
        result: impl Fn(&mut [f64]) -> T + Sync,
    ) -> Result<Vec<T>, DataError> {
        if data.n_columns() != self.width {
            let (expected, found) = (self.width, data.n_columns());
            return Err(DataError::WrongWidth { expected, found });
        }
        data.check_finite()?;
        let rows = (0..data.n_rows()).into_par_iter().with_min_len(CHUNK);
        let scores = || vec![0.0; self.n_outputs()];
        let score = |scores: &mut Vec<f64>, row| {
            self.score(data.row(row), scores);
            result(scores)
        };
        Ok(rows.map_init(scores, score).collect())
    }

    /// Mean score of each output over the rows each tree was learned from.
    pub(super) fn expected(&self) -> Vec<f64> {
        let sum = |(&start, trees): (&f32, &Vec<Tree>)| {
            trees.iter().fold(f64::from(start), |sum, tree| sum + tree.mean())
        };
        self.start.iter().zip(&self.trees).map(sum).collect()
    }

    /// What each column adds to each output's score beyond [`Forest::expected`]: outputs × width.
    pub(super) fn shapley(&self, row: &[f32]) -> Result<Vec<Vec<f64>>, DataError> {
        if row.len() != self.width {
            return Err(DataError::WrongWidth { expected: self.width, found: row.len() });
        }
        if let Some(column) = row.iter().position(|value| !value.is_finite()) {
            return Err(DataError::NotFinite { row: 0, column, value: row[column] });
        }
        let add_up = |trees: &Vec<Tree>| {
            let mut sums = vec![0.0; self.width];
            trees.iter().for_each(|tree| shapley(tree, row, &mut sums));
            sums
        };
        Ok(self.trees.iter().map(add_up).collect())
    }

    /// Each column's share of all that splits gained; all 0 when nothing was split.
    pub(super) fn importance(&self) -> Vec<f64> {
        let mut gains = vec![0.0; self.width];
        for node in self.trees.iter().flatten().flat_map(|tree| &tree.nodes) {
            if !node.is_leaf() {
                gains[node.column as usize] += f64::from(node.gain);
            }
        }
        let total: f64 = gains.iter().sum();
        if total > 0.0 {
            gains.iter_mut().for_each(|gain| *gain /= total);
        }
        gains
    }

    pub(super) fn state(&self) -> ModelState {
        let mut nodes = Vec::new();
        let mut sizes = Vec::new();
        for (output, tree) in self
            .trees
            .iter()
            .enumerate()
            .flat_map(|(output, trees)| trees.iter().map(move |tree| (output, tree)))
        {
            sizes.extend([output as f32, tree.nodes.len() as f32]);
            for node in &tree.nodes {
                // Whole numbers below 2²⁴ are exact; a leaf is a column before the first.
                let column = if node.is_leaf() { -1.0 } else { node.column as f32 };
                let (left, value) = (node.left as f32, node.value);
                nodes.extend([column, node.threshold, left, value, node.n_rows, node.gain]);
            }
        }
        let matrix = |values: Vec<f32>, width: usize| {
            Matrix::new(values.len() / width, width, values).unwrap_or_default()
        };
        ModelState::new(Shape { width: self.width, outputs: self.n_outputs() })
            .vector("start", &self.start)
            .matrix("trees", &matrix(sizes, 2))
            .matrix("nodes", &matrix(nodes, PARTS))
    }

    pub(super) fn from_state(state: &ModelState, model: &'static str) -> Result<Self, DataError> {
        let Shape { width, outputs } = state.read_config(model)?;
        let start = state.read_vector(model, "start")?;
        let sizes = state.read_matrix(model, "trees")?;
        let nodes = state.read_matrix(model, "nodes")?;
        let wrong = |reason: &str| DataError::Model { model, reason: reason.to_owned() };
        if outputs == 0 || start.len() != outputs || start.iter().any(|start| !start.is_finite()) {
            return Err(wrong("it needs one finite start for each output"));
        }
        if nodes.n_rows() > 0 && nodes.n_columns() != PARTS {
            return Err(wrong("a node is six numbers"));
        }
        let mut trees = vec![Vec::new(); outputs];
        let mut rows = nodes.rows().map(node);
        for size in sizes.rows() {
            let [output, n_nodes] = size else { return Err(wrong("a tree is two numbers")) };
            let tree: Option<Vec<Node>> = rows.by_ref().take(*n_nodes as usize).collect();
            let tree = Tree { nodes: tree.ok_or_else(|| wrong("a node is broken"))? };
            let trees = trees.get_mut(*output as usize);
            match trees {
                Some(trees) if tree.nodes.len() == *n_nodes as usize && tree.is_sound(width) => {
                    trees.push(tree);
                }
                _ => return Err(wrong("a tree is broken")),
            }
        }
        match rows.next() {
            None => Ok(Self { width, start, trees }),
            Some(_) => Err(wrong("nodes are left over")),
        }
    }
}

/// A stored node; `None` unless its whole numbers are such.
fn node(parts: &[f32]) -> Option<Node> {
    let &[column, threshold, left, value, n_rows, gain] = parts else { return None };
    let whole = |value: f32| (value >= 0.0 && value.fract() == 0.0).then_some(value as u32);
    let column = if column == -1.0 { LEAF } else { whole(column)? };
    Some(Node { column, threshold, left: whole(left)?, value, n_rows, gain })
}
