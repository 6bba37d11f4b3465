use fenqun_base::{Labels, Matrix, NO_CODE, Seed, Stored, contract};
use rand::RngExt;
use serde::Deserialize;

use super::isotonic::Curve;
use super::{Calibration, CalibrationModel, out_of_fold};
use crate::{ClassWeights, Softmax, Trees};

#[derive(Deserialize)]
struct Cases {
    isotonic: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    shares: Vec<f32>,
    hits: Vec<u8>,
    asked: Vec<f32>,
    answers: Vec<f64>,
}

#[test]
fn isotonic_curves_agree_with_scikit_learn() {
    let text = include_str!("../../tests/reference/heads.json");
    let cases: Cases = serde_json::from_str(text).expect("JSON");
    for case in cases.isotonic {
        let points = case.shares.iter().zip(&case.hits).map(|(&share, &hit)| (share, hit == 1));
        let curve = Curve::fit(points);
        for (&asked, answer) in case.asked.iter().zip(&case.answers) {
            assert!((curve.at(asked) - answer).abs() < 1e-6, "{asked}: {answer}");
        }
    }
}

/// Shares whose logarithms are `factor` times too large for how often they come true.
fn overconfident(n_rows: usize, factor: f64) -> (Matrix, Labels) {
    let mut rng = Seed(3).rng();
    let mut shares = Matrix::zeros(n_rows, 3);
    let mut codes = Vec::new();
    for row in 0..n_rows {
        let logits: Vec<f64> = (0..3).map(|_| rng.random_range(-1.5..1.5)).collect();
        let scaled = |by: f64| {
            let values: Vec<f64> = logits.iter().map(|logit| (by * logit).exp()).collect();
            let sum: f64 = values.iter().sum();
            values.iter().map(|value| value / sum).collect::<Vec<f64>>()
        };
        let honest = scaled(1.0);
        let drawn: f64 = rng.random();
        let class =
            if drawn < honest[0] { 0 } else { 1 + u32::from(drawn > honest[0] + honest[1]) };
        codes.push(class);
        for (stored, share) in shares.row_mut(row).iter_mut().zip(scaled(factor)) {
            *stored = share as f32;
        }
    }
    let classes = ["a", "b", "c"].map(str::to_owned).to_vec();
    (shares, Labels::new(classes, codes).expect("codes fit"))
}

fn log_loss(shares: &Matrix, labels: &Labels) -> f64 {
    let own = |(row, &class): (usize, &u32)| -f64::from(shares.at(row, class as usize)).ln();
    labels.codes.iter().enumerate().map(own).sum::<f64>() / labels.codes.len() as f64
}

#[test]
fn the_temperature_undoes_confidence_and_lowers_the_log_loss() {
    let (shares, labels) = overconfident(20_000, 3.0);
    let model = Calibration::Temperature.fit(&shares, &labels).expect("fits");
    assert!((model.fitted_temperature() - 3.0).abs() < 0.1, "{}", model.fitted_temperature());
    let better = model.calibrated(&shares).expect("same width");
    assert!(log_loss(&better, &labels) < log_loss(&shares, &labels) - 0.05);
    // The optimum: a little more or less heat is worse.
    for by in [0.98, 1.02] {
        let other = CalibrationModel::temperature(3, model.fitted_temperature() * by);
        let worse = other.calibrated(&shares).expect("same width");
        assert!(log_loss(&worse, &labels) > log_loss(&better, &labels));
    }
}

#[test]
fn isotonic_shares_come_true_as_often_as_they_say() {
    let (shares, labels) = overconfident(20_000, 3.0);
    let model = Calibration::Isotonic.fit(&shares, &labels).expect("fits");
    let better = model.calibrated(&shares).expect("same width");
    let gap = |shares: &Matrix| {
        let sure: Vec<usize> =
            (0..shares.n_rows()).filter(|&row| shares.at(row, 0) > 0.6).collect();
        let said: f64 = sure.iter().map(|&row| f64::from(shares.at(row, 0))).sum();
        let true_ones = sure.iter().filter(|&&row| labels.codes[row] == 0).count();
        (said - true_ones as f64).abs() / sure.len() as f64
    };
    assert!(gap(&better) < 0.02 && gap(&shares) > 0.15, "{} {}", gap(&better), gap(&shares));
    assert!(better.rows().all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-5));
}

