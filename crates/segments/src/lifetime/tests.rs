//! Against SciPy (`tests/reference/lifetime.py` made the numbers), the paper, and itself.

use fenqun_base::{DataError, Fitted, Matrix, Seed, Segmenter, Stored, contract};
use proptest::prelude::*;
use serde::Deserialize;

use super::expected::alive_purchases;
use super::{
    BgNbd, BgNbdModel, GammaGamma, GammaGammaModel, History, LifetimeTiers, LifetimeTiersModel,
    Predicted, Spending,
};
use crate::ValueTiers;

#[derive(Deserialize)]
struct Reference {
    repeats: Vec<f64>,
    last: Vec<f64>,
    age: Vec<f64>,
    mean: Vec<f64>,
    bg_nbd: [f64; 4],
    bg_nbd_log_likelihood: f64,
    cases: Vec<Case>,
    gamma_gamma: [f64; 3],
    gamma_gamma_log_likelihood: f64,
    money: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    point: [f64; 4],
    horizon: f64,
    expected: Vec<f64>,
    alive: Vec<f64>,
}

impl Reference {
    fn read() -> Self {
        let text = include_str!("../../tests/reference/lifetime.json");
        serde_json::from_str(text).expect("JSON")
    }

    fn histories(&self) -> Vec<History> {
        let user = |at: usize| History {
            repeats: self.repeats[at],
            last: self.last[at],
            age: self.age[at],
        };
        (0..self.age.len()).map(user).collect()
    }

    fn spends(&self) -> Vec<Spending> {
        let of = |(repeats, mean): (&f64, &f64)| Spending { purchases: repeats + 1.0, mean: *mean };
        self.repeats.iter().zip(&self.mean).map(of).collect()
    }

    /// Purchases, days since the last, days since the first, spend.
    fn table(&self) -> Matrix {
        let row = |at: usize| {
            let count = self.repeats[at] + 1.0;
            let values = [count, self.age[at] - self.last[at], self.age[at], count * self.mean[at]];
            values.map(|value| value as f32)
        };
        Matrix::from_rows(&(0..self.age.len()).map(row).collect::<Vec<_>>()).expect("equal rows")
    }
}

fn near(found: &[f64], known: &[f64], tolerance: f64) {
    assert_eq!(found.len(), known.len());
    for (found, known) in found.iter().zip(known) {
        assert!((found / known - 1.0).abs() < tolerance, "{found} {known}");
    }
}

#[test]
fn both_fits_end_where_scipy_does() {
    let reference = Reference::read();
    let model = BgNbd {}.fit(&reference.histories()).expect("converges");
    near(&model.parameters(), &reference.bg_nbd, 1e-4);
    let check = model.convergence().expect("fitted");
    assert!((check.log_likelihood - reference.bg_nbd_log_likelihood).abs() < 1e-5, "{check}");
    assert!(check.log_likelihood > reference.bg_nbd_log_likelihood - 1e-9, "no worse than SciPy");
    let model = GammaGamma {}.fit(&reference.spends()).expect("converges");
    near(&model.parameters(), &reference.gamma_gamma, 1e-4);
    let check = model.convergence().expect("fitted");
    assert!((check.log_likelihood - reference.gamma_gamma_log_likelihood).abs() < 1e-5, "{check}");
    let money: Vec<f64> = reference.spends().iter().map(|user| model.expected(user)).collect();
    near(&money, &reference.money, 1e-5);
    assert!(check.to_string().starts_with("converged in "), "{check}");
}

#[test]
fn expectations_agree_with_the_hypergeometric_formula() {
    let reference = Reference::read();
    let histories = reference.histories();
    for case in &reference.cases {
        let [r, alpha, a, b] = case.point;
        let model = BgNbdModel::from_parameters(r, alpha, a, b).expect("above 0");
        let users = &histories[..case.expected.len()];
        let alive: Vec<f64> = users.iter().map(|user| model.alive(user)).collect();
        near(&alive, &case.alive, 1e-12);
        near(&model.expected_of_all(users, case.horizon), &case.expected, 1e-8);
    }
}

#[test]
fn the_singular_point_and_the_far_ends_are_no_exception() {
    // At a = 1 the formula is 0 / 0; its neighbours on both sides close in on the value.
    let user = History { repeats: 3.0, last: 20.0, age: 30.0 };
    let at = |a: f64| {
        let model = BgNbdModel::from_parameters(0.5, 8.0, a, 2.0).expect("above 0");
        model.expected(&user, 500.0)
    };
    assert!((at(1.0) - (at(1.0 - 1e-4) + at(1.0 + 1e-4)) / 2.0).abs() < 1e-7);
    // Nobody leaves: λ t. Everybody leaves after the next purchase: at most one.
    let never = alive_purchases(2.0, 1e-6, 1e3, &[1.5])[0];
    assert!((never - 3.0).abs() < 1e-4, "{never}");
    let at_once = alive_purchases(2.0, 1e4, 1e-3, &[1e9])[0];
    assert!((at_once - 1.0).abs() < 1e-4, "{at_once}");
}

#[test]
fn units_of_time_and_money_do_not_matter() {
    let reference = Reference::read();
    let days = reference.histories();
    let in_weeks = |user: &History| History { last: user.last / 7.0, age: user.age / 7.0, ..*user };
    let weeks: Vec<History> = days.iter().map(in_weeks).collect();
    let (by_day, by_week) = (BgNbd {}.fit(&days), BgNbd {}.fit(&weeks));
    let (by_day, by_week) = (by_day.expect("converges"), by_week.expect("converges"));
    for (day, week) in days.iter().zip(&weeks) {
        let (a, b) = (by_day.expected(day, 70.0), by_week.expected(week, 10.0));
        assert!((a - b).abs() < 1e-8, "{a} {b}");
    }
    let cents = |user: &Spending| Spending { mean: user.mean * 100.0, ..*user };
    let cents: Vec<Spending> = reference.spends().iter().map(cents).collect();
    let model = GammaGamma {}.fit(&cents).expect("converges");
    let money: Vec<f64> = cents.iter().map(|user| model.expected(user) / 100.0).collect();
    near(&money, &reference.money, 1e-5);
}

