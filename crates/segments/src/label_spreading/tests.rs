use fenqun_base::{DataError, Fitted, Labels, Matrix, NO_CODE, Seed, Supervised, contract};
use rand::RngExt;

use super::graph::nearest;
use super::{EdgeWeights, LabelSpreading};

#[test]
fn label_spreading_keeps_the_contract() {
    let (data, labels) = contract::labelled_blobs(3, 20, 5, Seed(3));
    for weights in [EdgeWeights::Equal, EdgeWeights::Gaussian] {
        let params = LabelSpreading { weights, ..LabelSpreading::default() };
        contract::check_supervised(&params, &data, &labels);
    }
}

#[test]
fn the_nearest_rows_are_those_of_a_plain_search() {
    let mut rng = Seed(4).rng();
    let mut random = |n_rows: usize| {
        let values = (0..n_rows * 13).map(|_| rng.random_range(-1.0f32..1.0)).collect();
        Matrix::new(n_rows, 13, values).expect("counts fit")
    };
    let (asked, known) = (random(70), random(300));
    for (row, near) in nearest(&asked, &known, 5, false).iter().enumerate() {
        let distance = |other: usize| -> f64 {
            let pairs = asked.row(row).iter().zip(known.row(other));
            pairs.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum()
        };
        let mut all: Vec<usize> = (0..300).collect();
        all.sort_by(|&a, &b| distance(a).total_cmp(&distance(b)));
        let found: Vec<usize> = near.iter().map(|&(other, _)| other as usize).collect();
        assert_eq!(found, all[..5]);
    }
    let own = nearest(&known, &known, 3, true);
    assert!(own.iter().enumerate().all(|(row, near)| near.iter().all(|n| n.0 as usize != row)));
}

#[test]
fn two_labels_fill_two_rings_that_no_straight_line_parts() {
    let ring = |radius: f32, n_rows: usize| {
        let angle = move |row: usize| row as f32 / n_rows as f32 * std::f32::consts::TAU;
        (0..n_rows).map(move |row| [radius * angle(row).cos(), radius * angle(row).sin()])
    };
    let rows: Vec<[f32; 2]> = ring(1.0, 60).chain(ring(3.0, 120)).collect();
    let data = Matrix::from_rows(&rows).expect("equal rows");
    let mut codes = vec![NO_CODE; 180];
    (codes[0], codes[60]) = (0, 1);
    let labels = Labels::new(vec!["in".into(), "out".into()], codes).expect("codes fit");
    for weights in [EdgeWeights::Equal, EdgeWeights::Gaussian] {
        let params =
            LabelSpreading { weights, n_neighbours: 4, alpha: 0.99, ..LabelSpreading::default() };
        let model = params.fit(&data, &labels, Seed(1)).expect("fits");
        let found = model.assign(&data).expect("same width").segments;
        assert!(found.iter().enumerate().all(|(row, &class)| class == u32::from(row >= 60)));
        let new = Matrix::from_rows(&[[0.0, 1.02], [-2.9, 0.1]]).expect("equal rows");
        assert_eq!(model.assign(&new).expect("same width").segments, [0, 1]);
    }
}

#[test]
fn where_no_label_arrives_the_shares_of_the_labelled_stand() {
    let rows: Vec<[f32; 1]> = (0..9).map(|row| [(row / 3 * 100 + row) as f32]).collect();
    let data = Matrix::from_rows(&rows).expect("equal rows");
    let codes = vec![0, 0, NO_CODE, 1, NO_CODE, NO_CODE, NO_CODE, NO_CODE, NO_CODE];
    let labels = Labels::new(vec!["a".into(), "b".into()], codes).expect("codes fit");
    let params = LabelSpreading { n_neighbours: 2, ..LabelSpreading::default() };
    let model = params.fit(&data, &labels, Seed(1)).expect("fits");
    assert_eq!(model.shares().row(8), [2.0 / 3.0, 1.0 / 3.0]);
    assert_eq!(model.shares().row(4), [0.0, 1.0]);
}

#[test]
fn settings_outside_their_rule_and_too_many_users_are_refused() {
    let (data, labels) = contract::labelled_blobs(2, 10, 2, Seed(3));
    let refused = |params: LabelSpreading| match params.fit(&data, &labels, Seed(1)) {
        Err(DataError::Parameter { name, .. }) => name,
        other => panic!("not refused: {other:?}"),
    };
    let plain = LabelSpreading::default;
    assert_eq!(refused(LabelSpreading { n_neighbours: 0, ..plain() }), "n_neighbours");
    assert_eq!(refused(LabelSpreading { alpha: 1.0, ..plain() }), "alpha");
    assert_eq!(refused(LabelSpreading { max_iterations: 0, ..plain() }), "max_iterations");
    assert_eq!(refused(LabelSpreading { tolerance: 0.0, ..plain() }), "tolerance");
    let few = LabelSpreading { n_neighbours: 20, ..plain() }.fit(&data, &labels, Seed(1));
    assert!(matches!(few, Err(DataError::TooFewRows { needed: 21, found: 20 })));
    let error = plain().check(50_001).expect_err("too many");
    assert!(error.to_string().contains("at most 50000"), "{error}");
}
