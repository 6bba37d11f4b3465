//! Every metric against values of scikit-learn and SciPy (`reference/metrics.py` made them).

use fenqun_base::Matrix;
use fenqun_evaluate::compare::Predictions;
use fenqun_evaluate::metrics::{self, Averages, Confusion, Metric};
use fenqun_evaluate::{
    adjusted_mutual_information, calinski_harabasz, davies_bouldin, mutual_information,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    predictions: Vec<Case>,
    amounts: Vec<Amounts>,
    groups: Vec<Groups>,
}

#[derive(Deserialize)]
struct Case {
    truth: Vec<u32>,
    decided: Vec<u32>,
    p: Vec<Vec<f32>>,
    confusion: Vec<Vec<u64>>,
    accuracy: f64,
    balanced_accuracy: f64,
    r#macro: [f64; 3],
    micro: [f64; 3],
    weighted: [f64; 3],
    of_class: Vec<[f64; 3]>,
    auroc: f64,
    pr_auc: f64,
    brier: f64,
    log_loss: f64,
    curves: Vec<Curve>,
    calibration_error: f64,
}

#[derive(Deserialize)]
struct Curve {
    class: u32,
    observed: Vec<f64>,
    predicted: Vec<f64>,
}

#[derive(Deserialize)]
struct Amounts {
    truth: Vec<f32>,
    predicted: Vec<f32>,
    mae: f64,
    rmse: f64,
    spearman: f64,
}

#[derive(Deserialize)]
struct Groups {
    data: Vec<Vec<f32>>,
    a: Vec<u32>,
    b: Vec<u32>,
    mutual: f64,
    adjusted_mutual: f64,
    davies_bouldin: f64,
    calinski_harabasz: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/metrics.json")).expect("JSON")
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} {expected}");
}

#[track_caller]
fn same(found: Averages, [precision, recall, f1]: [f64; 3]) {
    near(found.precision, precision);
    near(found.recall, recall);
    near(found.f1, f1);
}

