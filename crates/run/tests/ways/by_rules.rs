//! Rules as a way of segmenting, and over a run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, RecordBatch, StringArray, UInt32Array};
use fenqun_base::{Progress, UserId};
use fenqun_run::{
    Config, Existing, RunError, RunRequest, SegmentRows, Until, read_json, rules, rules::RunFacts,
    run,
};
use parquet::arrow::ArrowWriter;
use serde_json::Value;

use super::support::{
    SOURCE, assert_scored_alike, cards, explained, methods, rows, run_way, run_with, shop,
};

const DRINKERS: &str = r#"
[[segment]]
name = "drinkers"
title = "Tea and coffee"
rule = 'count(purchased(category = "drinks", within = "120d")) >= 3 and value_score > 0'
"#;

const KEEPERS: &str = r#"
[[segment]]
name = "keepers"
rule = 'purchased(contains = "cat", at_least = 3) and not segment("drinkers")'
"#;

const RICH: &str = r#"
[[segment]]
name = "rich"
title = "大客户"
rule = 'spend > 500 or purchased(item = ["B1", "B2"], amount_at_least = 200)'
"#;

const RULES: &str = "method = \"rules\"\nrefits = 3\ndefinitions = [\"audiences.toml\"]";

fn run_rules(shop: &Path, name: &str, definitions: &[&str]) -> SegmentRows {
    fs::write(shop.join("audiences.toml"), definitions.concat()).expect("written");
    run_way(shop, name, RULES);
    rows(&shop.join(name).join("segments.parquet"))
}

/// Users of each segment, by its name.
fn members(rows: &SegmentRows) -> BTreeMap<&str, Vec<String>> {
    let mut members: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (user, name) in rows.users.iter().zip(&rows.names) {
        members.entry(name).or_default().push(user.to_string());
    }
    members
}

#[test]
fn rules_make_the_segments_of_a_run_and_score_without_their_file() {
    let shop = shop();
    let rows = run_rules(shop.path(), "rules", &[RICH, DRINKERS, KEEPERS]);
    let found = members(&rows);
    let names: Vec<&str> = found.keys().copied().collect();
    assert_eq!(names, ["Tea and coffee", "keepers", "unassigned", "大客户"]);
    assert_eq!(
        rows.names.iter().filter(|name| *name == "unassigned").count(),
        rows.unassigned.iter().filter(|is_out| **is_out).count()
    );
    let titles: Vec<String> =
        cards(shop.path(), "rules").into_iter().map(|card| card.name).collect();
    assert_eq!(titles, ["大客户", "Tea and coffee", "keepers"]);
    let methods = methods(shop.path(), "rules");
    assert!(methods[0]["stability"].is_null(), "rules are not fitted: {}", methods[0]);
    assert!(methods[1]["stability"].is_number(), "the baseline is: {}", methods[1]);
    assert!(methods[0]["spend_explained"].is_number(), "{}", methods[0]);
    let page = fs::read_to_string(shop.path().join("rules/report.html")).expect("page");
    assert!(page.contains("<td class=\"meter\">–</td>"), "a dash for what is not measured");
    fs::remove_file(shop.path().join("audiences.toml")).expect("removed");
    assert_scored_alike(shop.path(), "rules");
}

