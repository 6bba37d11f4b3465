//! Against SciPy (`tests/reference/clusters.py` made the numbers), and against itself.

use std::collections::BTreeSet;

use fenqun_base::{DataError, Fitted, Matrix, Seed, Segmenter, contract};
use proptest::prelude::*;
use rand::RngExt;
use serde::Deserialize;

use super::chain::joins;
use super::tree::merges;
use super::ward::Means;
use super::{Hierarchical, Linkage};

const ALL: [Linkage; 4] = [Linkage::Ward, Linkage::Average, Linkage::Complete, Linkage::Single];

#[derive(Deserialize)]
struct Reference {
    rows: Vec<Vec<Vec<f32>>>,
    trees: Vec<Tree>,
}

#[derive(Deserialize)]
struct Tree {
    data: usize,
    linkage: Linkage,
    heights: Vec<f32>,
    five: Vec<u32>,
    height: f32,
    below: Vec<u32>,
}

fn of(n_segments: usize, linkage: Linkage) -> Hierarchical {
    Hierarchical { n_segments, linkage, ..Hierarchical::default() }
}

fn random(n_rows: usize, n_columns: usize, seed: u64) -> Matrix {
    let mut rng = Seed(seed).rng();
    let values = (0..n_rows * n_columns).map(|_| rng.random_range(-1.0f32..1.0)).collect();
    Matrix::new(n_rows, n_columns, values).expect("counts fit")
}

/// The same groups under other numbers.
fn same_groups(a: &[u32], b: &[u32]) -> bool {
    let pairs: BTreeSet<(u32, u32)> = a.iter().copied().zip(b.iter().copied()).collect();
    let n_groups = |of: &[u32]| of.iter().collect::<BTreeSet<_>>().len();
    a.len() == b.len() && pairs.len() == n_groups(a) && pairs.len() == n_groups(b)
}

#[test]
fn every_linkage_keeps_the_contract() {
    for linkage in ALL {
        contract::check_segmenter(&of(4, linkage), &contract::blobs(4, 30, 5, Seed(3)));
    }
    contract::check_segmenter(&of(1, Linkage::Ward), &contract::blobs(2, 10, 1, Seed(3)));
}

#[test]
fn trees_and_their_cuts_agree_with_scipy() {
    let text = include_str!("../../tests/reference/clusters.json");
    let reference: Reference = serde_json::from_str(text).expect("JSON");
    for tree in reference.trees {
        let data = Matrix::from_rows(&reference.rows[tree.data]).expect("equal rows");
        let params = of(5, tree.linkage);
        let model = params.fit(&data, Seed(1)).expect("fits");
        for (merge, known) in model.merges().iter().zip(&tree.heights) {
            assert!((merge.height - known).abs() < 2e-5 * known.max(1.0), "{:?}", tree.linkage);
        }
        let found = model.assign(&data).expect("same width");
        assert!(same_groups(&found.segments, &tree.five), "{:?}", tree.linkage);
        assert!(same_groups(model.leaf_segments(), &tree.five));
        let below = Hierarchical { height: Some(tree.height), ..params };
        let found = below.fit(&data, Seed(1)).expect("fits").assign(&data).expect("same width");
        assert!(same_groups(&found.segments, &tree.below), "{:?}", tree.linkage);
    }
}

/// A leaf of weight 3 is three rows in one place: the joins above them must be the same.
#[test]
fn weights_count_as_rows() {
    let leaves = random(30, 3, 5);
    let weights: Vec<f64> = (0..30).map(|row| f64::from(row % 4 + 1)).collect();
    let repeated: Vec<usize> =
        (0..30).flat_map(|row| std::iter::repeat_n(row, weights[row] as usize)).collect();
    let rows = leaves.select_rows(&repeated);
    let ones = vec![1.0; repeated.len()];
    let by_weight = merges(joins(&mut Means::new(&leaves, &weights)), &weights);
    let by_row = merges(joins(&mut Means::new(&rows, &ones)), &ones);
    let above = &by_row[by_row.len() - by_weight.len()..];
    for (a, b) in by_weight.iter().zip(above) {
        assert!((a.height - b.height).abs() < 1e-5 && a.size == b.size, "{a:?} {b:?}");
    }
    for linkage in [Linkage::Average, Linkage::Complete, Linkage::Single] {
        let weighted =
            merges(joins(&mut super::table::Table::new(&leaves, &weights, linkage)), &weights);
        let whole = merges(joins(&mut super::table::Table::new(&rows, &ones, linkage)), &ones);
        let above = &whole[whole.len() - weighted.len()..];
        let near = |(a, b): (&super::Merge, &super::Merge)| (a.height - b.height).abs() < 1e-5;
        assert!(weighted.iter().zip(above).all(near), "{linkage:?}");
    }
}

