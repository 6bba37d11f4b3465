//! Profiles of real shops, against figures counted independently of fenqun.
#![allow(clippy::print_stderr)]

mod support;

use std::path::Path;

use fenqun_base::Progress;
use fenqun_events::{EventTable, EventsConfig, Key, clean};
use fenqun_profiles::{ProfileParams, Profiles, ValueBasis, build};
use support::DAY;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");

/// Cleans a file of the data folder, or says visibly that it is not there.
fn cleaned(test: &str, file: &str, config: &str) -> Option<(tempfile::TempDir, EventTable)> {
    if !Path::new(DATA).join(file).exists() {
        eprintln!("SKIPPED {test}: ../shared/data is absent");
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let config: EventsConfig = toml::from_str(config).expect("a good configuration");
    let key = Key::open_or_create(&folder.path().join("key")).expect("a key");
    let out = folder.path().join("events");
    clean(&config, Path::new(DATA), &key, &out, &Progress::silent()).expect("cleans");
    let table = EventTable::open(&out).expect("opens");
    Some((folder, table))
}

fn profiles(table: &EventTable, as_of: i64) -> Profiles {
    build(table, as_of, &ProfileParams::default(), &Progress::silent()).expect("builds")
}

/// Of the users who bought in the year before 2011-09-10, half do not buy in the 90 days after:
/// 4,317 and 49.3 % over all lines with a customer, fewer by the lines that cleaning takes out.
#[test]
fn online_retail_ii_cut_in_2011_has_the_known_users_and_churn() {
    let name = "online_retail_ii_cut_in_2011_has_the_known_users_and_churn";
    let config = r#"
        [[source]]
        files = ["online-retail-ii.parquet"]
        action = "purchase"
        columns = { user_id = "CustomerID", event_time = "InvoiceDate", session_id = "InvoiceNo", item_id = "StockCode", quantity = "Quantity", amount = "UnitPrice", title = "Description" }
        time = { format = "typed", zone = "UTC" }
        refund = { session_prefix = "C", negative_quantity = true }
    "#;
    let Some((_folder, table)) = cleaned(name, "online-retail-ii.parquet", config) else { return };
    let cut = 15_227 * DAY; // 2011-09-10
    let before = profiles(&table, cut);
    let after = profiles(&table, cut + 90 * DAY);
    assert_eq!(before.n_events + before.n_held_out, table.n_events());
    assert_eq!(before.value_basis, ValueBasis::SpendRanks);
    let bought_within = |profiles: &Profiles, days: f32| -> Vec<_> {
        let baskets = profiles.column("frequency").expect("there");
        let recency = profiles.column("recency").expect("there");
        let rows =
            (0..profiles.n_users()).filter(|&row| baskets[row] > 0.0 && recency[row] <= days);
        rows.map(|row| profiles.users[row]).collect()
    };
    let active = bought_within(&before, 365.0);
    let again = bought_within(&after, 90.0);
    assert!((4_200..=4_330).contains(&active.len()), "{} users active", active.len());
    let n_lost = active.iter().filter(|user| again.binary_search(user).is_err()).count();
    let lost = n_lost as f64 / active.len() as f64;
    assert!((0.483..=0.503).contains(&lost), "{lost} do not buy again");
    assert!(before.feature("refund_share").is_some() && before.feature("n_view").is_none());
}

/// Four behaviours and no prices.
#[test]
fn the_taobao_sample_is_valued_by_activity() {
    let name = "the_taobao_sample_is_valued_by_activity";
    let config = r#"
        [[source]]
        files = ["taobao-userbehavior-sample.csv.gz"]
        dialect = { compression = "gzip", header = false }
        columns = { user_id = "1", item_id = "2", category = "3", action = "4", event_time = "5" }
        actions = { pv = "view", buy = "purchase", fav = "favourite", cart = "cart" }
        time = { format = "unix_seconds", zone = "Asia/Shanghai" }
    "#;
    let Some((_folder, table)) = cleaned(name, "taobao-userbehavior-sample.csv.gz", config) else {
        return;
    };
    let profiles = profiles(&table, table.last_time() + 1);
    assert_eq!(profiles.n_users(), 815);
    assert_eq!(profiles.value_basis, ValueBasis::RecentActivity);
    assert_eq!(profiles.n_events, table.n_events());
    let sum = |name: &str| profiles.column(name).expect("there").iter().sum::<f32>();
    // 75,873 and 1,750 in the file, less duplicates and impossible times.
    assert!((75_000.0..=75_873.0).contains(&sum("n_view")), "{} views", sum("n_view"));
    assert!((1_700.0..=1_750.0).contains(&sum("lines")), "{} purchases", sum("lines"));
    assert_eq!(profiles.feature("spend_28d"), None);
}