#[test]
fn what_a_rule_asks_for_brings_users_into_its_segment() {
    let shop = shop();
    let rows = run_rules(shop.path(), "rules", &[RICH, DRINKERS, KEEPERS]);
    let run = shop.path().join("rules");
    // Only of the rich a rule asks for a number, and one like everybody's is not told.
    let is_rich = |row: &usize| !rows.unassigned[*row] && rows.segments[*row] == 0;
    let rich = (0..rows.users.len()).filter(is_rich).take(5);
    let told = rich.map(|row| explained(&run, rows.users[row], &[], None).reasons.len()).max();
    assert_eq!(told, Some(2), "the rule and the number that it asks for");
    let outside: Vec<UserId> = rows
        .users
        .iter()
        .zip(&rows.unassigned)
        .filter(|(_, is_out)| **is_out)
        .map(|(&user, _)| user)
        .collect();
    assert!(!outside.is_empty());
    for &user in outside.iter().take(4) {
        let why = explained(&run, user, &[], Some("大客户"));
        assert_eq!(why.segment, None);
        let (found, name) = &why.moves[0];
        assert_eq!((name.as_str(), found.segment), ("大客户", 0), "{why:?}");
        // Named by what a rule asks for: money, or purchases of what it names.
        let named = |name: &str| name == "spend" || name.starts_with("spend:");
        assert!(found.changes.iter().all(|change| named(&change.lever)), "{found:?}");
    }
}

#[test]
fn a_rule_that_fits_everyone_leaves_the_table_as_it_is() {
    let shop = shop();
    let rows = run_rules(shop.path(), "all", &["[[segment]]\nname = \"all\"\nrule = 'true'\n"]);
    assert!(rows.unassigned.is_empty() && rows.names.iter().all(|name| name == "all"));
    assert_scored_alike(shop.path(), "all");
}

#[test]
fn a_rule_finds_the_same_users_alone_among_others_and_in_any_order() {
    let shop = shop();
    let both = run_rules(shop.path(), "both", &[DRINKERS, KEEPERS]);
    let turned = run_rules(shop.path(), "turned", &[KEEPERS, DRINKERS]);
    // Nobody is in both, so the order of definitions only numbers them.
    assert_eq!(members(&both), members(&turned));
    assert_eq!(both.unassigned, turned.unassigned);
    let alone = run_rules(shop.path(), "alone", &[DRINKERS]);
    assert_eq!(members(&alone)["Tea and coffee"], members(&both)["Tea and coffee"]);
    // Whoever fits the first is not asked for the second.
    let first = run_rules(shop.path(), "first", &[RICH, DRINKERS]);
    let second = run_rules(shop.path(), "second", &[DRINKERS, RICH]);
    assert_eq!(members(&second)["Tea and coffee"], members(&alone)["Tea and coffee"]);
    assert!(members(&first)["Tea and coffee"].len() < members(&alone)["Tea and coffee"].len());
    assert_eq!(members(&first)["unassigned"], members(&second)["unassigned"]);
    assert_ne!(first.segments, second.segments);
}

#[test]
fn rules_that_cannot_make_segments_are_refused_with_their_place() {
    let shop = shop();
    let refused = |definitions: &str| {
        fs::write(shop.path().join("audiences.toml"), definitions).expect("written");
        let words = run_with(shop.path(), "run", "none", RULES).expect_err("refused").to_string();
        assert!(words.contains("audiences.toml, line 3, column "), "{words}");
        words
    };
    let rule = |rule: &str| format!("[[segment]]\nname = \"a\"\nrule = '{rule}'\n");
    let own = refused(&rule("in_segment(\"High value\") and spend > 3"));
    assert!(own.contains("there are none yet that in_segment(…) could mean"), "{own}");
    assert!(own.contains("segment(\"name\")"), "{own}");
    assert!(refused(&rule("in_segment(4)")).contains("there are none yet"));
    let unknown = refused(&rule("spendd > 3"));
    assert!(unknown.contains("unknown column `spendd`") && unknown.contains("spend"), "{unknown}");
    assert!(refused(&rule("purchased(category = \"boats\")")).contains("unknown category `boats`"));
    // Told before any work: no folder is begun.
    fs::remove_dir_all(shop.path().join("run")).ok();
    refused(&rule("spend >"));
    assert!(!shop.path().join("run").exists());
    fs::remove_file(shop.path().join("audiences.toml")).expect("removed");
    let gone = run_with(shop.path(), "run", "none", RULES).expect_err("gone").to_string();
    assert!(gone.contains("audiences.toml cannot be read"), "{gone}");
}

