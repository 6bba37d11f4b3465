use fenqun_base::{Assignment, DataError, Fitted, Matrix, Seed, Segmenter, Soft, contract};
use proptest::prelude::*;
use rand::RngExt;

use super::nearest::{Prepared, nearest};
use super::tiles::{Frame, TILE, Tiles};
use super::{KMeans, KMeansModel};

fn of(n_segments: usize) -> KMeans {
    KMeans { n_segments, ..KMeans::default() }
}

fn random(n_rows: usize, n_columns: usize, seed: u64) -> Matrix {
    let mut rng = Seed(seed).rng();
    let values = (0..n_rows * n_columns).map(|_| rng.random_range(-1.0f32..1.0)).collect();
    Matrix::new(n_rows, n_columns, values).expect("counts fit")
}

fn assigned(params: &KMeans, data: &Matrix) -> Vec<u32> {
    let model = params.fit(data, Seed(5)).expect("fits");
    model.assign(data).expect("assigns").segments
}

#[test]
fn k_means_keeps_the_contract() {
    contract::check_segmenter(&of(4), &contract::blobs(4, 30, 5, Seed(3)));
    contract::check_segmenter(&of(1), &contract::blobs(2, 10, 1, Seed(3)));
}

#[test]
fn mini_batches_keep_the_contract_and_find_the_same_groups() {
    let data = contract::blobs(4, 300, 5, Seed(3));
    let batches = KMeans { mini_batch_above: 100, batch: 64, ..of(4) };
    contract::check_segmenter(&batches, &data);
    assert_eq!(assigned(&batches, &data), assigned(&of(4), &data));
}

#[test]
fn memberships_fall_with_the_squared_distance_and_agree_with_the_segments() {
    let data = random(300, 3, 8);
    let model = of(4).fit(&data, Seed(5)).expect("fits");
    contract::check_probabilities(&model, &data);
    let shares = model.probabilities(&data).expect("same width");
    let likeliest = Assignment::likeliest(&shares).expect("columns");
    assert_eq!(likeliest.segments, model.assign(&data).expect("same width").segments);
    // At distances 1 and 3 of two centroids: 1 / (1 + 1/9).
    let two = Matrix::from_rows(&[[0.0], [4.0]]).expect("equal rows");
    let model = of(2).fit_from(&two, &two).expect("fits");
    let shares = model.probabilities(&Matrix::from_rows(&[[1.0], [4.0]]).expect("equal rows"));
    let shares = shares.expect("same width");
    let own = model.assign(&two).expect("same width").segments[0] as usize;
    assert!((shares.at(0, own) - 0.9).abs() < 1e-6);
    assert_eq!(shares.at(1, own), 0.0);
}

#[test]
fn the_inner_loop_agrees_with_plain_distances() {
    for (n_rows, n_columns, n_segments) in [(200, 1, 3), (65, 7, 9), (500, 33, 16), (64, 3, 1)] {
        let data = random(n_rows, n_columns, 1);
        let centroids = random(n_segments, n_columns, 2);
        let tiles = Tiles::new(&data, Frame::of(&data));
        let wide: Vec<f64> = centroids.values().iter().map(|&value| f64::from(value)).collect();
        let mut found = vec![0; tiles.n_padded()];
        nearest(tiles.chunk(0), &Prepared::new(&wide, &tiles.frame), &mut found);
        assert_eq!(found.len() % TILE, 0);
        for (row, &own) in found.iter().enumerate().take(n_rows) {
            let distance = |segment: usize| -> f32 {
                let pairs = data.row(row).iter().zip(centroids.row(segment));
                pairs.map(|(a, b)| (a - b) * (a - b)).sum()
            };
            let least = (0..n_segments).map(distance).fold(f32::INFINITY, f32::min);
            assert!(distance(own as usize) <= least + 1e-5, "row {row}");
        }
    }
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let data = random(20_000, 6, 4);
    let fit = |n_threads: usize, params: &KMeans| -> KMeansModel {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("pool");
        pool.install(|| params.fit(&data, Seed(9)).expect("fits"))
    };
    let batches = KMeans { mini_batch_above: 1000, batch: 512, ..of(7) };
    for params in [of(7), batches] {
        assert_eq!(fit(1, &params), fit(5, &params));
    }
}

#[test]
fn every_round_lowers_the_inertia() {
    let data = random(3000, 4, 6);
    let start = data.select_rows(&[0, 1, 2, 3, 4, 5]);
    let mut last = f64::INFINITY;
    for max_iterations in 1..20 {
        let params = KMeans { max_iterations, tolerance: 0.0, ..of(6) };
        let model = params.fit_from(&data, &start).expect("fits");
        assert!(model.inertia() <= last * (1.0 + 1e-9), "round {max_iterations}");
        last = model.inertia();
    }
}

