//! The metrics, and k-means from given starts, against values of scikit-learn
//! (`reference/make.py` made them).

use fenqun_base::{Fitted, Matrix, Seed};
use fenqun_evaluate::{adjusted_rand, inertia, silhouette};
use fenqun_segments::KMeans;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    data: Vec<Vec<f32>>,
    a: Vec<u32>,
    b: Vec<u32>,
    adjusted_rand: f64,
    silhouette: f64,
    start: Vec<Vec<f32>>,
    k_means: Vec<u32>,
    inertia: f64,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("reference/scikit_learn.json")).expect("JSON")
}

#[test]
fn agreement_and_separation_agree_with_scikit_learn() {
    for case in cases() {
        let data = Matrix::from_rows(&case.data).expect("equal rows");
        let found = adjusted_rand(&case.a, &case.b).expect("same users");
        assert!((found - case.adjusted_rand).abs() < 1e-12, "{found} {}", case.adjusted_rand);
        let found = silhouette(&data, &case.a, None, Seed(1)).expect("two segments or more");
        assert!((found - case.silhouette).abs() < 1e-9, "{found} {}", case.silhouette);
        let found = inertia(&data, &case.k_means).expect("finite");
        assert!((found / case.inertia - 1.0).abs() < 1e-5, "{found} {}", case.inertia);
    }
}

#[test]
fn k_means_from_the_same_starts_ends_where_scikit_learn_does() {
    for case in cases() {
        let data = Matrix::from_rows(&case.data).expect("equal rows");
        let start = Matrix::from_rows(&case.start).expect("equal rows");
        let params = KMeans { n_segments: start.n_rows(), tolerance: 0.0, ..KMeans::default() };
        let model = params.fit_from(&data, &start).expect("fits");
        assert!((model.inertia() / case.inertia - 1.0).abs() < 1e-5);
        let segments = model.assign(&data).expect("same width").segments;
        assert_eq!(adjusted_rand(&segments, &case.k_means), Ok(1.0));
    }
}