#[test]
fn rules_that_ask_for_labels_or_for_what_nobody_did_are_told_so() {
    let shop = shop();
    for rule in ["`label:kids` = \"yes\"", "spend > 3 and `p:kids:yes` > 0.5"] {
        let definitions = format!("[[segment]]\nname = \"a\"\nrule = '{rule}'\n");
        fs::write(shop.path().join("audiences.toml"), definitions).expect("written");
        let words = run_with(shop.path(), "run", "none", RULES).expect_err("refused").to_string();
        assert!(words.contains("labels are told after it, by `fenqun evaluate`"), "{words}");
        fs::remove_dir_all(shop.path().join("run")).ok();
    }
    let asleep = "[[segment]]\nname = \"asleep\"\nrule = 'not visited() or viewed()'\n";
    fs::write(shop.path().join("audiences.toml"), asleep).expect("written");
    let done = run_way(shop.path(), "asleep", RULES);
    let words = "Warning: segment `asleep` asks about `viewed`, `visited`";
    assert!(done.remarks.iter().any(|told| told.starts_with(words)), "{:?}", done.remarks);
}

#[test]
fn a_user_in_no_segment_is_in_none_for_rules_over_the_run() {
    let shop = shop();
    run_rules(shop.path(), "rules", &[RICH]);
    let mut facts = RunFacts::open(&shop.path().join("rules")).expect("a run");
    let files = rules::read_rule("in_segment(0)").expect("a rule");
    let silent = Progress::silent();
    let found = rules::find("rule", &files, &mut facts, &silent).expect("found");
    let rows = rows(&shop.path().join("rules/segments.parquet"));
    let rich: Vec<_> = (0..rows.users.len()).filter(|&row| rows.names[row] == "大客户").collect();
    assert!(!rich.is_empty() && rich.len() < rows.users.len());
    assert_eq!(found, rich.iter().map(|&row| rows.users[row]).collect::<Vec<_>>());
}

/// What a head could have told of users: every third likes tea, and the others pets.
fn write_tastes(path: &Path, users: &[UserId]) {
    let likes = |row: usize| if row.is_multiple_of(3) { "tea" } else { "pets" };
    let probability = |row: usize| if row.is_multiple_of(3) { 0.75 } else { 0.25 };
    let rows = || 0..users.len();
    let columns: [(&str, ArrayRef); 5] = [
        ("user", Arc::new(StringArray::from_iter_values(users.iter().map(ToString::to_string)))),
        (
            "segment",
            Arc::new(rows().map(|row| Some(u32::from(row % 3 > 0))).collect::<UInt32Array>()),
        ),
        ("name", Arc::new(StringArray::from_iter_values(rows().map(likes)))),
        ("score", Arc::new(rows().map(|row| Some(probability(row))).collect::<Float32Array>())),
        ("p_tea", Arc::new(rows().map(|row| Some(probability(row))).collect::<Float32Array>())),
    ];
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let file = fs::File::create(path).expect("made");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a table");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
}

