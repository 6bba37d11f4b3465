//! One tree, grown leaf by leaf: always the split that lowers the loss most.

use rayon::prelude::*;

use super::Trees;
use super::bins::Binned;
use super::histogram::{Cell, Push, STEPS, Units, fill};
use super::loss::Slope;
use super::tree::{Node, Tree};

/// Work (rows × columns) from which columns are shared out over threads.
const PARALLEL_FROM: usize = 1 << 17;

/// Least sum of second derivatives in a leaf: below it a step has no measure.
const LEAST_HESSIAN: f64 = 1e-3;

/// What a tree is grown from.
pub(super) struct Grower<'a> {
    pub(super) params: &'a Trees,
    pub(super) binned: &'a Binned,
    /// Columns of `binned` that the tree may use.
    pub(super) columns: &'a [u32],
}

/// Rows, kept so that those of a leaf stand together.
struct Rows {
    /// Rows that the tree learns from, and their slopes.
    inside: Vec<u32>,
    pushes: Vec<Push>,
    /// Rows that it only gives a value to.
    outside: Vec<u32>,
    spare: Vec<u32>,
    spare_pushes: Vec<Push>,
}

/// A tree under way.
struct Growing<'a> {
    rows: Rows,
    units: Units,
    tree: Tree,
    /// Histograms for use, cleared or not.
    spare: &'a mut Vec<Vec<Cell>>,
}

struct Leaf {
    node: usize,
    inside: std::ops::Range<usize>,
    outside: std::ops::Range<usize>,
    sum: Cell,
    cells: Vec<Cell>,
    best: Option<Split>,
}

#[derive(Clone, Copy)]
struct Split {
    gain: f64,
    /// Place of the column in `Grower::columns`.
    column: usize,
    step: u8,
    left: Cell,
}

