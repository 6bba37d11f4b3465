use fenqun_base::{DataError, Fitted, Labels, Matrix, NO_CODE, Seed, Soft, Supervised, contract};
use rand::RngExt;

use super::NearestLabelled;

#[test]
fn the_nearest_labelled_class_keeps_the_contract() {
    let (data, labels) = contract::labelled_blobs(3, 20, 5, Seed(3));
    for normalise in [false, true] {
        let params = NearestLabelled { normalise, temperature: None };
        contract::check_supervised(&params, &data, &labels);
        let given = NearestLabelled { normalise, temperature: Some(0.5) };
        contract::check_supervised(&given, &data, &labels);
    }
}

#[test]
fn one_example_of_each_class_is_enough() {
    let (data, labels) = contract::labelled_blobs(3, 20, 5, Seed(3));
    let mut few = labels.clone();
    few.codes.fill(NO_CODE);
    (few.codes[0], few.codes[20], few.codes[40]) = (0, 1, 2);
    let model = NearestLabelled::default().fit(&data, &few, Seed(1)).expect("fits");
    let found = model.assign(&data).expect("same width").segments;
    assert!(found.iter().enumerate().all(|(row, &class)| class as usize == row / 20));
}

#[test]
fn shares_follow_squared_distances() {
    let data = Matrix::from_rows(&[[0.0], [2.0], [1.5]]).expect("equal rows");
    let labels = Labels::from_words(&[Some("a"), Some("b"), None]);
    let params = NearestLabelled { temperature: Some(2.0), ..NearestLabelled::default() };
    let model = params.fit(&data, &labels, Seed(1)).expect("fits");
    // Squared distances 2.25 and 0.25: the odds are e^((2.25 − 0.25) / 2).
    let odds = 1f64.exp();
    let shares = model.probabilities(&data).expect("same width");
    assert!((f64::from(shares.at(2, 1)) - odds / (1.0 + odds)).abs() < 1e-6);
}

#[test]
fn the_fitted_temperature_has_the_least_loss_with_each_row_left_out() {
    let mut rng = Seed(2).rng();
    let codes: Vec<u32> = (0..60).map(|row| row % 2).collect();
    let value = |&code: &u32| code as f32 + rng.random_range(-1.0f32..1.0);
    let data = Matrix::new(60, 1, codes.iter().map(value).collect()).expect("counts fit");
    let classes = ["a", "b"].map(str::to_owned).to_vec();
    let labels = Labels::new(classes, codes).expect("codes fit");
    let loss = |temperature: f64| -> f64 {
        let params = NearestLabelled { temperature: Some(temperature), normalise: false };
        let one = |row: usize| {
            let mut others = labels.clone();
            others.codes[row] = NO_CODE;
            let model = params.fit(&data, &others, Seed(1)).expect("fits");
            let shares = model.probabilities(&data.select_rows(&[row])).expect("same width");
            -f64::from(shares.at(0, labels.codes[row] as usize)).ln()
        };
        (0..60).map(one).sum()
    };
    let model = NearestLabelled::default().fit(&data, &labels, Seed(1)).expect("fits");
    let fitted = loss(model.temperature());
    for by in [0.8, 0.95, 1.05, 1.25] {
        assert!(loss(model.temperature() * by) > fitted, "{by}");
    }
}

#[test]
fn classes_in_one_place_share_equally() {
    let data = Matrix::from_rows(&[[1.0, 1.0]; 4]).expect("equal rows");
    let labels = Labels::from_words(&[Some("a"), Some("b"), Some("a"), Some("b")]);
    let model = NearestLabelled::default().fit(&data, &labels, Seed(1)).expect("fits");
    assert_eq!(model.probabilities(&data).expect("same width").row(0), [0.5, 0.5]);
    assert_eq!(model.assign(&data).expect("same width").scores, [0.0; 4]);
    let params = NearestLabelled { temperature: Some(0.0), normalise: false };
    let error = params.fit(&data, &labels, Seed(1));
    assert!(matches!(error, Err(DataError::Parameter { name: "temperature", .. })));
}
