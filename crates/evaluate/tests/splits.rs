//! Folds of whole groups, beside scikit-learn's (`reference/grouped.py` made the values).

use fenqun_base::{Labels, Seed};
use fenqun_evaluate::splits::grouped;
use serde::Deserialize;

/// Other draws of the same groups.
const N_SEEDS: u64 = 20;

#[derive(Deserialize)]
struct Case {
    labels: Vec<u32>,
    groups: Vec<u64>,
    n_folds: usize,
    /// Mean over draws and classes of the deviation of shares over folds, by `StratifiedGroupKFold`.
    spread: f64,
}

fn spread(labels: &Labels, case: &Case, seed: Seed) -> f64 {
    let folds = grouped(labels, &case.groups, case.n_folds, 1, seed).expect("enough groups");
    let totals = labels.counts();
    let counts: Vec<Vec<usize>> =
        folds.splits.iter().map(|split| labels.select(&split.test).counts()).collect();
    let of_class = |class: usize| {
        let share = |counts: &Vec<usize>| counts[class] as f64 / totals[class] as f64;
        let mean = 1.0 / counts.len() as f64;
        let squares = counts.iter().map(|counts| (share(counts) - mean).powi(2)).sum::<f64>();
        (squares / counts.len() as f64).sqrt()
    };
    (0..totals.len()).map(of_class).sum::<f64>() / totals.len() as f64
}

#[test]
fn classes_are_spread_over_folds_of_groups_as_evenly_as_by_scikit_learn() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("reference/grouped.json")).expect("JSON");
    for case in cases {
        let words: Vec<Option<String>> =
            case.labels.iter().map(|label| Some(label.to_string())).collect();
        let labels = Labels::from_words(&words);
        let all = (0..N_SEEDS).map(|seed| spread(&labels, &case, Seed(seed)));
        let mean = all.sum::<f64>() / N_SEEDS as f64;
        assert!(mean <= 1.05 * case.spread, "{mean} {}", case.spread);
    }
}