#[test]
fn a_label_is_read_only_for_rules_that_ask_for_it() {
    let shop = shop();
    let run = shop.path().join("rules");
    let mut told =
        run_rules(shop.path(), "rules", &["[[segment]]\nname = \"all\"\nrule = 'true'\n"]);
    let silent = Progress::silent();
    let found = |rule: &str| {
        let mut facts = RunFacts::open(&run)?;
        let found = rules::find("rule", &rules::read_rule(rule)?, &mut facts, &silent)?;
        Ok::<_, RunError>(found.len())
    };
    let refused = |rule: &str| found(rule).expect_err(rule).to_string();

    // Every third user likes tea; the file of another label is none.
    let folder = run.join("evaluations");
    fs::create_dir_all(&folder).expect("made");
    write_tastes(&folder.join("taste-users.parquet"), &told.users);
    fs::write(folder.join("colour-users.parquet"), "no table").expect("written");

    let n_users = told.users.len();
    assert_eq!(found("true").expect("no label is asked for"), n_users);
    assert!(found("purchased() and spend > 0").expect("no label is asked for") > 0);
    let n_tea = n_users.div_ceil(3);
    assert_eq!(found("`label:taste` = \"tea\"").expect("a label"), n_tea);
    assert_eq!(found("`p:taste:tea` > 0.5 and not recency < 0").expect("a label"), n_tea);
    for rule in ["`label:colour` = \"red\"", "spend > 0 or `p:colour:red` > 0.5"] {
        let words = refused(rule);
        assert!(words.contains("colour-users.parquet"), "{words}");
    }

    // What is misspelt finds its nearest without a file being read for it, or by the words in it.
    assert!(refused("`label:tase` = \"tea\"").contains("did you mean `label:taste`?"));
    assert!(refused("`p:tase:tea` > 0.5").contains("did you mean `p:taste:tea`?"));
    assert!(refused("`label:taste` = \"te\"").contains("did you mean `tea`?"));
    assert!(refused("`label:colours` = \"red\"").contains("did you mean `label:colour`?"));

    // A label may be asked for again, and beside another.
    let mut facts = RunFacts::open(&run).expect("a run");
    for rule in ["`label:colour` = \"red\"", "`label:taste` = \"tea\"", "`p:taste:tea` < 0.5"] {
        let files = rules::read_rule(rule).expect("a rule");
        assert_eq!(facts.check(&files).is_ok(), !rule.contains("colour"), "{rule}");
    }
    told.users.pop();
    told.users.insert(0, UserId([0; 16]));
    write_tastes(&folder.join("taste-users.parquet"), &told.users);
    assert!(refused("`label:taste` = \"tea\"").contains("holds other users"));
    assert_eq!(found("true").expect("no label is asked for"), n_users);
}

#[test]
fn a_run_says_which_definitions_its_segments_were_made_of() {
    let shop = shop();
    let files_of = |name: &str| {
        let path = shop.path().join(name).join("manifest.json");
        let manifest: Value = read_json(&path).expect("a manifest");
        manifest["inputs"].as_array().expect("files").clone()
    };
    let hash = |bytes: &[u8]| Value::from(blake3::hash(bytes).to_hex().to_string());
    run_rules(shop.path(), "one", &[RICH, DRINKERS]);
    let one = files_of("one");
    let definitions = one.iter().find(|input| input["file"] == "audiences.toml").expect("named");
    assert_eq!(definitions["bytes"], [RICH, DRINKERS].concat().len());
    assert_eq!(definitions["blake3"], hash([RICH, DRINKERS].concat().as_bytes()));

    // A run that goes on later reads the definitions as they are then, and says so.
    let out = shop.path().join("two");
    let request = |existing: Existing, until: Option<Until>| {
        let config_path = shop.path().join("fenqun.toml");
        let config = format!("{SOURCE}\n[text]\nmodel = \"none\"\n[segments]\n{RULES}\n");
        let config = Config::parse(&config, &config_path).expect("settings");
        RunRequest { config, config_path, out: out.clone(), existing, until }
    };
    let silent = Progress::silent();
    run(&request(Existing::Refuse, Some(Until::Events)), &silent).expect("events");
    fs::write(shop.path().join("audiences.toml"), RICH).expect("written");
    run(&request(Existing::Resume, None), &silent).expect("the rest");
    let two = files_of("two");
    assert_eq!(one.len(), two.len(), "each file once");
    let definitions = two.iter().find(|input| input["file"] == "audiences.toml").expect("named");
    assert_eq!(definitions["blake3"], hash(RICH.as_bytes()));
    assert_eq!(one.iter().filter(|input| two.contains(input)).count(), one.len() - 1);

    run_way(shop.path(), "other", "method = \"rfm\"");
    assert!(files_of("other").iter().all(|input| input["file"] != "audiences.toml"));
}
