//! Contract tests: one battery for every segmenter and one for every head, called from the tests of
//! the rooms.
//!
//! A new algorithm passes the battery or is no segmenter.

use rand_chacha::rand_core::Rng as _;

use crate::{
    DataError, Fitted, Labels, Matrix, NO_CODE, Seed, Segmenter, Soft, Stored, Supervised,
};

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
    for row in [0, data.n_rows() / 2, data.n_rows() - 1] {
        let alone = model.assign(&data.select_rows(&[row])).unwrap();
        assert_eq!(alone.segments[0], assignment.segments[row], "one user alone, same segment");
        let bits = [alone.scores[0], assignment.scores[row]].map(f32::to_bits);
        assert_eq!(bits[0], bits[1], "one user alone, same score");
        let (own, among) = (alone.is_assigned(0), assignment.is_assigned(row));
        assert_eq!(own, among, "one user alone, in a segment as among all");
    }
    check_shares(&model, &read, data);

    if let Some(centres) = model.centres() {
        let square = |row: usize, centre: &[f32]| -> f64 {
            let pairs = data.row(row).iter().zip(centre);
            pairs.map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum()
        };
        for (row, &own) in assignment.segments.iter().enumerate() {
            let own = square(row, centres.row(own as usize));
            let nearest = centres.rows().all(|centre| own <= square(row, centre) + 1e-9);
            assert!(nearest, "row {row} belongs to the segment of the nearest centre");
        }
    }

    check_refusals(params, &model, data, seed);
}

/// Where a way says how much a user belongs to each segment, it says so of everyone alike, and the
/// segment it assigns is the one the user belongs to most.
#[allow(clippy::unwrap_used)]
fn check_shares<F: Fitted>(model: &F, read: &F, data: &Matrix) {
    let shares = model.shares(data).expect("shares of what it was fitted on");
    assert_eq!(read.shares(data).unwrap(), shares, "saved and read back, same shares");
    let Some(shares) = shares else { return };
    assert_eq!((shares.n_rows(), shares.n_columns()), (data.n_rows(), model.n_segments()));
    let assignment = model.assign(data).unwrap();
    for (row, own) in shares.rows().enumerate() {
        assert!(own.iter().all(|share| (0.0..=1.0).contains(share)), "shares lie in 0..=1");
        assert!((own.iter().sum::<f32>() - 1.0).abs() < 1e-4, "shares of a user sum to 1");
        let most = own.iter().copied().fold(0.0, f32::max);
        let of_segment = own[assignment.segments[row] as usize];
        assert!(of_segment >= most, "the own segment has the largest share");
        let alone = model.shares(&data.select_rows(&[row])).unwrap().unwrap();
        assert_eq!(alone.row(0), own, "one user alone, same shares");
    }
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
    let error = model.shares(&wide).map(drop);
    assert!(matches!(error, Err(DataError::WrongWidth { .. })), "and by shares");
}

/// `n_classes` groups of [`blobs`] with their labels, every fifth user of each unlabelled.
#[must_use]
pub fn labelled_blobs(
    n_classes: usize,
    n_each: usize,
    n_columns: usize,
    seed: Seed,
) -> (Matrix, Labels) {
    let classes = (0..n_classes).map(|class| format!("class {class}")).collect();
    let code = |row: usize| if row % 5 == 4 { NO_CODE } else { (row / n_each) as u32 };
    let codes = (0..n_classes * n_each).map(code).collect();
    (blobs(n_classes, n_each, n_columns, seed), Labels { classes, codes })
}

