use fenqun_base::{DataError, Matrix, Progress, Seed, contract};

use super::*;
use crate::EncoderError;

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
fn the_wide_head_has_the_weights_of_the_challenge() {
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
