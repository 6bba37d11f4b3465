use fenqun_base::{DataError, Matrix, Seed, SparseMatrix, Stored};
use rand::RngExt;

use super::{Graph, GraphModel};
use crate::tfidf::TfIdf;

/// Users of three groups, each with items of its own; the last user has none.
fn counts(n_users: usize, n_items: u32, seed: u64) -> SparseMatrix {
    let mut rng = Seed(seed).rng();
    let mut counts = SparseMatrix::with_width(n_items as usize);
    for user in 0..n_users - 1 {
        let group = user as u32 % 3 * (n_items / 3);
        let mut entries: Vec<(u32, f32)> = (0..rng.random_range(4..20))
            .map(|_| {
                let own = rng.random_range(0..n_items / 3);
                let is_own = rng.random_range(0..4) > 0;
                let item = if is_own { group + own } else { rng.random_range(0..n_items) };
                (item, rng.random_range(1u8..5).into())
            })
            .collect();
        counts.push_row(&mut entries).expect("fits");
    }
    counts.push_row(&mut []).expect("fits");
    counts
}

fn params(dimensions: usize) -> Graph {
    Graph { dimensions, min_users: 2, ..Graph::default() }
}

#[test]
fn items_and_users_agree_with_plain_numpy() {
    let text = include_str!("../../tests/reference/graph.json");
    let reference: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let read = |name: &str| -> Matrix {
        let rows: Vec<Vec<f32>> = serde_json::from_value(reference[name].clone()).expect("rows");
        Matrix::from_rows(&rows).expect("equal rows")
    };
    let mut counts = SparseMatrix::with_width(60);
    for row in read("counts").rows() {
        counts.push_row(&mut (0u32..).zip(row.iter().copied()).collect::<Vec<_>>()).expect("fits");
    }
    let params = Graph { dimensions: 6, rounds: 4, min_users: 3 };
    let tfidf = TfIdf { min_users: 3 }.fit(&counts).expect("fits");
    let weights = tfidf.transform(&counts).expect("same width");
    let model = params.fit_from(tfidf, &weights, read("start")).expect("fits");
    let kept: Vec<usize> = serde_json::from_value(reference["kept"].clone()).expect("numbers");
    assert_eq!(model.kept(), kept);
    let users = model.transform(&counts).expect("same width");
    for (name, found) in [("items", model.items()), ("users", &users)] {
        let expected = read(name);
        assert_eq!((found.n_rows(), found.n_columns()), (expected.n_rows(), expected.n_columns()));
        for (found, expected) in found.values().iter().zip(expected.values()) {
            assert!((found - expected).abs() < 1e-4, "{name}: {found} {expected}");
        }
    }
}

#[test]
fn users_of_one_group_lie_together() {
    let counts = counts(301, 90, 3);
    let users = params(8).fit(&counts, Seed(5)).expect("fits").transform(&counts).expect("width");
    let mut centres = [[0.0f32; 8]; 3];
    for row in 0..300 {
        let centre = &mut centres[row % 3];
        centre.iter_mut().zip(users.row(row)).for_each(|(sum, value)| *sum += value / 100.0);
    }
    let own_is_nearest = |&row: &usize| {
        let distance = |centre: &[f32; 8]| -> f32 {
            centre.iter().zip(users.row(row)).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let own = distance(&centres[row % 3]);
        centres.iter().all(|centre| distance(centre) >= own)
    };
    let n_right = (0..300).filter(own_is_nearest).count();
    assert!(n_right >= 285, "{n_right} of 300");
}

#[test]
fn columns_are_standardised_and_clipped_and_the_unknown_stand_at_the_origin() {
    let counts = counts(301, 90, 3);
    let model = params(8).fit(&counts, Seed(5)).expect("fits");
    let users = model.transform(&counts).expect("same width");
    assert_eq!(users.row(300), [0.0; 8]);
    for column in 0..8 {
        let values = users.column(column);
        let mean: f32 = values.iter().sum::<f32>() / 300.0;
        let variance = values.iter().map(|value| value * value).sum::<f32>() / 300.0;
        assert!(mean.abs() < 0.01 && (variance - 1.0).abs() < 0.01, "{mean} {variance}");
    }
    // Bought by nobody else and kept by no minimum: far from everyone, but not beyond the clip.
    let mut one = SparseMatrix::with_width(90);
    for item in 0..90 {
        one.push_row(&mut [(item, 1.0)]).expect("fits");
    }
    let alone = model.transform(&one).expect("same width");
    assert!(alone.values().iter().all(|value| value.abs() <= 6.0));
    for item in model.items().rows() {
        let length: f32 = item.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-5);
    }
}

