use fenqun_base::Action;
use fenqun_events::{EventTable, Reason};

use crate::shop::{CONFIG, Shop};

const SOUND: &str = "ann,2025-03-01 10:00,1,tea,Tea,2,3.50";

/// What becomes of one row beside a sound one.
fn fate(row: &str, config: &str) -> Option<Reason> {
    let shop = Shop::with(&[
        SOUND,
        SOUND.replace("ann", "bob").as_str(),
        "eve,2025-03-02,9,cup,Cup,1,1",
        row,
    ]);
    let total = shop.total(config);
    assert_eq!(total.n_in, 4);
    let reasons: Vec<Reason> = total.n_rejected.keys().copied().collect();
    assert!(reasons.len() <= 1, "one row has one fate, got {reasons:?}");
    if reasons.is_empty() {
        assert_eq!(total.n_kept, 4, "{row}");
    }
    reasons.first().copied()
}

#[test]
fn every_rule_catches_its_row() {
    let cases = [
        (",2025-03-01 10:00,1,tea,Tea,2,3.50", Reason::UserMissing),
        ("nan,not even a time,1,tea,Tea,2,abc", Reason::UserMissing),
        ("zoe,,1,tea,Tea,2,3.50", Reason::TimeMissing),
        ("zoe,soon,1,tea,Tea,2,3.50", Reason::TimeUnparsable),
        ("zoe,1970-01-01 00:00,1,tea,Tea,2,3.50", Reason::TimeOutOfRange),
        ("zoe,2099-01-01 00:00,1,tea,Tea,2,3.50", Reason::TimeOutOfRange),
        ("zoe,2025-03-01 10:00,1,TEST001,Tea,2,3.50", Reason::TestOrder),
        ("zoe,2025-03-01 10:00,1,x,This is a test product.,2,3.50", Reason::TestOrder),
        ("zoe,2025-03-01 10:00,1,POST,Anything,2,3.50", Reason::NonProduct),
        ("zoe,2025-03-01 10:00,1,x,补差价,2,3.50", Reason::NonProduct),
        ("zoe,2025-03-01 10:00,1,tea,Tea,,3.50", Reason::QuantityMissing),
        ("zoe,2025-03-01 10:00,1,tea,Tea,two,3.50", Reason::QuantityUnparsable),
        ("zoe,2025-03-01 10:00,1,tea,Tea,0,3.50", Reason::QuantityZero),
        ("zoe,2025-03-01 10:00,1,tea,Tea,100001,3.50", Reason::QuantityAbsurd),
        ("zoe,2025-03-01 10:00,1,tea,Tea,-100001,3.50", Reason::QuantityAbsurd),
        ("zoe,2025-03-01 10:00,1,tea,Tea,2,", Reason::PriceMissing),
        ("zoe,2025-03-01 10:00,1,tea,Tea,2,much", Reason::PriceUnparsable),
        ("zoe,2025-03-01 10:00,1,tea,Tea,2,-3.50", Reason::PriceNegative),
        ("zoe,2025-03-01 10:00,1,tea,Tea,2,0", Reason::PriceZero),
        ("zoe,2025-03-01 10:00,1,tea,Tea,2,inf", Reason::NotFinite),
        ("zoe,2025-03-01 10:00,1,tea,Tea,NaN,3.50", Reason::NotFinite),
        ("zoe,2025-03-01 10:00,1,tea,Tea,2", Reason::RaggedRow),
        ("zoe,2025-03-01 10:00,1,tea,Tea,2,3.50,more", Reason::RaggedRow),
        ("zoe,2025-03-01 10:00,1,t\0a,Tea,2,3.50", Reason::NulByte),
    ];
    for (row, reason) in cases {
        assert_eq!(fate(row, CONFIG), Some(reason), "{row}");
    }
}

#[test]
fn every_rule_can_be_switched_off() {
    let cases = [
        ("zoe,2099-01-01 00:00,1,tea,Tea,2,3.50", "not_after = \"2100-01-01\""),
        ("zoe,1970-01-01 00:00,1,tea,Tea,2,3.50", "not_before = \"1970-01-01\""),
        ("zoe,2025-03-01 10:00,1,TEST001,Tea,2,3.50", "test_items = []"),
        ("zoe,2025-03-01 10:00,1,POST,Anything,2,3.50", "non_product_items = []"),
        ("zoe,2025-03-01 10:00,1,x,Postage,2,3.50", "non_product_titles = []"),
        ("zoe,2025-03-01 10:00,1,tea,Tea,0,3.50", "reject_zero_quantity = false"),
        ("zoe,2025-03-01 10:00,1,tea,Tea,100001,3.50", "max_quantity = 0.0"),
        ("zoe,2025-03-01 10:00,1,tea,Tea,2,", "reject_missing_price = false"),
        ("zoe,2025-03-01 10:00,1,tea,Tea,2,-3.50", "reject_negative_price = false"),
        ("zoe,2025-03-01 10:00,1,tea,Tea,2,0", "reject_zero_price = false"),
    ];
    for (row, setting) in cases {
        let config = if setting.starts_with("not_after") {
            CONFIG.replace("not_after = \"2026-01-01\"", setting)
        } else {
            format!("{CONFIG}\n{setting}")
        };
        assert!(fate(row, CONFIG).is_some(), "{row}");
        assert_eq!(fate(row, &config), None, "{row}");
    }
}

