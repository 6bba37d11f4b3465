//! Tiers by spend, frequency, or any column.

use fenqun_run::RunError;
use serde_json::Value;

use super::support::{
    assert_explained, assert_scored_alike, cards, column, explained, methods, rows, run_way,
    run_with, shop,
};

fn names(shop: &std::path::Path, name: &str) -> Vec<String> {
    cards(shop, name).into_iter().map(|card| card.name).collect()
}

#[test]
fn tiers_by_spend_hold_their_shares_and_are_told_in_money() {
    let shop = shop();
    let settings = "method = \"value_tiers\"\nrefits = 3\ntiers.quantiles = [0.1, 0.5]\n\
                    [cards]\ncurrency = \"£\"";
    let done = run_way(shop.path(), "spend", settings);
    assert_eq!(names(shop.path(), "spend"), ["High value", "Middle value", "Low value"]);
    let found = rows(&shop.path().join("spend/segments.parquet"));
    let spend = column(shop.path(), "spend", "spend");
    // The reference: users in the order of what they spent.
    let mut order: Vec<usize> = (0..90).collect();
    order.sort_by(|&a, &b| spend[b].total_cmp(&spend[a]));
    for (place, &row) in order.iter().enumerate() {
        let tier = [9, 45].iter().filter(|&&end| place >= end).count() as u32;
        assert_eq!(found.segments[row], tier, "the user of place {place}");
    }
    let cut = done.remarks.iter().find(|told| told.starts_with("Tiers by spend are cut above £"));
    let cut = cut.expect("where tiers are cut");
    let told: Vec<f32> = cut
        .split("above £")
        .skip(1)
        .map(|part| part.split(' ').next().expect("a sum").replace(',', "").parse().expect("money"))
        .collect();
    for (told, place) in told.iter().zip([9, 45]) {
        let (inside, outside) = (spend[order[place - 1]], spend[order[place]]);
        assert!((outside - 0.51..=inside + 0.51).contains(told), "{cut}: {outside} to {inside}");
    }
    assert_eq!(told.len(), 2);
    assert!(methods(shop.path(), "spend")[0]["stability"].is_number());
}

#[test]
fn thresholds_are_in_the_units_of_the_column() {
    let shop = shop();
    let settings = "method = \"value_tiers\"\nby = \"spend_91d\"\nrefits = 3\n\
                    tiers.thresholds = [300, 100]";
    let done = run_way(shop.path(), "money", settings);
    let cut = "Tiers by spend in the last 91 days are cut above 300 and above 100";
    assert!(done.remarks.iter().any(|told| told == cut), "{done:?}");
    let found = rows(&shop.path().join("money/segments.parquet"));
    let spend = column(shop.path(), "money", "spend_91d");
    for (row, &spend) in spend.iter().enumerate() {
        let tier = u32::from(spend <= 300.0) + u32::from(spend <= 100.0);
        assert_eq!(found.segments[row], tier, "who spent {spend}");
    }
    assert!((0..3).all(|tier| found.segments.contains(&tier)), "every tier has users");
    assert_scored_alike(shop.path(), "money");
}

#[test]
fn tiers_by_other_columns_are_named_by_them() {
    let shop = shop();
    let by = |by: &str| format!("method = \"value_tiers\"\nby = \"{by}\"\nrefits = 3");
    run_way(shop.path(), "frequency", &by("frequency"));
    let tiers = ["High · shopping trips", "Middle · shopping trips", "Low · shopping trips"];
    assert_eq!(names(shop.path(), "frequency"), tiers);
    assert_scored_alike(shop.path(), "frequency");
    // A number like everybody's is no reason worth words; the most and the fewest trips are.
    let found = rows(&shop.path().join("frequency/segments.parquet"));
    let trips = column(shop.path(), "frequency", "frequency");
    let by_trips = |&a: &usize, &b: &usize| trips[a].total_cmp(&trips[b]);
    for row in [(0..90).max_by(by_trips), (0..90).min_by(by_trips)].into_iter().flatten() {
        let why = explained(&shop.path().join("frequency"), found.users[row], &[], None);
        assert_eq!(why.reasons[0].name, "frequency", "{why:?}");
    }

    let four = format!("{}\ntiers.quantiles = [0.25, 0.5, 0.75]", by("recency"));
    let done = run_way(shop.path(), "recency", &four);
    assert_eq!(names(shop.path(), "recency")[0], "Tier 1 of 4 · days since last seen");
    let cut = done.remarks.iter().find(|told| told.starts_with("Tiers by days since last seen"));
    assert!(cut.is_some_and(|cut| cut.ends_with(" days")), "{:?}", done.remarks);

    run_way(shop.path(), "score", &by("value_score"));
    assert_eq!(names(shop.path(), "score")[0], "High value");
    assert_scored_alike(shop.path(), "score");
    assert_explained(shop.path(), "score");
}

#[test]
fn spending_moves_a_user_up_a_tier_and_the_reason_is_what_was_spent() {
    let shop = shop();
    run_way(shop.path(), "spend", "method = \"value_tiers\"\nrefits = 3");
    let run = shop.path().join("spend");
    let found = rows(&run.join("segments.parquet"));
    let spend = column(shop.path(), "spend", "spend");
    let low = |&row: &usize| found.segments[row] == 2;
    let richest = (0..90).filter(low).max_by(|&a, &b| spend[a].total_cmp(&spend[b]));
    let richest = richest.expect("somebody");
    let why = explained(&run, found.users[richest], &[], None);
    assert_eq!(why.reasons[0].name, "spend");
    let (change, name) = &why.moves[0];
    assert_eq!((change.segment, name.as_str()), (1, "Middle value"));
    let middle = (0..90).filter(|&row| found.segments[row] == 1).map(|row| spend[row]);
    let lacking = middle.fold(f32::INFINITY, f32::min) - spend[richest];
    assert!(change.changes[0].amount <= f64::from(lacking) + 100.0, "{change:?}, {lacking}");
}

#[test]
fn a_column_that_the_shop_lacks_is_refused_and_no_run_is_left() {
    let shop = shop();
    let by = |by: &str| format!("method = \"value_tiers\"\nby = \"{by}\"\nrefits = 3");
    let refused = |column: &str| {
        let error = run_with(shop.path(), "run", "none", &by(column)).expect_err("refused");
        assert!(matches!(error, RunError::NoColumn { .. }), "{error}");
        assert!(!shop.path().join("run/manifest.json").exists());
        std::fs::remove_dir_all(shop.path().join("run")).ok();
        error.to_string()
    };
    let zero = refused("refund_share");
    assert!(zero.contains("no such column: it would be 0 for everyone here"), "{zero}");
    let near = refused("spend_share:Drink");
    assert!(near.contains("did you mean `spend_share:Drinks`?"), "{near}");
}

#[test]
fn the_page_of_tiers_speaks_chinese() {
    let shop = shop();
    let settings = "method = \"value_tiers\"\nby = \"frequency\"\nrefits = 3\n\
                    [cards]\nlanguage = \"zh\"";
    let done = run_way(shop.path(), "zh", settings);
    assert_eq!(names(shop.path(), "zh")[0], "高 · 购物次数");
    assert!(done.remarks.iter().any(|told| told.starts_with("按购物次数分层，分界：高于 ")));
    let methods: Vec<Value> = methods(shop.path(), "zh");
    assert_eq!(methods[0]["name"], "按购物次数分层");
}
