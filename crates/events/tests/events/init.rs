//! What `init` proposes runs as it is, and says what it rests on.

use fenqun_events::{EventsConfig, EventsError, Proposal, init};

use crate::shop::{Shop, events_part};

fn propose(shop: &Shop, patterns: &[&str]) -> Proposal {
    let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.into()).collect();
    init(&patterns, shop.path(), shop.path()).expect("recognised")
}

fn config(proposal: &Proposal) -> EventsConfig {
    events_part(&proposal.toml)
}

const RETAIL: &str = "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country\n\
    536365;85123A;Heart;6;13/12/2010 8:26;2,55;17850;United Kingdom\n\
    C536366;85123A;Heart;-1;14/12/2010 9:00;2,55;17850;United Kingdom\n\
    536367;71053;Lantern;6;15/12/2010 8:26;3,39;13047;United Kingdom\n";

#[test]
fn a_retail_export_is_recognised_and_runs() {
    let shop = Shop::new();
    shop.write("retail.csv", RETAIL);
    let proposal = propose(&shop, &["retail.csv"]);
    let source = &config(&proposal).source[0];
    assert_eq!(source.files, ["retail.csv"]);
    assert_eq!(source.columns.user_id, "CustomerID");
    assert_eq!(source.columns.event_time, "InvoiceDate");
    assert_eq!(source.columns.attributes.0, ["Country"]);
    assert_eq!(source.time.format, "%d/%m/%Y %H:%M");
    assert_eq!(source.time.zone, "Europe/London");
    assert!(proposal.toml.contains("\ntitle = \"retail\"\n"), "{}", proposal.toml);
    assert!(!proposal.toml.contains("currency"), "{}", proposal.toml);
    assert_eq!((source.price.decimal, source.refund.session_prefix.as_str()), (',', "C"));
    assert!(source.refund.negative_quantity);
    let total = shop.total(&proposal.toml);
    assert_eq!((total.n_in, total.n_kept), (3, 3));
}

#[test]
fn a_chinese_export_is_recognised_and_runs() {
    let shop = Shop::new();
    let text = "订单编号,会员编号,商品名称,商品编号,数量,实付金额,下单时间\n\
        1,甲,茶叶,a1,2,￥30.00,2024年03月01日 10:00\n2,乙,茶杯,a2,1,￥12.00,2024年03月15日 11:00\n";
    shop.write("订单.csv", text);
    let proposal = propose(&shop, &["订单.csv"]);
    let source = &config(&proposal).source[0];
    assert_eq!(source.columns.user_id, "会员编号");
    assert_eq!(source.columns.amount.as_deref(), Some("实付金额"));
    assert_eq!(source.time.zone, "Asia/Shanghai");
    assert!(proposal.toml.ends_with("language = \"zh\"\ncurrency = \"¥\"\n"), "{}", proposal.toml);
    assert_eq!(shop.total(&proposal.toml).n_kept, 2);
    assert!((shop.events().iter().map(|event| event.amount()).sum::<f64>() - 42.0).abs() < 1e-9);
}

#[test]
fn a_file_without_header_is_recognised_by_its_values() {
    let shop = Shop::new();
    let mut text = String::new();
    for row in 0..200 {
        let (user, item) = (row / 20, (row * 37) % 90);
        let action = ["pv", "pv", "cart", "buy"][row % 4];
        text.push_str(&format!(
            "{user},{item},{},{action},{}\n",
            item % 7,
            1_511_544_070 + row * 60
        ));
    }
    shop.write("log.csv", text);
    let proposal = propose(&shop, &["log.csv"]);
    let columns = &config(&proposal).source[0].columns;
    assert_eq!((columns.user_id.as_str(), columns.item_id.as_deref()), ("1", Some("2")));
    assert_eq!((columns.category.0[0].as_str(), columns.action.as_deref()), ("3", Some("4")));
    assert_eq!(columns.event_time, "5");
    assert!(proposal.toml.contains("# unsure: column `1` is the user"), "{}", proposal.toml);
    assert_eq!(shop.total(&proposal.toml).n_kept, 200);
}

