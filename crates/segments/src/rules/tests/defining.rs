use fenqun_base::{DataError, Stored};

use super::facts;
use crate::rules::{Definition, DefinitionFault, Definitions, RuleFault};

fn define(name: &str, rule: &str) -> Definition {
    Definition { name: name.into(), rule: rule.into(), ..Definition::default() }
}

fn refusals(definitions: &[Definition]) -> Vec<String> {
    let errors = Definitions::new(definitions.to_vec()).expect_err("refused");
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn segments_refer_to_others_whatever_their_order() {
    let definitions = Definitions::new(vec![
        define("sleeping", "recency > 5 and not segment(\"vip\")"),
        define("vip", "spend > 4 or segment(\"新客\")"),
        define("新客", "recency < 1"),
    ])
    .expect("no circle");
    let facts = facts(&[(9.0, 9.0, 0), (1.0, 9.0, 0), (1.0, 0.5, 0), (1.0, 3.0, 0)], &[]);
    let segments = definitions.check(&facts.schema()).expect("known names");
    let members = segments.members(&facts).expect("facts that were checked");
    let rows: Vec<Vec<u32>> = members.iter().map(|rows| rows.iter().collect()).collect();
    assert_eq!(rows, [vec![1], vec![0, 2], vec![2]]);

    let assignment = segments.assign(&facts).expect("facts that were checked");
    assert_eq!(assignment.segments[..3], [1, 0, 1], "the first that fits, in the order given");
    assert_eq!(assignment.sizes(), [1, 2, 0]);
    assert_eq!(assignment.unassigned, [false, false, false, true]);
    assert_eq!(assignment.scores, [1.0, 1.0, 1.0, 0.0]);
}

#[test]
fn a_circle_is_refused_with_its_path() {
    let errors = Definitions::new(vec![
        define("a", "spend > 1"),
        define("into", "segment(\"b\")"),
        define("b", "segment(\"a\") and segment(\"c\")"),
        define("c", "not segment(\"b\")"),
    ])
    .expect_err("a circle");
    let [error] = &errors[..] else { panic!("one circle: {errors:?}") };
    let DefinitionFault::Rule(rule) = &error.fault else { panic!("at a place: {error}") };
    let RuleFault::Circle { path } = &*rule.fault else { panic!("a circle: {error}") };
    assert_eq!((path.join(" "), error.name.as_str(), rule.column), ("b c b".into(), "b", 26));
    let own = refusals(&[define("own", "segment(\"own\")")]);
    assert!(own[0].contains("own → own"), "{own:?}");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let wrong = refusals(&[
        define("vip", "spend >"),
        define("vip", "spend > 1"),
        define(" ", "true"),
        define("new", "recency < 1 and"),
    ]);
    let words = ["found the end", "taken by segment 1", "1 to 100 characters", "found the end"];
    assert_eq!(wrong.len(), 4);
    for (line, words) in wrong.iter().zip(words) {
        assert!(line.contains(words), "{line}");
    }
    let lost = refusals(&[define("vip", "segment(\"vpi\")")]);
    assert!(lost[0].contains("did you mean `vip`?"), "{lost:?}");
    assert!(refusals(&[])[0].contains("between 1 and 1000"));
    assert!(refusals(&vec![define("x", "true"); 1_001])[0].contains("got 1001"));

    let definitions = [define("a", "spnd > 1"), define("b", "true"), define("c", "tier > 2")];
    let definitions = Definitions::new(definitions.to_vec()).expect("can be read");
    let errors = definitions.check(&facts(&[], &[]).schema()).expect_err("unknown names");
    assert_eq!(errors.iter().map(|error| error.index).collect::<Vec<_>>(), [0, 2]);
}

#[test]
fn a_long_chain_of_references_is_followed() {
    let mut chain: Vec<Definition> = (1..1_000)
        .map(|link| define(&link.to_string(), &format!("segment(\"{}\")", link - 1)))
        .collect();
    chain.push(define("0", "spend > 4"));
    let facts = facts(&[(9.0, 9.0, 0), (1.0, 9.0, 0)], &[]);
    let segments = Definitions::new(chain).expect("no circle").check(&facts.schema());
    let members = segments.expect("known").members(&facts).expect("checked");
    assert!(members.iter().all(|rows| rows.iter().eq([0])));
}

#[test]
fn definitions_are_stored_and_read_back() {
    let definitions = Definitions::new(vec![define("vip", "spend > 4"), define("rest", "true")]);
    let definitions = definitions.expect("can be read");
    assert_eq!(Definitions::from_state(&definitions.state()), Ok(definitions.clone()));
    let mut broken = definitions.state();
    broken.config[0]["rule"] = "spend >".into();
    let error = Definitions::from_state(&broken).expect_err("no rule");
    assert!(matches!(error, DataError::Model { .. }), "{error}");
}
