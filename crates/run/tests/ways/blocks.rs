//! Ways that look at blocks of the user vector.

use super::support::{
    assert_explained, assert_scored_alike, cards, methods, run_way, run_with, shop,
};

#[test]
fn blocks_that_the_shop_has_no_data_for_are_left_out_and_told() {
    let shop = shop();
    // Defaults ask for texts, and no model reads them here.
    let done = run_way(shop.path(), "default", "method = \"k_means\"\nrefits = 3");
    let told = "Segments are found without text: this shop has no data for it";
    assert!(done.remarks.iter().any(|remark| remark == told), "{:?}", done.remarks);
    assert_eq!(methods(shop.path(), "default")[0]["name"], "k-means (aggregates + categories)");
    assert_scored_alike(shop.path(), "default");
    assert_explained(shop.path(), "default");

    for way in ["hierarchical", "density"] {
        let size = "density.min_segment_size = 6\n".repeat(usize::from(way == "density"));
        let settings =
            format!("method = \"{way}\"\n{size}blocks = [\"text\", \"aggregates\"]\nrefits = 3");
        let done = run_way(shop.path(), way, &settings);
        assert!(done.remarks.iter().any(|remark| remark == told), "{way}: {:?}", done.remarks);
        assert_scored_alike(shop.path(), way);
    }
}

#[test]
fn blocks_of_which_none_is_there_are_refused() {
    let shop = shop();
    for way in ["k_means", "hierarchical", "density"] {
        let settings = format!("method = \"{way}\"\nblocks = [\"text\"]\nrefits = 3");
        let words = run_with(shop.path(), "run", "none", &settings).expect_err(way).to_string();
        assert!(words.contains("blocks that this shop has data for"), "{way}: {words}");
        assert!(words.contains("got none of them, `text`"), "{way}: {words}");
    }
}

#[test]
fn rfm_can_be_what_groups_are_found_in() {
    let shop = shop();
    let ways = [
        ("k_means", "n_segments = [4]"),
        ("hierarchical", "hierarchical.n_segments = 4"),
        ("density", "density.min_segment_size = 6"),
    ];
    for (way, settings) in ways {
        let settings = format!("method = \"{way}\"\nblocks = [\"rfm\"]\n{settings}\nrefits = 3");
        run_way(shop.path(), way, &settings);
        assert_scored_alike(shop.path(), way);
        assert_explained(shop.path(), way);
    }
    // The same scale, so nearly the groups of the baseline, whose random starts are others.
    assert_eq!(cards(shop.path(), "k_means").len(), 4);
    let report: serde_json::Value =
        fenqun_run::read_json(&shop.path().join("k_means/report.json")).expect("a report");
    let alike = report["grouping"]["agreement"]["adjusted_rand"].as_f64().expect("a figure");
    assert!(alike > 0.9, "{alike}");
    assert_eq!(report["grouping"]["is_same_space"], true);
}
