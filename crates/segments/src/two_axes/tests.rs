use fenqun_base::{DataError, Fitted, Matrix, Seed, Segmenter, Soft, contract};

use super::TwoAxes;
use crate::KMeans;

/// Three groups of taste, each with rising value.
fn users() -> Matrix {
    let taste = contract::blobs(3, 20, 3, Seed(3));
    let value = Matrix::new(60, 1, (0u8..60).map(|i| f32::from(i % 20)).collect());
    Matrix::beside(&[&value.expect("one column"), &taste]).expect("same users")
}

fn params() -> TwoAxes {
    TwoAxes { taste: KMeans { n_segments: 3, ..KMeans::default() }, ..TwoAxes::default() }
}

#[test]
fn two_axes_keep_the_contract() {
    contract::check_segmenter(&params(), &users());
}

#[test]
fn shares_are_those_of_taste_in_the_own_tier() {
    let data = users();
    let model = params().fit(&data, Seed(5)).expect("fits");
    contract::check_probabilities(&model, &data);
    let shares = model.probabilities(&data).expect("its own rows");
    let found = model.assign(&data).expect("assigns").segments;
    let taste = Matrix::from_rows(&data.rows().map(|row| row[1..].to_vec()).collect::<Vec<_>>());
    let tastes = model.taste().probabilities(&taste.expect("rows")).expect("same users");
    for (row, &segment) in found.iter().enumerate() {
        for other in 0..9 {
            let is_own = model.tier_of(other) == model.tier_of(segment);
            let expected =
                if is_own { tastes.at(row, model.taste_of(other) as usize) } else { 0.0 };
            assert_eq!(shares.at(row, other as usize), expected);
        }
    }
}

#[test]
fn a_segment_is_a_tier_and_a_taste() {
    let data = users();
    let model = params().fit(&data, Seed(5)).expect("fits");
    let assignment = model.assign(&data).expect("assigns");
    assert_eq!(assignment.n_segments, 9);
    for row in 0..60 {
        let segment = assignment.segments[row];
        let alike = assignment.segments[row / 20 * 20];
        assert_eq!(model.taste_of(segment), model.taste_of(alike), "a group shares its taste");
        let tier = if row % 20 >= 14 { 0 } else { u32::from(row % 20 < 7) + 1 };
        assert_eq!(model.tier_of(segment), tier);
    }
}

#[test]
fn not_finite_taste_is_reported_at_the_callers_column() {
    let mut data = users();
    data.row_mut(4)[2] = f32::INFINITY;
    let error = params().fit(&data, Seed(5)).expect_err("infinity");
    assert!(matches!(error, DataError::NotFinite { row: 4, column: 2, .. }));
    let narrow = Matrix::zeros(9, 1);
    assert!(matches!(params().fit(&narrow, Seed(5)), Err(DataError::Parameter { .. })));
}
