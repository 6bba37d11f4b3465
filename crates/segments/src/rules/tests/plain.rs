//! The same questions answered the plain way: user by user, event by event.

use fenqun_base::{Action, Event, NO_CODE};

use super::{AS_OF, DAY, catalogue, texts};
use crate::rules::{
    Behaviour, Condition, FactTable, Facts, Measure, NEVER, Operation, Order, Quantity,
};

pub(super) fn is_member(
    condition: &Condition,
    row: usize,
    facts: &FactTable,
    events: &[(usize, Event)],
) -> bool {
    let number = |quantity: &Quantity| quantity_of(quantity, row, facts, events);
    match condition {
        Condition::Always(truth) => *truth,
        Condition::Not(inner) => !is_member(inner, row, facts, events),
        Condition::All(parts) => parts.iter().all(|part| is_member(part, row, facts, events)),
        Condition::Any(parts) => parts.iter().any(|part| is_member(part, row, facts, events)),
        Condition::Compare(left, order, right) => {
            let (left, right) = (number(left), number(right));
            !left.is_nan()
                && !right.is_nan()
                && match order {
                    Order::Less => left < right,
                    Order::AtMost => left <= right,
                    Order::More => left > right,
                    Order::AtLeast => left >= right,
                    Order::Equal => left == right,
                    Order::Unequal => left != right,
                }
        }
        Condition::OneOf(value, list) => list.contains(&number(value)),
        Condition::Word(column, list) => {
            let words = facts.words(column).expect("a column that was checked");
            words.classes.get(words.codes[row] as usize).is_some_and(|word| list.contains(word))
        }
        Condition::Segment(_) => unreachable!("these rules refer to none"),
    }
}

fn quantity_of(
    quantity: &Quantity,
    row: usize,
    facts: &FactTable,
    events: &[(usize, Event)],
) -> f32 {
    let number = |quantity: &Quantity| quantity_of(quantity, row, facts, events);
    match quantity {
        Quantity::Number(number) => *number,
        Quantity::Column(name) => facts.numbers(name).expect("a column that was checked")[row],
        Quantity::Negative(inner) => -number(inner),
        Quantity::Arithmetic(first, rest) => {
            rest.iter().fold(number(first), |left, (operation, right)| {
                let right = number(right);
                let result = match operation {
                    Operation::Add => left + right,
                    Operation::Subtract => left - right,
                    Operation::Multiply => left * right,
                    Operation::Divide => left / right,
                };
                if result.is_finite() { result } else { f32::NAN }
            })
        }
        Quantity::Measure(measure, behaviour) => {
            let own = events.iter().filter(|(of, event)| *of == row && fits(behaviour, event));
            let own: Vec<&Event> = own.map(|(_, event)| event).collect();
            match measure {
                Measure::Count => own.len() as f32,
                Measure::Amount => {
                    let signed = |event: &&Event| match (behaviour.action, event.action()) {
                        (None, Action::Refund) => event.amount(),
                        _ => event.amount().abs(),
                    };
                    own.iter().map(signed).sum::<f64>() as f32
                }
                Measure::DaysSince => {
                    let newest = own.iter().map(|event| AS_OF - event.time).min();
                    newest.map_or(NEVER, |age| (age as f64 / DAY as f64).ceil() as f32)
                }
            }
        }
    }
}

fn fits(behaviour: &Behaviour, event: &Event) -> bool {
    let (catalogue, texts) = (catalogue(), texts());
    let item = event.item().map(|code| &catalogue.items[code]);
    let is_one = |names: &[String], found: &[&str]| {
        let found: Vec<String> = found.iter().map(|name| name.to_lowercase()).collect();
        names.is_empty() || names.iter().any(|name| found.contains(name))
    };
    let path: Vec<&str> =
        item.map_or(Vec::new(), |item| item.category.iter().map(String::as_str).collect());
    let said = (event.text != NO_CODE).then(|| texts[event.text as usize].to_lowercase());
    let title = item.map(|item| item.title.to_lowercase());
    let holds = |text: &Option<String>, word: &String| {
        text.as_ref().is_some_and(|text| text.contains(word.as_str()))
    };
    let age = AS_OF - event.time;
    age > 0
        && behaviour.action.is_none_or(|action| action == event.action())
        && is_one(&behaviour.categories, &path)
        && is_one(&behaviour.brands, &item.map_or(Vec::new(), |item| vec![item.brand.as_str()]))
        && (behaviour.items.is_empty()
            || item.is_some_and(|item| behaviour.items.contains(&item.id)))
        && (behaviour.contains.is_empty()
            || behaviour.contains.iter().any(|word| holds(&said, word) || holds(&title, word)))
        && behaviour.within.is_none_or(|days| age <= i64::from(days) * DAY)
        && behaviour.before.is_none_or(|days| age > i64::from(days) * DAY)
}
