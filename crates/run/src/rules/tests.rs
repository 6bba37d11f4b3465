use std::fs;
use std::path::PathBuf;

use fenqun_segments::rules::Schema;
use tempfile::TempDir;

use super::{DefinitionFiles, read_definitions, read_rule};
use crate::RunError;

fn read(name: &str, text: &str) -> (TempDir, Result<DefinitionFiles, RunError>) {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("written");
    let read = read_definitions(&[path]);
    (folder, read)
}

fn refusal(name: &str, text: &str) -> String {
    let (folder, read) = read(name, text);
    let words = read.map(|files| format!("{:?}", files.check(&Schema::default())));
    let words = words.expect_err("refused").to_string();
    words.replace(&folder.path().display().to_string(), "IN")
}

const TOML: &str = r#"
[[segment]]
name = "vip"
title = "VIP 客户"
rule = 'spend > 300 and purchased(category = "茶")'
description = "whoever the shop lives on"

[[segment]]
name = "others"
rule = """
not segment("vip")
  and recency < 30
"""
"#;

const YAML: &str = "
segment:
  - name: vip
    title: VIP 客户
    rule: spend > 300 and purchased(category = \"茶\")
    description: whoever the shop lives on
  - name: others
    rule: |
      not segment(\"vip\")
        and recency < 30
";

#[test]
fn toml_and_yaml_say_the_same() {
    let (toml, yaml) =
        (read("a.toml", TOML).1.expect("TOML"), read("a.yaml", YAML).1.expect("YAML"));
    assert_eq!(toml.definitions().rules(), yaml.definitions().rules());
    assert_eq!(toml.definitions().definitions()[0], yaml.definitions().definitions()[0]);
    assert_eq!(toml.definitions().definitions()[0].title(), "VIP 客户");
    assert!(toml.check(&Schema::open()).is_ok());
}

#[test]
fn a_fault_is_told_with_file_line_and_column() {
    let unknown = TOML.replace("title =", "titel =");
    let words = refusal("a.toml", &unknown);
    assert!(words.starts_with("IN/a.toml, line 4, column 1: unknown field `titel`"), "{words}");

    let rule = TOML.replace("spend > 300", "spend >> 300");
    let words = refusal("a.toml", &rule);
    assert!(words.starts_with("IN/a.toml, line 5, column 16: segment `vip`: "), "{words}");

    let second = TOML.replace("recency < 30", "recency <");
    let words = refusal("a.toml", &second);
    assert!(words.starts_with("IN/a.toml, line 12, column 16: segment `others`: "), "{words}");

    let unknown = YAML.replace("title:", "titel:");
    let words = refusal("a.yaml", &unknown);
    assert!(words.starts_with("IN/a.yaml, line 4, column"), "{words}");
    assert!(words.contains("titel"), "{words}");

    let rule = YAML.replace("spend > 300", "spend >> 300");
    let words = refusal("a.yml", &rule);
    assert!(words.starts_with("IN/a.yml, line 5, column 18: segment `vip`: "), "{words}");
}

#[test]
fn a_fault_in_a_block_of_yaml_is_told_where_it_stands() {
    let block = YAML.replace("recency < 30", "recency <> = 30");
    let words = refusal("a.yaml", &block);
    assert!(words.starts_with("IN/a.yaml, line 10, column 24: segment `others`: "), "{words}");

    // Two rules of the same words, and both are at fault.
    let folded = "segment:\n  - rule: >\n      spend > 3\n      and recency <\n    name: a\n\
                  \x20 - name: b\n    rule: >\n      spend > 3\n      and recency <\n";
    let words = refusal("a.yaml", folded);
    assert!(words.contains("IN/a.yaml, line 4, column 20: segment `a`: "), "{words}");
    assert!(words.contains("IN/a.yaml, line 9, column 20: segment `b`: "), "{words}");
}

#[test]
fn every_problem_is_told_at_once_and_an_escaped_rule_by_its_definition() {
    let text = "[[segment]]\nname = \"a\"\nrule = \"x = \\\"y\\\" and\"\n[[segment]]\nname = \"a\"\nrule = 'true'";
    let words = refusal("a.toml", text);
    assert!(
        words.contains("IN/a.toml, line 2, column 8: segment `a`: in its rule, line 1, column 12"),
        "{words}"
    );
    assert!(
        words.contains("IN/a.toml, line 5, column 8: segment `a`: this name is taken"),
        "{words}"
    );
    assert!(words.ends_with("2 definitions cannot be used"), "{words}");
}

#[test]
fn what_is_no_file_of_definitions_is_refused() {
    for (name, text) in [
        ("a.toml", ""),
        ("a.toml", "segment = 3"),
        ("a.toml", "[[segment]]\nname = \"a\""),
        ("a.toml", "[[segment]]\nname = 3\nrule = 'true'"),
        ("a.toml", "[[segment"),
        ("a.yaml", ""),
        ("a.yaml", "segment: 3"),
        ("a.yaml", "segment: [{name: a}]"),
        ("a.yaml", "segment:\n  - name: a\n    name: b\n    rule: 'true'"),
        ("a.yaml", "\t- x: ["),
    ] {
        let words = refusal(name, text);
        assert!(words.starts_with(&format!("IN/{name}, line ")), "{text}: {words}");
    }
    let missing = read_definitions(&[PathBuf::from("/nowhere/a.toml")]);
    assert!(matches!(missing, Err(RunError::Read { .. })));
    assert!(matches!(read_definitions(&[]), Err(RunError::Rules(_))));
    let empty = refusal("a.toml", "segment = []");
    assert!(empty.contains("between 1 and 1000 segments"), "{empty}");
}

#[test]
fn a_typed_rule_is_pointed_at_too() {
    let words = read_rule("spend >").expect_err("no rule").to_string();
    assert!(words.starts_with("the rule, line 1, column 8: segment `rule`: "), "{words}");
}
