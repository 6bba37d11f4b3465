use fenqun_base::{Fitted, Labels, Matrix, Seed, Soft, Stored, Supervised, contract};
use rand::RngExt;

use super::{Corrected, CorrectedModel};
use crate::decision::macro_f1;
use crate::{Calibration, Decision, LabelSpreading, NearestLabelled, Softmax, SoftmaxModel, Trees};

/// Two clouds that overlap, one of them eight times as large.
fn unequal() -> (Matrix, Labels) {
    let mut rng = Seed(5).rng();
    // The sum of four uniform draws is near enough to normal.
    let mut draw = || (0..4).map(|_| rng.random::<f32>()).sum::<f32>() * 1.7 - 3.4;
    let mut rows = Vec::new();
    let mut words = Vec::new();
    for at in 0..450 {
        let is_rare = at % 9 == 0;
        let centre = if is_rare { 0.8 } else { 0.0 };
        rows.push([centre + draw(), centre + draw()]);
        words.push(Some(if is_rare { "rare" } else { "usual" }));
    }
    (Matrix::from_rows(&rows).expect("equal rows"), Labels::from_words(&words))
}

#[test]
fn every_head_keeps_the_contract_when_corrected() {
    let (users, labels) = contract::labelled_blobs(3, 30, 4, Seed(3));
    let trees = Trees { rounds: 10, min_rows: 5, ..Trees::default() };
    contract::check_supervised(&Corrected::of(Softmax::default()), &users, &labels);
    contract::check_supervised(&Corrected::of(trees), &users, &labels);
    contract::check_supervised(&Corrected::of(NearestLabelled::default()), &users, &labels);
    contract::check_supervised(&Corrected::of(LabelSpreading::default()), &users, &labels);
}

#[test]
fn a_class_decided_for_macro_f1_is_told_more_often_when_it_is_rare() {
    let (users, labels) = unequal();
    let softmax = || Softmax { c: vec![1.0], row_norm: 0.0, ..Softmax::default() };
    let plain = softmax().fit(&users, &labels, Seed(7)).expect("fits");
    let corrected = Corrected::of(softmax()).fit(&users, &labels, Seed(7)).expect("fits");
    let f1 = |told: &[u32]| {
        macro_f1(labels.codes.iter().copied().zip(told.iter().copied()), labels.n_classes())
    };
    let told = |model: &dyn Fn() -> Vec<u32>| f1(&model());
    let before = told(&|| plain.assign(&users).expect("same width").segments);
    let after = told(&|| corrected.assign(&users).expect("same width").segments);
    assert!(after > before + 0.05, "{before} {after}");
    assert!(corrected.decision().tau() > 0.0);
    // The head underneath is the one that would have been fitted alone.
    assert_eq!(corrected.head(), &plain);
    assert_eq!(
        corrected.probabilities(&users).expect("same width"),
        plain.probabilities(&users).expect("same width"),
    );
}

#[test]
fn a_temperature_is_fitted_on_rows_that_the_head_has_not_seen() {
    let (users, labels) = unequal();
    // Grown until it knows every row by heart: on its own rows it is surer than it may be.
    let trees = Trees { rounds: 200, leaves: 31, min_rows: 1, l2: 0.0, ..Trees::default() };
    let calibration = Calibration::Temperature;
    let params = Corrected { calibration, ..Corrected::of(trees) };
    let model = params.fit(&users, &labels, Seed(7)).expect("fits");
    assert!(model.calibration().fitted_temperature() > 1.5, "{:?}", model.calibration());
}

#[test]
fn without_corrections_the_head_says_what_it_says_alone() {
    let (users, labels) = unequal();
    let decision = Decision::Accuracy;
    let params = Corrected { decision, ..Corrected::of(Softmax::default()) };
    let model = params.fit(&users, &labels, Seed(7)).expect("fits");
    let alone = Softmax::default().fit(&users, &labels, Seed(7)).expect("fits");
    let told = |found: fenqun_base::Assignment| found.segments;
    assert_eq!(
        told(model.assign(&users).expect("same width")),
        told(alone.assign(&users).expect("same width")),
    );
    let row = users.row(3);
    assert_eq!(
        model.contributions(row).expect("same width"),
        alone.contributions(row).expect("same width"),
    );
}

#[test]
fn a_model_whose_parts_do_not_belong_together_is_refused() {
    let (users, labels) = unequal();
    let params = Corrected::of(Softmax::default());
    let model = params.fit(&users, &labels, Seed(7)).expect("fits");
    let mut state = model.state();
    state.config["decision"]["config"]["prior"] = serde_json::json!([0.2, 0.3, 0.5]);
    let read = CorrectedModel::<SoftmaxModel>::from_state(&state);
    let error = read.expect_err("three classes").to_string();
    assert!(error.contains("differ in classes"), "{error}");
}

#[test]
fn corrections_outside_their_rule_are_refused() {
    let (users, labels) = unequal();
    let refused = |params: Corrected<Softmax>| {
        params.fit(&users, &labels, Seed(7)).expect_err("refused").to_string()
    };
    let error = refused(Corrected { n_folds: 1, ..Corrected::of(Softmax::default()) });
    assert!(error.contains("`n_folds` must be between 2 and 100, got 1"), "{error}");
    let decision = Decision::Fixed { tau: 3.0 };
    let error = refused(Corrected { decision, ..Corrected::of(Softmax::default()) });
    assert!(error.contains("`tau`"), "{error}");
}
