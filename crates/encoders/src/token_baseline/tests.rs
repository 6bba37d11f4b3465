use fenqun_base::{DataError, Labels, NO_CODE, Seed, SparseMatrix, Stored};
use rand::RngExt;

use super::*;
use crate::train::Training;

/// Users of three classes who take most of their tokens from a third of the shop; every seventh is
/// not labelled, and the last has no tokens.
fn shop() -> (SparseMatrix, Labels) {
    let mut rng = Seed(2).rng();
    let mut record = SparseMatrix::with_width(30);
    let mut codes = Vec::new();
    for user in 0..150u32 {
        let class = user % 3;
        let mut token = |_| {
            let own = rng.random::<f32>() < 0.8;
            let among = if own { class * 10..class * 10 + 10 } else { 0..30 };
            (rng.random_range(among), 1.0 + rng.random_range(0..4) as f32)
        };
        let mut entries: Vec<(u32, f32)> = (0..8).map(&mut token).collect();
        entries.truncate(if user == 149 { 0 } else { 8 });
        record.push_row(&mut entries).expect("columns fit");
        codes.push(if user % 7 == 0 { NO_CODE } else { class });
    }
    (record, Labels::new(["a", "b", "c"].map(str::to_owned).to_vec(), codes).expect("codes fit"))
}

fn fitted() -> (SparseMatrix, Labels, TokenBaselineModel) {
    let (record, labels) = shop();
    let model = TokenBaseline::default().fit(&record, &labels, Seed(3)).expect("fits");
    (record, labels, model)
}

#[test]
fn it_finds_the_class_of_users_it_has_no_label_for() {
    let (record, labels, model) = fitted();
    let found = model.assign(&record).expect("assigns").segments;
    let unknown: Vec<usize> = (0..150).filter(|&row| labels.codes[row] == NO_CODE).collect();
    let n_right = unknown.iter().filter(|&&row| found[row] == row as u32 % 3).count();
    assert!(n_right * 10 >= unknown.len() * 9, "{n_right} of {}", unknown.len());
    let curve = model.curve();
    assert!(curve[curve.len() - 1].loss < 0.5 * curve[0].loss);
}

#[test]
fn a_user_gets_the_same_bits_alone_and_backwards() {
    let (record, _, model) = fitted();
    let all = model.probabilities(&record).expect("gives");
    assert_eq!((all.n_rows(), all.n_columns()), (150, model.n_segments()));
    let backwards: Vec<usize> = (0..150).rev().collect();
    let reversed = model.probabilities(&record.select_rows(&backwards)).expect("gives");
    assert_eq!(reversed.select_rows(&backwards), all);
    let one = model.probabilities(&record.select_rows(&[149])).expect("gives");
    assert_eq!(one.row(0), all.row(149));
    assert!(all.rows().all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-5));
}

#[test]
fn the_same_seed_gives_the_same_model_and_it_is_read_back() {
    let (record, labels, model) = fitted();
    let again = TokenBaseline::default().fit(&record, &labels, Seed(3)).expect("fits");
    assert_eq!(again.state(), model.state());
    let other = TokenBaseline::default().fit(&record, &labels, Seed(4)).expect("fits");
    assert_ne!(other.state(), model.state());
    assert_eq!(TokenBaselineModel::from_state(&model.state()).expect("reads"), model);
    for (name, value) in [("n_tokens", 31), ("n_classes", 4), ("n_classes", 0)] {
        let mut state = model.state();
        state.config[name] = value.into();
        let refused = TokenBaselineModel::from_state(&state);
        assert!(matches!(refused, Err(DataError::Model { .. })), "{name}");
    }
}

#[test]
fn bad_input_is_refused() {
    let (record, labels, model) = fitted();
    let narrow = SparseMatrix::with_width(29);
    assert!(matches!(model.probabilities(&narrow), Err(DataError::WrongWidth { .. })));
    let bad = record.map(|column, value| if column == 5 { f32::NAN } else { value });
    let baseline = TokenBaseline::default();
    assert!(matches!(model.assign(&bad), Err(DataError::NotFinite { column: 5, .. })));
    let refused = baseline.fit(&bad, &labels, Seed(1));
    assert!(matches!(refused, Err(DataError::NotFinite { column: 5, .. })));
    let short = record.select_rows(&[0, 1]);
    assert!(matches!(baseline.fit(&short, &labels, Seed(1)), Err(DataError::WrongLength { .. })));
    let training = Training { epochs: 0, ..Training::default() };
    let wrong = TokenBaseline { training, ..baseline };
    assert!(matches!(wrong.fit(&record, &labels, Seed(1)), Err(DataError::Parameter { .. })));
    let wrong = TokenBaseline { dimensions: 0, ..TokenBaseline::default() };
    assert!(matches!(wrong.fit(&record, &labels, Seed(1)), Err(DataError::Parameter { .. })));
}
