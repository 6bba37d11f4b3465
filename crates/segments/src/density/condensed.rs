//! The spanning tree as it falls apart, without the parts that are too small to be a group.

use super::spanning::Edge;

/// The group that holds everybody.
pub(super) const ALL: usize = 0;

/// A group of the condensed tree. A group is numbered after the one it split from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// The group it split from; [`ALL`] names itself.
    pub(super) parent: usize,
    /// Density at which it began.
    pub(super) birth: f64,
    /// Rows it began with.
    pub(super) size: usize,
}

/// Every group, and where every row fell out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Condensed {
    pub(super) groups: Vec<Group>,
    /// The last group a row was in.
    pub(super) group_of: Vec<usize>,
    /// Density at which it fell out.
    pub(super) density_of: Vec<f64>,
}

/// Two parts and what held them together; parts below `n` are rows.
struct Node {
    left: usize,
    right: usize,
    density: f64,
    size: usize,
}

/// Condenses a tree given by its edges, shortest first.
pub(super) fn condense(edges: &[Edge], min_size: usize) -> Condensed {
    let n_rows = edges.len() + 1;
    let nodes = nodes(edges);
    let size = |node: usize| if node < n_rows { 1 } else { nodes[node - n_rows].size };
    let mut condensed = Condensed {
        groups: vec![Group { parent: ALL, birth: 0.0, size: n_rows }],
        group_of: vec![ALL; n_rows],
        density_of: vec![0.0; n_rows],
    };
    let mut left_to_see = vec![(n_rows + nodes.len() - 1, ALL)];
    while let Some((at, group)) = left_to_see.pop() {
        if at < n_rows {
            continue;
        }
        let Node { left, right, density, .. } = nodes[at - n_rows];
        let splits = size(left) >= min_size && size(right) >= min_size;
        for part in [left, right] {
            if splits {
                let (birth, size) = (density, size(part));
                condensed.groups.push(Group { parent: group, birth, size });
                left_to_see.push((part, condensed.groups.len() - 1));
            } else if size(part) >= min_size {
                left_to_see.push((part, group));
            } else {
                fall_out(part, n_rows, &nodes, |row| {
                    condensed.group_of[row] = group;
                    condensed.density_of[row] = density;
                });
            }
        }
    }
    condensed
}

/// The parts as they are joined, one node an edge.
fn nodes(edges: &[Edge]) -> Vec<Node> {
    let n_rows = edges.len() + 1;
    // Rows in one place have no distance: they count as a billionth of the longest edge apart.
    let longest = edges.last().map_or(0.0, |edge| edge.squared.sqrt());
    let shortest = longest * 1e-9;
    let mut parents: Vec<usize> = (0..2 * n_rows - 1).collect();
    let mut nodes: Vec<Node> = Vec::with_capacity(edges.len());
    for (at, edge) in edges.iter().enumerate() {
        let (left, right) = (root(&mut parents, edge.a), root(&mut parents, edge.b));
        let size = |node: usize| if node < n_rows { 1 } else { nodes[node - n_rows].size };
        let size = size(left) + size(right);
        let density = 1.0 / edge.squared.sqrt().max(shortest).max(f64::MIN_POSITIVE);
        parents[left] = n_rows + at;
        parents[right] = n_rows + at;
        nodes.push(Node { left, right, density, size });
    }
    nodes
}

fn root(parents: &mut [usize], mut node: usize) -> usize {
    while parents[node] != node {
        parents[node] = parents[parents[node]];
        node = parents[node];
    }
    node
}

fn fall_out(part: usize, n_rows: usize, nodes: &[Node], mut each: impl FnMut(usize)) {
    let mut left_to_see = vec![part];
    while let Some(at) = left_to_see.pop() {
        if at < n_rows {
            each(at);
        } else {
            left_to_see.extend([nodes[at - n_rows].left, nodes[at - n_rows].right]);
        }
    }
}