#[test]
fn above_the_bound_a_summary_stands_in_and_says_so() {
    let data = contract::blobs(4, 300, 5, Seed(3));
    for linkage in ALL {
        let exact = of(4, linkage);
        let summary = Hierarchical { exact_up_to: 500, n_summary: 40, ..exact.clone() };
        contract::check_segmenter(&summary, &data);
        let (whole, short) = (exact.fit(&data, Seed(2)), summary.fit(&data, Seed(2)));
        let (whole, short) = (whole.expect("fits"), short.expect("fits"));
        assert_eq!((whole.n_summarised(), short.n_summarised()), (None, Some(1200)));
        assert_eq!(short.merges().last().map(|merge| merge.size), Some(1200.0));
        let assigned = |model: &super::HierarchicalModel| model.assign(&data).expect("same width");
        assert!(same_groups(&assigned(&whole).segments, &assigned(&short).segments));
    }
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    // Wide enough for searches to be shared.
    let data = random(2500, 60, 4);
    let fit = |n_threads: usize, linkage| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("pool");
        pool.install(|| of(7, linkage).fit(&data, Seed(9)).expect("fits"))
    };
    for linkage in [Linkage::Ward, Linkage::Average] {
        assert_eq!(fit(1, linkage), fit(3, linkage));
    }
}

#[test]
fn users_in_one_place_are_joined_at_no_height() {
    let data = Matrix::from_rows(&[[3.0, 4.0]; 10]).expect("equal rows");
    for linkage in ALL {
        let model = of(3, linkage).fit(&data, Seed(1)).expect("fits");
        assert!(model.merges().iter().all(|merge| merge.height == 0.0));
        assert_eq!(model.assign(&data).expect("assigns").scores, [0.0; 10]);
    }
}

#[test]
fn settings_outside_their_rule_are_refused() {
    let data = random(10, 2, 1);
    let refused = |params: Hierarchical| match params.fit(&data, Seed(1)) {
        Err(DataError::Parameter { name, .. }) => name,
        other => panic!("not refused: {other:?}"),
    };
    let two = of(2, Linkage::Ward);
    assert_eq!(refused(of(0, Linkage::Ward)), "n_segments");
    assert_eq!(refused(Hierarchical { exact_up_to: 0, ..two.clone() }), "exact_up_to");
    assert_eq!(refused(Hierarchical { n_summary: 1, ..two.clone() }), "n_summary");
    for height in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(refused(Hierarchical { height: Some(height), ..two.clone() }), "height");
    }
    assert!(two.fit(&Matrix::zeros(5, 0), Seed(1)).is_err());
    let text = r#"{"linkage": "complete", "height": 2.5}"#;
    assert!(serde_json::from_str::<Hierarchical>(text).is_ok());
    assert!(serde_json::from_str::<Hierarchical>(r#"{"method": "ward"}"#).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The chain against the plain search for the nearest pair of all, by single linkage's
    /// definition: heights are those of the minimum spanning tree.
    #[test]
    fn single_linkage_is_the_spanning_tree(
        values in prop::collection::vec(-50f32..50.0, 4..60),
    ) {
        let data = Matrix::new(values.len() / 2, 2, values[..values.len() / 2 * 2].to_vec()).expect("fits");
        let model = of(1, Linkage::Single).fit(&data, Seed(1)).expect("fits");
        let apart = |a: usize, b: usize| {
            let pairs = data.row(a).iter().zip(data.row(b));
            pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
        };
        let mut inside = vec![0];
        let mut lengths = Vec::new();
        while inside.len() < data.n_rows() {
            let outside = (0..data.n_rows()).filter(|row| !inside.contains(row));
            let reach = |row: usize| inside.iter().map(|&a| apart(a, row)).fold(f64::INFINITY, f64::min);
            let (row, length) = outside.map(|row| (row, reach(row)))
                .min_by(|a, b| a.1.total_cmp(&b.1)).expect("somebody is outside");
            inside.push(row);
            lengths.push(length);
        }
        lengths.sort_by(f64::total_cmp);
        for (merge, length) in model.merges().iter().zip(lengths) {
            prop_assert!((f64::from(merge.height) - length).abs() < 1e-3);
        }
    }

    /// One number fewer joins two segments and touches no other.
    #[test]
    fn cuts_of_one_tree_are_nested(seed in 0u64..1000, n_segments in 2usize..12) {
        let data = random(60, 2, seed);
        for linkage in ALL {
            let fine = of(n_segments, linkage).fit(&data, Seed(1)).expect("fits");
            let coarse = of(n_segments - 1, linkage).fit(&data, Seed(1)).expect("fits");
            let pairs: BTreeSet<(u32, u32)> = fine.leaf_segments().iter().copied()
                .zip(coarse.leaf_segments().iter().copied()).collect();
            prop_assert_eq!(pairs.len(), n_segments);
        }
    }
}