#[test]
fn prices_with_separators_and_signs_are_read() {
    let shop = Shop::with(&[
        "ann,2025-03-01 10:00,1,tea,Tea,2,\"£1,234.50\"",
        "ann,2025-03-02,2,tea,Tea,1,¥12.00",
    ]);
    shop.clean(CONFIG);
    let prices: Vec<f64> = shop.events().iter().map(|event| event.price).collect();
    assert_eq!(prices, [1234.5, 12.0]);
}

#[test]
fn a_cancelled_invoice_is_a_refund_of_a_positive_quantity() {
    let shop = Shop::with(&[
        "ann,2025-03-01 10:00,1,tea,Tea,2,3.50",
        "ann,2025-03-02 10:00,C2,tea,Tea,-2,3.50",
        "ann,2025-03-03 10:00,3,tea,Tea,-1,3.50",
        "ann,2025-03-04 10:00,C4,tea,Tea,1,3.50",
    ]);
    shop.clean(CONFIG);
    let events = shop.events();
    let actions: Vec<Action> = events.iter().map(|event| event.action()).collect();
    use Action::{Purchase, Refund};
    assert_eq!(actions, [Purchase, Refund, Refund, Refund]);
    assert_eq!(events.iter().map(|event| event.quantity).collect::<Vec<_>>(), [2.0, 2.0, 1.0, 1.0]);
    assert_eq!(events[1].amount(), -7.0);
    let config = CONFIG.replace("negative_quantity = true", "negative_quantity = false");
    assert_eq!(shop.total(&config).n_rejected[&Reason::QuantityNegative], 1);
}

#[test]
fn a_line_total_is_divided_by_the_quantity_and_discounts_add_up() {
    let shop = Shop::new();
    shop.write("a.csv", "u,t,n,total,d1,d2\nann,2025-03-01,4,10.00,-1.00,0.50\n");
    let config = r#"
        [[source]]
        files = ["a.csv"]
        action = "purchase"
        columns = { user_id = "u", event_time = "t", quantity = "n", amount = "total", discount = ["d1", "d2"] }
        price = { of = "line", unit = 0.1 }
    "#;
    shop.clean(config);
    let event = shop.events()[0];
    assert!((event.price - 0.25).abs() < 1e-12);
    assert!((event.discount - 0.15).abs() < 1e-12);
    shop.clean(&config.replace("unit = 0.1", "before_discount = true"));
    assert!((shop.events()[0].price - (10.0 - 1.5) / 4.0).abs() < 1e-12);
}

#[test]
fn actions_are_mapped_and_unknown_words_refused() {
    let shop = Shop::new();
    shop.write(
        "a.csv",
        "u,t,a\n1,1511544070,pv\n1,1511544071,BUY\n1,1511544072,view\n1,1511544073,zzz\n",
    );
    let config = r#"
        [[source]]
        files = ["a.csv"]
        columns = { user_id = "u", event_time = "t", action = "a" }
        actions = { pv = "view", buy = "purchase" }
        time = { format = "unix_seconds", zone = "Asia/Shanghai" }
    "#;
    let total = shop.total(config);
    assert_eq!(total.n_rejected[&Reason::ActionUnknown], 1);
    let events = shop.events();
    let actions: Vec<Action> = events.iter().map(|event| event.action()).collect();
    assert_eq!(actions, [Action::View, Action::Purchase, Action::View]);
    assert_eq!((events[0].time, events[0].offset_minutes), (1_511_544_070_000, 480));
}

#[test]
fn robots_are_refused_with_all_their_rows() {
    let shop = Shop::new();
    let mut text = String::from("u,t,a\n1,1511544070,pv\n");
    for second in 0..30 {
        text.push_str(&format!("2,{},pv\n", 1_511_544_000 + second));
    }
    shop.write("a.csv", text);
    let config = r#"
        [[source]]
        files = ["a.csv"]
        columns = { user_id = "u", event_time = "t", action = "a" }
        actions = { pv = "view" }
        time = { format = "unix_seconds" }
        [cleaning]
        robot = { max_events_per_day = 20, min_events = 0 }
    "#;
    let cleaned = shop.clean(config);
    assert_eq!(cleaned.ledger.total().n_rejected[&Reason::Robot], 30);
    assert_eq!((cleaned.ledger.n_users_seen, cleaned.ledger.n_users_kept), (2, 1));
}

