use fenqun_base::{DataError, Fitted, Matrix, Seed, Segmenter, contract};
use proptest::prelude::*;

use super::ValueTiers;

fn column(values: &[f32]) -> Matrix {
    Matrix::new(values.len(), 1, values.to_vec()).expect("one column")
}

fn tiers(values: &[f32]) -> Vec<u32> {
    let data = column(values);
    let model = ValueTiers::default().fit(&data, Seed(1)).expect("fits");
    model.assign(&data).expect("assigns").segments
}

#[test]
fn value_tiers_keep_the_contract() {
    let values: Vec<f32> = (0u8..60).map(|i| f32::from(i).sqrt()).collect();
    contract::check_segmenter(&ValueTiers::default(), &column(&values));
}

#[test]
fn users_of_equal_value_share_the_lower_tier() {
    // Half the users spent nothing: the second threshold falls among them.
    assert_eq!(tiers(&[0.0, 0.0, 0.0, 0.0, 5.0, 6.0, 7.0, 8.0]), [2, 2, 2, 2, 1, 0, 0, 0]);
    assert_eq!(tiers(&[4.0; 6]), [2; 6]);
}

#[test]
fn shares_are_kept_when_values_differ() {
    let data = column(&(0u8..200).map(f32::from).collect::<Vec<_>>());
    let params = ValueTiers { quantiles: vec![0.1, 0.5], ..ValueTiers::default() };
    let model = params.fit(&data, Seed(1)).expect("fits");
    assert_eq!(model.assign(&data).expect("assigns").sizes(), [20, 80, 100]);
}

#[test]
fn neighbouring_floats_are_separated() {
    let low = 1.0f32;
    let high = f32::from_bits(low.to_bits() + 1);
    let data = column(&[low, high]);
    let params = ValueTiers { quantiles: vec![0.5], ..ValueTiers::default() };
    let model = params.fit(&data, Seed(1)).expect("fits");
    assert_eq!(model.assign(&data).expect("assigns").segments, [1, 0]);
}

#[test]
fn quantiles_outside_the_rule_are_refused() {
    for quantiles in [vec![], vec![0.0], vec![1.0], vec![0.6, 0.3], vec![f32::NAN]] {
        let refused = ValueTiers { quantiles, ..ValueTiers::default() }.check();
        assert!(matches!(refused, Err(DataError::Parameter { name: "quantiles", .. })));
    }
}

#[test]
fn given_thresholds_are_kept_whatever_the_data() {
    let params = ValueTiers { thresholds: vec![100.0, 10.0], ..ValueTiers::default() };
    let data = column(&[5.0, 10.0, 11.0, 100.5]);
    let model = params.fit(&data, Seed(1)).expect("fits");
    assert_eq!(model.thresholds(), [100.0, 10.0]);
    assert_eq!(model.assign(&data).expect("assigns").segments, [2, 2, 1, 0]);
    contract::check_segmenter(&params, &data);
    for thresholds in [vec![1.0, 1.0], vec![1.0, 2.0], vec![f32::INFINITY]] {
        let refused = ValueTiers { thresholds, ..ValueTiers::default() }.check();
        assert!(matches!(refused, Err(DataError::Parameter { name: "thresholds", .. })));
    }
}

proptest! {
    #[test]
    fn a_higher_value_is_never_in_a_lower_tier(values in prop::collection::vec(-1e6f32..1e6, 3..80)) {
        let tiers = tiers(&values);
        for (a, tier_a) in values.iter().zip(&tiers) {
            for (b, tier_b) in values.iter().zip(&tiers) {
                prop_assert!(a < b || tier_a <= tier_b);
            }
        }
    }
}
