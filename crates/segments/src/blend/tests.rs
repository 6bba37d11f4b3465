use fenqun_base::{DataError, Fitted, Labels, Matrix, Seed, Soft, Stored, Supervised, contract};
use rand::RngExt;

use super::{Blend, BlendModel, Part, PartHead, View};
use crate::{Calibration, Decision, Softmax, Trees};

fn part(name: &str, views: &[(usize, usize)], head: PartHead) -> Part {
    let view = |&(from, to): &(usize, usize)| View { from, to, weight: 1.0 };
    Part { name: name.to_owned(), views: views.iter().map(view).collect(), head }
}

fn three_parts() -> Blend {
    let softmax = || PartHead::Softmax(Softmax::default());
    let trees = Trees { rounds: 15, min_rows: 3, column_share: 1.0, ..Trees::default() };
    Blend {
        parts: vec![
            part("all", &[(0, 3), (3, 6)], softmax()),
            part("first", &[(0, 4)], softmax()),
            part("trees", &[(1, 3), (4, 6)], PartHead::Trees(trees)),
        ],
        ..Blend::default()
    }
}

/// Three overlapping classes of unequal size, in six columns of unlike scale.
fn users(n_rows: usize) -> (Matrix, Labels) {
    let mut rng = Seed(8).rng();
    let codes: Vec<u32> = (0..n_rows).map(|row| [0, 0, 0, 1, 1, 2][row % 6]).collect();
    let mut data = Matrix::zeros(n_rows, 6);
    for (row, &code) in codes.iter().enumerate() {
        for (column, value) in data.row_mut(row).iter_mut().enumerate() {
            let centre = if column % 3 == code as usize { 0.5 } else { 0.0 };
            let own = 3.0 + centre + rng.random_range(-1.0f32..1.0);
            *value = own * if column < 3 { 100.0 } else { 0.1 };
        }
    }
    let classes = ["a", "b", "c"].map(str::to_owned).to_vec();
    (data, Labels::new(classes, codes).expect("codes fit"))
}

fn fit(params: &Blend, data: &Matrix, labels: &Labels) -> BlendModel {
    params.fit(data, labels, Seed(5)).expect("fits")
}

#[test]
fn the_blend_keeps_the_contract() {
    let (data, labels) = contract::labelled_blobs(3, 30, 6, Seed(3));
    for calibration in [Calibration::None, Calibration::Temperature, Calibration::Isotonic] {
        let params = Blend { calibration, ..three_parts() };
        contract::check_supervised(&params, &data, &labels);
    }
    let params = Blend { decision: Decision::Accuracy, ..three_parts() };
    contract::check_supervised(&params, &data, &labels);
}

#[test]
fn shares_are_the_geometric_mean_of_the_parts() {
    let (data, labels) = users(120);
    let model = fit(&three_parts(), &data, &labels);
    let shares = model.probabilities(&data).expect("same width");
    for row in [0, 7, 100] {
        let mut means = [0.0f64; 3];
        for part in model.parts() {
            let seen = Matrix::from_rows(&[part.row(data.row(row)).expect("wide enough")]);
            let own = part.head().probabilities(&seen.expect("one row")).expect("same width");
            (0..3).for_each(|class| means[class] += f64::from(own.at(0, class)).ln() / 3.0);
        }
        let sum: f64 = means.iter().map(|mean| mean.exp()).sum();
        for (class, mean) in means.iter().enumerate() {
            assert!((mean.exp() / sum - f64::from(shares.at(row, class))).abs() < 1e-6);
        }
    }
}

#[test]
fn views_are_centred_and_scaled_to_their_weight_and_trees_see_the_columns_as_they_are() {
    let (data, labels) = users(120);
    let mut params = three_parts();
    params.parts[0].views[1].weight = 0.25;
    let model = fit(&params, &data, &labels);
    let part = &model.parts()[0];
    assert_eq!(part.columns(), [0, 1, 2, 3, 4, 5]);
    let rows: Vec<Vec<f32>> =
        data.rows().map(|user| part.row(user).expect("wide enough")).collect();
    let variance = |columns: std::ops::Range<usize>| -> f64 {
        let of = |column: usize| {
            let values = rows.iter().map(|row| f64::from(row[column]));
            let mean = values.clone().sum::<f64>() / 120.0;
            assert!(mean.abs() < 1e-5);
            values.map(|value| (value - mean).powi(2)).sum::<f64>() / 120.0
        };
        columns.map(of).sum()
    };
    assert!((variance(0..3) - 1.0).abs() < 1e-4);
    assert!((variance(3..6) - 0.25).abs() < 1e-4);
    let user = data.row(0);
    let seen = model.parts()[2].row(user).expect("wide enough");
    assert_eq!(seen, [user[1], user[2], user[4], user[5]]);
    assert!(model.parts()[2].row(&user[..5]).is_err());
}

