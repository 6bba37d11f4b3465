use proptest::prelude::*;

use crate::rules::{
    Argument, Call, Duration, Expression, MAX_DEPTH, MAX_LENGTH, Node, Operation, Order, Rule,
    RuleFault, Schema, Span,
};

fn refused(text: &str) -> (usize, usize, String) {
    let error = Rule::parse(text).expect_err(text);
    (error.line, error.column, error.fault.to_string())
}

#[test]
fn a_rule_is_shown_in_one_form_however_it_is_written() {
    let cases = [
        ("spend>300", "spend > 300"),
        ("NOT (a==1 OR b<>2)And c", "not (a = 1 or b != 2) and c"),
        ("(a > 1 and b > 2) and c > 3", "(a > 1 and b > 2) and c > 3"),
        ("((a > 1)) or ((b > 2 and c > 3))", "a > 1 or b > 2 and c > 3"),
        ("a - (b - c) * -2 > .5", "a - (b - c) * -2 > 0.5"),
        ("a - b - c / d * e > 1", "a - b - c / d * e > 1"),
        ("(a + b) * c > 1", "(a + b) * c > 1"),
        (
            "x between 1 and 2 and y not in ['a', \"b\\\"c\"]",
            r#"x between 1 and 2 and y not in ["a", "b\"c"]"#,
        ),
        ("not x not between 1 and 2", "not x not between 1 and 2"),
        ("recency > 12w", "recency > 12w"),
        (
            "`spend_share:DRUG GM` > 0.2 and 复购率 > .3",
            "`spend_share:DRUG GM` > 0.2 and 复购率 > 0.3",
        ),
        ("`and` > 1 and brand_share:Private < 1e30", "`and` > 1 and brand_share:Private < 1e30"),
        (
            "purchased ( category = ['婴儿','baby',], within='90d',at_least=2 )",
            "purchased(category = [\"婴儿\", \"baby\"], within = \"90d\", at_least = 2)",
        ),
        ("count(purchased(within = 90d)) >= 3", "count(purchased(within = 90d)) >= 3"),
        ("true", "true"),
    ];
    for (written, shown) in cases {
        let rule: Rule = written.parse().expect(written);
        assert_eq!(rule.to_string(), shown);
        assert_eq!(shown.parse::<Rule>().expect(shown), rule, "{shown}");
    }
}