#[test]
fn a_user_alone_gets_the_same_bits() {
    let counts = counts(700, 90, 3);
    let model = params(21).fit(&counts, Seed(5)).expect("fits");
    let all = model.transform(&counts).expect("same width");
    let backwards: Vec<usize> = (0..700).rev().collect();
    let reversed = model.transform(&counts.select_rows(&backwards)).expect("same width");
    assert_eq!(reversed.select_rows(&backwards), all);
    for row in [0, 255, 256, 511, 699] {
        let one = model.transform(&counts.select_rows(&[row])).expect("same width");
        assert_eq!(one.row(0), all.row(row));
    }
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let counts = counts(9000, 300, 9);
    let fit = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("pool");
        pool.install(|| params(40).fit(&counts, Seed(4)))
    };
    assert_eq!(fit(1), fit(3));
}

#[test]
fn a_stored_model_answers_the_same_and_a_broken_one_is_refused() {
    let model = params(5).fit(&counts(100, 30, 1), Seed(4)).expect("fits");
    let state = model.state();
    assert_eq!(GraphModel::from_state(&state), Ok(model));
    for name in ["idf", "items", "mean", "scale"] {
        let mut broken = state.clone();
        let tensor = broken.tensors.get_mut(name).expect("there");
        tensor.values.pop();
        tensor.shape = vec![tensor.values.len()];
        assert!(GraphModel::from_state(&broken).is_err(), "{name}");
    }
}

#[test]
fn more_dimensions_than_the_items_have_come_out_as_zeros() {
    // Two kinds of users, two items each: one direction is left once the mean is gone.
    let mut counts = SparseMatrix::with_width(4);
    for user in 0..20u32 {
        let first = user % 2 * 2;
        counts.push_row(&mut [(first, 1.0), (first + 1, 1.0)]).expect("fits");
    }
    let model = params(3).fit(&counts, Seed(4)).expect("fits");
    let users = model.transform(&counts).expect("same width");
    assert!(users.check_finite().is_ok());
    for row in 0..20 {
        assert!((users.at(row, 0).abs() - 1.0).abs() < 1e-4);
        assert_eq!(users.row(row)[1..], [0.0, 0.0]);
    }
}

#[test]
fn bad_input_is_refused() {
    let counts = counts(30, 20, 1);
    for dimensions in [0, 31] {
        let refused = params(dimensions).fit(&counts, Seed(1));
        assert!(matches!(refused, Err(DataError::Parameter { name: "dimensions", .. })));
    }
    for rounds in [0, 101] {
        let refused = Graph { rounds, ..params(3) }.fit(&counts, Seed(1));
        assert!(matches!(refused, Err(DataError::Parameter { name: "rounds", .. })));
    }
    let mut bad = counts.clone();
    bad.push_row(&mut [(3, f32::NAN)]).expect("fits");
    let refused = params(3).fit(&bad, Seed(1));
    assert!(matches!(refused, Err(DataError::NotFinite { row: 30, column: 3, .. })));
    assert_eq!(params(3).fit(&SparseMatrix::with_width(4), Seed(1)), Err(DataError::Empty));
    let model = params(3).fit(&counts, Seed(1)).expect("fits");
    let narrow = SparseMatrix::with_width(19);
    assert_eq!(model.transform(&narrow), Err(DataError::WrongWidth { expected: 20, found: 19 }));
    assert!(serde_json::from_str::<Graph>(r#"{"width": 5}"#).is_err());
}
