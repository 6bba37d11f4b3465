//! Every way of segmenting, from events to a finished run and back through its models: the run's own
//! events give the run's rows to the last byte, and some of its users the same rows.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stderr)]

mod blocks;
mod by_rules;
mod soft;
mod support;
mod tiers;

use fenqun_explain::Card;
use fenqun_run::packages;

use support::{assert_explained, assert_scored_alike, cards, run_way, run_with, shop};

/// Seconds decide little here: few refits.
const WAYS: [(&str, &str); 7] = [
    ("two_axes", "tastes = [\"categories\"]\nn_tastes = [2, 3]\nrefits = 3"),
    ("k_means", "blocks = [\"aggregates\", \"categories\"]\nn_segments = [3]\nrefits = 3"),
    ("hierarchical", "hierarchical.n_segments = 4\nrefits = 3"),
    ("density", "density.min_segment_size = 6\nrefits = 3"),
    ("value_tiers", "by = \"spend_91d\"\nrefits = 3"),
    ("rfm", "refits = 3"),
    ("lifetime", "refits = 3"),
];

#[test]
fn every_way_places_the_users_of_its_run_alike() {
    let shop = shop();
    for (way, settings) in WAYS {
        let done = run_way(shop.path(), way, &format!("method = \"{way}\"\n{settings}"));
        let stability = done.remarks.iter().find(|told| told.starts_with("Stability"));
        let stability = stability.expect("a figure of stability");
        match way {
            "two_axes" => assert!(stability.contains("everything that learns"), "{stability}"),
            "value_tiers" | "rfm" | "lifetime" => {
                assert!(stability.ends_with("3 refits"), "{stability}")
            }
            _ => assert!(stability.contains("blocks they are found in were kept"), "{stability}"),
        }
        assert_scored_alike(shop.path(), way);
        assert_explained(shop.path(), way);
    }
}

#[test]
fn a_round_grid_has_cells_of_value_and_taste() {
    let model = packages::cache_folder().join("models/minilm");
    if !model.is_dir() {
        eprintln!("SKIPPED: models/minilm is absent");
        return;
    }
    let (shop, model) = (shop(), model.display().to_string());
    let settings = "method = \"round_grid\"\nrefits = 3";
    let done = run_with(shop.path(), "grid", &model, settings).expect("a run");
    let cards = cards(shop.path(), "grid");
    assert_eq!(cards.len(), 8);
    let place = |card: &Card| (card.tier, card.taste);
    assert_eq!(place(&cards[0]), (Some(0), Some(0)));
    assert_eq!(place(&cards[7]), (Some(1), Some(3)));
    let high = cards[..4].iter().filter(|card| card.n_users > 0);
    let low = cards[4..].iter().filter(|card| card.n_users > 0);
    let poorest = high.map(|card| card.mean_spend).fold(f64::INFINITY, f64::min);
    assert!(low.clone().count() > 0 && low.map(|card| card.mean_spend).all(|it| it < poorest));
    let cut = done.remarks.iter().find(|told| told.starts_with("Value is cut above"));
    assert!(cut.is_some(), "{:?}", done.remarks);
    assert_scored_alike(shop.path(), "grid");
    assert_explained(shop.path(), "grid");
    let again = run_with(shop.path(), "again", &model, settings).expect("a run");
    assert_eq!(again.remarks, done.remarks);

    let other =
        format!("{settings}\nvalue.quantiles = [0.1, 0.4]\nvalue.within = 0.05\ntastes = [{{}}]");
    run_with(shop.path(), "six", &model, &other).expect("a run");
    assert_eq!(self::cards(shop.path(), "six").len(), 6);
    assert_scored_alike(shop.path(), "six");
}

#[test]
fn a_round_grid_without_texts_says_what_to_do() {
    let shop = shop();
    let refused = run_with(shop.path(), "grid", "none", "method = \"round_grid\"");
    let words = refused.expect_err("no texts").to_string();
    assert!(words.contains("there are none: text is switched off"), "{words}");
    assert!(words.contains("use method = \"two_axes\""), "{words}");
}
