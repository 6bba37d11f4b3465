//! Questions about behaviour: `purchased(category = "tea", within = "90d", at_least = 2)`.

use std::collections::BTreeMap;

use fenqun_base::Action;

use super::check::Checker;
use super::condition::{Behaviour, Condition, Measure, Quantity};
use super::error::{RuleError, RuleFault, Span};
use super::expression::{Argument, Call, Duration, Expression, Node, Order};
use super::schema::nearest;
use super::token::duration_rule;

/// Every function that asks about behaviour, and the action it asks about; `None` is any.
pub const ACTIONS: [(&str, Option<Action>); 12] = [
    ("purchased", Some(Action::Purchase)),
    ("viewed", Some(Action::View)),
    ("favourited", Some(Action::Favourite)),
    ("carted", Some(Action::Cart)),
    ("uncarted", Some(Action::Uncart)),
    ("refunded", Some(Action::Refund)),
    ("searched", Some(Action::Search)),
    ("reviewed", Some(Action::Review)),
    ("visited", Some(Action::Visit)),
    ("used_coupon", Some(Action::Coupon)),
    ("contacted", Some(Action::Contact)),
    ("acted", None),
];

/// Functions that are no question about behaviour themselves.
const OTHERS: [&str; 5] = ["segment", "in_segment", "count", "amount", "days_since"];

/// Arguments that choose events.
const FILTERS: [&str; 6] = ["category", "item", "brand", "contains", "within", "before"];

/// Arguments that ask how many events or how much money there must be.
const BOUNDS: [&str; 4] = ["at_least", "at_most", "amount_at_least", "amount_at_most"];

/// Largest number of events that can be asked for: 32-bit numbers count exactly up to it.
const MOST_EVENTS: f32 = 16_777_216.0;

pub(super) fn is_action(name: &str) -> bool {
    ACTIONS.iter().any(|(known, _)| *known == name)
}

/// Names of all functions.
pub(super) fn functions() -> impl Iterator<Item = &'static str> {
    ACTIONS.iter().map(|(name, _)| *name).chain(OTHERS)
}

/// Behaviour as a yes or no: at least one event, unless bounds are given.
pub(super) fn condition(
    checker: &Checker<'_>,
    at: Span,
    call: &Call,
) -> Result<Condition, RuleError> {
    let reader = Reader { checker, function: &call.name, takes_bounds: true };
    let (behaviour, bounds) = reader.read(at, call)?;
    if bounds.is_empty() {
        let count = Quantity::Measure(Measure::Count, behaviour);
        return Ok(Condition::Compare(count, Order::AtLeast, Quantity::Number(1.0)));
    }
    let compare = |(measure, order, number): &(Measure, Order, f32)| {
        let quantity = Quantity::Measure(*measure, behaviour.clone());
        Condition::Compare(quantity, *order, Quantity::Number(*number))
    };
    let mut conditions: Vec<Condition> = bounds.iter().map(compare).collect();
    Ok(match conditions.len() {
        1 => conditions.remove(0),
        _ => Condition::All(conditions),
    })
}

/// Behaviour that a function such as `count` measures.
pub(super) fn plain(
    checker: &Checker<'_>,
    at: Span,
    call: &Call,
    function: &str,
) -> Result<Behaviour, RuleError> {
    if let Some(argument) = call.arguments.iter().find(|argument| is_bound(argument)) {
        let found = format!("already a yes or no: leave it out and compare {function}(…) instead");
        return Err(checker.wrong_type(argument.value.at, "a filter", found));
    }
    let reader = Reader { checker, function: &call.name, takes_bounds: false };
    Ok(reader.read(at, call)?.0)
}

fn is_bound(argument: &Argument) -> bool {
    argument.name.as_deref().is_some_and(|name| BOUNDS.contains(&name))
}

type Bounds = Vec<(Measure, Order, f32)>;

struct Reader<'a> {
    checker: &'a Checker<'a>,
    function: &'a str,
    takes_bounds: bool,
}

