//! Heads against values of scikit-learn (`reference/heads.py` made them).

use fenqun_base::{Labels, Matrix, Seed, Soft, Supervised};
use fenqun_segments::{ClassWeights, LabelSpreading, Softmax};
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    softmax: Vec<SoftmaxCase>,
    spreading: Vec<SpreadingCase>,
}

#[derive(Deserialize)]
struct SoftmaxCase {
    data: Vec<Vec<f32>>,
    codes: Vec<i64>,
    c: f64,
    balanced: bool,
    row_norm: Option<f32>,
    coefficients: Vec<Vec<f64>>,
    intercepts: Vec<f64>,
    probabilities: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct SpreadingCase {
    data: Vec<Vec<f32>>,
    codes: Vec<i64>,
    n_neighbours: usize,
    alpha: f64,
    shares: Vec<Vec<f64>>,
}

fn cases() -> Cases {
    serde_json::from_str(include_str!("reference/heads.json")).expect("JSON")
}

/// Codes as the reference has them: −1 for a user without label.
fn labels(codes: &[i64]) -> Labels {
    let n_classes = codes.iter().max().map_or(0, |&code| code + 1);
    let classes = (0..n_classes).map(|class| class.to_string()).collect();
    let code = |&code: &i64| u32::try_from(code).unwrap_or(fenqun_base::NO_CODE);
    Labels::new(classes, codes.iter().map(code).collect()).expect("codes fit")
}

fn is_near(found: &Matrix, expected: &[Vec<f64>], tolerance: f64) -> bool {
    let pairs = found.values().iter().zip(expected.iter().flatten());
    found.n_rows() == expected.len()
        && pairs.into_iter().all(|(&found, value)| (f64::from(found) - value).abs() < tolerance)
}

#[test]
fn softmax_agrees_with_logistic_regression() {
    for case in cases().softmax {
        let data = Matrix::from_rows(&case.data).expect("equal rows");
        let weights = [ClassWeights::Uniform, ClassWeights::Balanced];
        let params = Softmax {
            c: vec![case.c],
            class_weights: weights[usize::from(case.balanced)].clone(),
            row_norm: case.row_norm.unwrap_or(0.0),
            tolerance: 1e-13,
            ..Softmax::default()
        };
        let model = params.fit(&data, &labels(&case.codes), Seed(1)).expect("fits");
        assert!(is_near(model.coefficients(), &case.coefficients, 1e-5), "{:?}", model);
        for (found, expected) in model.intercepts().iter().zip(&case.intercepts) {
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        }
        let shares = model.probabilities(&data).expect("same width");
        assert!(is_near(&shares, &case.probabilities, 1e-5));
    }
}

#[test]
fn label_spreading_agrees_with_label_spreading() {
    for case in cases().spreading {
        let data = Matrix::from_rows(&case.data).expect("equal rows");
        let (n_neighbours, alpha) = (case.n_neighbours, case.alpha);
        let params = LabelSpreading { n_neighbours, alpha, ..LabelSpreading::default() };
        let model = params.fit(&data, &labels(&case.codes), Seed(1)).expect("fits");
        assert!(is_near(model.shares(), &case.shares, 1e-6));
    }
}
