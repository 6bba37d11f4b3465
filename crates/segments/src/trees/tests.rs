use fenqun_base::{DataError, Labels, Matrix, Seed, Soft, Stored, Supervised, contract};
use proptest::prelude::*;
use rand::RngExt;
use serde::Deserialize;

use super::forest::Forest;
use super::tree::{Node, Tree};
use super::{BinaryTreesModel, RegressionTreesModel, Trees, TreesModel};
use crate::ClassWeights;

/// Settings that learn from few rows.
fn small() -> Trees {
    Trees { min_rows: 5, column_share: 0.7, ..Trees::default() }
}

fn random(n_rows: usize, n_columns: usize, seed: u64) -> Matrix {
    let mut rng = Seed(seed).rng();
    let values = (0..n_rows * n_columns).map(|_| rng.random_range(-1.0f32..1.0)).collect();
    Matrix::new(n_rows, n_columns, values).expect("counts fit")
}

/// A number that hangs on two columns together and a third alone.
fn target(row: &[f32]) -> f32 {
    (row[0] * row[1]).signum() + 2.0 * row[2]
}

fn targets(data: &Matrix) -> Vec<f32> {
    data.rows().map(target).collect()
}

#[test]
fn trees_keep_the_contract() {
    let (data, labels) = contract::labelled_blobs(4, 30, 5, Seed(3));
    contract::check_supervised(&small(), &data, &labels);
    let (data, labels) = contract::labelled_blobs(2, 30, 1, Seed(3));
    contract::check_supervised(&small(), &data, &labels);
}

