//! Contract tests: one battery for every segmenter, called from the tests of the rooms.
//!
//! A new algorithm passes the battery or is no segmenter.

use rand_chacha::rand_core::Rng as _;

use crate::{DataError, Fitted, Matrix, Seed, Segmenter, Stored};

/// `n_groups` well-separated groups of `n_each` rows in `n_columns` dimensions, seeded.
#[must_use]
pub fn blobs(n_groups: usize, n_each: usize, n_columns: usize, seed: Seed) -> Matrix {
    let mut rng = seed.rng();
    let mut uniform = || rng.next_u32() as f32 / u32::MAX as f32;
    let mut values = Vec::with_capacity(n_groups * n_each * n_columns);
    for group in 0..n_groups {
        for _ in 0..n_each {
            for column in 0..n_columns {
                let centre = if column % n_groups == group { 10.0 } else { 0.0 };
                values.push(centre + uniform());
            }
        }
    }
    Matrix::new(n_groups * n_each, n_columns, values).unwrap_or_default()
}

/// Everything that [`Segmenter`] and [`Fitted`] promise, on data it should do well on.
///
/// # Panics
/// When a promise is broken; the message says which.
#[allow(clippy::unwrap_used)]
pub fn check_segmenter<S: Segmenter>(params: &S, data: &Matrix) {
    let seed = Seed(11);
    let model = params.fit(data, seed).expect("fits data it should do well on");
    let assignment = model.assign(data).expect("assigns what it was fitted on");
    assert_eq!(model.width(), data.n_columns(), "width is that of the data");
    assert_eq!(assignment.segments.len(), data.n_rows(), "one segment a row");
    assert_eq!(assignment.n_segments, model.n_segments(), "numbers of segments agree");
    let in_range = assignment.scores.iter().all(|score| (0.0..=1.0).contains(score));
    assert!(in_range, "scores lie in 0..=1");

    let again = params.fit(data, seed).expect("fits twice");
    assert_eq!(again.state(), model.state(), "same seed, same model");

    let read = <S::Fitted as Stored>::from_state(&model.state()).expect("reads its own state");
    assert_eq!(read.assign(data).unwrap(), assignment, "saved and read back, same answers");

    let backwards: Vec<usize> = (0..data.n_rows()).rev().collect();
    let mut reversed = model.assign(&data.select_rows(&backwards)).unwrap();
    reversed.segments.reverse();
    reversed.scores.reverse();
    assert_eq!(reversed, assignment, "the order of rows does not matter to assign");

    check_refusals(params, &model, data, seed);
}

fn check_refusals<S: Segmenter>(params: &S, model: &S::Fitted, data: &Matrix, seed: Seed) {
    let empty = Matrix::zeros(0, data.n_columns());
    assert!(params.fit(&empty, seed).is_err(), "no rows are refused");
    if model.n_segments() > 1 {
        let one = data.select_rows(&[0]);
        assert!(params.fit(&one, seed).is_err(), "one user is refused");
    }
    let mut bad = data.clone();
    bad.row_mut(0)[0] = f32::NAN;
    let refused = |result: Result<(), DataError>| {
        matches!(result, Err(DataError::NotFinite { row: 0, column: 0, .. }))
    };
    assert!(refused(params.fit(&bad, seed).map(drop)), "NaN is refused by fit");
    assert!(refused(model.assign(&bad).map(drop)), "NaN is refused by assign");
    let wide = Matrix::zeros(1, data.n_columns() + 1);
    let error = model.assign(&wide).map(drop);
    assert!(matches!(error, Err(DataError::WrongWidth { .. })), "another width is refused");
}
