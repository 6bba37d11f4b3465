use fenqun_base::Progress;

use super::read::alone;
use super::{LabelColumns, LabelLedger, LabelTable, LabelsConfig, read_labels};
use crate::{EventsError, Key};

fn read(text: &str) -> Result<LabelTable, EventsError> {
    with_groups("", text)
}

fn with_groups(group: &str, text: &str) -> Result<LabelTable, EventsError> {
    let folder = tempfile::tempdir().expect("temporary folder");
    std::fs::write(folder.path().join("labels.csv"), text).expect("written");
    let (user_id, label, group) = ("who".into(), "tier".into(), group.into());
    let columns = LabelColumns { user_id, label, group };
    let config = LabelsConfig {
        name: "tier".into(),
        files: vec!["labels.csv".into()],
        columns,
        classes: [("vip", "high"), ("n/k", "")].map(|(a, b)| (a.into(), b.into())).into(),
        ..LabelsConfig::default()
    };
    let key = Key::from_bytes([3; 32]);
    read_labels(&config, folder.path(), &key, &Progress::silent())
}

#[test]
fn every_row_is_accounted_for_and_users_are_pseudonyms() {
    let table = read("who,tier\n17.0,low\nann,vip\n17,low\n,low\nbob,\neve,n/k\n").expect("reads");
    let expected = LabelLedger {
        n_rows: 6,
        n_users: 2,
        n_repeated: 1,
        n_without_user: 1,
        n_without_label: 2,
        n_malformed: 0,
        n_without_group: 0,
    };
    assert_eq!(table.ledger, expected);
    let key = Key::from_bytes([3; 32]);
    let of = |raw: &str| {
        let row = table.users.iter().position(|&user| user == key.user(raw));
        row.map(|row| (table.words[row].as_str(), table.places[row]))
    };
    assert_eq!(of("17"), Some(("low", (0, 2))));
    assert_eq!(of("ann"), Some(("high", (0, 3))));
    assert_eq!(of("bob"), None);
    assert!(table.users.is_sorted());
}

#[test]
fn a_contradiction_is_told_by_its_lines_and_not_by_its_user() {
    let error = read("who,tier\nzaphod,low\nann,low\nzaphod,mid\n").expect_err("refused");
    let words = error.to_string();
    assert!(words.contains("line 4") && words.contains("line 2"), "{words}");
    assert!(!words.contains("zaphod"), "{words}");
}

#[test]
fn users_of_one_household_share_a_hash_and_others_stand_alone() {
    let text = "who,tier,home\nann,low,7\nbob,mid,7.0\neve,low,H2\nzoe,mid,\n17,low,\nann,low,\n";
    let table = with_groups("home", text).expect("reads");
    let key = Key::from_bytes([3; 32]);
    let groups = table.groups.expect("a column of groups");
    let of = |raw: &str| {
        let row = table.users.iter().position(|&user| user == key.user(raw));
        groups[row.expect("labelled")]
    };
    assert_eq!((of("ann"), table.ledger.n_without_group), (key.group("7"), 2));
    assert_eq!(of("ann"), of("bob"));
    assert_ne!(of("ann"), of("eve"));
    assert_ne!(of("zoe"), of("17"), "nobody's household is not one household");
    // A household may be called what a user is.
    let named = with_groups("home", "who,tier,home\n1,low,2\n2,mid,1\n").expect("reads");
    let users: Vec<u64> = named.users.iter().map(|&user| alone(user)).collect();
    assert!(named.groups.expect("groups").iter().all(|group| !users.contains(group)));
    assert_eq!(read(text).expect("reads").groups, None);
}

#[test]
fn a_user_in_two_households_is_told_by_lines() {
    let text = "who,tier,home\nzaphod,low,\nzaphod,low,H1\nzaphod,low,H2\n";
    let words = with_groups("home", text).expect_err("refused").to_string();
    assert!(words.contains("line 4") && words.contains("line 3"), "{words}");
    assert!(words.contains("`home`"), "{words}");
    assert!(!words.contains("zaphod") && !words.contains("H2"), "{words}");
    let words = with_groups("house", text).expect_err("no such column").to_string();
    assert!(words.contains("house"), "{words}");
}

#[test]
fn a_file_without_labels_or_columns_is_refused() {
    let error = read("who,tier\nann,\n").expect_err("no label");
    assert!(error.to_string().contains("`tier`"), "{error}");
    let error = read("who,class\nann,low\n").expect_err("no such column");
    assert!(error.to_string().contains("tier"), "{error}");
}

#[test]
fn settings_are_checked() {
    let fine = LabelsConfig {
        name: "年龄".into(),
        files: vec!["a.csv".into()],
        columns: LabelColumns { user_id: "u".into(), label: "age".into(), group: "".into() },
        ..LabelsConfig::default()
    };
    assert!(fine.check().is_ok());
    for bad in [
        LabelsConfig { name: "a/b".into(), ..fine.clone() },
        LabelsConfig { files: Vec::new(), ..fine.clone() },
        LabelsConfig {
            columns: LabelColumns { label: "u".into(), ..fine.columns.clone() },
            ..fine.clone()
        },
        LabelsConfig {
            columns: LabelColumns { group: "age".into(), ..fine.columns.clone() },
            ..fine.clone()
        },
    ] {
        assert!(matches!(bad.check(), Err(EventsError::Config { .. })));
    }
}
