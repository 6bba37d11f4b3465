//! What holds for every table, however dirty.

use proptest::prelude::*;

use crate::shop::{CONFIG, HEADER, Shop};

/// A raw user id that could not be in a file by accident.
fn user(number: u8) -> String {
    format!("raw-user-{number:03}-q7Zk")
}

fn cell(
    good: &'static [&'static str],
    bad: &'static [&'static str],
) -> impl Strategy<Value = &'static str> {
    prop_oneof![9 => prop::sample::select(good), 1 => prop::sample::select(bad)]
}

/// One row, mostly sound.
fn row() -> impl Strategy<Value = String> {
    let users = prop_oneof![9 => (0u8..12).prop_map(user), 1 => Just(String::new())];
    let times = cell(
        &["2025-03-01 10:00", "2025-03-01T10:00:01Z", "2025-03-02", "2025-04-01 08:15:59.5"],
        &["", "soon", "1970-01-01", "2099-12-31 23:00", "2025-02-30"],
    );
    let orders = cell(&["1", "2", "C3"], &[""]);
    let items = cell(&["tea", "cup", "pot"], &["", "POST", "TEST001", "M"]);
    let titles = cell(&["Tea", "Cup", "\"Pot, small\""], &["", "Postage", "nan"]);
    let quantities = cell(&["1", "2", "-1", "3.5"], &["", "0", "x", "1e9", "NaN"]);
    let prices = cell(&["1.00", "£2.50", "\"1,000.00\""], &["", "0", "-1", "inf", "free"]);
    let extra = prop_oneof![19 => Just(""), 1 => Just(",more")];
    (users, times, orders, items, titles, quantities, prices, extra)
        .prop_map(|(a, b, c, d, e, f, g, h)| format!("{a},{b},{c},{d},{e},{f},{g}{h}"))
}

fn rows() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(row(), 1..60)
}

const SOUND: &str = "sound,2025-03-05 12:00,9,cup,Cup,1,1.00";

fn lenient() -> String {
    format!("{CONFIG}\nmax_faulty = 1.0")
}

fn shop_of(rows: &[String]) -> Shop {
    let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    rows.push(SOUND);
    Shop::with(&rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_row_is_kept_a_duplicate_or_rejected(rows in rows()) {
        let shop = shop_of(&rows);
        let cleaned = shop.clean(&lenient());
        let total = cleaned.ledger.total();
        prop_assert_eq!(total.n_in, rows.len() as u64 + 1);
        prop_assert_eq!(total.n_kept, shop.events().len() as u64);
        prop_assert_eq!(total.n_in, total.n_kept + total.n_duplicate + total.n_rejected_total());
    }

    #[test]
    fn no_file_holds_a_raw_user_id(rows in rows()) {
        let shop = shop_of(&rows);
        shop.clean(&lenient());
        for (name, bytes) in shop.bytes() {
            let text = String::from_utf8_lossy(&bytes);
            prop_assert!(!text.contains("raw-user"), "{} holds a raw user id", name);
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing(rows in rows(), seed in any::<u64>()) {
        let shop = shop_of(&rows);
        shop.clean(&lenient());
        let before = shop.table_bytes();
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| {
            row.bytes().fold(seed | 1, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
        });
        let other = shop_of(&shuffled);
        other.clean(&lenient());
        prop_assert_eq!(other.table_bytes(), before);
    }

    #[test]
    fn the_same_file_twice_changes_nothing(rows in rows()) {
        let shop = shop_of(&rows);
        let once = shop.clean(&lenient()).ledger.total();
        let before = shop.table_bytes();
        let mut copy: Vec<String> = rows.clone();
        copy.push(SOUND.into());
        shop.write("orders-again.csv", format!("{HEADER}\n{}\n", copy.join("\n")));
        let twice = shop.clean(&lenient());
        prop_assert_eq!(shop.table_bytes(), before);
        let total = twice.ledger.total();
        prop_assert_eq!(total.n_kept, once.n_kept);
        prop_assert_eq!(total.n_duplicate, 2 * once.n_duplicate + once.n_kept);
        prop_assert_eq!(twice.ledger.files[1].n_kept, 0, "the later file is the one that repeats");
    }
}

#[test]
fn rejected_rows_hold_their_place_and_no_raw_user() {
    use arrow::array::AsArray;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let raw = user(7);
    let shop = Shop::with(&[SOUND, &format!("{raw},2025-03-01,1,tea,Tea,2,0")]);
    shop.clean(CONFIG);
    let file = std::fs::File::open(shop.out().join("rejected.parquet")).expect("there");
    let mut reader =
        ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("reads");
    let batch = reader.next().expect("one batch").expect("reads");
    assert_eq!(batch.num_rows(), 1);
    let text =
        |name: &str| batch.column_by_name(name).expect(name).as_string::<i32>().value(0).to_owned();
    assert_eq!(text("file"), "orders.csv");
    assert_eq!(text("reason"), "price_zero");
    assert_eq!(text("column"), "price");
    assert_eq!(
        (text("item_id"), text("quantity"), text("amount")),
        ("tea".into(), "2".into(), "0".into())
    );
    let pseudonym = fenqun_events::Key::from_bytes([7; 32]).user(&raw).to_string();
    assert_eq!(text("user"), pseudonym);
    let lines = batch.column_by_name("line").expect("line");
    assert_eq!(lines.as_primitive::<arrow::datatypes::UInt64Type>().value(0), 3);
}

#[test]
fn numbers_of_users_and_their_text_are_one_user_across_sources() {
    let shop = Shop::new();
    shop.write("a.csv", "u,t\n123,2025-03-01\n 123 ,2025-03-02\n123.0,2025-03-03\n");
    shop.write(
        "b.jsonl",
        "{\"u\":123,\"t\":\"2025-03-04\"}\n{\"u\":\"123\",\"t\":\"2025-03-05\"}\n",
    );
    let config = r#"
        [[source]]
        files = ["a.csv", "b.jsonl"]
        action = "visit"
        columns = { user_id = "u", event_time = "t" }
    "#;
    let cleaned = shop.clean(config);
    assert_eq!((cleaned.ledger.n_users_seen, cleaned.n_events), (1, 5));
}