#[test]
fn an_empty_segment_is_put_on_the_farthest_row() {
    let data = Matrix::from_rows(&[[0.0], [1.0], [2.0], [100.0]]).expect("equal rows");
    // Nobody is near the third centroid at first.
    let start = Matrix::from_rows(&[[0.0], [1.5], [-900.0]]).expect("equal rows");
    let model = of(3).fit_from(&data, &start).expect("fits");
    let assignment = model.assign(&data).expect("assigns");
    assert!(assignment.sizes().iter().all(|&size| size > 0));
    assert_eq!(assignment.sizes(), [2, 1, 1]);
}

#[test]
fn all_users_the_same_are_one_segment_and_score_nothing() {
    let data = Matrix::from_rows(&[[3.0, 4.0]; 10]).expect("equal rows");
    let model = of(3).fit(&data, Seed(1)).expect("fits");
    let assignment = model.assign(&data).expect("assigns");
    assert_eq!(assignment.sizes(), [10, 0, 0]);
    assert_eq!(assignment.scores, [0.0; 10]);
}

#[test]
fn values_of_any_size_are_grouped() {
    for size in [1e-30f32, 1.0, 1e30] {
        let rows = [[0.0], [size], [0.9 * size], [0.1 * size]];
        let data = Matrix::from_rows(&rows).expect("equal rows");
        assert_eq!(assigned(&of(2), &data).iter().filter(|&&own| own == 0).count(), 2, "{size}");
    }
}

#[test]
fn settings_outside_their_rule_are_refused() {
    let data = random(10, 2, 1);
    let refused = |params: KMeans| match params.fit(&data, Seed(1)) {
        Err(DataError::Parameter { name, .. }) => name,
        other => panic!("not refused: {other:?}"),
    };
    assert_eq!(refused(of(0)), "n_segments");
    assert_eq!(refused(KMeans { n_starts: 0, ..of(2) }), "n_starts");
    assert_eq!(refused(KMeans { batch: 0, ..of(2) }), "batch");
    assert_eq!(refused(KMeans { max_iterations: 0, ..of(2) }), "max_iterations");
    assert_eq!(refused(KMeans { tolerance: f64::NAN, ..of(2) }), "tolerance");
    assert!(of(2).fit_from(&data, &random(3, 2, 1)).is_err());
    assert!(of(2).fit_from(&data, &random(2, 3, 1)).is_err());
    assert!(of(2).fit(&Matrix::zeros(5, 0), Seed(1)).is_err());
}

#[test]
fn unknown_settings_are_refused() {
    let known = serde_json::from_str::<KMeans>(r#"{"n_segments": 5}"#).expect("known");
    assert_eq!(known, of(5));
    assert!(serde_json::from_str::<KMeans>(r#"{"n_clusters": 5}"#).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Separated groups have one optimum, which any order of rows must find.
    #[test]
    fn the_order_of_separated_rows_does_not_matter_to_fit(
        order in Just((0..60).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let data = contract::blobs(3, 20, 3, Seed(3));
        let straight = assigned(&of(3), &data);
        let shuffled = assigned(&of(3), &data.select_rows(&order));
        // Sizes are equal, so numbers go by centroid: the same whatever the order of rows.
        for (place, &row) in order.iter().enumerate() {
            prop_assert_eq!(shuffled[place], straight[row]);
        }
    }

    /// Steps of 1/64 are exact in `f32`, so that the shift itself rounds nothing.
    #[test]
    fn a_shift_of_all_rows_changes_nothing(
        steps in prop::collection::vec(-640i16..640, 40..120),
        shift in -500i16..500,
    ) {
        let n_rows = steps.len() / 2;
        let values = |by: i16| -> Vec<f32> {
            let value = |&step: &i16| f32::from(step) / 64.0 + f32::from(by);
            steps[..n_rows * 2].iter().map(value).collect()
        };
        let here = Matrix::new(n_rows, 2, values(0)).expect("counts fit");
        let there = Matrix::new(n_rows, 2, values(shift)).expect("counts fit");
        let (a, b) = (of(4).fit(&here, Seed(2)).expect("fits"), of(4).fit(&there, Seed(2)).expect("fits"));
        let tolerance = 1e-3 * a.inertia() + 1e-2;
        prop_assert!((a.inertia() - b.inertia()).abs() <= tolerance);
    }
}