#[test]
fn numbers_that_hang_on_columns_together_are_learned() {
    let (data, fresh) = (random(4000, 6, 1), random(1000, 6, 2));
    let params = Trees { rounds: 200, leaves: 15, l2: 1.0, column_share: 1.0, ..small() };
    let model = params.fit_values(&data, &targets(&data), Seed(1)).expect("fits");
    let found = model.predict(&fresh).expect("same width");
    let wanted = targets(&fresh);
    let squares = |a: &[f32]| a.iter().map(|v| f64::from(v * v)).sum::<f64>();
    let left: Vec<f32> = found.iter().zip(&wanted).map(|(a, b)| a - b).collect();
    assert!(squares(&left) < 0.1 * squares(&wanted), "{}", squares(&left) / squares(&wanted));
    let importance = model.importance();
    assert!((importance.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    assert!(importance[2] > importance[0] && importance[0] > 3.0 * importance[3]);
    let read = RegressionTreesModel::from_state(&model.state()).expect("its own state");
    assert_eq!(read, model);
}

#[test]
fn chances_of_a_yes_are_calibrated_and_kept() {
    let data = random(6000, 3, 5);
    let mut rng = Seed(6).rng();
    let chance = |row: &[f32]| 1.0 / (1.0 + (-2.0 * row[0] - 1.0).exp());
    let answers: Vec<bool> =
        data.rows().map(|row| rng.random_range(0.0f32..1.0) < chance(row)).collect();
    let params = Trees { min_rows: 100, column_share: 1.0, ..Trees::of_pairs() };
    let model = params.fit_binary(&data, &answers, Seed(1)).expect("fits");
    let fresh = random(2000, 3, 7);
    let found = model.predict(&fresh).expect("same width");
    let error: f32 =
        fresh.rows().zip(&found).map(|(row, found)| (found - chance(row)).abs()).sum::<f32>()
            / 2000.0;
    assert!(error < 0.08, "{error}");
    let odds = model.log_odds(&fresh).expect("same width");
    assert!(odds.iter().zip(&found).all(|(odds, found)| (odds > &0.0) == (found > &0.5)));
    let read = BinaryTreesModel::from_state(&model.state()).expect("its own state");
    assert_eq!(read.predict(&fresh).expect("same width"), found);
    assert!(RegressionTreesModel::from_state(&model.state()).is_ok());
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let data = random(6000, 40, 4);
    let codes = data.rows().map(|row| u32::from(row[0] > row[1]) + u32::from(row[2] > 0.5));
    let classes = ["a", "b", "c"].map(str::to_owned).to_vec();
    let labels = Labels::new(classes, codes.collect()).expect("codes fit");
    let fit = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("pool");
        let params = Trees { rounds: 5, ..Trees::default() };
        pool.install(|| params.fit(&data, &labels, Seed(9)).expect("fits").state())
    };
    assert_eq!(fit(1), fit(5));
}

#[test]
fn a_tree_is_the_best_one_by_brute_force() {
    let data = random(60, 3, 8);
    let values = targets(&data);
    let params = Trees {
        rounds: 1,
        leaves: 2,
        min_rows: 4,
        row_share: 1.0,
        column_share: 1.0,
        l2: 2.0,
        learning_rate: 1.0,
        ..Trees::default()
    };
    let model = params.fit_values(&data, &values, Seed(1)).expect("fits");
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / 60.0;
    let worth = |rows: &[usize]| {
        let sum: f64 = rows.iter().map(|&row| f64::from(values[row]) - mean).sum();
        sum * sum / (rows.len() as f64 + 2.0)
    };
    let all: Vec<usize> = (0..60).collect();
    let mut best = (0.0, Vec::new(), Vec::new());
    for column in 0..3 {
        for cut in data.column(column) {
            let (left, right): (Vec<usize>, Vec<usize>) =
                all.iter().partition(|&&row| data.at(row, column) <= cut);
            let gain = worth(&left) + worth(&right) - worth(&all);
            if left.len() >= 4 && right.len() >= 4 && gain > best.0 {
                best = (gain, left, right);
            }
        }
    }
    let found = model.predict(&data).expect("same width");
    for rows in [&best.1, &best.2] {
        let sum: f64 = rows.iter().map(|&row| f64::from(values[row]) - mean).sum();
        let wanted = mean + sum / (rows.len() as f64 + 2.0);
        assert!(rows.iter().all(|&row| (f64::from(found[row]) - wanted).abs() < 1e-5));
    }
}

/// Shapley values by their definition: over all sets of columns.
fn by_all_sets(tree: &Tree, row: &[f32]) -> Vec<f64> {
    let n = row.len();
    let value = |known: usize| -> f64 {
        fn walk(tree: &Tree, node: usize, row: &[f32], known: usize) -> f64 {
            let at: &Node = &tree.nodes[node];
            if at.is_leaf() {
                return f64::from(at.value);
            }
            if known >> at.column & 1 == 1 {
                return walk(tree, at.next(row), row, known);
            }
            let left = at.left as usize;
            let share = |child: usize| f64::from(tree.nodes[child].n_rows / at.n_rows);
            share(left) * walk(tree, left, row, known)
                + share(left + 1) * walk(tree, left + 1, row, known)
        }
        walk(tree, 0, row, known)
    };
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    (0..n)
        .map(|column| {
            (0..1usize << n)
                .filter(|set| set >> column & 1 == 0)
                .map(|set| {
                    let size = set.count_ones() as usize;
                    let weight = factorial(size) * factorial(n - size - 1) / factorial(n);
                    weight * (value(set | 1 << column) - value(set))
                })
                .sum()
        })
        .collect()
}

#[test]
fn shapley_values_are_those_of_the_definition() {
    let data = random(400, 4, 11);
    // Deep trees on few columns: a column comes more than once on a way down.
    let params = Trees { rounds: 12, leaves: 12, column_share: 1.0, ..small() };
    let model = params.fit_values(&data, &targets(&data), Seed(2)).expect("fits");
    let depth = |tree: &Tree| tree.nodes.len() / 2;
    assert!(model.forest.trees[0].iter().any(|tree| depth(tree) > 8));
    for row in data.rows().take(20) {
        let mut wanted = vec![0.0; 4];
        for tree in &model.forest.trees[0] {
            for (sum, own) in wanted.iter_mut().zip(by_all_sets(tree, row)) {
                *sum += own;
            }
        }
        let found = model.shapley(row).expect("same width");
        for (found, wanted) in found.iter().zip(&wanted) {
            assert!((found - wanted).abs() < 1e-7, "{found} {wanted}");
        }
    }
}

/// A model of LightGBM, with its own answers; `tests/reference/trees.py` made it.
#[derive(Deserialize)]
struct Reference {
    /// Column (−1: leaf), threshold, left child, value, rows of each node of each tree.
    trees: Vec<Vec<[f64; 5]>>,
    rows: Vec<Vec<f32>>,
    scores: Vec<f64>,
    /// One a column, and the expected score.
    contributions: Vec<Vec<f64>>,
}

#[test]
fn scores_and_contributions_of_lightgbm_trees_agree_with_lightgbm() {
    let reference: Reference =
        serde_json::from_str(include_str!("../../tests/reference/trees.json")).expect("JSON");
    let node = |&[column, threshold, left, value, n_rows]: &[f64; 5]| Node {
        column: if column < 0.0 { u32::MAX } else { column as u32 },
        threshold: threshold as f32,
        left: left as u32,
        value: value as f32,
        n_rows: n_rows as f32,
        gain: 0.0,
    };
    let tree = |nodes: &Vec<[f64; 5]>| Tree { nodes: nodes.iter().map(node).collect() };
    let trees: Vec<Tree> = reference.trees.iter().map(tree).collect();
    let width = reference.rows[0].len();
    assert!(trees.iter().all(|tree| tree.is_sound(width)));
    let forest = Forest { width, start: vec![0.0], trees: vec![trees] };
    let data = Matrix::from_rows(&reference.rows).expect("equal rows");
    let scores = forest.map(&data, |scores| scores[0]).expect("same width");
    for (row, own) in reference.contributions.iter().enumerate() {
        assert!((scores[row] - reference.scores[row]).abs() < 1e-6);
        assert!((forest.expected()[0] - own[width]).abs() < 1e-6);
        let found = forest.shapley(data.row(row)).expect("same width").swap_remove(0);
        for (found, own) in found.iter().zip(own) {
            assert!((found - own).abs() < 1e-6, "{found} {own}");
        }
    }
}

#[test]
fn contributions_add_up_to_the_scores() {
    for n_classes in [2, 3, 5] {
        let data = random(300, 12, 13);
        let code = |row: &[f32]| {
            ((target(row) + 3.0) * n_classes as f32 / 6.0).clamp(0.0, n_classes as f32 - 1.0)
        };
        let codes = data.rows().map(|row| code(row) as u32).collect();
        let classes = (0..n_classes).map(|class| format!("{class}")).collect();
        let labels = Labels::new(classes, codes).expect("codes fit");
        let model = small().fit(&data, &labels, Seed(1)).expect("fits");
        let (scores, expected) =
            (model.scores(&data).expect("same width"), model.expected_scores());
        let shares = model.probabilities(&data).expect("same width");
        for row in 0..50 {
            let added = model.shapley(data.row(row)).expect("same width");
            let total: f64 = scores.row(row).iter().map(|&s| f64::from(s).exp()).sum();
            for (class, expected) in expected.iter().enumerate() {
                let sum: f64 = added[class].iter().sum();
                let score = f64::from(scores.at(row, class));
                assert!((expected + sum - score).abs() < 1e-6);
                assert!((score.exp() / total - f64::from(shares.at(row, class))).abs() < 1e-6);
            }
        }
    }
}

#[test]
fn heavier_classes_are_found_more_often() {
    let data = random(500, 5, 17);
    let mut rng = Seed(2).rng();
    let codes: Vec<u32> =
        data.rows().map(|row| u32::from(row[0] + rng.random_range(-1.0f32..1.0) > 0.9)).collect();
    let labels = Labels::new(vec!["no".into(), "yes".into()], codes).expect("codes fit");
    let found = |class_weights: ClassWeights| {
        let model = Trees { class_weights, ..small() }.fit(&data, &labels, Seed(1)).expect("fits");
        let shares = model.probabilities(&data).expect("same width");
        shares.column(1).iter().filter(|&&share| share > 0.5).count()
    };
    let plain = found(ClassWeights::Uniform);
    assert!(found(ClassWeights::Given(vec![1.0, 5.0])) > plain + 20);
    assert!(found(ClassWeights::Balanced) > plain + 20);
}

#[test]
fn columns_that_say_nothing_leave_the_shares_of_the_classes() {
    let data = Matrix::from_rows(&[[1.0, 2.0]; 40]).expect("equal rows");
    let codes = (0..40).map(|row| u32::from(row % 4 == 0)).collect();
    let labels = Labels::new(vec!["a".into(), "b".into()], codes).expect("codes fit");
    let model = small().fit(&data, &labels, Seed(1)).expect("fits");
    let shares = model.probabilities(&data).expect("same width");
    assert!((shares.at(0, 1) - 0.25).abs() < 1e-6);
    assert_eq!(model.importance(), [0.0, 0.0]);
    assert_eq!(TreesModel::from_state(&model.state()).expect("its own state"), model);
}

#[test]
fn what_cannot_be_learned_from_is_refused() {
    let data = random(30, 2, 1);
    let values = vec![1.0; 30];
    let refused = |params: Trees| match params.fit_values(&data, &values, Seed(1)) {
        Err(DataError::Parameter { name, .. }) => name,
        other => panic!("not refused: {other:?}"),
    };
    assert_eq!(refused(Trees { rounds: 0, ..small() }), "rounds");
    assert_eq!(refused(Trees { leaves: 1, ..small() }), "leaves");
    assert_eq!(refused(Trees { min_rows: 0, ..small() }), "min_rows");
    assert_eq!(refused(Trees { bins: 256, ..small() }), "bins");
    assert_eq!(refused(Trees { learning_rate: 0.0, ..small() }), "learning_rate");
    assert_eq!(refused(Trees { column_share: 1.1, ..small() }), "column_share");
    assert_eq!(refused(Trees { row_share: f64::NAN, ..small() }), "row_share");
    assert_eq!(refused(Trees { l2: -1.0, ..small() }), "l2");
    let (some, labels) = contract::labelled_blobs(3, 20, 2, Seed(1));
    let fit = |weights| {
        let class_weights = ClassWeights::Given(weights);
        Trees { class_weights, ..small() }.fit(&some, &labels, Seed(1))
    };
    assert!(matches!(fit(vec![1.0]), Err(DataError::WrongLength { .. })));
    assert!(matches!(fit(vec![0.0; 3]), Err(DataError::Parameter { name: "class_weights", .. })));
    assert!(small().fit_values(&data, &values[1..], Seed(1)).is_err());
    assert!(small().fit_values(&data, &[f32::NAN; 30], Seed(1)).is_err());
    assert!(small().fit_values(&Matrix::zeros(30, 0), &values, Seed(1)).is_err());
    let error = small().fit_binary(&data, &[true; 30], Seed(1)).expect_err("one answer");
    assert!(error.to_string().contains("all rows are `yes`"));
    assert!(small().fit_binary(&data, &[true; 3], Seed(1)).is_err());
}

#[test]
fn broken_states_are_refused() {
    let data = random(100, 3, 1);
    let model = small().fit_values(&data, &targets(&data), Seed(1)).expect("fits");
    let state = model.state();
    let with = |tensor: &str, at: usize, value: f32| {
        let mut state = state.clone();
        state.tensors.get_mut(tensor).expect("it is there").values[at] = value;
        Forest::from_state(&state, "trees")
    };
    assert!(with("nodes", 0, 0.0).is_ok());
    assert!(with("nodes", 0, 3.0).is_err(), "a column that is not there");
    assert!(with("nodes", 0, 0.5).is_err(), "half a column");
    assert!(with("nodes", 2, 0.0).is_err(), "a child before its parent");
    assert!(with("nodes", 2, 1e6).is_err(), "a child that is not there");
    assert!(with("nodes", 4, 0.0).is_err(), "a node without rows");
    assert!(with("nodes", 3, f32::NAN).is_err(), "a value that is no number");
    assert!(with("trees", 0, 1.0).is_err(), "an output that is not there");
    assert!(with("trees", 1, 2.0).is_err(), "half a tree");
    assert!(with("start", 0, f32::INFINITY).is_err());
}

#[test]
fn unknown_settings_are_refused() {
    let known = serde_json::from_str::<Trees>(r#"{"rounds": 5}"#).expect("known");
    assert_eq!(known, Trees { rounds: 5, ..Trees::default() });
    assert!(serde_json::from_str::<Trees>(r#"{"n_estimators": 5}"#).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Trees see the order of values alone.
    #[test]
    fn stretching_a_column_changes_no_prediction(factor in 1u8..7, shift in -8i8..8) {
        let stretch = |value: f32| value * f32::from(1u8 << factor) + f32::from(shift);
        // Steps of 1/64 stay exact when stretched.
        let near = random(200, 3, 21);
        let values = near.values().iter().map(|value| (value * 64.0).round() / 64.0);
        let here = Matrix::new(200, 3, values.collect()).expect("counts fit");
        let far = here.values().iter().map(|&value| stretch(value)).collect();
        let there = Matrix::new(200, 3, far).expect("counts fit");
        let wanted = targets(&here);
        let predict = |data: &Matrix| {
            let model = small().fit_values(data, &wanted, Seed(3)).expect("fits");
            model.predict(data).expect("same width")
        };
        prop_assert_eq!(predict(&here), predict(&there));
    }

    /// Any settings and any rows: no panic, finite answers.
    #[test]
    fn any_small_problem_is_answered(
        n_rows in 2usize..40,
        n_columns in 1usize..4,
        leaves in 2usize..20,
        min_rows in 1usize..6,
        bins in 2usize..=255,
        l2 in prop::sample::select(vec![0.0, 1.0]),
        seed in 0u64..1000,
    ) {
        let data = random(n_rows, n_columns, seed);
        let values: Vec<f32> = data.rows().map(|row| row[0] * 1e6).collect();
        let params = Trees { rounds: 8, leaves, min_rows, bins, l2, ..Trees::default() };
        let model = params.fit_values(&data, &values, Seed(seed)).expect("fits");
        let found = model.predict(&data).expect("same width");
        prop_assert!(found.iter().all(|value| value.is_finite()));
        let answers: Vec<bool> = (0..n_rows).map(|row| row % 2 == 0).collect();
        let model = params.fit_binary(&data, &answers, Seed(seed)).expect("fits");
        let found = model.predict(&data).expect("same width");
        prop_assert!(found.iter().all(|chance| (0.0..=1.0).contains(chance)));
    }
}