#[test]
fn an_error_points_at_the_character() {
    let cases = [
        ("", 1, "a column, a function, a number or a text expected, found the end of the rule"),
        ("spend >", 8, "expected, found the end of the rule"),
        ("spend > 3 4", 11, "`and`, `or` or the end of the rule expected, found the number 4"),
        ("spend > 3 && recency < 2", 11, "`&` has no meaning in a rule: write `and`"),
        ("purchased（）", 10, "write `(`"),
        ("a > \"open", 5, "this text is not closed: \" is missing"),
        ("`open > 1", 1, "this name is not closed: ` is missing"),
        ("`` > 1", 1, "a name expected, found empty backticks"),
        ("1 < a < 3", 7, "a comparison has two sides"),
        ("a between 1", 12, "`and` (between has two ends"),
        ("a not 3", 7, "`in` or `between` expected"),
        ("a in 3", 6, "`[` (a list"),
        ("a in []", 7, "at least one value expected"),
        ("a in [1 2]", 9, "`,` or `]` expected"),
        ("(a > 1", 7, "`)` expected"),
        ("purchased(category = )", 22, "a value: a text, a number"),
        ("purchased(within = \"9d\" at_least = 2)", 25, "`,` or `)` expected"),
        ("a > 90x", 5, "a duration must be days or weeks, as 90d or 12w"),
        ("a > 99999999999w", 5, "a duration must be"),
        ("a > 1e99", 5, "a number must be plain and below 3.4e38"),
        (r#"a = "\q""#, 6, "an escape must be one of"),
        ("a and and b", 7, "expected, found `and`"),
        ("refund_share > 20%", 18, "0.2 for 20 %"),
        ("spend > ¥300", 9, "without its currency"),
    ];
    for (text, column, words) in cases {
        let (line, found, message) = refused(text);
        assert_eq!((line, found), (1, column), "{text}: {message}");
        assert!(message.contains(words), "{text}: {message}");
    }
    assert_eq!(refused("spend > 1\n  and 中文 ><\n").0, 2);
}

#[test]
fn length_depth_and_size_are_limited() {
    let long = format!("a = \"{}\"", "x".repeat(MAX_LENGTH));
    let deep = format!("{}a > 1{}", "(".repeat(MAX_DEPTH + 1), ")".repeat(MAX_DEPTH + 1));
    let denied = format!("{}a", "not ".repeat(MAX_DEPTH + 1));
    let negative = format!("a > {}1", "-".repeat(MAX_DEPTH + 1));
    let nested = format!("{}a{}", "f(".repeat(MAX_DEPTH + 1), ")".repeat(MAX_DEPTH + 1));
    let many = format!("a in [{}1]", "1,".repeat(2_000));
    for text in [&long, &deep, &denied, &negative, &nested, &many] {
        let error = Rule::parse(text).expect_err("too much");
        assert!(matches!(*error.fault, RuleFault::TooMuch { .. }), "{}", error.fault);
    }
    let just = format!("{}a > 1{}", "(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH));
    assert_eq!(Rule::parse(&just).expect("just so").to_string(), "a > 1");
    let wide = vec!["a > 1"; 400].join(" and ");
    assert!(Rule::parse(&wide).is_ok(), "a long row of conditions is not deep");
}

fn at_nowhere(node: Node) -> Expression {
    Expression { node, at: Span::default() }
}

fn number() -> impl Strategy<Value = Expression> {
    let numbers = prop_oneof![
        (0u32..100_000).prop_map(|n| n as f32),
        (0.0f32..1.0),
        prop::num::f32::POSITIVE.prop_filter("finite", |n| n.is_finite()),
    ];
    numbers.prop_map(|number| at_nowhere(Node::Number(number)))
}

fn value() -> impl Strategy<Value = Expression> {
    let negative = number().prop_map(|inner| at_nowhere(Node::Negative(Box::new(inner))));
    let text = "\\PC{0,8}|[\"'\\\\\n\t]{1,4}";
    let durations = (1u32..1000, any::<bool>())
        .prop_map(|(count, is_weeks)| at_nowhere(Node::Duration(Duration { count, is_weeks })));
    let texts = text.prop_map(|text| at_nowhere(Node::Text(text)));
    prop_oneof![number(), negative, texts, durations]
}

fn column() -> impl Strategy<Value = Expression> {
    let names = prop_oneof!["[a-z_]{1,6}", "[^`]{1,6}", "(and|or|not|in|between|true|False)"];
    names.prop_map(|name| at_nowhere(Node::Column(name)))
}

fn expression() -> impl Strategy<Value = Expression> {
    let truth = any::<bool>().prop_map(|truth| at_nowhere(Node::Truth(truth)));
    let unsigned = value().prop_filter("signs are parts of their own", |value| {
        !matches!(value.node, Node::Negative(_))
    });
    let leaf = prop_oneof![truth, unsigned, column()];
    leaf.prop_recursive(5, 60, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let several = || prop::collection::vec(inner.clone(), 2..4);
        let list = || prop::collection::vec(value(), 1..4);
        let order = prop_oneof![
            Just(Order::Less),
            Just(Order::AtMost),
            Just(Order::More),
            Just(Order::AtLeast),
            Just(Order::Equal),
            Just(Order::Unequal)
        ];
        let sums = prop_oneof![Just(Operation::Add), Just(Operation::Subtract)];
        let products = prop_oneof![Just(Operation::Multiply), Just(Operation::Divide)];
        let sum = (boxed(), prop::collection::vec((sums, inner.clone()), 1..4));
        let product = (boxed(), prop::collection::vec((products, inner.clone()), 1..4));
        let argument = (prop::option::of("[a-z]{1,4}|and|`?[ä ]{2}"), value(), list()).prop_map(
            |(name, value, list)| {
                let name = name.map(|name: String| name.replace('`', ""));
                match name {
                    Some(_) => Argument { name, value: at_nowhere(Node::List(list)) },
                    None => Argument { name, value },
                }
            },
        );
        let call = ("[a-z]{4,6}", prop::collection::vec(argument, 0..3)).prop_filter_map(
            "a keyword",
            |(name, arguments)| {
                let is_free = name != "between";
                is_free.then(|| at_nowhere(Node::Call(Call { name, arguments })))
            },
        );
        prop_oneof![
            boxed().prop_map(|inner| at_nowhere(Node::Not(inner))),
            boxed().prop_map(|inner| at_nowhere(Node::Negative(inner))),
            several().prop_map(|parts| at_nowhere(Node::All(parts))),
            several().prop_map(|parts| at_nowhere(Node::Any(parts))),
            (boxed(), order, boxed()).prop_map(|(l, o, r)| at_nowhere(Node::Compare(l, o, r))),
            sum.prop_map(|(first, rest)| at_nowhere(Node::Arithmetic(first, rest))),
            product.prop_map(|(first, rest)| at_nowhere(Node::Arithmetic(first, rest))),
            (boxed(), any::<bool>(), list())
                .prop_map(|(value, is_not, list)| at_nowhere(Node::Among { value, is_not, list })),
            (boxed(), any::<bool>(), boxed(), boxed()).prop_map(|(value, is_not, low, high)| {
                at_nowhere(Node::Between { value, is_not, low, high })
            }),
            call,
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn what_is_printed_is_read_as_the_same(expression in expression()) {
        let shown = expression.to_string();
        if shown.len() <= MAX_LENGTH {
            let read = Rule::parse(&shown);
            let read = read.map_err(|error| TestCaseError::fail(format!("{shown}: {error}")))?;
            prop_assert_eq!(read.expression(), &expression, "{}", shown);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC*") {
        let _ = Rule::parse(&text).map(|rule| rule.check(&Schema::open()));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = Rule::parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_row_of_words_makes_reader_or_check_panic(
        words in prop::collection::vec(prop::sample::select(WORDS), 0..30),
    ) {
        let text = words.concat();
        if let Ok(rule) = Rule::parse(&text) {
            let again = Rule::parse(&rule.to_string());
            prop_assert_eq!(again.as_ref(), Ok(&rule), "{}", text);
            let _ = rule.check(&Schema::default());
            if let Err(error) = rule.check(&Schema::open()) {
                prop_assert!(error.column <= text.chars().count() + 1);
            }
        }
    }
}

/// Pieces of rules: put together at random they come near to everything the reader knows.
const WORDS: &[&str] = &[
    " and ",
    " or ",
    "not ",
    " in ",
    " between ",
    "true",
    "(",
    ")",
    "[",
    "]",
    ",",
    " > ",
    "<=",
    "=",
    "!=",
    "+",
    "-",
    "*",
    "/",
    "1",
    "0.5",
    "90d",
    "\"90d\"",
    "\"茶\"",
    "'a",
    "spend",
    "`a b`",
    "purchased(",
    "category = ",
    "within = ",
    "before=",
    "at_least = ",
    "at_most=",
    "count(",
    "segment(",
    "in_segment(",
    "days_since(",
    "amount_at_least = ",
    "茶",
    "\\",
    "`",
    "．",
    "\n",
];

#[test]
fn a_rule_tells_every_column_it_asks_for() {
    let rule = "not (spend + -`p:taste:tea` / 2 > recency or tier in [\"high\"]) \
                and visits between 1 and last and count(purchased(category = \"tea\")) > 1 \
                and score != 3 and segment(\"vip\") and true";
    let rule = Rule::parse(rule).expect("a rule");
    let columns: Vec<&str> = rule.columns().into_iter().collect();
    assert_eq!(columns, ["last", "p:taste:tea", "recency", "score", "spend", "tier", "visits"]);
    assert!(Rule::parse("purchased()").expect("a rule").columns().is_empty());
}