#[test]
fn contributions_of_all_parts_add_up_to_the_score() {
    let (data, labels) = users(120);
    let model = fit(&three_parts(), &data, &labels);
    let shares = model.uncalibrated(&data).expect("same width");
    let expected = model.expected_scores().expect("fitted");
    for row in 0..20 {
        let added = model.shapley(data.row(row)).expect("same width");
        let scores: Vec<f64> =
            (0..3).map(|class| expected[class] + added[class].iter().sum::<f64>()).collect();
        // Shares say what scores are up to one constant for all classes.
        for class in 1..3 {
            let apart = f64::from(shares.at(row, class)).ln() - f64::from(shares.at(row, 0)).ln();
            assert!((scores[class] - scores[0] - apart).abs() < 1e-6);
        }
    }
    assert!(model.shapley(&[0.0; 5]).is_err());
}

#[test]
fn linear_parts_add_by_their_slopes() {
    let (data, labels) = users(120);
    let mut params = three_parts();
    params.parts.retain(|part| matches!(part.head, PartHead::Softmax(_)));
    let model = fit(&params, &data, &labels);
    let of = |row: usize| model.contributions(data.row(row)).expect("same width").expect("a sum");
    let (one, other) = (of(3), of(40));
    assert_eq!(one.slopes, other.slopes, "slopes do not hang on the user");
    for class in 0..3 {
        for column in 0..data.n_columns() {
            let by = data.at(3, column) - data.at(40, column);
            let apart = one.amounts[class][column] - other.amounts[class][column];
            let slope = f64::from(one.slopes.at(class, column));
            assert!((apart - f64::from(by) * slope).abs() < 1e-6);
        }
    }
}

#[test]
fn the_correction_helps_the_rare_class_and_accuracy_asks_for_none() {
    let (data, labels) = users(600);
    let corrected = fit(&three_parts(), &data, &labels);
    let params = Blend { decision: Decision::Accuracy, ..three_parts() };
    let likeliest = fit(&params, &data, &labels);
    assert!(corrected.decision().tau() > 0.0);
    assert_eq!(likeliest.decision().tau(), 0.0);
    let shares = |model: &BlendModel| model.probabilities(&data).expect("same width");
    assert_eq!(shares(&corrected), shares(&likeliest));
    let rare = |model: &BlendModel| model.assign(&data).expect("same width").sizes()[2];
    assert!(rare(&corrected) > rare(&likeliest));
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let (data, labels) = users(120);
    let params = Blend { calibration: Calibration::Isotonic, ..three_parts() };
    let with = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("pool");
        pool.install(|| fit(&params, &data, &labels))
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn a_class_with_one_example_is_learned_from() {
    let (data, mut labels) = users(60);
    labels.codes.iter_mut().skip(6).filter(|code| **code == 2).for_each(|code| *code = 0);
    assert_eq!(labels.counts()[2], 1);
    let params = Blend { calibration: Calibration::Temperature, ..three_parts() };
    let shares = fit(&params, &data, &labels).probabilities(&data).expect("same width");
    assert!(shares.values().iter().all(|share| share.is_finite()));
}

#[test]
fn settings_outside_their_rule_are_refused() {
    let (data, labels) = users(60);
    let refused = |change: fn(&mut Blend)| {
        let mut params = three_parts();
        change(&mut params);
        match params.fit(&data, &labels, Seed(1)) {
            Err(DataError::Parameter { name, .. }) => name,
            other => panic!("not refused: {other:?}"),
        }
    };
    assert_eq!(refused(|blend| blend.parts.clear()), "parts");
    assert_eq!(refused(|blend| blend.n_folds = 1), "n_folds");
    assert_eq!(refused(|blend| blend.parts[1].name = "all".to_owned()), "parts.name");
    assert_eq!(refused(|blend| blend.parts[1].views.clear()), "parts.views");
    assert_eq!(refused(|blend| blend.parts[1].views[0].to = 7), "parts.views");
    assert_eq!(refused(|blend| blend.parts[1].views[0].from = 4), "parts.views");
    assert_eq!(refused(|blend| blend.parts[1].views[0].weight = 0.0), "parts.views.weight");
    assert_eq!(refused(|blend| blend.decision = Decision::Fixed { tau: -1.0 }), "tau");
}

#[test]
fn settings_are_read_as_configuration_spells_them() {
    let text = r#"{"parts": [{"name": "x", "views": [{"from": 0, "to": 6}],
        "head": {"method": "softmax", "c": [0.1]}}],
        "calibration": {"method": "temperature"}, "decision": {"goal": "accuracy"}}"#;
    let params: Blend = serde_json::from_str(text).expect("known");
    let (data, labels) = users(60);
    let model = fit(&params, &data, &labels);
    assert_eq!((model.parts().len(), model.width(), model.n_segments()), (1, 6, 3));
    assert!(serde_json::from_str::<Blend>(&text.replace("\"c\"", "\"C\"")).is_err());
    // A stored model that lost a tensor is refused.
    let mut state = model.state();
    state.tensors.remove("parts.0.coefficients");
    assert!(matches!(BlendModel::from_state(&state), Err(DataError::Model { .. })));
}
