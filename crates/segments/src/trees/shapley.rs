//! Exact Shapley values of one tree (path-dependent TreeSHAP), in polynomial time.
//!
//! The value of a set of known columns is the tree's mean where a known column decides the way and
//! an unknown one splits it in the proportion of the rows learned from. All sets are walked at once:
//! a path keeps, for every number of known columns on it, the summed weight of the sets that lead
//! down it.

use super::tree::Tree;

/// A column on the way down.
#[derive(Clone, Copy)]
struct Step {
    column: u32,
    /// Share of rows that come this way when the column is unknown.
    unknown: f64,
    /// 1 when the row itself comes this way, else 0.
    known: f64,
    /// Weight of the sets with as many known columns as the step's place.
    weight: f64,
}

/// Adds what each column contributes to the tree's value for `row`.
pub(super) fn shapley(tree: &Tree, row: &[f32], sums: &mut [f64]) {
    let path = Vec::with_capacity(8);
    walk(tree, row, sums, At { node: 0, path, unknown: 1.0, known: 1.0, column: u32::MAX });
}

struct At {
    node: usize,
    path: Vec<Step>,
    unknown: f64,
    known: f64,
    column: u32,
}

fn walk(tree: &Tree, row: &[f32], sums: &mut [f64], at: At) {
    let mut path = at.path;
    extend(&mut path, at.unknown, at.known, at.column);
    let node = &tree.nodes[at.node];
    if node.is_leaf() {
        for (place, step) in path.iter().enumerate().skip(1) {
            let weight = weight_without(&path, place);
            let value = f64::from(node.value);
            sums[step.column as usize] += weight * (step.known - step.unknown) * value;
        }
        return;
    }
    let (mut unknown, mut known) = (1.0, 1.0);
    if let Some(place) = path.iter().position(|step| step.column == node.column) {
        (unknown, known) = (path[place].unknown, path[place].known);
        remove(&mut path, place);
    }
    let taken = node.next(row);
    let left = node.left as usize;
    for child in [left, left + 1] {
        let share = f64::from(tree.nodes[child].n_rows) / f64::from(node.n_rows);
        let known = if child == taken { known } else { 0.0 };
        let (path, unknown) = (path.clone(), unknown * share);
        walk(tree, row, sums, At { node: child, path, unknown, known, column: node.column });
    }
}

/// Puts a column on the path: every set so far now comes with it and without it.
fn extend(path: &mut Vec<Step>, unknown: f64, known: f64, column: u32) {
    let length = path.len();
    let weight = if length == 0 { 1.0 } else { 0.0 };
    path.push(Step { column, unknown, known, weight });
    let whole = (length + 1) as f64;
    for place in (0..length).rev() {
        let weight = path[place].weight;
        path[place + 1].weight += known * weight * (place + 1) as f64 / whole;
        path[place].weight = unknown * weight * (length - place) as f64 / whole;
    }
}

/// Takes the column at a place off the path again: the inverse of [`extend`].
fn remove(path: &mut Vec<Step>, place: usize) {
    let last = path.len() - 1;
    let (unknown, known) = (path[place].unknown, path[place].known);
    let whole = (last + 1) as f64;
    let mut carried = path[last].weight;
    for at in (0..last).rev() {
        if known == 0.0 {
            path[at].weight = path[at].weight * whole / (unknown * (last - at) as f64);
        } else {
            let weight = path[at].weight;
            path[at].weight = carried * whole / ((at + 1) as f64 * known);
            carried = weight - path[at].weight * unknown * (last - at) as f64 / whole;
        }
    }
    for at in place..last {
        let weight = path[at].weight;
        path[at] = Step { weight, ..path[at + 1] };
    }
    path.truncate(last);
}

/// All weights of the path without the column at a place, added up.
fn weight_without(path: &[Step], place: usize) -> f64 {
    let last = path.len() - 1;
    let (unknown, known) = (path[place].unknown, path[place].known);
    let whole = (last + 1) as f64;
    let mut carried = path[last].weight;
    let mut sum = 0.0;
    for at in (0..last).rev() {
        if known == 0.0 {
            sum += path[at].weight * whole / (unknown * (last - at) as f64);
        } else {
            let weight = carried * whole / ((at + 1) as f64 * known);
            sum += weight;
            carried = path[at].weight - weight * unknown * (last - at) as f64 / whole;
        }
    }
    sum
}
