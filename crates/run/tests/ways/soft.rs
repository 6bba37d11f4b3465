//! How much users belong to each segment, where a way says more than which one it is.

use super::support::{assert_scored_alike, rows, run_way, scored, shop};

#[test]
fn shares_of_k_means_and_two_axes_sum_to_one_and_are_scored_alike() {
    let shop = shop();
    let ways = [
        ("k_means", "blocks = [\"aggregates\"]\nn_segments = [3]\nrefits = 3", 3),
        ("two_axes", "tastes = [\"categories\"]\nn_tastes = [3]\nrefits = 3", 9),
    ];
    for (way, settings, n_segments) in ways {
        run_way(shop.path(), way, &format!("method = \"{way}\"\n{settings}"));
        let found = rows(&shop.path().join(way).join("segments.parquet"));
        let shares = found.shares.clone().expect("shares");
        assert_eq!((shares.n_rows(), shares.n_columns()), (90, n_segments));
        for (row, own) in shares.rows().enumerate() {
            assert!((own.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{way}: {own:?}");
            let most = own.iter().copied().fold(0.0, f32::max);
            assert_eq!(own[found.segments[row] as usize], most, "{way}: {own:?}");
            let n_tiers = n_segments / 3;
            let outside = (0..n_segments).filter(|&at| own[at] == 0.0).count();
            assert!(outside >= n_segments - n_segments / n_tiers, "{way}: {own:?}");
        }
        // Bytes of the file, shares included, are those of scoring the run's own events.
        assert_scored_alike(shop.path(), way);
        let some = shop.path().join("some.csv").display().to_string();
        let part = rows(&scored(shop.path(), way, vec![some]));
        let of_part = part.shares.expect("shares of some");
        for (row, user) in part.users.iter().enumerate() {
            let at = found.users.binary_search(user).expect("a user of the run");
            assert_eq!(of_part.row(row), shares.row(at), "{way}: {user}");
        }
    }
}

#[test]
fn other_ways_have_no_shares_and_density_names_the_nearest_segment() {
    let shop = shop();
    run_way(shop.path(), "rfm", "method = \"rfm\"\nrefits = 3");
    assert!(rows(&shop.path().join("rfm/segments.parquet")).shares.is_none());

    let settings = "method = \"density\"\ndensity.min_segment_size = 6\nrefits = 3";
    run_way(shop.path(), "density", settings);
    let path = shop.path().join("density/segments.parquet");
    let found = rows(&path);
    assert!(found.shares.is_none());
    let out = found.unassigned.iter().position(|is_out| *is_out).expect("somebody is nowhere");
    let names: Vec<String> = super::support::cards(shop.path(), "density")
        .into_iter()
        .map(|card| format!("nearest={} {}", card.segment, card.name))
        .collect();
    let told = super::support::reasons(&path);
    assert_eq!(told[out].len(), 1);
    assert!(names.contains(&told[out][0]), "{:?} is none of {names:?}", told[out]);
}
