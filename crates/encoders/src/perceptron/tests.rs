use fenqun_base::{DataError, Fitted, Labels, Matrix, Seed, Soft, Stored, Supervised, contract};

use super::*;
use crate::train::{ClassWeights, Schedule, Training};

fn quick() -> Perceptron {
    // Few users make few steps an epoch: longer ones make up for it.
    let training = Training { epochs: 60, batch: 32, learning_rate: 2e-2, ..Training::default() };
    Perceptron { training, ..Perceptron::default() }
}

#[test]
fn it_keeps_the_contract_of_heads() {
    let (users, labels) = contract::labelled_blobs(3, 40, 6, Seed(1));
    contract::check_supervised(&quick(), &users, &labels);
    let linear = Perceptron { hidden: Vec::new(), ..quick() };
    contract::check_supervised(&linear, &users, &labels);
    let deep = Perceptron { hidden: vec![16, 8], batch_norm: false, dropout: 0.0, ..quick() };
    contract::check_supervised(&deep, &users, &labels);
}

/// Four corners, where no line tells the classes apart.
fn corners() -> (Matrix, Labels) {
    let users = contract::blobs(1, 400, 2, Seed(5));
    let mut users = users;
    users.values_mut().iter_mut().for_each(|value| *value -= 10.5);
    // The second column of a single group lies around 10 like the first.
    let word = |row: &[f32]| Some(if (row[0] > 0.0) == (row[1] > 0.0) { "same" } else { "other" });
    let words: Vec<Option<&str>> = users.rows().map(word).collect();
    (users, Labels::from_words(&words))
}

#[test]
fn it_learns_what_no_plane_tells_apart() {
    let (users, labels) = corners();
    assert!(labels.counts().iter().all(|&count| count > 150), "{:?}", labels.counts());
    let right = |params: &Perceptron| {
        let found = params.fit(&users, &labels, Seed(3)).expect("fits").assign(&users);
        let found = found.expect("assigns").segments;
        found.iter().zip(&labels.codes).filter(|(found, code)| found == code).count()
    };
    let training = Training { epochs: 200, learning_rate: 1e-2, ..Training::default() };
    let bent = Perceptron { dropout: 0.1, training, ..Perceptron::default() };
    assert!(right(&bent) > 380, "{}", right(&bent));
    let straight = Perceptron { hidden: Vec::new(), ..bent };
    assert!(right(&straight) < 260, "{}", right(&straight));
}

#[test]
fn without_hidden_layers_it_finds_what_logistic_regression_finds() {
    // One column, eight users, no decay: the optimum is that of plain logistic regression.
    let values = vec![-2.0, -1.0, -1.0, 1.0, 1.0, 2.0, -0.5, 0.5];
    let users = Matrix::new(8, 1, values.clone()).expect("counts fit");
    let words = ["a", "a", "b", "b", "a", "b", "a", "b"].map(Some);
    let labels = Labels::from_words(&words);
    let training = Training {
        epochs: 6000,
        batch: 8,
        learning_rate: 1e-2,
        schedule: Schedule::Cosine,
        weight_decay: 0.0,
        held_out: 0.0,
        ..Training::default()
    };
    let params = Perceptron { hidden: Vec::new(), training, ..Perceptron::default() };
    let model = params.fit(&users, &labels, Seed(1)).expect("fits");
    let found = model.probabilities(&users).expect("fits");
    let (slope, bias) = newton(&values, &labels.codes);
    for (row, value) in values.iter().enumerate() {
        let expected = 1.0 / (1.0 + (-(slope * f64::from(*value) + bias)).exp());
        assert!((f64::from(found.at(row, 1)) - expected).abs() < 1e-3, "row {row}");
    }
}

/// Slope and bias of the likeliest logistic curve, by Newton's method.
fn newton(values: &[f32], codes: &[u32]) -> (f64, f64) {
    let (mut slope, mut bias) = (0.0f64, 0.0f64);
    for _ in 0..50 {
        let (mut g, mut h) = ([0.0; 2], [0.0; 3]);
        for (&x, &code) in values.iter().zip(codes) {
            let x = f64::from(x);
            let p = 1.0 / (1.0 + (-(slope * x + bias)).exp());
            let (error, weight) = (f64::from(code) - p, p * (1.0 - p));
            g = [g[0] + error * x, g[1] + error];
            h = [h[0] + weight * x * x, h[1] + weight * x, h[2] + weight];
        }
        let determinant = h[0] * h[2] - h[1] * h[1];
        slope += (h[2] * g[0] - h[1] * g[1]) / determinant;
        bias += (h[0] * g[1] - h[1] * g[0]) / determinant;
    }
    (slope, bias)
}

#[test]
fn balanced_classes_lift_the_rare_one() {
    let users = contract::blobs(2, 100, 2, Seed(1));
    // Nine in ten of a group that looks the same are `often`.
    let words: Vec<_> =
        (0..200).map(|row| Some(if row % 10 == 0 { "rare" } else { "often" })).collect();
    let labels = Labels::from_words(&words);
    let mean_rare = |class_weights| {
        let training = Training { epochs: 40, class_weights, ..Training::default() };
        let params = Perceptron { training, ..Perceptron::default() };
        let model = params.fit(&users, &labels, Seed(2)).expect("fits");
        let shares = model.probabilities(&users).expect("gives").column(1);
        shares.iter().sum::<f32>() / 200.0
    };
    assert!((mean_rare(ClassWeights::Equal) - 0.1).abs() < 0.05);
    assert!((mean_rare(ClassWeights::Balanced) - 0.5).abs() < 0.1);
}

#[test]
fn damaged_models_are_refused() {
    let (users, labels) = contract::labelled_blobs(2, 20, 3, Seed(1));
    let training = Training { epochs: 2, ..Training::default() };
    let params = Perceptron { hidden: vec![4], training, ..Perceptron::default() };
    let state = params.fit(&users, &labels, Seed(1)).expect("fits").state();
    let refused = |change: &dyn Fn(&mut fenqun_base::ModelState)| {
        let mut state = state.clone();
        change(&mut state);
        matches!(PerceptronModel::from_state(&state), Err(DataError::Model { .. }))
    };
    assert!(refused(&|state| drop(state.tensors.remove("network.0"))));
    assert!(refused(&|state| drop(state.tensors.remove("mean"))));
    assert!(refused(&|state| state.config["n_classes"] = 3.into()));
    assert!(refused(&|state| state.config["n_classes"] = 1.into()));
    assert!(refused(&|state| state.config["params"]["hidden"] = vec![1_000_000_000].into()));
    assert!(refused(&|state| {
        state.tensors.entry("network.0".into()).or_default().values[0] = f32::NAN;
    }));
    assert!(!refused(&|_| {}));
}

#[test]
fn settings_outside_their_rules_are_refused() {
    let (users, labels) = contract::labelled_blobs(2, 20, 3, Seed(1));
    let refused = |params: Perceptron| {
        params.fit(&users, &labels, Seed(1)).map(drop).expect_err("outside its rule").to_string()
    };
    let default = Perceptron::default;
    assert!(refused(Perceptron { hidden: vec![0], ..default() }).contains("`hidden`"));
    assert!(refused(Perceptron { hidden: vec![1; 9], ..default() }).contains("at most 8 layers"));
    assert!(refused(Perceptron { dropout: 1.0, ..default() }).contains("`dropout`"));
    let training = Training { batch: 0, ..Training::default() };
    assert!(refused(Perceptron { training, ..default() }).contains("`batch`"));
}
