//! Who meets a condition: columns compared 64 users at a time, bits put together as bitmaps.

use std::collections::BTreeMap;
use std::sync::Arc;

use fenqun_base::{DataError, Labels};
use rayon::prelude::*;
use roaring::RoaringBitmap;

use super::condition::{Condition, Quantity};
use super::expression::{Operation, Order};
use super::facts::Facts;

/// Users compared by one thread at a time: the size of a container of a bitmap.
const CHUNK: usize = 1 << 16;

/// Rows of the users who meet a condition. `others` are the segments that it refers to.
///
/// # Errors
/// [`DataError::Parameter`] for a column, a segment or events that the facts do not have: a rule
/// that was checked against their schema has none of these.
pub fn members(
    condition: &Condition,
    facts: &dyn Facts,
    others: &BTreeMap<&str, RoaringBitmap>,
) -> Result<RoaringBitmap, DataError> {
    let n_users = facts.n_users();
    match condition {
        Condition::Always(truth) => Ok(if *truth { everyone(n_users) } else { none() }),
        Condition::Not(inner) => Ok(everyone(n_users) - members(inner, facts, others)?),
        Condition::All(parts) => {
            let mut all = everyone(n_users);
            for part in parts {
                if all.is_empty() {
                    break;
                }
                all &= members(part, facts, others)?;
            }
            Ok(all)
        }
        Condition::Any(parts) => {
            let mut any = none();
            for part in parts {
                any |= members(part, facts, others)?;
            }
            Ok(any)
        }
        Condition::Compare(left, order, right) => {
            let (left, right) = (Numbers::of(left, facts)?, Numbers::of(right, facts)?);
            Ok(compare(&left, *order, &right, n_users))
        }
        Condition::OneOf(value, numbers) => {
            let value = Numbers::of(value, facts)?;
            let is_one = |value: f32| numbers.binary_search_by(|one| one.total_cmp(&value)).is_ok();
            Ok(bits(n_users, |from, to| {
                // −0 and 0 are one number.
                value.chunk(from, to).into_iter().map(|value| is_one(value + 0.0)).collect()
            }))
        }
        Condition::Word(column, words) => {
            let found = facts.words(column).ok_or_else(|| missing("column", column))?;
            check_length(facts, found.codes.len())?;
            Ok(one_of_words(found, words, n_users))
        }
        Condition::Segment(name) => {
            others.get(name.as_str()).cloned().ok_or_else(|| missing("segment", name))
        }
    }
}

fn missing(name: &'static str, found: &str) -> DataError {
    let rule = "one that the facts hold: check rules against their schema first".to_owned();
    DataError::Parameter { name, rule, found: format!("`{found}`") }
}

fn check_length(facts: &dyn Facts, found: usize) -> Result<(), DataError> {
    let expected = facts.n_users();
    match found == expected {
        true => Ok(()),
        false => Err(DataError::WrongLength { what: "a column of facts", expected, found }),
    }
}

fn none() -> RoaringBitmap {
    RoaringBitmap::new()
}

fn everyone(n_users: usize) -> RoaringBitmap {
    let mut all = none();
    all.insert_range(0..n_users as u32);
    all
}

fn compare(left: &Numbers<'_>, order: Order, right: &Numbers<'_>, n_users: usize) -> RoaringBitmap {
    match (left, right) {
        (Numbers::Constant(left), Numbers::Constant(right)) => {
            if order.holds(*left, *right) {
                everyone(n_users)
            } else {
                none()
            }
        }
        (values, Numbers::Constant(bound)) => against(values, order, *bound, n_users),
        (Numbers::Constant(bound), values) => against(values, order.turned(), *bound, n_users),
        _ => bits(n_users, |from, to| {
            let (left, right) = (left.chunk(from, to), right.chunk(from, to));
            left.iter().zip(&right).map(|(&left, &right)| order.holds(left, right)).collect()
        }),
    }
}

/// Compares with one number: a loop for each order, so that none decides anew for every user.
fn against(values: &Numbers<'_>, order: Order, bound: f32, n_users: usize) -> RoaringBitmap {
    match order {
        Order::Less => each(values, n_users, |value| value < bound),
        Order::AtMost => each(values, n_users, |value| value <= bound),
        Order::More => each(values, n_users, |value| value > bound),
        Order::AtLeast => each(values, n_users, |value| value >= bound),
        Order::Equal => each(values, n_users, |value| value == bound),
        Order::Unequal => each(values, n_users, |value| Order::Unequal.holds(value, bound)),
    }
}

