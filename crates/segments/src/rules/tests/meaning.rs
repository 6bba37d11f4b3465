use fenqun_base::Action;

use super::facts;
use crate::rules::{Behaviour, Condition, Measure, Order, Quantity, Rule, Schema};

fn schema() -> Schema {
    facts(&[(1.0, 2.0, 0), (3.0, 4.0, 1), (5.0, 6.0, 2)], &[]).schema()
}

#[test]
fn a_wrong_name_or_type_is_refused_at_its_place() {
    let cases = [
        ("spnd > 3", 1, "unknown column `spnd`, did you mean `spend`?"),
        ("spend > 3 and colour > 2", 15, "unknown column `colour`"),
        ("spend > \"3\"", 9, "a number expected, but this is a text: numbers stand without quotes"),
        ("spend", 1, "a yes or no expected, but this is a number: compare it"),
        ("spend > 3 and \"x\"", 15, "a yes or no expected, but this is a text"),
        ("tier > 3", 1, "the words of `tier`"),
        ("tier > \"high\"", 1, "a column of words: use =, != or in"),
        ("tier = \"hihg\"", 8, "unknown word of this column `hihg`, did you mean `high`?"),
        ("tier in [\"low\", 3]", 17, "a text expected"),
        ("spend in [1, \"2\"]", 14, "a number expected"),
        ("(spend > 3) > 2", 2, "a number expected, but this is a yes or no"),
        ("-tier > 1", 2, "the words of `tier`"),
        ("spend between 5 and 3", 15, "nobody can ever meet this: 5 is more than 3"),
        ("purchsed(item = \"i1\")", 1, "unknown function `purchsed`, did you mean `purchased`?"),
        ("purchased(categry = \"Tea\")", 21, "did you mean `category`?; it takes category, item"),
        ("purchased(category = \"Tee\")", 22, "unknown category `Tee`, did you mean `Tea`?"),
        ("purchased(brand = \"acm\")", 19, "unknown brand `acm`, did you mean `Acme`?"),
        ("purchased(item = \"i9\")", 18, "unknown item `i9`, did you mean"),
        ("purchased(category = 3)", 22, "a text or a list of texts expected"),
        ("purchased(category = \"\")", 22, "but this is an empty one"),
        ("purchased(\"Tea\")", 11, "a named argument expected"),
        ("purchased(within = 90)", 20, "a window must be days or weeks, as 90d or 12w"),
        ("purchased(within = \"3m\")", 20, "a window must be"),
        ("purchased(within = 0d)", 20, "a window must be"),
        ("purchased(within = 9d, within = 8d)", 33, "`within` is given twice"),
        ("purchased(at_least = 1.5)", 22, "a whole number, 1 or more, got 1.5"),
        ("purchased(at_least = 0)", 22, "a whole number, 1 or more"),
        ("purchased(at_most = -1)", 21, "a whole number, 0 or more"),
        ("purchased(at_least = 3, at_most = 2)", 1, "nobody can ever meet this: at least 3"),
        ("purchased(within = 30d, before = 5w)", 1, "no event is within 30 days and more than 35"),
        ("purchased() > 3", 1, "write count(purchased(…)) for how often"),
        ("count(purchased())", 1, "compare it, as in count(…) > 3"),
        ("count(purchased(at_least = 2)) > 3", 28, "leave it out and compare count(…) instead"),
        ("count(spend) > 3", 7, "a behaviour, as in"),
        ("count() > 3", 1, "one behaviour"),
        ("segment(\"vip\")", 9, "unknown segment `vip`"),
        ("segment(vip)", 1, "write segment(\"name\")"),
        ("in_segment(7)", 12, "unknown segment of this run `7`"),
        ("in_segment(\"Segmnt 1\")", 12, "did you mean `Segment 1`?"),
    ];
    for (text, column, words) in cases {
        let rule = Rule::parse(text).expect(text);
        let error = rule.check(&schema()).expect_err(text);
        assert_eq!((error.line, error.column), (1, column), "{text}: {error}");
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
}

#[test]
fn a_question_about_behaviour_becomes_comparisons() {
    let text = "purchased(category = [\"TEA\", \"Pets\", \"tea\"], within = \"12w\", before = 7d, at_least = 2, amount_at_least = 9.5)";
    let condition = Rule::parse(text).and_then(|rule| rule.check(&schema())).expect(text);
    let behaviour = Behaviour {
        action: Some(Action::Purchase),
        categories: vec!["pets".into(), "tea".into()],
        within: Some(84),
        before: Some(7),
        ..Behaviour::default()
    };
    let compare = |measure, bound| {
        let quantity = Quantity::Measure(measure, behaviour.clone());
        Condition::Compare(quantity, Order::AtLeast, Quantity::Number(bound))
    };
    let parts = vec![compare(Measure::Count, 2.0), compare(Measure::Amount, 9.5)];
    assert_eq!(condition, Condition::All(parts));
    assert_eq!(condition.behaviours().len(), 2);
}

#[test]
fn segments_of_a_run_are_found_by_number_by_name_and_by_both() {
    let check = |text: &str| Rule::parse(text).and_then(|rule| rule.check(&schema()));
    let by_number = check("in_segment(1)").expect("known");
    assert_eq!(check("in_segment(\"Segment 1\")"), Ok(by_number.clone()));
    assert_eq!(check("in_segment(\"1 Segment 1\")"), Ok(by_number.clone()));
    let Condition::Compare(column, Order::Equal, Quantity::Number(1.0)) = by_number else {
        panic!("a comparison with the number");
    };
    assert_eq!(column, Quantity::Column("segment_number".into()));
}

#[test]
fn without_a_shop_any_name_is_taken_and_types_are_still_checked() {
    let check = |text: &str| Rule::parse(text).and_then(|rule| rule.check(&Schema::open()));
    assert!(check("any > 3 and purchased(category = \"any\") and word in [\"a\"]").is_ok());
    assert!(check("in_segment(\"any\") or any != \"x\"").is_ok());
    assert!(check("purchased(within = \"soon\")").is_err());
    assert!(check("any").is_err());
    let no_events = Schema { has_events: false, ..Schema::open() };
    let error = Rule::parse("viewed()").and_then(|rule| rule.check(&no_events));
    assert!(error.expect_err("no events").to_string().contains("no events are at hand"));
}

#[test]
fn questions_about_behaviour_are_limited() {
    let ask = |n: usize| {
        let asks: Vec<String> = (1..=n).map(|days| format!("viewed(within = {days}d)")).collect();
        Rule::parse(&asks.join(" or ")).and_then(|rule| rule.check(&schema()))
    };
    assert!(ask(32).is_ok());
    let error = ask(33).expect_err("too many").to_string();
    assert!(error.contains("at most 32 different questions about behaviour"), "{error}");
}
