use std::sync::Arc;

use fenqun_base::{Interrupted, Labels, Matrix, NO_CODE, Progress, Rng, Seed, SparseMatrix};
use rand::RngExt;

use super::*;
use crate::EncoderError;

/// How far a slope may be from the difference quotient: the outputs have 24 bits.
const NEAR: f64 = 1e-3;

fn noise(n_rows: usize, n_columns: usize, rng: &mut Rng) -> Matrix {
    let values = (0..n_rows * n_columns).map(|_| rng.random::<f32>() * 2.0 - 1.0).collect();
    Matrix::new(n_rows, n_columns, values).expect("counts fit")
}

fn classes(n: usize) -> Target {
    let codes = (0..n).map(|row| (row % 3) as u32).collect();
    Target::Classes { codes, weights: vec![1.0, 0.5, 2.0] }
}

fn flags(n: usize) -> Target {
    let values = (0..n * 3).map(|at| f32::from(u8::from(at % 4 == 1))).collect();
    Target::Flags(Matrix::new(n, 3, values).expect("counts fit"))
}

/// Every layer there is, between an input of width 5 and three outputs.
fn all_layers(rng: &mut Rng) -> Vec<Layer> {
    vec![
        Layer::Linear(Linear::new(5, 7, rng)),
        Layer::BatchNorm(BatchNorm::new(7)),
        Layer::Activation(Activation::Gelu),
        Layer::Dropout(0.3),
        Layer::LayerNorm(LayerNorm::new(7)),
        Layer::Residual(vec![
            Layer::LayerNorm(LayerNorm::new(7)),
            Layer::Linear(Linear::new(7, 11, rng)),
            Layer::Activation(Activation::Gelu),
            Layer::Linear(Linear::new(11, 7, rng)),
        ]),
        Layer::Linear(Linear::new(7, 3, rng)),
    ]
}