#[test]
fn titles_and_catalogue_files_fill_the_catalogue() {
    let shop = Shop::with(&[
        "ann,2025-03-01 10:00,1,tea,Tea,2,3.50",
        "ann,2025-03-01 10:00,1,cup,Cupp,2,3.50",
        "bob,2025-03-02 10:00,2,cup,Cup,2,3.50",
        "bob,2025-03-03 10:00,2,cup,Cup,2,3.50",
        "bob,2025-03-03 10:00,2,fee,,1,1",
    ]);
    shop.write("items.tsv", "id\tname\tdept\tkind\tmaker\tlist\ntea\tGreen tea\tGrocery\tDrinks\tAcme\t4.00\nfee\tPostage\t\t\t\t\nnever\tNever sold\tX\t\t\t1\n");
    let config = format!(
        "{CONFIG}\n[[catalogue]]\nfiles = [\"items.tsv\"]\ncolumns = {{ item_id = \"id\", title = \"name\", category = [\"dept\", \"kind\"], brand = \"maker\", price = \"list\" }}\n"
    );
    let cleaned = shop.clean(&config);
    assert_eq!(
        cleaned.ledger.total().n_rejected[&Reason::NonProduct],
        1,
        "told by the catalogue's title"
    );
    let table = shop.table();
    let items = &table.catalogue().items;
    assert_eq!(items.len(), 2);
    assert_eq!((items[0].id.as_str(), items[0].title.as_str()), ("cup", "Cup"));
    assert_eq!(items[1].title, "Green tea");
    assert_eq!(items[1].category, ["Grocery", "Drinks"]);
    assert_eq!((items[1].brand.as_str(), items[1].price), ("Acme", 4.0));
    assert!(
        cleaned.ledger.notes.iter().any(|note| note.starts_with("2 items")),
        "{:?}",
        cleaned.ledger.notes
    );
}

#[test]
fn texts_ratings_and_attributes_are_kept() {
    let shop = Shop::new();
    shop.write("a.csv", "u,t,words,stars,land,via\n1,2025-03-01,\"good \"\"tea\"\"\",4.5,UK,app\n2,2025-03-01,,,,\n");
    let config = r#"
        [[source]]
        files = ["a.csv"]
        action = "review"
        columns = { user_id = "u", event_time = "t", text = "words", rating = "stars", channel = "via", attributes = "land" }
    "#;
    shop.clean(config);
    let table = shop.table();
    let events = shop.events();
    let told =
        events.iter().find(|event| event.text != fenqun_base::NO_CODE).expect("one has a text");
    assert_eq!(table.texts()[told.text as usize], "good \"tea\"");
    assert_eq!(told.rating, 4.5);
    assert_eq!(table.attributes()[told.attributes as usize], r#"{"channel":"app","land":"UK"}"#);
    let silent =
        events.iter().find(|event| event.text == fenqun_base::NO_CODE).expect("one has none");
    assert!(silent.rating.is_nan() && silent.attributes == fenqun_base::NO_CODE);
}

#[test]
fn events_are_deduplicated_by_id_or_content_or_not_at_all() {
    let shop = Shop::new();
    shop.write(
        "a.csv",
        "id,u,t,n\n7,1,2025-03-01,1\n7,1,2025-03-02,2\n8,1,2025-03-02,2\n8,1,2025-03-02,2\n",
    );
    let config = r#"
        [[source]]
        files = ["a.csv"]
        action = "purchase"
        columns = { event_id = "id", user_id = "u", event_time = "t", quantity = "n" }
        [cleaning]
        deduplicate = "auto"
    "#;
    for (how, n_kept) in [("auto", 2), ("id", 2), ("exact", 2), ("off", 4)] {
        let total = shop.total(&config.replace("auto", how));
        assert_eq!((total.n_kept, total.n_duplicate), (n_kept, 4 - n_kept), "{how}");
    }
    shop.clean(config);
    assert!(shop.events().iter().all(|event| event.quantity == 2.0), "the later of one id stays");
}

#[test]
fn a_spilled_pass_gives_the_same_table() {
    let shop = Shop::new();
    let mut text = String::from("u,t,n\n");
    for row in 0..40_000 {
        text.push_str(&format!("{},{},{}\n", row % 997, 1_600_000_000 + row, row % 5 + 1));
    }
    shop.write("a.csv", text);
    let config = r#"
        [[source]]
        files = ["a.csv"]
        action = "purchase"
        columns = { user_id = "u", event_time = "t", quantity = "n" }
        time = { format = "unix_seconds" }
        [cleaning]
        memory_mb = 512
    "#;
    shop.clean(config);
    let in_memory = shop.table_bytes();
    shop.clean(&config.replace("512", "1"));
    assert_eq!(shop.table_bytes(), in_memory);
    let table = EventTable::open(&shop.out()).expect("opens");
    assert_eq!(table.n_events(), 40_000);
    assert_eq!((table.first_time(), table.last_time()), (1_600_000_000_000, 1_600_039_999_000));
}
