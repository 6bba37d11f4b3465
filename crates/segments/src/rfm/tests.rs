use std::collections::BTreeSet;

use fenqun_base::{DataError, Fitted, Language, Matrix, Seed, Segmenter, contract};
use proptest::prelude::*;

use super::{Cuts, Rfm, RfmSegment, SecondAxis};

fn users(n_users: u16) -> Matrix {
    let row = |at: u16| [f32::from(at * 7 % 101), f32::from(at * 11 % 37), f32::from(at * 13 % 89)];
    Matrix::from_rows(&(0..n_users).map(row).collect::<Vec<_>>()).expect("equal rows")
}

#[test]
fn the_grid_keeps_the_contract() {
    contract::check_segmenter(&Rfm::default(), &users(100));
    let both = Rfm { second_axis: SecondAxis::FrequencyAndSpend, ..Rfm::default() };
    contract::check_segmenter(&both, &users(100));
}

/// The table of the manual page, cell by cell.
#[test]
fn every_cell_has_one_name_and_every_name_a_cell() {
    use RfmSegment::{
        AboutToSleep, AtRisk, CannotLose, Champions, Hibernating, Lost, Loyal, NeedAttention, New,
        PotentialLoyalists, Promising,
    };
    let grid = [
        [Lost, Lost, AtRisk, AtRisk, CannotLose],
        [Hibernating, Hibernating, AtRisk, AtRisk, CannotLose],
        [AboutToSleep, AboutToSleep, NeedAttention, Loyal, Loyal],
        [Promising, PotentialLoyalists, PotentialLoyalists, Loyal, Loyal],
        [New, PotentialLoyalists, PotentialLoyalists, Champions, Champions],
    ];
    for (recency, row) in grid.iter().enumerate() {
        for (second, &named) in row.iter().enumerate() {
            assert_eq!(RfmSegment::of(recency as u8 + 1, second as u8 + 1), named);
        }
    }
    let seen: BTreeSet<RfmSegment> = grid.concat().into_iter().collect();
    assert_eq!(seen, BTreeSet::from(RfmSegment::ALL));
    for (at, segment) in RfmSegment::ALL.into_iter().enumerate() {
        assert_eq!(segment as usize, at, "the number is the place");
    }
    for language in [Language::En, Language::Zh] {
        let names: BTreeSet<&str> = RfmSegment::ALL.map(|it| it.name(language)).into();
        assert_eq!(names.len(), RfmSegment::ALL.len(), "no two share a name");
    }
}

#[test]
fn fifths_hold_a_fifth_each_and_recent_is_good() {
    let rows: Vec<[f32; 3]> = (0u8..100).map(|at| [f32::from(at); 3]).collect();
    let data = Matrix::from_rows(&rows).expect("equal rows");
    let model = Rfm::default().fit(&data, Seed(1)).expect("fits");
    assert_eq!(model.thresholds()[1], [19.5, 39.5, 59.5, 79.5]);
    assert_eq!(model.scores(0.0, 0.0, 0.0), [5, 1, 1]);
    assert_eq!(model.scores(99.0, 99.0, 60.0), [1, 5, 4]);
    for score in 1..=5 {
        let n = rows.iter().filter(|row| model.scores(row[0], row[1], row[2])[0] == score).count();
        assert_eq!(n, 20);
    }
}

#[test]
fn spend_decides_only_when_it_is_asked_to() {
    let given = Cuts { thresholds: vec![1.0, 2.0, 3.0, 4.0], ..Cuts::default() };
    let grid = |second_axis| Rfm {
        recency: given.clone(),
        frequency: given.clone(),
        spend: given.clone(),
        second_axis,
    };
    let data = Matrix::from_rows(&[[0.0, 2.5, 9.0], [0.0, 2.5, 0.0]]).expect("equal rows");
    let named = |second_axis| -> Vec<RfmSegment> {
        let model = grid(second_axis).fit(&data, Seed(1)).expect("given cuts need no fifths");
        let found = model.assign(&data).expect("assigns").segments;
        found.into_iter().map(|at| RfmSegment::ALL[at as usize]).collect()
    };
    let potential = RfmSegment::PotentialLoyalists;
    assert_eq!(named(SecondAxis::Frequency), [potential; 2]);
    assert_eq!(named(SecondAxis::FrequencyAndSpend), [RfmSegment::Champions, potential]);
}

#[test]
fn users_who_are_all_alike_share_a_cell() {
    let data = Matrix::from_rows(&[[3.0, 1.0, 9.0]; 8]).expect("equal rows");
    let model = Rfm::default().fit(&data, Seed(1)).expect("fits");
    assert_eq!(model.assign(&data).expect("assigns").segments, [RfmSegment::New as u32; 8]);
}

#[test]
fn cuts_outside_the_rule_are_refused() {
    let refused = |cuts: Cuts| match (Rfm { frequency: cuts, ..Rfm::default() }).check() {
        Err(DataError::Parameter { name, .. }) => name,
        other => panic!("not refused: {other:?}"),
    };
    for quantiles in [vec![], vec![0.5], vec![0.2, 0.4, 0.4, 0.8], vec![0.2, 0.4, 0.6, 1.0]] {
        assert_eq!(refused(Cuts { quantiles, ..Cuts::default() }), "frequency.quantiles");
    }
    for thresholds in [vec![1.0], vec![1.0, 2.0, 3.0, 3.0], vec![1.0, 2.0, 3.0, f32::NAN]] {
        assert_eq!(refused(Cuts { thresholds, ..Cuts::default() }), "frequency.thresholds");
    }
    assert!(Rfm::default().fit(&Matrix::zeros(9, 2), Seed(1)).is_err());
    assert!(Rfm::default().fit(&users(4), Seed(1)).is_err());
}

proptest! {
    /// Whatever the users are like, a better user is never in a worse cell.
    #[test]
    fn every_user_has_one_segment_and_scores_follow_the_values(
        rows in prop::collection::vec([0f32..400.0, 0f32..50.0, 0f32..1e4], 5..60),
    ) {
        let data = Matrix::from_rows(&rows).expect("equal rows");
        let model = Rfm::default().fit(&data, Seed(1)).expect("fits");
        let found = model.assign(&data).expect("assigns");
        prop_assert_eq!(found.sizes().iter().sum::<usize>(), rows.len());
        for a in &rows {
            for b in &rows {
                let (of_a, of_b) = (model.scores(a[0], a[1], a[2]), model.scores(b[0], b[1], b[2]));
                prop_assert!(a[0] < b[0] || of_a[0] <= of_b[0]);
                prop_assert!(a[1] > b[1] || of_a[1] <= of_b[1]);
                prop_assert!(a[2] > b[2] || of_a[2] <= of_b[2]);
            }
        }
    }
}