#[test]
fn every_way_is_read_back_without_losing_a_bit() {
    let (shares, labels) = overconfident(500, 2.0);
    for way in [Calibration::None, Calibration::Temperature, Calibration::Isotonic] {
        let model = way.fit(&shares, &labels).expect("fits");
        let read = CalibrationModel::from_state(&model.state()).expect("own state");
        assert_eq!((&read, read.method()), (&model, way));
        let (own, again) = (model.calibrated(&shares), read.calibrated(&shares));
        assert_eq!(own.expect("same width"), again.expect("same width"));
        assert!(model.calibrated(&Matrix::zeros(1, 2)).is_err());
        assert!(way.fit(&Matrix::zeros(500, 2), &labels).is_err());
        assert!(way.fit(&Matrix::zeros(3, 3), &labels).is_err());
    }
    let none = Calibration::None.fit(&shares, &labels).expect("fits");
    assert_eq!(none.calibrated(&shares).expect("same width"), shares);
}

#[test]
fn a_row_that_every_curve_calls_impossible_keeps_its_shares() {
    let low = Curve { shares: vec![0.0, 1.0], answers: vec![0.0, 0.0] };
    let model = CalibrationModel::isotonic(vec![low.clone(), low]);
    let shares = Matrix::from_rows(&[[0.3, 0.7]]).expect("equal rows");
    assert_eq!(model.calibrated(&shares).expect("same width"), shares);
}

#[test]
fn out_of_fold_shares_are_those_of_heads_that_have_not_seen_the_row() {
    let (data, labels) = contract::labelled_blobs(3, 20, 4, Seed(3));
    let params = Softmax { c: vec![0.1], ..Softmax::default() };
    let shares = out_of_fold(&params, &data, &labels, 3, Seed(4)).expect("fits");
    for row in 0..60 {
        let sum: f32 = shares.row(row).iter().sum();
        let expected = if labels.codes[row] == NO_CODE { 0.0 } else { 1.0 };
        assert!((sum - expected).abs() < 1e-5);
    }
    // A label changes no answer about its own row.
    let asked = 7;
    let folds = labels.folds(3, Seed(4).derive("out of fold"));
    let mut flipped = labels.clone();
    flipped.codes[asked] = 2;
    let before = super::out_of_fold_on(&params, &data, &labels, &folds, Seed(4)).expect("fits");
    let after = super::out_of_fold_on(&params, &data, &flipped, &folds, Seed(4)).expect("fits");
    assert_eq!(before, shares);
    assert_eq!(before.row(asked), after.row(asked));
    assert_ne!(before, after);
    assert!(out_of_fold(&params, &data, &labels, 1, Seed(4)).is_err());
}

#[test]
fn a_class_with_one_example_has_no_share_where_it_is_held_out() {
    let (data, mut labels) = contract::labelled_blobs(3, 10, 4, Seed(3));
    labels.codes[1..10].fill(NO_CODE);
    let shares = out_of_fold(&Softmax::default(), &data, &labels, 3, Seed(4)).expect("fits");
    assert_eq!(shares.at(0, 0), 0.0);
    assert!((shares.row(0).iter().sum::<f32>() - 1.0).abs() < 1e-5);
    // One example of each of two classes: what is left in training is one class.
    labels.codes.fill(NO_CODE);
    (labels.codes[0], labels.codes[10], labels.codes[20]) = (0, 1, 2);
    let two = Labels { classes: labels.classes[..2].to_vec(), codes: labels.codes.clone() };
    let two = two.select(&(0..20).collect::<Vec<_>>());
    let first = data.select_rows(&(0..20).collect::<Vec<_>>());
    let shares = out_of_fold(&Softmax::default(), &first, &two, 2, Seed(4)).expect("fits");
    assert_eq!((shares.row(0), shares.row(10)), (&[0.0, 1.0][..], &[1.0, 0.0][..]));
}

#[test]
fn given_class_weights_hold_where_a_fold_has_no_example_of_a_class() {
    let (data, mut labels) = contract::labelled_blobs(3, 10, 4, Seed(3));
    labels.codes[1..10].fill(NO_CODE);
    let class_weights = ClassWeights::Given(vec![9.0, 1.0, 2.0]);
    let softmax =
        Softmax { c: vec![0.1], class_weights: class_weights.clone(), ..Softmax::default() };
    assert!(out_of_fold(&softmax, &data, &labels, 3, Seed(1)).is_ok());
    let trees = Trees { rounds: 3, min_rows: 2, class_weights, ..Trees::default() };
    assert!(out_of_fold(&trees, &data, &labels, 3, Seed(1)).is_ok());
}