impl Grower<'_> {
    /// Grows a tree from the slopes of the rows `inside` and adds its values to the scores of
    /// these and the rows `outside`. `spare` are histograms for use, cleared or not.
    pub(super) fn grow(
        &self,
        inside: &[u32],
        outside: &[u32],
        slopes: &[Slope],
        scores: &mut [f64],
        spare: &mut Vec<Vec<Cell>>,
    ) -> Tree {
        let (pushes, units) = Units::of(slopes);
        let rows = Rows {
            inside: inside.to_vec(),
            pushes,
            outside: outside.to_vec(),
            spare: Vec::new(),
            spare_pushes: Vec::new(),
        };
        let tree = Tree { nodes: Vec::with_capacity(2 * self.params.leaves) };
        let mut growing = Growing { rows, units, tree, spare };
        let mut leaves = vec![self.root(&mut growing)];
        while leaves.len() < self.params.leaves {
            let Some((at, split)) = next(&leaves) else { break };
            let is_last = leaves.len() + 1 == self.params.leaves;
            let left = &mut leaves[at];
            let mut right = self.split(left, &split, &mut growing);
            if !is_last {
                self.find_splits(left, &mut right, &mut growing);
            }
            leaves.push(right);
        }
        let Growing { rows, tree, spare, .. } = growing;
        for leaf in leaves {
            if !leaf.cells.is_empty() {
                spare.push(leaf.cells);
            }
            let value = f64::from(tree.nodes[leaf.node].value);
            let (inside, outside) = (&rows.inside[leaf.inside], &rows.outside[leaf.outside]);
            inside.iter().chain(outside).for_each(|&row| scores[row as usize] += value);
        }
        tree
    }

    fn root(&self, growing: &mut Growing<'_>) -> Leaf {
        let mut cells = self.cells(growing);
        let Growing { rows, units, tree, .. } = growing;
        let mut sum = Cell::default();
        rows.pushes.iter().for_each(|&push| sum.add(push));
        // A tree that splits nothing says nothing: the start holds the mean already.
        tree.nodes.push(Node::leaf(0.0, sum.n_rows()));
        let find = |(at, cells): (usize, &mut [Cell])| {
            self.fill(at, cells, &rows.inside, &rows.pushes);
            self.best_of(at, cells, &sum, units)
        };
        let columns = cells.par_chunks_mut(STEPS).enumerate();
        let best = self.each_column(columns, rows.inside.len(), find);
        let (inside, outside) = (0..rows.inside.len(), 0..rows.outside.len());
        let best = best.into_iter().flatten().reduce(better);
        Leaf { node: 0, inside, outside, sum, cells, best }
    }

    /// Turns a leaf into a node with two leaves, of which the right one is given back. Histogram
    /// and best split are still the parent's.
    fn split(&self, leaf: &mut Leaf, split: &Split, growing: &mut Growing<'_>) -> Leaf {
        let Growing { rows, units, tree, .. } = growing;
        let column = &self.binned.columns[self.columns[split.column] as usize];
        let right_sum = leaf.sum.less(&split.left);
        let left = tree.nodes.len();
        for sum in [&split.left, &right_sum] {
            tree.nodes.push(Node::leaf(self.value(sum, units), sum.n_rows()));
        }
        let threshold = column.thresholds[usize::from(split.step)];
        tree.nodes[leaf.node] = Node {
            column: column.index,
            threshold,
            left: left as u32,
            value: 0.0,
            gain: split.gain as f32,
            ..tree.nodes[leaf.node]
        };
        let (inside, outside) = rows.part(leaf, &column.steps, split.step);
        let right = Leaf {
            node: left + 1,
            inside: inside..leaf.inside.end,
            outside: outside..leaf.outside.end,
            sum: right_sum,
            cells: Vec::new(),
            best: None,
        };
        leaf.node = left;
        leaf.inside.end = inside;
        leaf.outside.end = outside;
        leaf.sum = split.left;
        leaf.best = None;
        right
    }

    /// Finds the best split of two new leaves. The smaller one's sums are counted, the other's are
    /// what is left of the parent's.
    fn find_splits(&self, left: &mut Leaf, right: &mut Leaf, growing: &mut Growing<'_>) {
        if left.sum.n_rows().max(right.sum.n_rows()) < 2 * self.params.min_rows {
            return;
        }
        let (small, large) = if left.sum.n_rows() <= right.sum.n_rows() {
            std::mem::swap(&mut left.cells, &mut right.cells);
            (left, right)
        } else {
            (right, left)
        };
        small.cells = self.cells(growing);
        let Growing { rows, units, .. } = growing;
        let (own, pushes) =
            (&rows.inside[small.inside.clone()], &rows.pushes[small.inside.clone()]);
        let (small_sum, large_sum) = (small.sum, large.sum);
        let pairs = small.cells.par_chunks_mut(STEPS).zip(large.cells.par_chunks_mut(STEPS));
        let find = |(at, (small, large)): (usize, (&mut [Cell], &mut [Cell]))| {
            self.fill(at, small, own, pushes);
            let n_steps = self.n_steps(at);
            for (cell, small) in large[..n_steps].iter_mut().zip(&small[..n_steps]) {
                *cell = cell.less(small);
            }
            (self.best_of(at, small, &small_sum, units), self.best_of(at, large, &large_sum, units))
        };
        let found = self.each_column(pairs.enumerate(), own.len(), find);
        small.best = found.iter().filter_map(|found| found.0).reduce(better);
        large.best = found.iter().filter_map(|found| found.1).reduce(better);
        for leaf in [small, large] {
            if leaf.best.is_none() {
                growing.spare.push(std::mem::take(&mut leaf.cells));
            }
        }
    }

    /// A histogram, cleared or not.
    fn cells(&self, growing: &mut Growing<'_>) -> Vec<Cell> {
        let new = || vec![Cell::default(); self.columns.len() * STEPS];
        growing.spare.pop().unwrap_or_else(new)
    }

    /// One answer a column, in their order, on several threads where that pays.
    fn each_column<I, T, R>(
        &self,
        columns: I,
        n_rows: usize,
        find: impl Fn(T) -> R + Sync + Send,
    ) -> Vec<R>
    where
        I: IndexedParallelIterator<Item = T>,
        T: Send,
        R: Send,
    {
        let alone = n_rows * self.columns.len() < PARALLEL_FROM;
        let least = if alone { self.columns.len().max(1) } else { 1 };
        columns.with_min_len(least).map(find).collect()
    }

    fn n_steps(&self, at: usize) -> usize {
        self.binned.columns[self.columns[at] as usize].thresholds.len() + 1
    }

    fn fill(&self, at: usize, cells: &mut [Cell], rows: &[u32], pushes: &[Push]) {
        let column = &self.binned.columns[self.columns[at] as usize];
        cells[..=column.thresholds.len()].fill(Cell::default());
        if let Ok(cells) = cells.try_into() {
            fill(cells, &column.steps, rows, pushes);
        }
    }

    /// The best cut of one column, the first among equals.
    fn best_of(&self, at: usize, cells: &[Cell], sum: &Cell, units: &Units) -> Option<Split> {
        let (min_rows, l2) = (self.params.min_rows, self.params.l2);
        if sum.n_rows() < 2 * min_rows {
            return None;
        }
        let (l2, least) = (l2 / units.hessian, LEAST_HESSIAN / units.hessian);
        let (gradient, hessian) = (sum.gradient(), sum.hessian());
        let before = gradient * gradient / (hessian + l2);
        // What is no more than rounding is no gain. Two fractions are compared by cross
        // multiplication: a division at every step would be most of the work.
        let mut most = (before * (1.0 + 1e-12), 1.0);
        let mut best = None;
        let mut left = Cell::default();
        for (step, cell) in cells[..self.n_steps(at) - 1].iter().enumerate() {
            // An empty step repeats the cut before it, and is not better: no branch for it.
            left = left.plus(cell);
            let n_left = left.n_rows();
            if n_left < min_rows {
                continue;
            }
            if sum.n_rows() - n_left < min_rows {
                break;
            }
            let (left_gradient, left_hessian) = (left.gradient(), left.hessian());
            let right_gradient = gradient - left_gradient;
            let right_hessian = hessian - left_hessian;
            let (a, b) = (left_hessian + l2, right_hessian + l2);
            let worth = left_gradient * left_gradient * b + right_gradient * right_gradient * a;
            let is_flat = left_hessian < least || right_hessian < least;
            if worth * most.1 > most.0 * (a * b) && !is_flat {
                most = (worth, a * b);
                best = Some((step, left));
            }
        }
        let (step, left) = best?;
        let unit = units.gradient * units.gradient / units.hessian;
        let gain = (most.0 / most.1 - before) * unit;
        Some(Split { gain, column: at, step: step as u8, left })
    }

    fn value(&self, sum: &Cell, units: &Units) -> f32 {
        let gradient = sum.gradient() * units.gradient;
        let step = -gradient / (sum.hessian() * units.hessian + self.params.l2);
        let most = f64::from(f32::MAX);
        (step * self.params.learning_rate).clamp(-most, most) as f32
    }
}

