//! From what a rule says to what it means: every name looked up, every type right.

use super::behaviour_call::{self, is_action};
use super::condition::{Condition, Measure, Quantity};
use super::error::{RuleError, RuleFault, Span};
use super::expression::{Call, Expression, Node, Order};
use super::limits::MAX_BEHAVIOURS;
use super::schema::{Schema, nearest};

/// What a rule means to users of a schema.
pub(super) fn check(
    text: &str,
    expression: &Expression,
    schema: &Schema,
) -> Result<Condition, RuleError> {
    let checker = Checker { text, schema };
    let condition = checker.condition(expression)?;
    if condition.behaviours().len() > MAX_BEHAVIOURS {
        let what = "different questions about behaviour";
        let fault = RuleFault::TooMuch { what, most: MAX_BEHAVIOURS };
        return Err(checker.error(expression.at, fault));
    }
    Ok(condition)
}

pub(super) struct Checker<'a> {
    pub(super) text: &'a str,
    pub(super) schema: &'a Schema,
}

/// What a value is.
enum Value {
    Number(Quantity),
    /// A text as written.
    Text(String),
    /// A column of words.
    Words(String),
    /// A column of which nothing is known.
    Open(String),
    Truth,
}

impl Checker<'_> {
    fn condition(&self, expression: &Expression) -> Result<Condition, RuleError> {
        let parts = |parts: &[Expression]| -> Result<Vec<Condition>, RuleError> {
            parts.iter().map(|part| self.condition(part)).collect()
        };
        let negated = |is_not: bool, condition: Condition| match is_not {
            true => Condition::Not(Box::new(condition)),
            false => condition,
        };
        match &expression.node {
            Node::Truth(truth) => Ok(Condition::Always(*truth)),
            Node::Not(inner) => Ok(negated(true, self.condition(inner)?)),
            Node::All(all) => Ok(Condition::All(parts(all)?)),
            Node::Any(any) => Ok(Condition::Any(parts(any)?)),
            Node::Compare(left, order, right) => self.compare(left, *order, right),
            Node::Among { value, is_not, list } => Ok(negated(*is_not, self.among(value, list)?)),
            Node::Between { value, is_not, low, high } => {
                let value = self.number(value)?;
                let (low_at, low, high) = (low.at, self.number(low)?, self.number(high)?);
                if let (Quantity::Number(low), Quantity::Number(high)) = (&low, &high)
                    && low > high
                {
                    let reason = format!("{low} is more than {high}: exchange the two ends");
                    return Err(self.error(low_at, RuleFault::Impossible { reason }));
                }
                let from = Condition::Compare(value.clone(), Order::AtLeast, low);
                let to = Condition::Compare(value, Order::AtMost, high);
                Ok(negated(*is_not, Condition::All(vec![from, to])))
            }
            Node::Call(call) => self.yes_or_no(expression.at, call),
            _ => Err(self.no_question(expression)),
        }
    }

    /// What stands where a yes or no should.
    fn no_question(&self, expression: &Expression) -> RuleError {
        let found = match self.value(expression) {
            Err(error) => return error,
            Ok(Value::Number(_)) => "a number: compare it, as in spend > 300",
            Ok(Value::Text(_)) => "a text: compare a column with it",
            Ok(Value::Words(_)) => "a column of words: compare it, as in … = \"word\"",
            Ok(Value::Open(_)) => "a column: compare it, as in spend > 300",
            Ok(Value::Truth) => "something else",
        };
        self.wrong_type(expression.at, "a yes or no", found.to_owned())
    }

    fn compare(
        &self,
        left: &Expression,
        order: Order,
        right: &Expression,
    ) -> Result<Condition, RuleError> {
        let values = (self.value(left)?, self.value(right)?);
        let (column, column_at, word, word_at) = match values {
            (Value::Words(column) | Value::Open(column), Value::Text(word)) => {
                (column, left.at, word, right.at)
            }
            (Value::Text(word), Value::Words(column) | Value::Open(column)) => {
                (column, right.at, word, left.at)
            }
            (left_value, right_value) => {
                let left = self.as_number(left_value, left.at)?;
                let right = self.as_number(right_value, right.at)?;
                return Ok(Condition::Compare(left, order, right));
            }
        };
        let known = self.word(&column, word, word_at)?;
        match order {
            Order::Equal => Ok(Condition::Word(column, vec![known])),
            // Whoever has no word is not told apart by `!=` either: nothing holds of the missing.
            Order::Unequal => {
                let is = Condition::Word(column.clone(), vec![known]);
                let all = self.schema.words.get(&column);
                let has_one = Condition::Word(column, all.into_iter().flatten().cloned().collect());
                Ok(Condition::All(vec![has_one, Condition::Not(Box::new(is))]))
            }
            _ => {
                let found = format!(
                    "a column of words: use =, != or in, or compare a number with `{}`",
                    order.sign()
                );
                Err(self.wrong_type(column_at, "a number", found))
            }
        }
    }

    fn among(&self, value: &Expression, list: &[Expression]) -> Result<Condition, RuleError> {
        let is_text = |item: &Expression| matches!(item.node, Node::Text(_));
        match self.value(value)? {
            Value::Words(column) | Value::Open(column) if list.iter().all(is_text) => {
                let mut words = Vec::with_capacity(list.len());
                for item in list {
                    let Node::Text(word) = &item.node else { continue };
                    words.push(self.word(&column, word.clone(), item.at)?);
                }
                words.sort_unstable();
                words.dedup();
                Ok(Condition::Word(column, words))
            }
            Value::Words(_) => {
                let at = list.iter().find(|item| !is_text(item)).map_or(value.at, |item| item.at);
                Err(self.wrong_type(at, "a text", "no text, and the column holds words".into()))
            }
            other => {
                let quantity = self.as_number(other, value.at)?;
                let mut numbers = Vec::with_capacity(list.len());
                for item in list {
                    // −0 and 0 are one number.
                    numbers.push(self.constant(item)? + 0.0);
                }
                numbers.sort_unstable_by(f32::total_cmp);
                numbers.dedup();
                Ok(Condition::OneOf(quantity, numbers))
            }
        }
    }

    /// A function where a yes or no should stand.
    fn yes_or_no(&self, at: Span, call: &Call) -> Result<Condition, RuleError> {
        match call.name.as_str() {
            "segment" => {
                let (name, name_at) = self.only_text(at, call)?;
                if !self.schema.defined.contains(&name) {
                    let near = nearest(&name, self.schema.defined.iter());
                    return Err(self.unknown("segment", name, near, name_at));
                }
                Ok(Condition::Segment(name))
            }
            "in_segment" => self.own_segment(at, call),
            name if is_action(name) => behaviour_call::condition(self, at, call),
            "count" | "amount" | "days_since" => {
                let found = format!("a number: compare it, as in {}(…) > 3", call.name);
                Err(self.wrong_type(at, "a yes or no", found))
            }
            _ => Err(self.unknown_function(at, call)),
        }
    }

    /// `in_segment(4)` or `in_segment("High value · pets")`: a segment that the run found.
    fn own_segment(&self, at: Span, call: &Call) -> Result<Condition, RuleError> {
        let number = Quantity::Column("segment_number".into());
        let is =
            |code: u32| Condition::Compare(number, Order::Equal, Quantity::Number(code as f32));
        if let [argument] = &call.arguments[..]
            && argument.name.is_none()
            && let Node::Number(code) = argument.value.node
        {
            let code_at = argument.value.at;
            if code.fract() != 0.0 || code >= 1e6 {
                let (what, found) = ("the number of a segment", code.to_string());
                let rule = "a whole number below 1000000".into();
                return Err(self.error(code_at, RuleFault::Value { what, rule, found }));
            }
            if let Some(own) = &self.schema.own_segments
                && !own.iter().any(|(known, _)| *known == code as u32)
            {
                return Err(self.unknown("segment of this run", code.to_string(), None, code_at));
            }
            return Ok(is(code as u32));
        }
        let (name, name_at) = self.only_text(at, call)?;
        let Some(own) = &self.schema.own_segments else {
            return Ok(Condition::Word("segment_name".into(), vec![name]));
        };
        // As tables show it: the number, then the name.
        let numbered = |(code, known): &&(u32, String)| {
            *known == name || name.strip_prefix(&code.to_string()).map(str::trim) == Some(known)
        };
        match own.iter().find(numbered) {
            Some(&(code, _)) => Ok(is(code)),
            None => {
                let near = nearest(&name, own.iter().map(|(_, known)| known));
                Err(self.unknown("segment of this run", name, near, name_at))
            }
        }
    }

    fn number(&self, expression: &Expression) -> Result<Quantity, RuleError> {
        let value = self.value(expression)?;
        self.as_number(value, expression.at)
    }

    fn as_number(&self, value: Value, at: Span) -> Result<Quantity, RuleError> {
        let found = match value {
            Value::Number(quantity) => return Ok(quantity),
            Value::Open(column) => return Ok(Quantity::Column(column)),
            Value::Text(_) => "a text: numbers stand without quotes".to_owned(),
            Value::Words(column) => format!("the words of `{column}`: compare them with a text"),
            Value::Truth => "a yes or no".to_owned(),
        };
        Err(self.wrong_type(at, "a number", found))
    }

    /// A number as written.
    fn constant(&self, expression: &Expression) -> Result<f32, RuleError> {
        match self.number(expression)? {
            Quantity::Number(number) => Ok(number),
            _ => Err(self.wrong_type(expression.at, "a plain number", "none".into())),
        }
    }

    fn value(&self, expression: &Expression) -> Result<Value, RuleError> {
        let value = match &expression.node {
            Node::Number(number) => Quantity::Number(*number),
            Node::Duration(duration) => Quantity::Number(duration.days() as f32),
            Node::Text(text) => return Ok(Value::Text(text.clone())),
            Node::Column(name) => return self.column(name, expression.at),
            Node::Negative(inner) => match self.number(inner)? {
                Quantity::Number(number) => Quantity::Number(-number),
                other => Quantity::Negative(Box::new(other)),
            },
            Node::Arithmetic(first, rest) => {
                let first = Box::new(self.number(first)?);
                let rest = rest
                    .iter()
                    .map(|(operation, value)| self.number(value).map(|value| (*operation, value)));
                Quantity::Arithmetic(first, rest.collect::<Result<_, _>>()?)
            }
            Node::Call(call) => return self.called(expression, call),
            Node::Truth(_)
            | Node::Not(_)
            | Node::All(_)
            | Node::Any(_)
            | Node::Compare(..)
            | Node::Among { .. }
            | Node::Between { .. } => {
                // What is wrong inside is told first.
                self.condition(expression)?;
                return Ok(Value::Truth);
            }
            Node::List(_) => {
                let found = "a list: lists follow `in`".to_owned();
                return Err(self.wrong_type(expression.at, "one value", found));
            }
        };
        Ok(Value::Number(value))
    }

    /// A function where a value should stand.
    fn called(&self, expression: &Expression, call: &Call) -> Result<Value, RuleError> {
        let measure = match call.name.as_str() {
            "count" => Measure::Count,
            "amount" => Measure::Amount,
            "days_since" => Measure::DaysSince,
            name if is_action(name) => {
                self.condition(expression)?;
                let found = format!("a yes or no: write count({name}(…)) for how often");
                return Err(self.wrong_type(expression.at, "a number", found));
            }
            "segment" | "in_segment" => {
                self.condition(expression)?;
                return Ok(Value::Truth);
            }
            _ => return Err(self.unknown_function(expression.at, call)),
        };
        let inner = match &call.arguments[..] {
            [only] if only.name.is_none() => &only.value,
            _ => {
                let (expected, found) = (
                    "one behaviour, as in count(purchased(category = \"tea\"))",
                    "something else".to_owned(),
                );
                return Err(self.wrong_type(expression.at, expected, found));
            }
        };
        let Node::Call(inner_call) = &inner.node else {
            let expected = "a behaviour, as in purchased(category = \"tea\")";
            return Err(self.wrong_type(inner.at, expected, "none".into()));
        };
        if !is_action(&inner_call.name) {
            return Err(self.unknown_function(inner.at, inner_call));
        }
        let behaviour = behaviour_call::plain(self, inner.at, inner_call, &call.name)?;
        Ok(Value::Number(Quantity::Measure(measure, behaviour)))
    }

    fn column(&self, name: &str, at: Span) -> Result<Value, RuleError> {
        if self.schema.numbers.contains(name) {
            Ok(Value::Number(Quantity::Column(name.to_owned())))
        } else if self.schema.words.contains_key(name) {
            Ok(Value::Words(name.to_owned()))
        } else if self.schema.is_open {
            Ok(Value::Open(name.to_owned()))
        } else {
            let near = self.schema.nearest_column(name);
            Err(self.unknown("column", name.to_owned(), near, at))
        }
    }

    /// A word that the column holds.
    fn word(&self, column: &str, word: String, at: Span) -> Result<String, RuleError> {
        match self.schema.words.get(column) {
            Some(words) if !words.contains(&word) => {
                let near = nearest(&word, words.iter());
                Err(self.unknown("word of this column", word, near, at))
            }
            _ => Ok(word),
        }
    }

    fn only_text(&self, at: Span, call: &Call) -> Result<(String, Span), RuleError> {
        if let [argument] = &call.arguments[..]
            && argument.name.is_none()
            && let Node::Text(text) = &argument.value.node
        {
            return Ok((text.clone(), argument.value.at));
        }
        let found = format!("something else: write {}(\"name\")", call.name);
        Err(self.wrong_type(at, "one name in quotes", found))
    }

    fn unknown_function(&self, at: Span, call: &Call) -> RuleError {
        let near = nearest(&call.name, behaviour_call::functions());
        let at = Span { start: at.start, end: at.start + call.name.len() };
        self.unknown("function", call.name.clone(), near, at)
    }

    pub(super) fn unknown(
        &self,
        what: &'static str,
        name: String,
        near: Option<String>,
        at: Span,
    ) -> RuleError {
        self.error(at, RuleFault::Unknown { what, name, near })
    }

    pub(super) fn wrong_type(&self, at: Span, expected: &'static str, found: String) -> RuleError {
        self.error(at, RuleFault::Type { expected, found })
    }

    pub(super) fn error(&self, at: Span, fault: RuleFault) -> RuleError {
        RuleError::new(self.text, at, fault)
    }
}
