use super::*;

#[test]
fn diversity_agrees_with_counts_by_hand() {
    // Equal shares of four: 2 bits of 2.
    assert!((diversity(&Matrix::zeros(3, 4)).expect("gives") - 1.0).abs() < 1e-8);
    // sigmoid(ln 3) = ¾ and sigmoid(−ln 3) = ¼: the entropy of ¾ and ¼ is .811278 bits.
    let three = 3.0f32.ln();
    let uneven = Matrix::from_rows(&[[three, -three], [0.0, 0.0]]).expect("rows");
    let expected = (0.811_278_124_5 + 1.0) / 2.0;
    assert!((diversity(&uneven).expect("gives") - expected).abs() < 1e-6);
}

#[test]
fn novelty_agrees_with_a_count_by_hand() {
    // Twelve targets, of which the first two were bought: 60 and 40 of the ten largest's 100.
    let mut popularity = vec![0.0; 12];
    (popularity[0], popularity[1]) = (60.0, 40.0);
    let mut scores = Matrix::zeros(2, 12);
    // The first user's ten best leave the two popular targets out; the second's hold both, at ½.
    scores.row_mut(0)[..2].fill(-1.0);
    let found = novelty(&scores, &popularity).expect("gives");
    let expected = (1.0f64 - 0.25).powi(100);
    assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
    assert_eq!(novelty(&scores, &[0.0; 12]), Ok(1.0));
    assert_eq!(novelty(&Matrix::from_rows(&[[-800.0; 3]]).expect("row"), &[1.0; 3]), Ok(1.0));
}

#[test]
fn targets_of_everybody_or_nobody_are_left_out_and_counted() {
    let targets = Matrix::from_rows(&[[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]]).expect("rows");
    let scores = Matrix::from_rows(&[[2.0, 0.0, 0.0], [1.0, 9.0, 0.0]]).expect("rows");
    assert_eq!(flags_auroc(&targets, &scores), Ok((1.0, 1)));
    let nothing = Matrix::zeros(2, 3);
    assert!(matches!(flags_auroc(&nothing, &scores), Err(DataError::Labels { .. })));
}

#[test]
fn bad_input_is_refused() {
    let scores = Matrix::zeros(2, 3);
    assert!(matches!(novelty(&scores, &[1.0]), Err(DataError::WrongLength { .. })));
    assert!(matches!(novelty(&scores, &[1.0, -1.0, 0.0]), Err(DataError::Parameter { .. })));
    assert!(matches!(novelty(&scores, &[1.0, f64::NAN, 0.0]), Err(DataError::Parameter { .. })));
    assert_eq!(diversity(&Matrix::zeros(0, 3)), Err(DataError::Empty));
    assert!(matches!(diversity(&Matrix::zeros(2, 1)), Err(DataError::WrongWidth { .. })));
    let wide = Matrix::zeros(2, 4);
    assert!(matches!(flags_auroc(&wide, &scores), Err(DataError::WrongWidth { .. })));
    let long = Matrix::zeros(3, 3);
    assert!(matches!(flags_auroc(&long, &scores), Err(DataError::WrongLength { .. })));
    let bad = Matrix::from_rows(&[[0.0, f32::NAN]]).expect("row");
    assert!(matches!(diversity(&bad), Err(DataError::NotFinite { row: 0, column: 1, .. })));
}
