use fenqun_base::{DataError, Matrix, Seed, SparseMatrix, Stored};
use nalgebra::DMatrix;
use rand::RngExt;

use super::{Svd, SvdModel};
use crate::tfidf::TfIdf;

fn sparse(n_rows: usize, n_columns: u32, seed: u64) -> SparseMatrix {
    let mut rng = Seed(seed).rng();
    let mut matrix = SparseMatrix::with_width(n_columns as usize);
    for _ in 0..n_rows {
        let n_entries = rng.random_range(0..n_columns / 2);
        let mut entries: Vec<(u32, f32)> = (0..n_entries)
            .map(|_| (rng.random_range(0..n_columns), rng.random_range(-1.0f32..3.0)))
            .collect();
        matrix.push_row(&mut entries).expect("fits");
    }
    matrix
}

fn dense(matrix: &SparseMatrix) -> DMatrix<f64> {
    let mut dense = DMatrix::zeros(matrix.n_rows(), matrix.n_columns());
    for row in 0..matrix.n_rows() {
        for (column, value) in matrix.entries(row) {
            dense[(row, column)] = f64::from(value);
        }
    }
    dense
}

#[test]
fn singular_values_and_vectors_agree_with_the_exact_decomposition() {
    for (n_rows, n_columns) in [(50, 30), (20, 60)] {
        let matrix = sparse(n_rows, n_columns, 3);
        let params = Svd { dimensions: 5, oversampling: 10, iterations: 12 };
        let model = params.fit(&matrix, Seed(1)).expect("fits");
        let exact = dense(&matrix).svd(true, true);
        let v_t = exact.v_t.expect("asked for");
        for dimension in 0..5 {
            let found = f64::from(model.singular_values()[dimension]);
            let expected = exact.singular_values[dimension];
            assert!((found - expected).abs() < 1e-4 * expected, "{found} {expected}");
            let component = model.components().column(dimension);
            let cosine: f64 = component
                .iter()
                .zip(v_t.row(dimension).iter())
                .map(|(&a, b)| f64::from(a) * b)
                .sum();
            assert!(cosine.abs() > 0.9999, "component {dimension}: {cosine}");
            let largest = component.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
            assert!(largest.is_some_and(|value| value > 0.0), "signs are fixed");
        }
    }
}

#[test]
fn weights_and_vectors_agree_with_scikit_learn() {
    let text = include_str!("../../tests/reference/scikit_learn.json");
    let reference: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let read = |name: &str| -> Vec<Vec<f32>> {
        serde_json::from_value(reference[name].clone()).expect("rows")
    };
    let mut counts = SparseMatrix::with_width(40);
    for row in read("counts") {
        counts.push_row(&mut (0u32..).zip(row).collect::<Vec<_>>()).expect("fits");
    }
    let weights = TfIdf { min_users: 3 }.fit(&counts).expect("fits").transform(&counts);
    let weights = weights.expect("same width");
    let params = Svd { dimensions: 6, oversampling: 10, iterations: 12 };
    let model = params.fit(&weights, Seed(1)).expect("fits");
    let expected: Vec<f32> =
        serde_json::from_value(reference["singular_values"].clone()).expect("values");
    for (found, expected) in model.singular_values().iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-4 * expected, "{found} {expected}");
    }
    let found = model.transform(&weights).expect("same width");
    let expected = Matrix::from_rows(&read("vectors")).expect("equal rows");
    for (found, expected) in found.values().iter().zip(expected.values()) {
        assert!((found - expected).abs() < 2e-3, "{found} {expected}");
    }
}

#[test]
fn a_matrix_of_low_rank_has_zero_components_and_no_nan() {
    let mut matrix = SparseMatrix::with_width(6);
    for row in 1u8..9 {
        matrix.push_row(&mut [(1, f32::from(row)), (4, -2.0 * f32::from(row))]).expect("fits");
    }
    let model = Svd { dimensions: 3, ..Svd::default() }.fit(&matrix, Seed(1)).expect("fits");
    assert!((model.singular_values()[0] - (204f32 * 5.0).sqrt()).abs() < 1e-3);
    assert_eq!(model.singular_values()[1..], [0.0, 0.0]);
    assert!(model.components().check_finite().is_ok());
    let nothing = SparseMatrix::with_width(6).select_rows(&[]);
    assert_eq!(Svd::default().fit(&nothing, Seed(1)), Err(DataError::Empty));
    let mut zeros = SparseMatrix::with_width(4);
    (0..5).for_each(|_| zeros.push_row(&mut []).expect("fits"));
    let model = Svd { dimensions: 2, ..Svd::default() }.fit(&zeros, Seed(1)).expect("fits");
    assert_eq!(model.components().values(), [0.0; 8]);
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let matrix = sparse(6000, 40, 9);
    let fit = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("pool");
        pool.install(|| Svd { dimensions: 8, ..Svd::default() }.fit(&matrix, Seed(4)))
    };
    assert_eq!(fit(1), fit(3));
}

#[test]
fn a_stored_model_answers_the_same() {
    let model = Svd { dimensions: 4, ..Svd::default() }.fit(&sparse(30, 20, 1), Seed(4));
    let model = model.expect("fits");
    assert_eq!(SvdModel::from_state(&model.state()).expect("reads"), model);
}

#[test]
fn bad_input_is_refused() {
    let matrix = sparse(30, 20, 1);
    for dimensions in [0, 21] {
        let refused = Svd { dimensions, ..Svd::default() }.fit(&matrix, Seed(1));
        assert!(matches!(refused, Err(DataError::Parameter { name: "dimensions", .. })));
    }
    let mut bad = matrix.clone();
    bad.push_row(&mut [(3, f32::NAN)]).expect("fits");
    let params = Svd { dimensions: 2, ..Svd::default() };
    let refused = params.fit(&bad, Seed(1));
    assert!(matches!(refused, Err(DataError::NotFinite { row: 30, column: 3, .. })));
    let model = params.fit(&matrix, Seed(1)).expect("fits");
    let narrow = SparseMatrix::with_width(19);
    assert_eq!(model.transform(&narrow), Err(DataError::WrongWidth { expected: 20, found: 19 }));
}