#[test]
fn tiers_by_value_and_by_purchases_keep_the_contract() {
    let table = Reference::read().table();
    contract::check_segmenter(&LifetimeTiers::default(), &table);
    let by_purchases = LifetimeTiers { by: Predicted::Purchases, ..LifetimeTiers::default() };
    contract::check_segmenter(&by_purchases, &table);
}

#[test]
fn thresholds_are_in_money_and_a_user_without_purchase_is_worth_nothing() {
    let table = Reference::read().table();
    let tiers = ValueTiers { thresholds: vec![200.0, 50.0], ..ValueTiers::default() };
    let params = LifetimeTiers { tiers, ..LifetimeTiers::default() };
    let model = params.fit(&table, Seed(1)).expect("fits");
    near(
        &model.thresholds().iter().map(|&it| f64::from(it)).collect::<Vec<_>>(),
        &[200.0, 50.0],
        1e-5,
    );
    let predicted = model.predict(&table).expect("same width");
    let assignment = model.assign(&table).expect("same width");
    for (value, segment) in predicted.iter().zip(assignment.segments) {
        let tier = if *value > 200.0 { 0 } else { 1 + u32::from(*value <= 50.0) };
        assert_eq!(segment, tier, "{value}");
    }
    let nobody = Matrix::from_rows(&[[0.0, 30.0, 30.0, 0.0]]).expect("one row");
    assert_eq!(model.predict(&nobody).expect("same width"), [0.0]);
    // A discount only takes away.
    let undiscounted = LifetimeTiers { yearly_discount: 0.0, ..params }.fit(&table, Seed(1));
    let more = undiscounted.expect("fits").predict(&table).expect("same width");
    assert!(predicted.iter().zip(&more).all(|(less, more)| less < more));
}

#[test]
fn what_cannot_be_fitted_says_why() {
    let once = vec![History { repeats: 0.0, last: 0.0, age: 9.0 }; 100];
    let error = BgNbd {}.fit(&once).expect_err("nobody came back").to_string();
    assert!(error.contains("0 users bought more than once"), "{error}");
    assert_eq!(BgNbd {}.fit(&[]), Err(DataError::Empty));
    for bad in [
        History { repeats: 0.5, last: 1.0, age: 9.0 },
        History { repeats: 1.0, last: 10.0, age: 9.0 },
        History { repeats: 0.0, last: 1.0, age: 9.0 },
        History { repeats: 1.0, last: f64::NAN, age: 9.0 },
    ] {
        assert!(matches!(BgNbd {}.fit(&[bad]), Err(DataError::Parameter { .. })));
    }
    assert!(GammaGamma {}.fit(&[Spending::default(); 20]).is_err());
    assert!(GammaGammaModel::from_parameters(1.0, 1.0, 1.0).is_err(), "an infinite mean");
    let horizon = LifetimeTiers { horizon_days: 0.0, ..LifetimeTiers::default() };
    assert!(horizon.check().is_err());
    let free = Matrix::from_rows(&[[2.0, 3.0, 9.0, 0.0]; 40]).expect("equal rows");
    let error = LifetimeTiers::default().fit(&free, Seed(1)).expect_err("no money or no maximum");
    assert!(matches!(error, DataError::NotConverged { .. }), "{error}");
}

#[test]
fn models_are_read_back_with_every_bit() {
    let reference = Reference::read();
    let model = BgNbd {}.fit(&reference.histories()).expect("converges");
    let text = serde_json::to_string(&model.state()).expect("writes");
    let state = serde_json::from_str(&text).expect("reads");
    assert_eq!(BgNbdModel::from_state(&state), Ok(model));
    let tiers = LifetimeTiers::default().fit(&reference.table(), Seed(1)).expect("fits");
    let mut state = tiers.state();
    let text = serde_json::to_string(&state).expect("writes");
    let tensors = std::mem::take(&mut state.tensors);
    state = serde_json::from_str(&text).expect("reads");
    state.tensors = tensors;
    assert_eq!(LifetimeTiersModel::from_state(&state), Ok(tiers));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// For every user and any parameters: more time brings more purchases, and no number breaks.
    #[test]
    fn expectations_are_finite_and_rise_with_the_horizon(
        point in prop::array::uniform4(-4f64..4.0),
        repeats in 0u32..200, share in 0f64..1.0, age in 0f64..2000.0,
    ) {
        let [r, alpha, a, b] = point.map(f64::exp);
        let model = BgNbdModel::from_parameters(r, alpha, a, b).expect("above 0");
        let repeats = f64::from(repeats);
        let last = if repeats > 0.0 { share * age } else { 0.0 };
        let user = History { repeats, last, age };
        let found = model.expected_by(&user, &[0.0, 1.0, 30.0, 3000.0]);
        prop_assert_eq!(found[0], 0.0);
        prop_assert!(found.windows(2).all(|pair| pair[0] <= pair[1] * (1.0 + 1e-12)), "{:?}", found);
        prop_assert!(found.iter().all(|value| value.is_finite()));
        prop_assert!((0.0..=1.0).contains(&model.alive(&user)));
    }
}