/// Everything that [`Supervised`] and [`Soft`] promise, on data it should do well on.
///
/// # Panics
/// When a promise is broken; the message says which.
#[allow(clippy::unwrap_used)]
pub fn check_supervised<S: Supervised>(params: &S, data: &Matrix, labels: &Labels) {
    let seed = Seed(11);
    let model = params.fit(data, labels, seed).expect("fits data it should do well on");
    assert_eq!(model.width(), data.n_columns(), "width is that of the data");
    assert_eq!(model.n_segments(), labels.n_classes(), "one segment a class");
    check_probabilities(&model, data);
    let assignment = model.assign(data).expect("assigns what it was fitted on");
    let labelled = labels.labelled();
    let is_right = |&&row: &&usize| assignment.segments[row] == labels.codes[row];
    let n_right = labelled.iter().filter(is_right).count();
    assert!(n_right * 10 >= labelled.len() * 9, "nine in ten right on data it should do well on");

    let again = params.fit(data, labels, seed).expect("fits twice");
    assert_eq!(again.state(), model.state(), "same seed, same model");
    let read = <S::Fitted as Stored>::from_state(&model.state()).expect("reads its own state");
    assert_eq!(read.assign(data).unwrap(), assignment, "saved and read back, same answers");
    let (own, stored) = (model.probabilities(data).unwrap(), read.probabilities(data).unwrap());
    assert_eq!(own, stored, "saved and read back, same probabilities");
    check_refused_labels(params, data, labels, seed);

    let mut bad = data.clone();
    bad.row_mut(0)[0] = f32::NAN;
    let refused = |result: Result<(), DataError>| {
        matches!(result, Err(DataError::NotFinite { row: 0, column: 0, .. }))
    };
    assert!(refused(params.fit(&bad, labels, seed).map(drop)), "NaN is refused by fit");
    assert!(refused(model.assign(&bad).map(drop)), "NaN is refused by assign");
    assert!(refused(model.probabilities(&bad).map(drop)), "NaN is refused by probabilities");
    let wide = Matrix::zeros(1, data.n_columns() + 1);
    let error = model.probabilities(&wide).map(drop);
    assert!(matches!(error, Err(DataError::WrongWidth { .. })), "another width is refused");
}

/// Rows of probabilities sum to 1, agree row by row, and do not hang on the order of rows.
///
/// # Panics
/// When a promise is broken; the message says which.
#[allow(clippy::unwrap_used)]
pub fn check_probabilities<F: Soft>(model: &F, data: &Matrix) {
    let probabilities = model.probabilities(data).expect("probabilities of what it was fitted on");
    assert_eq!(probabilities.n_rows(), data.n_rows(), "one row a user");
    assert_eq!(probabilities.n_columns(), model.n_segments(), "one column a segment");
    for row in probabilities.rows() {
        assert!(row.iter().all(|share| (0.0..=1.0).contains(share)), "shares lie in 0..=1");
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4, "shares of a user sum to 1");
    }
    let backwards: Vec<usize> = (0..data.n_rows()).rev().collect();
    let reversed = model.probabilities(&data.select_rows(&backwards)).unwrap();
    let again = reversed.select_rows(&backwards);
    assert_eq!(again, probabilities, "the order of rows does not matter");
    let one = model.probabilities(&data.select_rows(&[data.n_rows() - 1])).unwrap();
    assert_eq!(one.row(0), probabilities.row(data.n_rows() - 1), "one user alone, same answer");
}

fn check_refused_labels<S: Supervised>(params: &S, data: &Matrix, labels: &Labels, seed: Seed) {
    let refused = |labels: &Labels| params.fit(data, labels, seed).map(drop).is_err();
    let codes = vec![NO_CODE; data.n_rows()];
    assert!(refused(&Labels { codes, ..labels.clone() }), "no label at all is refused");
    let one = Labels { classes: vec!["one".into()], codes: vec![0; data.n_rows()] };
    assert!(refused(&one), "one class alone is refused");
    let without_first: Vec<u32> =
        labels.codes.iter().map(|&code| if code == 0 { 1 } else { code }).collect();
    let gone = Labels { codes: without_first, ..labels.clone() };
    assert!(refused(&gone), "a class without example is refused");
    let short = Labels { codes: labels.codes[1..].to_vec(), ..labels.clone() };
    assert!(refused(&short), "a missing label code is refused");
}
