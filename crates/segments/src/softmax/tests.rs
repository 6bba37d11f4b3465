use fenqun_base::{DataError, Labels, Matrix, NO_CODE, Seed, Soft, Supervised, contract};
use rand::RngExt;

use super::kernel::{Linear, Rows};
use super::{ClassWeights, Softmax, SoftmaxModel, fit_on_folds};

/// Three overlapping classes.
fn users(n_rows: usize, n_columns: usize, seed: u64) -> (Matrix, Labels) {
    let mut rng = Seed(seed).rng();
    let codes: Vec<u32> = (0..n_rows).map(|row| row as u32 % 3).collect();
    let mut data = Matrix::zeros(n_rows, n_columns);
    for (row, &code) in codes.iter().enumerate() {
        for (column, value) in data.row_mut(row).iter_mut().enumerate() {
            let centre = if column % 3 == code as usize { 0.6 } else { 0.0 };
            *value = centre + rng.random_range(-1.0f32..1.0);
        }
    }
    let classes = ["a", "b", "c"].map(str::to_owned).to_vec();
    (data, Labels::new(classes, codes).expect("codes fit"))
}

fn fit(params: &Softmax, data: &Matrix, labels: &Labels) -> SoftmaxModel {
    params.fit(data, labels, Seed(5)).expect("fits")
}

#[test]
fn softmax_keeps_the_contract() {
    let (data, labels) = contract::labelled_blobs(4, 20, 5, Seed(3));
    contract::check_supervised(&Softmax::default(), &data, &labels);
    let params = Softmax {
        standardise: true,
        class_weights: ClassWeights::Balanced,
        row_norm: 0.0,
        ..Softmax::default()
    };
    contract::check_supervised(&params, &data, &labels);
    let (data, labels) = contract::labelled_blobs(2, 10, 60, Seed(4));
    contract::check_supervised(&Softmax::default(), &data, &labels);
}

#[test]
fn the_gradient_agrees_with_finite_differences() {
    let (data, labels) = users(23, 13, 1);
    let at: Vec<u32> = (0..23).rev().collect();
    let codes: Vec<u32> = at.iter().map(|&row| labels.codes[row as usize]).collect();
    let weights: Vec<f64> = (0..23).map(|row| 0.5 + f64::from(row) / 10.0).collect();
    let mut rng = Seed(2).rng();
    let point: Vec<f64> = (0..3 * 14).map(|_| rng.random_range(-0.5..0.5)).collect();
    let rows = Rows { values: data.values(), width: 13, at: &at };
    let slope = |point: &[f64]| {
        let (own, intercepts) = point.split_at(3 * 13);
        rows.slope(Linear { weights: own, intercepts }, &codes, &weights)
    };
    let found = slope(&point);
    let all: Vec<f64> = found.gradient.iter().chain(&found.sums).copied().collect();
    for number in 0..point.len() {
        let at = |by: f64| {
            let mut moved = point.clone();
            moved[number] += by;
            slope(&moved).loss
        };
        let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert!((difference - all[number]).abs() < 1e-7, "{number}: {difference} {}", all[number]);
    }
}

#[test]
fn contributions_add_up_to_the_logit() {
    let (data, labels) = users(60, 40, 1);
    let model = fit(&Softmax { row_norm: 0.0, c: vec![0.3], ..Softmax::default() }, &data, &labels);
    let average = model.logits(model.mean()).expect("same width");
    for row in 0..10 {
        let logits = model.logits(data.row(row)).expect("same width");
        let added = model.shapley(data.row(row)).expect("same width");
        for class in 0..3 {
            let sum: f64 = added[class].iter().sum();
            assert!((sum - (logits[class] - average[class])).abs() < 1e-9);
        }
    }
    assert!(model.shapley(&[0.0]).is_err());
}

#[test]
fn rotated_rows_learn_the_same() {
    let (wide, labels) = users(40, 90, 6);
    let params = Softmax { tolerance: 1e-13, ..Softmax::default() };
    let rotated = fit(&params, &wide, &labels);
    // Copies without label make rotation look as if it did not pay.
    let codes = [&labels.codes[..], &labels.codes[..]].concat();
    let twice = wide.select_rows(&(0..80).map(|row| row % 40).collect::<Vec<_>>());
    let double = Labels { codes, ..labels.clone() };
    let single = Softmax { c: vec![rotated.c() / 2.0], ..params.clone() };
    let direct = fit(&single, &twice, &double);
    let pairs = rotated.coefficients().values().iter().zip(direct.coefficients().values());
    for (a, b) in pairs {
        assert!((a - b).abs() < 1e-5, "{a} {b}");
    }
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let (data, labels) = users(9000, 6, 4);
    let fit = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("pool");
        pool.install(|| fit(&Softmax::default(), &data, &labels))
    };
    assert_eq!(fit(1), fit(3));
}