fn each(values: &Numbers<'_>, n_users: usize, is_in: impl Fn(f32) -> bool + Sync) -> RoaringBitmap {
    match values.slice() {
        Some(all) => packed(n_users, |from, to, bytes| pack(&all[from..to], bytes, &is_in)),
        None => packed(n_users, |from, to, bytes| pack(&values.chunk(from, to), bytes, &is_in)),
    }
}

fn bits(n_users: usize, chunk: impl Fn(usize, usize) -> Vec<bool> + Sync) -> RoaringBitmap {
    packed(n_users, |from, to, bytes| pack(&chunk(from, to), bytes, |is_in| is_in))
}

/// A bit a user, filled by chunks.
fn packed(n_users: usize, fill: impl Fn(usize, usize, &mut [u8]) + Sync) -> RoaringBitmap {
    let mut bytes = vec![0u8; n_users.div_ceil(8)];
    bytes.par_chunks_mut(CHUNK / 8).enumerate().for_each(|(at, bytes)| {
        let from = at * CHUNK;
        fill(from, (from + CHUNK).min(n_users), bytes);
    });
    RoaringBitmap::from_lsb0_bytes(0, &bytes)
}

fn pack<T: Copy>(values: &[T], bytes: &mut [u8], is_in: impl Fn(T) -> bool) {
    for (byte, values) in bytes.iter_mut().zip(values.chunks(8)) {
        for (bit, &value) in values.iter().enumerate() {
            *byte |= u8::from(is_in(value)) << bit;
        }
    }
}

fn one_of_words(column: &Labels, words: &[String], n_users: usize) -> RoaringBitmap {
    let mut is_in: Vec<bool> =
        column.classes.iter().map(|class| words.binary_search(class).is_ok()).collect();
    // Where nothing is known stands past all words, and is none of them.
    is_in.push(false);
    let unknown = is_in.len() - 1;
    let is_in = |code: u32| is_in[(code as usize).min(unknown)];
    packed(n_users, |from, to, bytes| pack(&column.codes[from..to], bytes, is_in))
}

/// A quantity with its columns at hand.
enum Numbers<'a> {
    Constant(f32),
    Column(&'a [f32]),
    Measured(Arc<Vec<f32>>),
    Negative(Box<Numbers<'a>>),
    Arithmetic(Box<Numbers<'a>>, Vec<(Operation, Numbers<'a>)>),
}

impl<'a> Numbers<'a> {
    fn of(quantity: &Quantity, facts: &'a dyn Facts) -> Result<Self, DataError> {
        let numbers = Self::looked_up(quantity, facts)?;
        if let Some(found) = numbers.slice().map(<[f32]>::len) {
            check_length(facts, found)?;
        }
        Ok(numbers)
    }

    fn looked_up(quantity: &Quantity, facts: &'a dyn Facts) -> Result<Self, DataError> {
        Ok(match quantity {
            Quantity::Number(number) => Self::Constant(*number),
            Quantity::Column(name) => {
                Self::Column(facts.numbers(name).ok_or_else(|| missing("column", name))?)
            }
            Quantity::Measure(measure, behaviour) => {
                let values = facts.measure(*measure, behaviour);
                Self::Measured(values.ok_or_else(|| missing("facts", "events"))?)
            }
            Quantity::Negative(inner) => Self::Negative(Box::new(Self::of(inner, facts)?)),
            Quantity::Arithmetic(first, rest) => {
                let first = Box::new(Self::of(first, facts)?);
                let rest = rest.iter().map(|(operation, value)| {
                    Self::of(value, facts).map(|value| (*operation, value))
                });
                Self::Arithmetic(first, rest.collect::<Result<_, _>>()?)
            }
        })
    }

    /// All values, where they lie ready.
    fn slice(&self) -> Option<&[f32]> {
        match self {
            Self::Column(values) => Some(values),
            Self::Measured(values) => Some(values),
            _ => None,
        }
    }

    /// Values of the users `from..to`.
    fn chunk(&self, from: usize, to: usize) -> Vec<f32> {
        match self {
            Self::Constant(number) => vec![*number; to - from],
            Self::Column(values) => values[from..to].to_vec(),
            Self::Measured(values) => values[from..to].to_vec(),
            Self::Negative(inner) => {
                let mut values = inner.chunk(from, to);
                values.iter_mut().for_each(|value| *value = -*value);
                values
            }
            Self::Arithmetic(first, rest) => {
                let mut values = first.chunk(from, to);
                for (operation, right) in rest {
                    let right = right.chunk(from, to);
                    for (value, right) in values.iter_mut().zip(right) {
                        *value = operation.apply(*value, right);
                    }
                }
                values
            }
        }
    }
}