#[test]
fn doubt_about_day_and_month_and_unknown_words_is_said() {
    let shop = Shop::new();
    shop.write("a.csv", "user_id,item_id,event,date\n1,a,view,01/02/2024\n1,b,wobble,03/02/2024\n2,a,buy,04/02/2024\n");
    let proposal = propose(&shop, &["a.csv"]);
    let unsure: Vec<&str> =
        proposal.findings.iter().filter(|one| !one.sure).map(|one| one.what.as_str()).collect();
    assert!(unsure.iter().any(|what| what.contains("%d/%m/%Y")), "{unsure:?}");
    assert!(unsure.iter().any(|what| what.contains("`wobble`")), "{unsure:?}");
}

#[test]
fn catalogue_and_other_files_of_a_folder_are_told_apart() {
    let shop = Shop::new();
    shop.write(
        "orders.csv",
        "user_id,item_id,order_date,price,quantity\nu1,i1,2024-01-01,5,1\nu2,i2,2024-01-02,5,1\n",
    );
    shop.write(
        "products.csv",
        "product_id,product_name,brand,category\ni1,Tea,Acme,Drinks\ni2,Cup,Acme,Kitchen\n",
    );
    shop.write("people.csv", "user_id,age\nu1,30\nu2,40\n");
    let proposal = propose(&shop, &["*.csv"]);
    let parsed = config(&proposal);
    assert_eq!((parsed.source.len(), parsed.catalogue.len()), (1, 1));
    assert_eq!(parsed.catalogue[0].columns.title.as_deref(), Some("product_name"));
    assert!(proposal.toml.contains("# Not used: people.csv"), "{}", proposal.toml);
    shop.clean(&proposal.toml);
    assert_eq!(shop.table().catalogue().items[0].title, "Tea");
}

#[test]
fn files_without_events_are_refused_with_their_columns() {
    let shop = Shop::new();
    shop.write("a.csv", "city,population\nparis,2\nrome,3\n");
    let error = init(&["a.csv".into()], shop.path(), shop.path()).expect_err("refused");
    assert!(matches!(error, EventsError::NoEvents { .. }));
    assert!(error.to_string().contains("population"), "{error}");
}

#[test]
fn a_name_is_a_title_among_items_and_unused_columns_are_told() {
    let shop = Shop::new();
    shop.write("orders.csv", "user_id,item_id,order_date,price,shelf,name\nu1,i1,2024-01-01,5,a,Ann\nu2,i2,2024-01-02,5,b,Bob\n");
    shop.write("items.csv", "item_id,name,colour,city\ni1,Tea,red,Bath\ni2,Cup,blue,Bath\n");
    let proposal = propose(&shop, &["*.csv"]);
    let parsed = config(&proposal);
    assert_eq!(parsed.catalogue[0].columns.title.as_deref(), Some("name"));
    assert_eq!(parsed.source[0].columns.title, None);
    for told in ["columns not used: shelf, name", "columns not used: colour, city"] {
        assert!(proposal.findings.iter().any(|one| one.what == told), "{:?}", proposal.findings);
        assert!(proposal.toml.contains(&format!("\n# {told}: ")), "{}", proposal.toml);
    }
}

#[test]
fn a_reason_is_told_once_and_the_unsure_one_wins() {
    let shop = Shop::new();
    shop.write("a.csv", "user_id,item_id,event,date\nu,a,view,x\nv,b,buy,2024-02-03\n");
    shop.write("b.csv", "user_id,item_id,order_date\nu,a,2024-02-01\nv,b,2024-02-03\n");
    let findings = propose(&shop, &["*.csv"]).findings;
    for (at, one) in findings.iter().enumerate() {
        let again =
            findings[..at].iter().any(|other| other.what == one.what && other.why == one.why);
        assert!(!again, "{one:?}");
    }
}

#[test]
fn a_checkout_beside_an_order_file_is_unsure() {
    let shop = Shop::new();
    shop.write("clicks.csv", "user_id,item_id,event,event_time\nu1,a,view,2024-02-01\nu1,b,checkout,2024-02-02\nu2,a,view,2024-02-02\n");
    let doubts = |proposal: &Proposal| {
        let unsure = proposal.findings.iter().filter(|one| !one.sure);
        unsure.filter(|one| one.what.contains("`checkout`")).count()
    };
    assert_eq!(doubts(&propose(&shop, &["*.csv"])), 0);
    shop.write(
        "orders.csv",
        "user_id,item_id,order_date,price,quantity\nu1,b,2024-02-02,5,1\nu2,b,2024-02-03,5,1\n",
    );
    let both = propose(&shop, &["*.csv"]);
    assert_eq!(doubts(&both), 1);
    assert!(both.toml.contains("may repeat purchases of an order file"), "{}", both.toml);
}