/// Compares every slope with (8 (L(w + h) − L(w − h)) − L(w + 2h) + L(w − 2h)) / 12h, dropout
/// drawing the same masks each time.
fn check_slopes(network: &Network, input: Input<'_>, target: &Target) {
    let rows: Vec<usize> = (0..input.n_rows()).collect();
    let loss = |network: &Network| {
        let (outputs, trace) = network.clone().train(input, &rows, &mut Seed(4).rng());
        (target.loss(&rows, &outputs), trace)
    };
    let (first, trace) = loss(network);
    let slopes = network.backward(&trace, first.slope);
    let sizes: Vec<usize> = network.clone().parameters().iter().map(|part| part.len()).collect();
    assert_eq!(slopes.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
    let largest = slopes.concat().iter().fold(0.0f32, |most, slope| most.max(slope.abs()));
    assert!(largest > 0.01, "there is something to compare");
    let mut n_checked = 0;
    for (part, slopes) in slopes.iter().enumerate() {
        for (at, &slope) in slopes.iter().enumerate() {
            let moved = |by: f32| {
                let mut network = network.clone();
                network.parameters()[part][at] += by;
                loss(&network).0.mean
            };
            let step = 2e-3f32;
            let both = |by: f32| moved(by) - moved(-by);
            let quotient = (8.0 * both(step) - both(2.0 * step)) / (12.0 * f64::from(step));
            let difference = (quotient - f64::from(slope)).abs();
            let near = NEAR * (1.0 + f64::from(slope).abs());
            assert!(difference < near, "part {part}, {at}: {quotient} by steps, {slope} by rule");
            n_checked += 1;
        }
    }
    assert!(n_checked > 200);
}

#[test]
fn slopes_of_every_layer_agree_with_difference_quotients() {
    let mut rng = Seed(1).rng();
    let rows = noise(12, 5, &mut rng);
    let mut network = Network::new(all_layers(&mut rng), 3);
    // Numbers of norms that are not 1 and 0, so that no factor is lost.
    for part in network.parameters() {
        part.iter_mut().for_each(|value| *value += 0.2 * (rng.random::<f32>() - 0.5));
    }
    check_slopes(&network, Input::Dense(&rows), &classes(12));
    check_slopes(&network, Input::Dense(&rows), &flags(12));
}

#[test]
fn slopes_of_token_vectors_agree_with_difference_quotients() {
    let mut rng = Seed(2).rng();
    let mut tokens = SparseMatrix::with_width(9);
    for row in 0..10u32 {
        let mut entries = [(row % 9, 1.0), ((row * 4 + 1) % 9, 3.0), ((row * 2) % 9, 2.0)];
        let n = if row == 7 { 0 } else { 3 };
        tokens.push_row(&mut entries[..n]).expect("columns fit");
    }
    let layers = all_layers(&mut rng);
    let network = Network::on_tokens(9, 5, layers, 3, &mut rng);
    check_slopes(&network, Input::Tokens(&tokens), &classes(10));
}

#[test]
fn a_kink_passes_slopes_on_one_side_alone() {
    let rows = Matrix::from_rows(&[[-2.0, 0.0, 3.0, f32::NAN]]).expect("rows");
    let out = Activation::Relu.apply(&rows);
    assert_eq!(out.values()[..3], [0.0, 0.0, 3.0]);
    assert!(out.at(0, 3).is_nan(), "what is not a number is not hidden");
    let slope = Matrix::from_rows(&[[5.0; 4]]).expect("rows");
    assert_eq!(Activation::Relu.backward(&rows, slope).values()[..3], [0.0, 0.0, 5.0]);
}

#[test]
fn losses_agree_with_counts_by_hand() {
    let outputs = Matrix::from_rows(&[[0.0, 3.0f32.ln()], [1.0, 1.0]]).expect("rows");
    let target = Target::Classes { codes: vec![1, 0], weights: vec![1.0, 3.0] };
    // −ln ¾ thrice and −ln ½ once.
    let expected = (3.0 * (4.0f64 / 3.0).ln() + 2.0f64.ln()) / 4.0;
    assert!((target.loss(&[0, 1], &outputs).mean - expected).abs() < 1e-6);
    let flags = Target::Flags(Matrix::from_rows(&[[0.0, 1.0]]).expect("rows"));
    // −ln(1 − ½) and −ln(3/4).
    let expected = (2.0f64.ln() + (4.0f64 / 3.0).ln()) / 2.0;
    assert!((flags.loss(&[0], &outputs).mean - expected).abs() < 1e-6);
    let far = Matrix::from_rows(&[[1e4, -1e4]]).expect("rows");
    assert!((flags.loss(&[0], &far).mean - 1e4).abs() < 1.0, "no overflow");
    assert_eq!(softmax(&far).values(), [1.0, 0.0]);
}

fn task<'a>(rows: &'a Matrix, target: &'a Target, parts: (&'a [usize], &'a [usize])) -> Task<'a> {
    let input = Input::Dense(rows);
    Task { input, target, learn: parts.0, held_out: parts.1, shuffled: true }
}

/// Rows whose class is where the largest of three columns stands, or pure noise.
fn learnable(n: usize, is_noise: bool) -> (Matrix, Target) {
    let mut rng = Seed(9).rng();
    let rows = noise(n, 5, &mut rng);
    let largest = |row: &[f32]| (0..3).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
    let code = |row: &[f32]| if is_noise { rng.random_range(0..3) } else { largest(row) as u32 };
    let codes = rows.rows().map(code).collect();
    (rows, Target::Classes { codes, weights: vec![1.0; 3] })
}

fn trained(
    (rows, target): &(Matrix, Target),
    training: &Training,
    progress: &Progress,
) -> Result<(Network, Vec<Epoch>), EncoderError> {
    let mut network = Network::new(all_layers(&mut Seed(3).rng()), 3);
    let (learn, held_out): (Vec<usize>, Vec<usize>) =
        (0..rows.n_rows()).partition(|row| row % 4 > 0);
    let task = task(rows, target, (&learn, &held_out));
    let curve = train(&mut network, &task, training, Seed(5), progress, &mut |_| Ok(()))?;
    Ok((network, curve))
}

#[test]
fn the_loss_falls_and_the_best_epoch_is_kept() {
    let training = Training { epochs: 40, learning_rate: 1e-2, ..Training::default() };
    let data = learnable(400, false);
    let (_, curve) = trained(&data, &training, &Progress::silent()).expect("trains");
    let (first, last) = (curve[0].held_out, curve[curve.len() - 1].held_out);
    assert!(last < first.map(|loss| loss * 0.6), "{first:?} {last:?}");

    let data = learnable(60, true);
    let stopping = Training { epochs: 200, patience: 5, ..training };
    let (network, curve) = trained(&data, &stopping, &Progress::silent()).expect("trains");
    assert!(curve.len() < 100, "noise is noticed, after {} epochs", curve.len());
    let losses: Vec<f64> = curve.iter().filter_map(|point| point.held_out).collect();
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(losses.iter().position(|&loss| loss == least), Some(losses.len() - 6));
    let held_out: Vec<usize> = (0..60).filter(|row| row % 4 == 0).collect();
    let outputs = network.predict_rows(Input::Dense(&data.0), &held_out).expect("predicts");
    assert_eq!(data.1.loss(&held_out, &outputs).mean, least);
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    // Wide enough for products in several pieces.
    let mut rng = Seed(8).rng();
    let rows = noise(300, 200, &mut rng);
    let target = classes(300);
    let learn: Vec<usize> = (0..300).collect();
    let run = || {
        let mut rng = Seed(3).rng();
        let layers = vec![
            Layer::Linear(Linear::new(200, 400, &mut rng)),
            Layer::BatchNorm(BatchNorm::new(400)),
            Layer::Activation(Activation::Gelu),
            Layer::Dropout(0.5),
            Layer::Linear(Linear::new(400, 3, &mut rng)),
        ];
        let mut network = Network::new(layers, 3);
        let training = Training { epochs: 2, batch: 100, ..Training::default() };
        let task = task(&rows, &target, (&learn, &[]));
        let silent = Progress::silent();
        train(&mut network, &task, &training, Seed(5), &silent, &mut |_| Ok(())).expect("trains");
        network
    };
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build();
        pool.expect("pool").install(run)
    };
    assert_eq!(on(1), on(5));
}

