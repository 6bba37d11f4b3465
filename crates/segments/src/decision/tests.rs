use fenqun_base::{Labels, Matrix, NO_CODE, Seed, Stored};
use rand::RngExt;

use super::fit::macro_f1;
use super::{Decision, DecisionModel};

/// One rare class in ten, with honest probabilities.
fn rare(n_rows: usize) -> (Matrix, Labels) {
    let mut rng = Seed(3).rng();
    let mut shares = Matrix::zeros(n_rows, 2);
    let mut codes = Vec::new();
    for row in 0..n_rows {
        let share: f32 = rng.random_range(0.0f32..1.0).powi(6) * 0.9;
        shares.row_mut(row).copy_from_slice(&[1.0 - share, share]);
        codes.push(u32::from(rng.random_range(0.0f32..1.0) < share));
    }
    let classes = ["common", "rare"].map(str::to_owned).to_vec();
    (shares, Labels::new(classes, codes).expect("codes fit"))
}

fn f1(model: &DecisionModel, shares: &Matrix, labels: &Labels) -> f64 {
    let found = model.decide(shares).expect("same width");
    macro_f1(labels.codes.iter().copied().zip(found.segments), 2)
}

#[test]
fn macro_f1_agrees_with_a_case_worked_by_hand() {
    // Labels 0 0 0 1 1 2, said 0 1 0 1 2 0: F1 are 2·2/(3+3), 2·1/(2+2), 0.
    let pairs = [(0, 0), (0, 1), (0, 0), (1, 1), (1, 2), (2, 0)];
    let expected = (4.0 / 6.0 + 0.5) / 3.0;
    assert!((macro_f1(pairs.into_iter(), 3) - expected).abs() < 1e-15);
    assert_eq!(macro_f1([(0, 0)].into_iter(), 2), 0.5);
}

#[test]
fn the_chosen_correction_lifts_macro_f1_over_the_likeliest_class() {
    let (shares, labels) = rare(5000);
    let chosen = Decision::MacroF1.fit(&shares, &labels).expect("fits");
    let likeliest = Decision::Accuracy.fit(&shares, &labels).expect("fits");
    assert!(chosen.tau() > 0.0 && chosen.tau() <= 1.4);
    assert!(f1(&chosen, &shares, &labels) > f1(&likeliest, &shares, &labels) + 0.01);
    // Smoothed over neighbours, no other candidate is better.
    let at = |tenths: i32| {
        let tau = f64::from(tenths) / 10.0;
        f1(&Decision::Fixed { tau }.fit(&shares, &labels).expect("fits"), &shares, &labels)
    };
    let smooth = |tenths: i32| {
        let near = (tenths - 1..=tenths + 1).filter(|near| (0..=14).contains(near));
        let values: Vec<f64> = near.map(at).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let own = smooth((chosen.tau() * 10.0).round() as i32);
    assert!((0..=14).all(|tenths| smooth(tenths) <= own + 1e-9));
}

#[test]
fn without_correction_the_likeliest_class_is_named_with_its_lead() {
    let (shares, labels) = rare(200);
    let model = Decision::Accuracy.fit(&shares, &labels).expect("fits");
    let found = model.decide(&shares).expect("same width");
    let likeliest = fenqun_base::Assignment::likeliest(&shares).expect("columns");
    assert_eq!(found.segments, likeliest.segments);
    let pairs = found.scores.iter().zip(&likeliest.scores);
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-6));
    let strong = Decision::Fixed { tau: 2.0 }.fit(&shares, &labels).expect("fits");
    let found = strong.decide(&shares).expect("same width");
    assert!(found.scores.iter().all(|score| (0.0..=1.0).contains(score)));
    assert!(found.sizes()[1] > likeliest.sizes()[1]);
}

#[test]
fn the_unlabelled_teach_nothing_and_nothing_is_lost_in_storing() {
    let (shares, labels) = rare(300);
    let model = Decision::MacroF1.fit(&shares, &labels).expect("fits");
    let twice: Vec<usize> = (0..600).map(|row| row % 300).collect();
    let mut more = labels.select(&twice);
    more.codes[300..].fill(NO_CODE);
    let again = Decision::MacroF1.fit(&shares.select_rows(&twice), &more).expect("fits");
    assert_eq!(again, model);
    assert_eq!(DecisionModel::from_state(&model.state()).expect("own state"), model);
}

#[test]
fn what_does_not_fit_is_refused() {
    let (shares, labels) = rare(100);
    assert!(Decision::Fixed { tau: -0.1 }.fit(&shares, &labels).is_err());
    assert!(Decision::Fixed { tau: f64::NAN }.fit(&shares, &labels).is_err());
    assert!(Decision::MacroF1.fit(&Matrix::zeros(100, 3), &labels).is_err());
    let model = Decision::Accuracy.fit(&shares, &labels).expect("fits");
    assert!(model.decide(&Matrix::zeros(1, 3)).is_err());
    let read = |text| serde_json::from_str::<Decision>(text);
    assert_eq!(
        read(r#"{"goal": "fixed", "tau": 0.5}"#).expect("known"),
        Decision::Fixed { tau: 0.5 }
    );
    assert!(read(r#"{"goal": "luck"}"#).is_err());
}