impl Rows {
    /// Moves the rows of a leaf so that those at or below `step` come first; gives where the others
    /// begin, inside and outside.
    fn part(&mut self, leaf: &Leaf, steps: &[u8], step: u8) -> (usize, usize) {
        self.spare.clear();
        self.spare_pushes.clear();
        let mut at = leaf.inside.start;
        for from in leaf.inside.clone() {
            let (row, push) = (self.inside[from], self.pushes[from]);
            if steps[row as usize] <= step {
                (self.inside[at], self.pushes[at]) = (row, push);
                at += 1;
            } else {
                self.spare.push(row);
                self.spare_pushes.push(push);
            }
        }
        self.inside[at..leaf.inside.end].copy_from_slice(&self.spare);
        self.pushes[at..leaf.inside.end].copy_from_slice(&self.spare_pushes);
        self.spare.clear();
        let mut out = leaf.outside.start;
        for from in leaf.outside.clone() {
            let row = self.outside[from];
            if steps[row as usize] <= step {
                self.outside[out] = row;
                out += 1;
            } else {
                self.spare.push(row);
            }
        }
        self.outside[out..leaf.outside.end].copy_from_slice(&self.spare);
        (at, out)
    }
}

/// The leaf to split next, the first among equals.
fn next(leaves: &[Leaf]) -> Option<(usize, Split)> {
    let splits = leaves.iter().enumerate().filter_map(|(at, leaf)| Some((at, leaf.best?)));
    splits.reduce(|best, other| if other.1.gain > best.1.gain { other } else { best })
}

fn better(best: Split, other: Split) -> Split {
    if other.gain > best.gain { other } else { best }
}
