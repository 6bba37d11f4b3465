use fenqun_base::{DataError, Fitted, Matrix, Seed, Segmenter, Stored, contract};
use rand::RngExt;

use super::{RoundAxis, RoundGrid, RoundGridModel};

fn axis(quantiles: &[f32]) -> RoundAxis {
    RoundAxis { quantiles: quantiles.to_vec(), ..RoundAxis::default() }
}

fn grid(axes: &[RoundAxis]) -> RoundGrid {
    RoundGrid { axes: axes.to_vec() }
}

/// Even values from 0 up to the number of rows, and a second column that has nothing to do with it.
fn users(n_rows: usize) -> Matrix {
    let mut rng = Seed(3).rng();
    let rows: Vec<[f32; 2]> =
        (0..n_rows).map(|row| [row as f32 + 0.3, rng.random_range(-1.0..1.0)]).collect();
    Matrix::from_rows(&rows).expect("equal rows")
}

#[test]
fn a_grid_keeps_the_contract() {
    let params = grid(&[axis(&[0.5]), axis(&[0.3, 0.7]), axis(&[0.5])]);
    contract::check_segmenter(&params, &contract::blobs(4, 30, 3, Seed(3)));
    contract::check_segmenter(&grid(&[axis(&[0.5])]), &contract::blobs(2, 10, 1, Seed(3)));
}

#[test]
fn cuts_are_round_and_near_the_quantiles() {
    let model = grid(&[axis(&[0.25, 0.75]), axis(&[0.5])]).fit(&users(973), Seed(1)).expect("fits");
    // Between the shares .15 and .35, .65 and .85 of 973, and 0 for the other.
    assert_eq!(model.thresholds(0), [800.0, 200.0]);
    assert_eq!(model.thresholds(1), [0.0]);
    let sizes = model.assign(&users(973)).expect("assigns").sizes();
    assert_eq!(sizes[0] + sizes[1], 173, "800.3 to 972.3 exceed 800");
}

#[test]
fn a_logarithm_is_cut_at_a_round_amount() {
    let amounts: Vec<f32> = (0..600u16).map(|i| (f32::from(i) * 3.7).ln_1p()).collect();
    let data = Matrix::new(600, 1, amounts).expect("one column");
    let value = RoundAxis { is_log: true, ..RoundAxis::default() };
    let model = grid(&[value]).fit(&data, Seed(1)).expect("fits");
    assert!((model.thresholds(0)[0].exp_m1() - 1000.0).abs() < 0.01);
}

#[test]
fn resamples_of_the_users_give_the_same_cuts_where_quantiles_move() {
    let data = users(973);
    let params = grid(&[axis(&[0.25, 0.75]), axis(&[0.5])]);
    let exact = crate::ValueTiers { quantiles: vec![0.5], ..Default::default() };
    let whole = params.fit(&data, Seed(1)).expect("fits");
    let mut medians = Vec::new();
    for refit in 0..20 {
        let mut rng = Seed(refit).rng();
        let rows: Vec<usize> = (0..973).map(|_| rng.random_range(0..973)).collect();
        let resample = data.select_rows(&rows);
        let model = params.fit(&resample, Seed(1)).expect("fits");
        for axis in 0..2 {
            assert_eq!(model.thresholds(axis), whole.thresholds(axis));
        }
        let column = Matrix::new(973, 1, resample.column(0)).expect("one column");
        medians.push(exact.fit(&column, Seed(1)).expect("fits").thresholds()[0]);
    }
    medians.dedup();
    assert!(medians.len() > 15, "{medians:?}");
}

#[test]
fn a_segment_is_a_cell() {
    let params = grid(&[axis(&[0.5]), axis(&[0.3, 0.7]), axis(&[0.5])]);
    let data = contract::blobs(4, 30, 3, Seed(3));
    let model = params.fit(&data, Seed(1)).expect("fits");
    let assignment = model.assign(&data).expect("assigns");
    for (row, &segment) in data.rows().zip(&assignment.segments) {
        for (axis, &tier) in model.tiers_of(segment).iter().enumerate() {
            let exceeded = model.thresholds(axis).iter().filter(|&&cut| row[axis] > cut).count();
            assert_eq!(tier as usize, model.thresholds(axis).len() - exceeded);
        }
    }
}

#[test]
fn users_who_are_all_alike_fall_into_one_cell() {
    let data = Matrix::from_rows(&[[0.0, 2.5]; 30]).expect("equal rows");
    let model = grid(&[axis(&[0.3, 0.7]), axis(&[0.5])]).fit(&data, Seed(1)).expect("fits");
    let assignment = model.assign(&data).expect("assigns");
    assert_eq!(assignment.sizes().iter().filter(|&&size| size > 0).count(), 1);
    assert_eq!(model.thresholds(1), [2.5]);
}

#[test]
fn logarithms_of_no_amount_are_cut_where_they_lie() {
    for values in [[1e30, 2e30, 3e30, 4e30], [-4e3, -3e3, -2e3, -1e3]] {
        let data = Matrix::new(4, 1, values.to_vec()).expect("one column");
        let value = RoundAxis { is_log: true, ..RoundAxis::default() };
        let model = grid(&[value]).fit(&data, Seed(1)).expect("fits");
        let sizes = model.assign(&data).expect("assigns").sizes();
        assert!(sizes.iter().all(|&size| size > 0), "{sizes:?}");
    }
}

#[test]
fn settings_outside_their_rule_are_refused() {
    let refused = |params: RoundGrid| match params.fit(&users(50), Seed(1)) {
        Err(DataError::Parameter { name, .. }) => name,
        other => panic!("not refused: {other:?}"),
    };
    assert_eq!(refused(grid(&[])), "axes");
    assert_eq!(refused(grid(&[axis(&[0.5])])), "columns");
    assert_eq!(refused(grid(&[axis(&[]), axis(&[0.5])])), "quantiles");
    assert_eq!(refused(grid(&[axis(&[0.4, 0.5]), axis(&[0.5])])), "quantiles");
    assert_eq!(refused(grid(&[axis(&[f32::NAN]), axis(&[0.5])])), "quantiles");
    let wide = RoundAxis { within: 0.5, ..RoundAxis::default() };
    assert_eq!(refused(grid(&[wide, axis(&[0.5])])), "within");
    let nothing = RoundAxis { within: f32::NAN, ..RoundAxis::default() };
    assert_eq!(refused(grid(&[nothing, axis(&[0.5])])), "within");
    assert!(serde_json::from_str::<RoundGrid>(r#"{"axis": []}"#).is_err());
    assert_eq!(serde_json::from_str::<RoundGrid>("{}").expect("defaults").n_segments(), 8);
}

#[test]
fn a_stored_grid_without_axes_is_refused() {
    let model = grid(&[axis(&[0.5]), axis(&[0.5])]).fit(&users(50), Seed(1)).expect("fits");
    let mut state = model.state();
    state.tensors.remove("1.thresholds");
    assert!(RoundGridModel::from_state(&state).is_err());
    state.config = serde_json::json!([]);
    assert!(RoundGridModel::from_state(&state).is_err());
}