#[test]
fn the_unlabelled_and_the_scale_of_all_columns_change_nothing() {
    let (data, labels) = users(90, 5, 7);
    let model = fit(&Softmax::default(), &data, &labels);
    let (more, _) = users(110, 5, 8);
    let values = [data.values(), &more.values()[..100]].concat();
    let with_more = Matrix::new(110, 5, values).expect("counts fit");
    let codes = [&labels.codes[..], &[NO_CODE; 20]].concat();
    let again = fit(&Softmax::default(), &with_more, &Labels { codes, ..labels.clone() });
    assert_eq!(again, model);
    let mut scaled = data.clone();
    scaled.values_mut().iter_mut().for_each(|value| *value *= 64.0);
    let other = fit(&Softmax::default(), &scaled, &labels);
    let (a, b) = (model.probabilities(&data), other.probabilities(&scaled));
    let (a, b) = (a.expect("same width"), b.expect("same width"));
    let pairs = a.values().iter().zip(b.values());
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-5));
}

#[test]
fn the_least_held_out_loss_chooses_c() {
    let (data, mut labels) = users(120, 24, 9);
    // What is labelled wrong makes free coefficients wrong.
    labels.codes.iter_mut().step_by(4).for_each(|code| *code = (*code + 1) % 3);
    let params = Softmax { c: vec![0.2, 1e-5, 1e3], row_norm: 0.0, ..Softmax::default() };
    let folds = labels.folds(3, Seed(5).derive("softmax folds"));
    let found = fit_on_folds(&params, &data, &labels, &folds).expect("fits");
    assert_eq!(found.model, fit(&params, &data, &labels));
    let loss = |shares: &Matrix| -> f64 {
        let own = |(row, &class): (usize, &u32)| -f64::from(shares.at(row, class as usize)).ln();
        labels.codes.iter().enumerate().map(own).sum()
    };
    let of = |c: f64| {
        let single = Softmax { c: vec![c], ..params.clone() };
        let found = fit_on_folds(&single, &data, &labels, &folds).expect("fits");
        loss(&found.shares)
    };
    let chosen = loss(&found.shares);
    for c in [0.2, 1e-5, 1e3] {
        assert!(chosen <= of(c) + 1e-3, "{c}: {chosen} {}", of(c));
    }
    assert_eq!(found.model.c(), 0.2);
}

#[test]
fn a_class_with_one_example_is_learned_from() {
    let (data, labels) = users(30, 4, 3);
    let one_c = |(row, &code): (usize, &u32)| if code == 2 && row > 5 { 0 } else { code };
    let mut codes: Vec<u32> = labels.codes.iter().enumerate().map(one_c).collect();
    codes[5] = 0;
    let labels = Labels { codes, ..labels };
    assert_eq!(labels.counts()[2], 1);
    let folds = labels.folds(3, Seed(1));
    let found = fit_on_folds(&Softmax::default(), &data, &labels, &folds).expect("fits");
    assert!(found.shares.values().iter().all(|share| share.is_finite()));
    assert!(found.shares.rows().all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-4));
}

#[test]
fn settings_outside_their_rule_are_refused() {
    let (data, labels) = users(12, 2, 1);
    let refused = |params: Softmax| match params.fit(&data, &labels, Seed(1)) {
        Err(DataError::Parameter { name, .. }) => name,
        other => panic!("not refused: {other:?}"),
    };
    let plain = Softmax::default;
    assert_eq!(refused(Softmax { c: vec![], ..plain() }), "c");
    assert_eq!(refused(Softmax { c: vec![0.1, 0.0], ..plain() }), "c");
    assert_eq!(refused(Softmax { n_folds: 1, ..plain() }), "n_folds");
    assert_eq!(refused(Softmax { row_norm: -1.0, ..plain() }), "row_norm");
    assert_eq!(refused(Softmax { tolerance: f64::NAN, ..plain() }), "tolerance");
    assert_eq!(refused(Softmax { max_iterations: 0, ..plain() }), "max_iterations");
    let zero = ClassWeights::Given(vec![0.0; 3]);
    assert_eq!(refused(Softmax { class_weights: zero, ..plain() }), "class_weights");
    let short = ClassWeights::Given(vec![1.0; 2]);
    let error = Softmax { class_weights: short, ..plain() }.fit(&data, &labels, Seed(1));
    assert!(matches!(error, Err(DataError::WrongLength { what: "class_weights", .. })));
    assert!(plain().fit(&Matrix::zeros(12, 0), &labels, Seed(1)).is_err());
}

#[test]
fn settings_are_read_as_configuration_spells_them() {
    let read = |text| serde_json::from_str::<Softmax>(text);
    let known = read(r#"{"c": [1], "class_weights": "balanced", "row_norm": 0.0}"#).expect("known");
    assert_eq!((known.c, known.class_weights), (vec![1.0], ClassWeights::Balanced));
    let given = read(r#"{"class_weights": {"given": [1, 2]}}"#).expect("known");
    assert_eq!(given.class_weights, ClassWeights::Given(vec![1.0, 2.0]));
    assert!(read(r#"{"C": [1]}"#).is_err());
}
