use fenqun_base::{DataError, Matrix, Progress, Seed, contract};

use serde::Deserialize;

use super::params::network;
use super::*;
use crate::EncoderError;
use crate::train::{Input, Network, Target, Task, train};

fn shop() -> (Matrix, Matrix) {
    let users = contract::blobs(4, 64, 8, Seed(1));
    let flags: Vec<[f32; 3]> = (0..256)
        .map(|row| {
            [row / 64 == 0, row / 64 < 2, row % 2 == 0].map(|flag| f32::from(u8::from(flag)))
        })
        .collect();
    (users, Matrix::from_rows(&flags).expect("rows"))
}

fn small() -> BehaviourHead {
    BehaviourHead { size: HeadSize::Small, ..BehaviourHead::default() }
}

#[test]
fn it_learns_what_can_be_learned_and_gives_scores_after_every_epoch() {
    let (users, flags) = shop();
    let run = || {
        let mut epochs = Vec::new();
        let silent = Progress::silent();
        let curve = small().train(&users, &flags, Seed(1278), &silent, |scores| {
            epochs.push(scores);
            Ok(())
        });
        (epochs, curve.expect("trains"))
    };
    let (epochs, curve) = run();
    assert_eq!((epochs.len(), curve.len()), (3, 3));
    assert!(curve[2].loss < curve[0].loss);
    let last = &epochs[2];
    let above = |target: usize, rows: std::ops::Range<usize>| {
        rows.map(|row| last.at(row, target)).fold(f32::INFINITY, f32::min)
    };
    assert!(above(0, 0..64) > last.at(200, 0) && above(1, 0..128) > last.at(200, 1));
    assert_eq!(run().0, epochs);
}

#[test]
fn the_full_head_has_the_weights_of_the_challenge() {
    let network = BehaviourHead::default().network(100, 100, &mut Seed(1).rng());
    let state = network.store(fenqun_base::ModelState::default());
    let n_weights: usize = state.tensors.values().map(|tensor| tensor.values.len()).sum();
    let block = 2 * 2048 * 4096 + 4096 + 2048 + 2 * 2048;
    let ends = 100 * 2048 + 2048 + 2 * 2048 + 2 * 2048 + 2048 * 100 + 100;
    assert_eq!(n_weights, 3 * block + ends);
}

#[test]
fn bad_input_is_refused() {
    let (users, flags) = shop();
    let refused = |users: &Matrix, flags: &Matrix| match small().train(
        users,
        flags,
        Seed(1),
        &Progress::silent(),
        |_| Ok(()),
    ) {
        Err(EncoderError::Data(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&Matrix::zeros(0, 3), &flags), DataError::Empty);
    assert!(matches!(refused(&users, &Matrix::zeros(3, 1)), DataError::WrongLength { .. }));
    assert!(matches!(refused(&users, &Matrix::zeros(256, 0)), DataError::WrongWidth { .. }));
    let mut half = flags.clone();
    half.row_mut(3)[1] = 0.5;
    assert!(refused(&users, &half).to_string().contains("`target` must be 0 or 1, got 0.5"));
    let mut bad = users.clone();
    bad.row_mut(2)[1] = f32::INFINITY;
    assert!(matches!(refused(&bad, &flags), DataError::NotFinite { row: 2, column: 1, .. }));
    let wrong = BehaviourHead { epochs: 0, ..small() };
    assert!(wrong.train(&users, &flags, Seed(1), &Progress::silent(), |_| Ok(())).is_err());
}

/// Made by `tests/reference/behaviour_head.py` with NumPy and SciPy.
#[derive(Deserialize)]
struct Reference {
    vectors: Vec<Vec<f32>>,
    targets: Vec<Vec<f32>>,
    numbers: Vec<Vec<f32>>,
    logits: Vec<Vec<f32>>,
    steps: Vec<Step>,
}

/// What is known after a step; the loss is from before it.
#[derive(Deserialize)]
struct Step {
    loss: f64,
    numbers: Vec<Vec<f32>>,
    logits: Vec<Vec<f32>>,
}

fn most_apart(found: &[f32], expected: &[Vec<f32>]) -> f32 {
    let expected = expected.concat();
    assert_eq!(found.len(), expected.len());
    found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn numbers(network: &Network) -> Vec<f32> {
    let state = network.store(fenqun_base::ModelState::default());
    let tensor = |at: usize| state.tensors.get(&format!("network.{at}"));
    (0..).map_while(tensor).flat_map(|tensor| tensor.values.clone()).collect()
}

#[test]
fn forwards_and_after_steps_it_agrees_with_the_reference() {
    let text = include_str!("../../tests/reference/behaviour_head.json");
    let reference: Reference = serde_json::from_str(text).expect("JSON");
    let vectors = Matrix::from_rows(&reference.vectors).expect("equal rows");
    let targets = Matrix::from_rows(&reference.targets).expect("equal rows");
    let state = reference
        .numbers
        .iter()
        .enumerate()
        .fold(fenqun_base::ModelState::default(), |state, (at, values)| {
            state.vector(&format!("network.{at}"), values)
        });
    let made = network((8, 16, 3), 5, 3, &mut Seed(1).rng());
    let mut made = made.load("behaviour_head", &state).expect("the same layers");
    assert_eq!(numbers(&made).len(), reference.numbers.concat().len());
    let input = Input::Dense(&vectors);
    let forward = made.predict(input).expect("gives");
    assert!(most_apart(forward.values(), &reference.logits) < 2e-5);

    // All users in one batch: an epoch is a step.
    let head = BehaviourHead { epochs: 2, ..BehaviourHead::default() };
    let (target, learn) = (Target::Flags(targets), (0..6).collect::<Vec<usize>>());
    let task = Task { input, target: &target, learn: &learn, held_out: &[], shuffled: false };
    let mut seen = Vec::new();
    let silent = Progress::silent();
    let curve = train(&mut made, &task, &head.training(), Seed(1), &silent, &mut |network| {
        seen.push((numbers(network), network.predict(input)?));
        Ok(())
    });
    let curve = curve.expect("trains");
    assert_eq!((curve.len(), seen.len(), reference.steps.len()), (2, 2, 2));
    for (nth, step) in reference.steps.iter().enumerate() {
        assert!((curve[nth].loss - step.loss).abs() < 2e-6, "{nth}: {}", curve[nth].loss);
        assert!(most_apart(seen[nth].1.values(), &step.logits) < 5e-5, "{nth}");
    }
    // A step is a thousandth: every number went the right way, decay included.
    assert!(most_apart(&seen[0].0, &reference.steps[0].numbers) < 2e-6);
    assert!(most_apart(&seen[0].0, &reference.numbers) > 9e-4);
    assert!(most_apart(&seen[1].0, &reference.steps[1].numbers) < 1e-4);
}
