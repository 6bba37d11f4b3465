use fenqun_base::{DataError, Seed, SparseMatrix, Stored};
use rand::RngExt;
use serde::Deserialize;

use super::{CoOccurrence, CollaborativeModel, Ease, log_rows};

/// Made by `tests/reference/collaborative.py` with NumPy.
#[derive(Deserialize)]
struct Reference {
    counts: Vec<Vec<f32>>,
    lambda: f64,
    ease: Vec<Vec<f64>>,
    ease_scores: Vec<Vec<f64>>,
    cosine: Vec<Vec<f64>>,
    cosine_scores: Vec<Vec<f64>>,
}

fn sparse(rows: &[Vec<f32>]) -> SparseMatrix {
    let mut matrix = SparseMatrix::with_width(rows[0].len());
    for row in rows {
        let mut entries: Vec<(u32, f32)> =
            row.iter().enumerate().map(|(column, &value)| (column as u32, value)).collect();
        matrix.push_row(&mut entries).expect("fits");
    }
    matrix
}

fn random(n_rows: usize, n_columns: u32) -> SparseMatrix {
    let mut rng = Seed(4).rng();
    let mut matrix = SparseMatrix::with_width(n_columns as usize);
    for _ in 0..n_rows {
        let mut entries: Vec<(u32, f32)> =
            (0..9).map(|_| (rng.random_range(0..n_columns), rng.random_range(0.0..5.0))).collect();
        matrix.push_row(&mut entries).expect("fits");
    }
    matrix
}

#[test]
fn weights_and_scores_agree_with_numpy() {
    let reference: Reference =
        serde_json::from_str(include_str!("../../tests/reference/collaborative.json"))
            .expect("JSON");
    let rows = log_rows(&sparse(&reference.counts));
    let ease = Ease { lambda: reference.lambda }.fit(&rows).expect("fits");
    let cosine = CoOccurrence {}.fit(&rows).expect("fits");
    for (model, weights, scores) in [
        (ease, &reference.ease, &reference.ease_scores),
        (cosine, &reference.cosine, &reference.cosine_scores),
    ] {
        let found = model.scores(&rows).expect("same width");
        for (own, wanted) in [(model.weights(), weights), (&found, scores)] {
            for (own, wanted) in own.rows().zip(wanted) {
                for (own, wanted) in own.iter().zip(wanted) {
                    assert!((f64::from(*own) - wanted).abs() < 1e-6, "{own} {wanted}");
                }
            }
        }
        let read = CollaborativeModel::from_state(&model.state()).expect("its own state");
        assert_eq!(read, model);
    }
}

#[test]
fn the_number_of_threads_and_the_other_rows_leave_no_trace() {
    let rows = random(300, 150);
    let fit = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("pool");
        pool.install(|| Ease::default().fit(&rows).expect("fits"))
    };
    let model = fit(1);
    assert_eq!(fit(5), model);
    let all = model.scores(&rows).expect("same width");
    let one = model.scores(&rows.select_rows(&[17])).expect("same width");
    assert_eq!(one.row(0), all.row(17));
}

#[test]
fn what_cannot_be_learned_from_is_refused() {
    let rows = random(20, 10);
    for lambda in [0.0, -1.0, f64::NAN] {
        let refused = Ease { lambda }.fit(&rows).map(drop);
        assert!(matches!(refused, Err(DataError::Parameter { name: "lambda", .. })));
    }
    let none = SparseMatrix::with_width(3);
    assert_eq!(CoOccurrence {}.fit(&none).map(drop), Err(DataError::Empty));
    let mut wide = SparseMatrix::with_width(10_001);
    wide.push_row(&mut [(3, 1.0)]).expect("fits");
    assert!(Ease::default().fit(&wide).is_err());
    let mut bad = SparseMatrix::with_width(3);
    bad.push_row(&mut [(1, f32::NAN)]).expect("fits");
    let found = Ease::default().fit(&bad).map(drop);
    assert!(matches!(found, Err(DataError::NotFinite { row: 0, column: 1, .. })));
    let model = Ease::default().fit(&rows).expect("fits");
    assert!(matches!(model.scores(&none), Err(DataError::WrongWidth { .. })));
}

#[test]
fn a_column_that_nobody_has_says_nothing() {
    let mut rows = SparseMatrix::with_width(3);
    rows.push_row(&mut [(0, 1.0), (1, 1.0)]).expect("fits");
    rows.push_row(&mut []).expect("fits");
    for model in [Ease::default().fit(&rows), CoOccurrence {}.fit(&rows)] {
        let scores = model.expect("fits").scores(&rows).expect("same width");
        assert!(scores.at(0, 2) == 0.0 && scores.row(1) == [0.0; 3]);
    }
}