#[test]
fn a_prediction_does_not_hang_on_the_rows_beside_it() {
    let mut rng = Seed(1).rng();
    let rows = noise(150, 5, &mut rng);
    let network = Network::new(all_layers(&mut rng), 3);
    let all = network.predict(Input::Dense(&rows)).expect("predicts");
    for row in [0, 63, 64, 149] {
        let one = network.predict_rows(Input::Dense(&rows), &[row]).expect("predicts");
        assert_eq!(one.row(0), all.row(row));
    }
}

#[test]
fn a_step_too_long_is_refused_and_a_wish_to_stop_heard() {
    let data = learnable(40, false);
    let (mut rows, target) = data.clone();
    rows.values_mut().iter_mut().for_each(|value| *value *= 1e30);
    let wild = Training { learning_rate: 10.0, ..Training::default() };
    let error = trained(&(rows, target), &wild, &Progress::silent()).expect_err("diverges");
    assert!(error.to_string().contains("`learning_rate` must be small enough"), "{error}");

    struct Nobody;
    impl fenqun_base::Sink for Nobody {
        fn begin(&self, _: &str, _: u64, _: fenqun_base::Unit) -> usize {
            0
        }
        fn advance(&self, _: usize, _: u64) {}
        fn end(&self, _: usize) {}
    }
    let progress = Progress::new(Arc::new(Nobody), Arc::new(true.into()));
    let stopped = trained(&data, &Training::default(), &progress);
    assert!(matches!(stopped, Err(EncoderError::Interrupted(Interrupted))));
}

#[test]
fn every_class_gives_its_share_and_keeps_a_row() {
    let codes = (0..101).map(|row| if row == 100 { 2 } else { row % 2 }).chain([NO_CODE]).collect();
    let names = ["a", "b", "c"].map(str::to_owned).to_vec();
    let labels = Labels::new(names, codes).expect("codes fit");
    let training = Training { held_out: 0.2, ..Training::default() };
    let (learn, held_out) = training.split(&labels, Seed(1));
    assert_eq!(labels.select(&held_out).counts(), [10, 10, 0]);
    assert_eq!(labels.select(&learn).counts(), [40, 40, 1]);
    let none = Training { held_out: 0.0, class_weights: ClassWeights::Balanced, ..training };
    let (learn, held_out) = none.split(&labels, Seed(1));
    assert!(held_out.is_empty());
    let weights = none.weights(&labels, &learn);
    assert!((weights[0] - 101.0 / 150.0).abs() < 1e-6 && (weights[2] - 101.0 / 3.0).abs() < 1e-5);
}

#[test]
fn steps_shorten_along_a_cosine() {
    let training = Training { learning_rate: 0.2, ..Training::default() };
    assert_eq!(training.rate(0, 10), 0.2);
    assert!((training.rate(5, 10) - 0.1).abs() < 1e-12);
    assert!(training.rate(10, 10) < 1e-12);
    assert_eq!(Training { schedule: Schedule::Constant, ..training }.rate(9, 10), 0.2);
}

#[test]
fn settings_outside_their_rules_are_refused() {
    let refused = |change: fn(&mut Training)| {
        let mut training = Training::default();
        change(&mut training);
        training.check().expect_err("outside its rule").to_string()
    };
    assert!(refused(|training| training.epochs = 0).contains("`epochs` must be between 1 and"));
    assert!(refused(|training| training.batch = 1).contains("`batch`"));
    assert!(refused(|training| training.patience = 0).contains("`patience`"));
    assert!(refused(|training| training.learning_rate = f64::NAN).contains("got NaN"));
    assert!(refused(|training| training.weight_decay = -1.0).contains("`weight_decay`"));
    assert!(refused(|training| training.held_out = 1.0).contains("`held_out`"));
}
