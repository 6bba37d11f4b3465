//! Which groups become segments.

use super::Selection;
use super::condensed::{ALL, Condensed, Group};

/// For every group the number of the segment that it is or lies in, if any.
pub(super) struct Chosen {
    pub(super) segment_of: Vec<Option<u32>>,
    /// The group of every segment.
    pub(super) groups: Vec<usize>,
}

/// Chooses among the groups; segments are numbered by size, ties by stability, then by first row.
pub(super) fn choose(condensed: &Condensed, selection: Selection) -> Chosen {
    let groups = &condensed.groups;
    let stability = stability(condensed);
    let mut is_chosen = match selection {
        Selection::ExcessOfMass => excess_of_mass(groups, &stability),
        Selection::Leaf => leaves(groups),
    };
    is_chosen[ALL] = false;
    let mut first_row = vec![usize::MAX; groups.len()];
    for (row, &group) in condensed.group_of.iter().enumerate() {
        let mut at = group;
        while first_row[at] == usize::MAX {
            first_row[at] = row;
            at = groups[at].parent;
        }
    }
    let mut chosen: Vec<usize> = (0..groups.len()).filter(|&group| is_chosen[group]).collect();
    chosen.sort_by(|&a, &b| {
        let by_size = groups[b].size.cmp(&groups[a].size);
        let by_stability = stability[b].total_cmp(&stability[a]);
        by_size.then(by_stability).then(first_row[a].cmp(&first_row[b]))
    });
    let mut segment_of = vec![None; groups.len()];
    for (segment, &group) in chosen.iter().enumerate() {
        segment_of[group] = Some(segment as u32);
    }
    // Parents come first, so that what lies in a segment finds its number there.
    for group in 1..groups.len() {
        segment_of[group] = segment_of[group].or(segment_of[groups[group].parent]);
    }
    Chosen { segment_of, groups: chosen }
}

/// `Σ (density at which a row leaves − density at which the group began)`.
fn stability(condensed: &Condensed) -> Vec<f64> {
    let groups = &condensed.groups;
    let mut stability = vec![0.0; groups.len()];
    for (&group, &density) in condensed.group_of.iter().zip(&condensed.density_of) {
        stability[group] += density - groups[group].birth;
    }
    for group in &groups[1..] {
        stability[group.parent] += (group.birth - groups[group.parent].birth) * group.size as f64;
    }
    stability
}

/// A group is chosen when it is no less stable than what is chosen inside it.
fn excess_of_mass(groups: &[Group], stability: &[f64]) -> Vec<bool> {
    let mut is_chosen = vec![true; groups.len()];
    let mut best = stability.to_vec();
    let mut inside = vec![0.0; groups.len()];
    for group in (1..groups.len()).rev() {
        if inside[group] > best[group] {
            is_chosen[group] = false;
            best[group] = inside[group];
        }
        inside[groups[group].parent] += best[group];
    }
    // The outermost wins.
    let mut is_inside = vec![false; groups.len()];
    for group in 1..groups.len() {
        let parent = groups[group].parent;
        is_inside[group] = is_inside[parent] || (parent != ALL && is_chosen[parent]);
        is_chosen[group] &= !is_inside[group];
    }
    is_chosen
}

fn leaves(groups: &[Group]) -> Vec<bool> {
    let mut is_leaf = vec![true; groups.len()];
    groups[1..].iter().for_each(|group| is_leaf[group.parent] = false);
    is_leaf
}
