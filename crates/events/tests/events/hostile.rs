//! What bad input gets: a message that names the place and the remedy, and nothing half-written.

use std::fs;

use fenqun_base::{Classify, ErrorKind};
use fenqun_events::{EventTable, EventsError};

use crate::shop::{CONFIG, HEADER, Shop};

#[test]
fn mostly_unreadable_times_stop_the_run_with_examples_and_the_likely_format() {
    let shop = Shop::with(&[
        "secret-user-1,25/12/2024 8:26,1,tea,Tea,2,3.50",
        "secret-user-2,26/12/2024 9:30,1,tea,Tea,2,3.50",
        "secret-user-3,2024-12-27,1,tea,Tea,2,3.50",
    ]);
    let error = shop.try_clean(CONFIG).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Input);
    let text = error.to_string();
    for part in [
        "orders.csv",
        "line 2",
        "`when`",
        "25/12/2024 8:26",
        "%d/%m/%Y %H:%M",
        "source.time.format",
    ] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
    assert!(!text.contains("secret-user"), "{text}");
    assert_eq!(fs::read_dir(shop.out()).expect("folder").count(), 0, "nothing is left behind");
}

#[test]
fn a_few_unreadable_times_are_rejected_and_counted() {
    let shop = Shop::with(&["ann,2025-03-01,1,tea,Tea,2,3.50", "ann,soon,1,tea,Tea,2,3.50"]);
    assert_eq!(shop.total(CONFIG).n_kept, 1);
    let strict = format!("{CONFIG}\nmax_faulty = 0.4");
    assert!(matches!(shop.try_clean(&strict), Err(EventsError::TooManyFaults(_))));
}

#[test]
fn rows_that_rules_refuse_are_not_broken() {
    let mut rows = vec!["ann,2025-03-01,1,tea,Tea,2,3.50"];
    rows.extend([",2025-03-01,1,tea,Tea,2,3.50"; 9]);
    assert_eq!(Shop::with(&rows).total(CONFIG).n_kept, 1);
}

#[test]
fn nothing_kept_is_an_error_that_says_why() {
    let error =
        Shop::with(&["ann,2025-03-01,1,POST,Tea,2,3.50"]).try_clean(CONFIG).expect_err("refused");
    assert!(error.to_string().contains("non_product: 1"), "{error}");
}

#[test]
fn a_missing_column_is_named_with_the_nearest() {
    let shop = Shop::with(&["ann,2025-03-01,1,tea,Tea,2,3.50"]);
    let config = CONFIG.replace("amount = \"price\"", "amount = \"prise\"");
    let error = shop.try_clean(&config).expect_err("refused").to_string();
    assert!(
        error.contains("prise") && error.contains("price") && error.contains("orders.csv"),
        "{error}"
    );
}

#[test]
fn one_event_of_one_user_is_a_table() {
    let shop = Shop::with(&["ann,2025-03-01,1,tea,Tea,2,3.50"]);
    shop.clean(CONFIG);
    assert_eq!(shop.events().len(), 1);
}

#[test]
fn a_failed_pass_leaves_no_older_table_that_could_be_mistaken() {
    let shop = Shop::with(&["ann,2025-03-01,1,tea,Tea,2,3.50"]);
    shop.clean(CONFIG);
    shop.write("orders.csv", format!("{HEADER}\n"));
    assert!(shop.try_clean(CONFIG).is_err());
    let error = EventTable::open(&shop.out()).expect_err("there is no table").to_string();
    assert!(error.contains("fenqun run"), "{error}");
}

#[test]
fn a_damaged_or_newer_table_is_refused() {
    let shop = Shop::with(&["ann,2025-03-01,1,tea,Tea,2,3.50"]);
    shop.clean(CONFIG);
    let quality = shop.out().join("quality.json");
    let text = fs::read_to_string(&quality).expect("reads");
    fs::write(&quality, text.replace("\"format\": 1", "\"format\": 999")).expect("written");
    let error = EventTable::open(&shop.out()).expect_err("refused").to_string();
    assert!(error.contains("999"), "{error}");
    fs::write(&quality, text).expect("written");
    let part = shop.out().join("part-000.parquet");
    let bytes = fs::read(&part).expect("reads");
    fs::write(&part, &bytes[..bytes.len() / 2]).expect("written");
    let error = shop.table().part(0).expect_err("refused").to_string();
    assert!(error.contains("part-000.parquet"), "{error}");
}
