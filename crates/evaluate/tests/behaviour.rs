//! The metrics of universal behavioural modelling against scikit-learn and numpy
//! (`reference/behaviour.py` made the values).

use fenqun_base::Matrix;
use fenqun_evaluate::behaviour::propensity;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    scores: Vec<Vec<f32>>,
    targets: Vec<Vec<f32>>,
    popularity: Vec<f64>,
    auroc: f64,
    novelty: f64,
    diversity: f64,
}

#[test]
fn auroc_novelty_and_diversity_agree_with_the_reference() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("reference/behaviour.json")).expect("JSON");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let scores = Matrix::from_rows(&case.scores).expect("equal rows");
        let targets = Matrix::from_rows(&case.targets).expect("equal rows");
        let found = propensity(&targets, &scores, &case.popularity).expect("gives");
        assert!((found.auroc - case.auroc).abs() < 1e-12, "{found:?}");
        // Close enough to tell 1e-9 from nothing beside the shares, and the hundredth power from
        // the ninety-ninth.
        assert!((found.novelty / case.novelty - 1.0).abs() < 1e-9, "{found:?} {}", case.novelty);
        assert!((found.diversity - case.diversity).abs() < 1e-12, "{found:?}");
        let score = 0.8 * case.auroc + 0.1 * case.novelty + 0.1 * case.diversity;
        assert!((found.score - score).abs() < 1e-12);
        assert_eq!(found.n_scored, case.popularity.len());
    }
}
