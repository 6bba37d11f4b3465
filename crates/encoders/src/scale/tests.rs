use fenqun_base::{DataError, Matrix, Stored};

use super::{Method, Scale, ScaleModel};

const METHODS: [(Method, &str); 4] = [
    (Method::Standard, "standard"),
    (Method::Log, "log"),
    (Method::Robust, "robust"),
    (Method::Quantile, "quantile"),
];

fn reference(name: &str) -> Matrix {
    let text = include_str!("../../tests/reference/scikit_learn.json");
    let values: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let rows: Vec<Vec<f32>> = serde_json::from_value(values[name].clone()).expect("rows");
    Matrix::from_rows(&rows).expect("equal rows")
}

fn assert_near(found: &Matrix, expected: &Matrix) {
    assert_eq!(found.n_rows(), expected.n_rows());
    for (found, expected) in found.values().iter().zip(expected.values()) {
        assert!((found - expected).abs() <= 2e-4 * (1.0 + expected.abs()), "{found} {expected}");
    }
}

#[test]
fn every_method_agrees_with_scikit_learn() {
    let (train, new) = (reference("train"), reference("new"));
    for (method, name) in METHODS {
        let model = Scale { method }.fit(&train).expect("fits");
        assert_near(&model.transform(&new).expect("same width"), &reference(name));
    }
    let model = Scale { method: Method::Quantile }.fit(&train).expect("fits");
    assert_near(&model.transform(&train).expect("same width"), &reference("quantile_train"));
}

#[test]
fn a_column_that_does_not_vary_becomes_zero() {
    for (method, name) in METHODS {
        for value in [0.0, 0.1, -1e9] {
            let data = Matrix::new(7, 1, vec![value; 7]).expect("one column");
            let model = Scale { method }.fit(&data).expect("fits");
            assert_eq!(model.transform(&data).expect("same width").values(), [0.0; 7], "{name}");
        }
    }
}

#[test]
fn more_users_than_ranks_are_interpolated() {
    let values: Vec<f32> = (0u16..5000).map(f32::from).collect();
    let data = Matrix::new(5000, 1, values).expect("one column");
    let model = Scale { method: Method::Quantile }.fit(&data).expect("fits");
    let found = model.transform(&data).expect("same width").into_values();
    assert!(found.windows(2).all(|pair| pair[0] <= pair[1]), "order is kept");
    assert!(found[2499].abs() < 1e-3 && found[2500].abs() < 1e-3);
    assert!((found[4199] - 0.994_46).abs() < 5e-3, "84 % lie below, got {}", found[4199]);
}

#[test]
fn stored_scales_answer_the_same() {
    for (method, _) in METHODS {
        let model = Scale { method }.fit(&reference("train")).expect("fits");
        assert_eq!(ScaleModel::from_state(&model.state()).expect("reads"), model);
    }
}

#[test]
fn bad_input_is_refused() {
    let scale = Scale::default();
    assert_eq!(scale.fit(&Matrix::zeros(0, 2)), Err(DataError::Empty));
    let mut bad = reference("train");
    bad.row_mut(3)[1] = f32::INFINITY;
    assert!(matches!(scale.fit(&bad), Err(DataError::NotFinite { row: 3, column: 1, .. })));
    let model = scale.fit(&reference("train")).expect("fits");
    assert!(matches!(model.transform(&bad), Err(DataError::NotFinite { .. })));
    let wide = model.transform(&Matrix::zeros(1, 4));
    assert_eq!(wide, Err(DataError::WrongWidth { expected: 3, found: 4 }));
}