#[test]
fn decisions_agree_with_scikit_learn() {
    for case in reference().predictions {
        let n_classes = case.confusion.len();
        let found = Confusion::new(&case.truth, &case.decided, n_classes).expect("known classes");
        assert_eq!(found.counts, case.confusion);
        near(found.accuracy(), case.accuracy);
        near(found.balanced_accuracy(), case.balanced_accuracy);
        same(found.macro_average(), case.r#macro);
        same(found.micro_average(), case.micro);
        same(found.weighted_average(), case.weighted);
        for (class, expected) in case.of_class.into_iter().enumerate() {
            same(found.of_class(class), expected);
        }
    }
}

#[test]
fn probabilities_agree_with_scikit_learn() {
    for case in reference().predictions {
        let p = Matrix::from_rows(&case.p).expect("equal rows");
        near(metrics::auroc_one_vs_rest(&case.truth, &p).expect("probabilities"), case.auroc);
        near(metrics::brier(&case.truth, &p).expect("probabilities"), case.brier);
        // scikit-learn takes logarithms of 32-bit numbers in 32 bits.
        let found = metrics::log_loss(&case.truth, &p).expect("probabilities");
        assert!((found / case.log_loss - 1.0).abs() < 1e-6, "{found} {}", case.log_loss);
        let found = metrics::expected_calibration_error(&case.truth, &p, 10);
        near(found.expect("probabilities"), case.calibration_error);
        for Curve { class, observed, predicted } in case.curves {
            let is: Vec<bool> = case.truth.iter().map(|&truth| truth == class).collect();
            let column = p.column(class as usize);
            let found = metrics::calibration_curve(&is, &column, 10).expect("probabilities");
            assert_eq!(found.len(), observed.len());
            for (bin, (observed, predicted)) in found.iter().zip(observed.iter().zip(predicted)) {
                near(bin.observed, *observed);
                near(bin.predicted, predicted);
            }
        }
        if p.n_columns() == 2 {
            let is: Vec<bool> = case.truth.iter().map(|&truth| truth == 1).collect();
            let column = p.column(1);
            near(metrics::auroc(&is, &column).expect("both sides"), case.auroc);
            near(metrics::average_precision(&is, &column).expect("both sides"), case.pr_auc);
            near(metrics::brier_binary(&is, &column).expect("scores"), case.brier);
        }
    }
}

#[test]
fn metrics_by_name_are_the_same_numbers() {
    for case in reference().predictions {
        let probabilities = Matrix::from_rows(&case.p).expect("equal rows");
        let predictions = Predictions { probabilities, decided: case.decided };
        let of = |metric: Metric| {
            metric.of(&case.truth, &predictions).expect("probabilities").expect("exists")
        };
        near(of(Metric::MacroF1), case.r#macro[2]);
        near(of(Metric::WeightedF1), case.weighted[2]);
        near(of(Metric::MacroPrecision), case.r#macro[0]);
        near(of(Metric::MacroRecall), case.r#macro[1]);
        near(of(Metric::Accuracy), case.accuracy);
        near(of(Metric::MicroPrecision), case.micro[0]);
        near(of(Metric::MicroRecall), case.micro[1]);
        near(of(Metric::MicroF1), case.micro[2]);
        near(of(Metric::BalancedAccuracy), case.balanced_accuracy);
        near(of(Metric::Auroc), case.auroc);
        near(of(Metric::PrAuc), case.pr_auc);
        near(of(Metric::Brier), case.brier);
        near(of(Metric::CalibrationError), case.calibration_error);
        assert!((of(Metric::LogLoss) / case.log_loss - 1.0).abs() < 1e-6);
    }
    for metric in Metric::ALL {
        assert_eq!(Metric::from_name(metric.name()), Ok(metric));
        let spelt = serde_json::to_value(metric).expect("JSON");
        assert_eq!(spelt, metric.name());
    }
    let refused = Metric::from_name("makro_f1").expect_err("misspelt").to_string();
    assert!(refused.contains("did you mean `macro_f1`?"), "{refused}");
}

#[test]
fn amounts_agree_with_scikit_learn_and_scipy() {
    for case in reference().amounts {
        let (truth, predicted) = (&case.truth[..], &case.predicted[..]);
        let found = metrics::mean_absolute_error(truth, predicted).expect("finite");
        assert!((found / case.mae - 1.0).abs() < 1e-6);
        let found = metrics::root_mean_squared_error(truth, predicted).expect("finite");
        assert!((found / case.rmse - 1.0).abs() < 1e-6);
        near(metrics::spearman(truth, predicted).expect("varies"), case.spearman);
    }
}

#[derive(Deserialize)]
struct Lift {
    truth: Vec<bool>,
    scores: Vec<f64>,
    share: Vec<f64>,
    gain: Vec<f64>,
    lift: Vec<f64>,
}

/// `reference/lift.py` made the values.
#[test]
fn gain_and_lift_agree_with_scikit_learn_s_curve() {
    let cases: Vec<Lift> = serde_json::from_str(include_str!("reference/lift.json")).expect("JSON");
    for case in cases {
        let found = metrics::lift(&case.truth, &case.scores, case.share.len()).expect("scores");
        assert_eq!(found.len(), case.share.len());
        for (at, point) in found.into_iter().enumerate() {
            near(point.share, case.share[at]);
            near(point.gain, case.gain[at]);
            near(point.lift, case.lift[at]);
        }
    }
}

#[test]
fn clusters_agree_with_scikit_learn() {
    for case in reference().groups {
        let data = Matrix::from_rows(&case.data).expect("equal rows");
        near(mutual_information(&case.a, &case.b).expect("same users"), case.mutual);
        let found = adjusted_mutual_information(&case.a, &case.b).expect("same users");
        near(found, case.adjusted_mutual);
        near(davies_bouldin(&data, &case.a).expect("two segments"), case.davies_bouldin);
        near(calinski_harabasz(&data, &case.a).expect("two segments"), case.calinski_harabasz);
    }
}