impl Reader<'_> {
    fn read(&self, at: Span, call: &Call) -> Result<(Behaviour, Bounds), RuleError> {
        if !self.checker.schema.has_events {
            let found = "a question about events, and no events are at hand".to_owned();
            return Err(self.checker.wrong_type(at, "a column", found));
        }
        let action = ACTIONS.iter().find(|(name, _)| *name == call.name).and_then(|known| known.1);
        let mut behaviour = Behaviour { action, ..Behaviour::default() };
        let mut bounds = Bounds::new();
        let mut seen: Vec<&str> = Vec::new();
        for argument in &call.arguments {
            let value = &argument.value;
            let Some(name) = argument.name.as_deref() else {
                let found = format!("a bare value: name it, as in {}(category = …)", self.function);
                return Err(self.checker.wrong_type(value.at, "a named argument", found));
            };
            if seen.contains(&name) {
                let fault = RuleFault::Twice { name: name.to_owned() };
                return Err(self.checker.error(value.at, fault));
            }
            seen.push(name);
            let shop = self.checker.schema.shop.as_ref();
            match name {
                "category" => {
                    let known = shop.map(|shop| &shop.categories);
                    behaviour.categories = self.named("category", value, known)?;
                }
                "brand" => {
                    behaviour.brands = self.named("brand", value, shop.map(|shop| &shop.brands))?;
                }
                "item" => behaviour.items = self.items(value)?,
                "contains" => behaviour.contains = self.folded(value)?,
                "within" => behaviour.within = Some(self.days(value)?),
                "before" => behaviour.before = Some(self.days(value)?),
                "at_least" => {
                    bounds.push((Measure::Count, Order::AtLeast, self.count(value, 1.0)?));
                }
                "at_most" => bounds.push((Measure::Count, Order::AtMost, self.count(value, 0.0)?)),
                "amount_at_least" => {
                    bounds.push((Measure::Amount, Order::AtLeast, self.number(value)?));
                }
                "amount_at_most" => {
                    bounds.push((Measure::Amount, Order::AtMost, self.number(value)?));
                }
                _ => return Err(self.unknown_argument(name, value.at)),
            }
        }
        self.possible(at, &behaviour, &bounds)?;
        Ok((behaviour, bounds))
    }

    fn possible(&self, at: Span, behaviour: &Behaviour, bounds: &Bounds) -> Result<(), RuleError> {
        let refused =
            |reason: String| Err(self.checker.error(at, RuleFault::Impossible { reason }));
        if let (Some(within), Some(before)) = (behaviour.within, behaviour.before)
            && before >= within
        {
            return refused(format!(
                "no event is within {within} days and more than {before} days ago"
            ));
        }
        for measure in [Measure::Count, Measure::Amount] {
            let bound = |order: Order| {
                let is_it = |bound: &&(Measure, Order, f32)| bound.0 == measure && bound.1 == order;
                bounds.iter().find(is_it).map(|bound| bound.2)
            };
            if let (Some(least), Some(most)) = (bound(Order::AtLeast), bound(Order::AtMost))
                && least > most
            {
                return refused(format!("at least {least} and at most {most}"));
            }
        }
        Ok(())
    }

    fn unknown_argument(&self, name: &str, at: Span) -> RuleError {
        let bounds: &[&str] = if self.takes_bounds { &BOUNDS } else { &[] };
        let all: Vec<&str> = FILTERS.iter().chain(bounds).copied().collect();
        let fault = RuleFault::Argument {
            function: self.function.to_owned(),
            name: name.to_owned(),
            near: nearest(name, all.iter()),
            takes: all.join(", "),
        };
        self.checker.error(at, fault)
    }

    /// One text or a list of them, with their places.
    fn texts<'a>(&self, value: &'a Expression) -> Result<Vec<(&'a str, Span)>, RuleError> {
        let one = |item: &'a Expression| match &item.node {
            Node::Text(text) if !text.trim().is_empty() => Ok((text.as_str(), item.at)),
            Node::Text(_) => {
                Err(self.checker.wrong_type(item.at, "a text", "an empty one".to_owned()))
            }
            _ => {
                let found = "none: texts stand in quotes".to_owned();
                Err(self.checker.wrong_type(item.at, "a text or a list of texts", found))
            }
        };
        match &value.node {
            Node::List(list) => list.iter().map(one).collect(),
            _ => Ok(vec![one(value)?]),
        }
    }

    /// Names that the shop knows, in lower case.
    fn named(
        &self,
        what: &'static str,
        value: &Expression,
        known: Option<&BTreeMap<String, String>>,
    ) -> Result<Vec<String>, RuleError> {
        let mut names = Vec::new();
        for (text, at) in self.texts(value)? {
            let name = text.to_lowercase();
            if let Some(known) = known
                && !known.contains_key(&name)
            {
                let near = nearest(text, known.values());
                return Err(self.checker.unknown(what, text.to_owned(), near, at));
            }
            names.push(name);
        }
        Ok(in_order(names))
    }

    fn items(&self, value: &Expression) -> Result<Vec<String>, RuleError> {
        let mut items = Vec::new();
        for (text, at) in self.texts(value)? {
            if let Some(shop) = &self.checker.schema.shop
                && !shop.items.contains(text)
            {
                let near = nearest(text, shop.items.iter());
                return Err(self.checker.unknown("item", text.to_owned(), near, at));
            }
            items.push(text.to_owned());
        }
        Ok(in_order(items))
    }

    fn folded(&self, value: &Expression) -> Result<Vec<String>, RuleError> {
        let texts = self.texts(value)?.into_iter();
        Ok(in_order(texts.map(|(text, _)| text.to_lowercase()).collect()))
    }

    fn days(&self, value: &Expression) -> Result<u32, RuleError> {
        let duration = match &value.node {
            Node::Duration(duration) => Some(*duration),
            Node::Text(text) => Duration::parse(text.trim()),
            _ => None,
        };
        let days = duration.map(Duration::days);
        match days.filter(|days| (1..=super::limits::MAX_DAYS).contains(days)) {
            Some(days) => Ok(days),
            None => {
                let (what, found) = ("a window", format!("{value}"));
                let fault = RuleFault::Value { what, rule: duration_rule(), found };
                Err(self.checker.error(value.at, fault))
            }
        }
    }

    fn number(&self, value: &Expression) -> Result<f32, RuleError> {
        match &value.node {
            Node::Number(number) => Ok(*number),
            Node::Negative(inner) => match inner.node {
                Node::Number(number) => Ok(-number),
                _ => Err(self.no_number(value)),
            },
            _ => Err(self.no_number(value)),
        }
    }

    fn no_number(&self, value: &Expression) -> RuleError {
        self.checker.wrong_type(value.at, "a number", "none: numbers stand without quotes".into())
    }

    fn count(&self, value: &Expression, least: f32) -> Result<f32, RuleError> {
        let number = self.number(value)?;
        if number.fract() == 0.0 && (least..=MOST_EVENTS).contains(&number) {
            return Ok(number);
        }
        let rule = format!("a whole number, {least} or more");
        let (what, found) = ("a number of events", format!("{number}"));
        Err(self.checker.error(value.at, RuleFault::Value { what, rule, found }))
    }
}

/// Sorted, each once: two rules that ask the same share the answer.
fn in_order(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    names
}
