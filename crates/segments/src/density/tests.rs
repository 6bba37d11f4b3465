//! Against scikit-learn (`tests/reference/clusters.py` made the numbers), and against itself.

use std::collections::BTreeMap;

use fenqun_base::{Assignment, DataError, Fitted, Matrix, Seed, Segmenter, Stored, contract};
use rand::RngExt;
use serde::Deserialize;

use super::{Density, DensityModel, Selection};

#[derive(Deserialize)]
struct Reference {
    densities: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    data: Vec<Vec<f32>>,
    min_segment_size: usize,
    min_samples: usize,
    leaf: bool,
    labels: Vec<i32>,
    probabilities: Vec<f32>,
    /// Rows that scikit-learn puts elsewhere when the rows are shuffled.
    open: Vec<usize>,
}

fn cases() -> Vec<Case> {
    let text = include_str!("../../tests/reference/clusters.json");
    serde_json::from_str::<Reference>(text).expect("JSON").densities
}

impl Case {
    fn params(&self) -> Density {
        Density {
            min_segment_size: self.min_segment_size,
            min_samples: Some(self.min_samples),
            selection: if self.leaf { Selection::Leaf } else { Selection::ExcessOfMass },
            ..Density::default()
        }
    }

    fn rows(&self) -> Matrix {
        Matrix::from_rows(&self.data).expect("equal rows")
    }
}

fn of(min_segment_size: usize) -> Density {
    Density { min_segment_size, ..Density::default() }
}

#[test]
fn density_keeps_the_contract() {
    let blobs = contract::blobs(4, 30, 5, Seed(3));
    contract::check_segmenter(&of(20), &blobs);
    let leaves = Density { selection: Selection::Leaf, ..of(20) };
    contract::check_segmenter(&leaves, &blobs);
    let assignment = of(20).fit(&blobs, Seed(1)).expect("fits").assign(&blobs).expect("assigns");
    assert_eq!(assignment.sizes(), [30; 4], "on blobs nobody is left out");
}

#[test]
fn segments_strays_and_strengths_agree_with_scikit_learn() {
    for case in cases() {
        let data = case.rows();
        let model = case.params().fit(&data, Seed(1)).expect("fits");
        let found = model.assign(&data).expect("same width");
        let n_known = case.labels.iter().max().map_or(0, |&most| most as usize + 1);
        assert_eq!(found.n_segments, n_known);
        let mut number_of = BTreeMap::new();
        let mut differ = Vec::new();
        for (row, &label) in case.labels.iter().enumerate() {
            let own = found.segments[row];
            let known = if label >= 0 { *number_of.entry(label).or_insert(own) } else { own };
            let score_differs = (found.scores[row] - case.probabilities[row]).abs() > 1e-5;
            if known != own || found.is_assigned(row) != (label >= 0) || score_differs {
                differ.push(row);
            }
        }
        assert_eq!(number_of.len(), n_known);
        assert!(differ.iter().all(|row| case.open.contains(row)), "{differ:?} {:?}", case.open);
    }
    let segments = |leaf| {
        cases().iter().filter(|case| case.leaf == leaf).flat_map(|case| case.labels.clone()).max()
    };
    assert!(segments(true) > segments(false), "the reference tells the two selections apart");
}

#[test]
fn one_user_or_all_in_any_order_get_the_same_answer() {
    for case in cases() {
        let data = case.rows();
        let model = case.params().fit(&data, Seed(1)).expect("fits");
        let all = model.assign(&data).expect("same width");
        for row in (0..data.n_rows()).rev() {
            let one = model.assign(&data.select_rows(&[row])).expect("same width");
            assert_eq!((one.segments[0], one.scores[0]), (all.segments[row], all.scores[row]));
            assert_eq!(one.is_assigned(0), all.is_assigned(row));
        }
    }
}

