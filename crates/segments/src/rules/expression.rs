//! What a rule says, as a tree: no more than the text, nothing looked up yet.

use std::collections::BTreeSet;

use super::error::Span;

/// A part of a rule and where it stands. Two are equal when they say the same, wherever they
/// stand.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it says.
    pub node: Node,
    /// Where it stands.
    pub at: Span,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Expression {
    /// Adds the names of the columns that it asks for.
    pub(super) fn add_columns<'a>(&'a self, found: &mut BTreeSet<&'a str>) {
        let mut parts: Vec<&'a Expression> = Vec::new();
        match &self.node {
            Node::Truth(_) | Node::Number(_) | Node::Duration(_) | Node::Text(_) => {}
            Node::Column(name) => {
                found.insert(name);
            }
            Node::Call(call) => parts.extend(call.arguments.iter().map(|of| &of.value)),
            Node::Not(inner) | Node::Negative(inner) => parts.push(inner),
            Node::All(all) | Node::Any(all) | Node::List(all) => parts.extend(all),
            Node::Compare(left, _, right) => parts.extend([&**left, &**right]),
            Node::Arithmetic(first, rest) => {
                parts.push(first);
                parts.extend(rest.iter().map(|(_, value)| value));
            }
            Node::Among { value, list, .. } => {
                parts.push(value);
                parts.extend(list);
            }
            Node::Between { value, low, high, .. } => parts.extend([&**value, &**low, &**high]),
        }
        parts.into_iter().for_each(|part| part.add_columns(found));
    }
}

/// What a part of a rule says.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `true` or `false`.
    Truth(bool),
    /// A number, 0 or more.
    Number(f32),
    /// `90d`, `12w`.
    Duration(Duration),
    /// `"baby"`.
    Text(String),
    /// The name of a column, bare or in backticks.
    Column(String),
    /// `purchased(category = "baby")`.
    Call(Call),
    /// `not …`.
    Not(Box<Expression>),
    /// `-…`.
    Negative(Box<Expression>),
    /// `… and … and …`, two or more.
    All(Vec<Expression>),
    /// `… or … or …`, two or more.
    Any(Vec<Expression>),
    /// `… > …`.
    Compare(Box<Expression>, Order, Box<Expression>),
    /// `… + … - …` or `… * … / …`: a first value, then one or more operations of one level, from
    /// left to right.
    Arithmetic(Box<Expression>, Vec<(Operation, Expression)>),
    /// `… in […]`.
    Among {
        /// What is looked for.
        value: Box<Expression>,
        /// `not in`.
        is_not: bool,
        /// Numbers or texts.
        list: Vec<Expression>,
    },
    /// `… between … and …`, both ends included.
    Between {
        /// What is compared.
        value: Box<Expression>,
        /// `not between`.
        is_not: bool,
        /// Lower end.
        low: Box<Expression>,
        /// Upper end.
        high: Box<Expression>,
    },
    /// `["a", "b"]` as an argument.
    List(Vec<Expression>),
}

/// A length of time as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// How many.
    pub count: u32,
    /// Of seven days each, or of one.
    pub is_weeks: bool,
}

impl Duration {
    /// The length in days.
    #[must_use]
    pub fn days(self) -> u32 {
        self.count.saturating_mul(if self.is_weeks { 7 } else { 1 })
    }

    /// Reads `90d` or `12w`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (digits, is_weeks) = match text.strip_suffix('d') {
            Some(digits) => (digits, false),
            None => (text.strip_suffix('w')?, true),
        };
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        Some(Self { count: if is_number { digits.parse().ok()? } else { return None }, is_weeks })
    }
}

/// A function and what it is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its name.
    pub name: String,
    /// In the order written.
    pub arguments: Vec<Argument>,
}

/// One argument.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// `category` in `category = "baby"`; `None` for a bare value.
    pub name: Option<String>,
    /// What it is given.
    pub value: Expression,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
    /// `!=`
    Unequal,
}

impl Order {
    /// As written.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "=",
            Self::Unequal => "!=",
        }
    }

    /// Whether it holds of two numbers. Nothing holds of a missing number, not even `!=`.
    #[must_use]
    pub fn holds(self, left: f32, right: f32) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
            Self::Equal => left == right,
            Self::Unequal => left != right && !left.is_nan() && !right.is_nan(),
        }
    }

    /// The order that holds of (right, left) when this one holds of (left, right).
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Self::Less => Self::More,
            Self::AtMost => Self::AtLeast,
            Self::More => Self::Less,
            Self::AtLeast => Self::AtMost,
            same => same,
        }
    }
}

/// How two numbers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Operation {
    /// As written.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }

    /// The result; missing where it is no finite number, as after a division by 0.
    #[must_use]
    pub fn apply(self, left: f32, right: f32) -> f32 {
        let result = match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide => left / right,
        };
        if result.is_finite() { result } else { f32::NAN }
    }
}