#[test]
fn a_stray_user_is_in_no_segment_and_told_the_nearest() {
    let blobs = contract::blobs(3, 40, 3, Seed(3));
    let model = of(25).fit(&blobs, Seed(1)).expect("fits");
    let members = model.assign(&blobs).expect("same width");
    let far = Matrix::from_rows(&[[60.0, 0.0, 0.0], [0.0, 0.0, -80.0]]).expect("equal rows");
    let found = model.assign(&far).expect("same width");
    assert_eq!(found.unassigned, [true, true]);
    assert_eq!(found.scores, [0.0, 0.0]);
    assert_eq!(found.segments[0], members.segments[0], "the first blob lies along column 0");
    let near = Matrix::from_rows(&[blobs.row(7)]).expect("equal rows");
    let near = model.assign(&near).expect("same width");
    assert_eq!(near.unassigned, Vec::<bool>::new());
    assert_eq!(near.segments[0], members.segments[7]);
}

#[test]
fn a_sample_stands_in_above_the_bound_and_says_so() {
    let blobs = contract::blobs(3, 400, 3, Seed(3));
    let whole = of(50).fit(&blobs, Seed(1)).expect("fits");
    let sampled = Density { exact_up_to: 300, ..of(50) }.fit(&blobs, Seed(1)).expect("fits");
    assert_eq!((whole.n_sampled_from(), sampled.n_sampled_from()), (None, Some(1200)));
    let sizes = |model: &DensityModel| -> Assignment { model.assign(&blobs).expect("same width") };
    assert_eq!(sizes(&whole).sizes(), [400; 3]);
    // Corners of a blob may lie outside of what the sample showed.
    assert!(
        sizes(&sampled).sizes().iter().all(|&size| size > 380),
        "{:?}",
        sizes(&sampled).sizes()
    );
    let other = Density { exact_up_to: 300, ..of(50) }.fit(&blobs, Seed(2)).expect("fits");
    assert_ne!(other.state(), sampled.state(), "another seed draws other rows");
}

#[test]
fn users_in_one_place_are_as_dense_as_can_be() {
    let mut rows = vec![[0.0f32, 0.0]; 30];
    rows.extend([[5.0, 5.0]; 30]);
    rows.extend([[30.0, 30.0], [-30.0, 9.0]]);
    let data = Matrix::from_rows(&rows).expect("equal rows");
    let params = Density { min_segment_size: 10, min_samples: Some(3), ..Density::default() };
    let found = params.fit(&data, Seed(1)).expect("fits").assign(&data).expect("same width");
    assert_eq!(found.sizes(), [30, 30]);
    assert!(found.scores[..60].iter().all(|&score| score == 1.0));
    assert!(!found.is_assigned(60) && !found.is_assigned(61));
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let mut rng = Seed(4).rng();
    let values = (0..2500 * 60).map(|_| rng.random_range(-1.0f32..1.0)).collect::<Vec<f32>>();
    let mut data = Matrix::new(2500, 60, values).expect("counts fit");
    (0..1200).for_each(|row| data.row_mut(row)[0] += 9.0);
    let fit = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("pool");
        pool.install(|| of(100).fit(&data, Seed(9)).expect("fits"))
    };
    assert_eq!(fit(1), fit(3));
}

#[test]
fn data_without_groups_and_settings_outside_their_rule_are_refused() {
    let same = Matrix::from_rows(&[[1.0, 2.0]; 60]).expect("equal rows");
    let error = of(10).fit(&same, Seed(1)).expect_err("one place").to_string();
    assert!(error.contains("take a smaller `min_segment_size`"), "{error}");
    let few = Matrix::from_rows(&[[1.0, 2.0]; 9]).expect("equal rows");
    assert!(matches!(of(10).fit(&few, Seed(1)), Err(DataError::TooFewRows { needed: 10, .. })));
    let refused = |params: Density| match params.fit(&same, Seed(1)) {
        Err(DataError::Parameter { name, .. }) => name,
        other => panic!("not refused: {other:?}"),
    };
    assert_eq!(refused(of(1)), "min_segment_size");
    assert_eq!(refused(Density { min_samples: Some(0), ..of(10) }), "min_samples");
    assert_eq!(refused(Density { exact_up_to: 1, ..of(10) }), "exact_up_to");
    assert!(serde_json::from_str::<Density>(r#"{"selection": "leaf"}"#).is_ok());
    assert!(serde_json::from_str::<Density>(r#"{"eps": 1}"#).is_err());
}
