//! The canonical form of a rule: reading it again gives the same tree.

use std::fmt;

use super::expression::{Argument, Duration, Expression, Node, Operation};
use super::token::is_bare;

/// How tightly a part holds together, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hold {
    Any,
    All,
    Not,
    Comparison,
    Sum,
    Product,
    Negative,
    Value,
}

impl Expression {
    fn hold(&self) -> Hold {
        match &self.node {
            Node::Any(_) => Hold::Any,
            Node::All(_) => Hold::All,
            Node::Not(_) => Hold::Not,
            Node::Compare(..) | Node::Among { .. } | Node::Between { .. } => Hold::Comparison,
            Node::Arithmetic(_, rest) => match rest.first() {
                Some((Operation::Add | Operation::Subtract, _)) => Hold::Sum,
                _ => Hold::Product,
            },
            Node::Negative(_) => Hold::Negative,
            _ => Hold::Value,
        }
    }

    /// Writes this part, in parentheses unless it holds at least so tightly.
    fn write(&self, f: &mut fmt::Formatter<'_>, least: Hold) -> fmt::Result {
        if self.hold() < least { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::Truth(truth) => write!(f, "{truth}"),
            // Plain digits would make a rule of large numbers longer than a rule may be.
            Node::Number(number) if *number >= 1e9 || (*number > 0.0 && *number < 1e-5) => {
                write!(f, "{number:e}")
            }
            Node::Number(number) => write!(f, "{number}"),
            Node::Duration(duration) => write!(f, "{duration}"),
            Node::Text(text) => write_text(f, text),
            Node::Column(name) if is_bare(name) => f.write_str(name),
            Node::Column(name) => write!(f, "`{name}`"),
            Node::Call(call) => {
                write!(f, "{}(", call.name)?;
                separated(f, ", ", &call.arguments, |f, argument| write!(f, "{argument}"))?;
                f.write_str(")")
            }
            Node::Not(inner) => {
                f.write_str("not ")?;
                inner.write(f, Hold::Not)
            }
            Node::Negative(inner) => {
                f.write_str("-")?;
                inner.write(f, Hold::Negative)
            }
            Node::All(parts) => separated(f, " and ", parts, |f, part| part.write(f, Hold::Not)),
            Node::Any(parts) => separated(f, " or ", parts, |f, part| part.write(f, Hold::All)),
            Node::Compare(left, order, right) => {
                left.write(f, Hold::Sum)?;
                write!(f, " {} ", order.sign())?;
                right.write(f, Hold::Sum)
            }
            Node::Arithmetic(first, rest) => {
                let least = if self.hold() == Hold::Sum { Hold::Product } else { Hold::Negative };
                first.write(f, least)?;
                for (operation, value) in rest {
                    write!(f, " {} ", operation.sign())?;
                    value.write(f, least)?;
                }
                Ok(())
            }
            Node::Among { value, is_not, list } => {
                value.write(f, Hold::Sum)?;
                f.write_str(if *is_not { " not in " } else { " in " })?;
                write_list(f, list)
            }
            Node::Between { value, is_not, low, high } => {
                value.write(f, Hold::Sum)?;
                f.write_str(if *is_not { " not between " } else { " between " })?;
                low.write(f, Hold::Sum)?;
                f.write_str(" and ")?;
                high.write(f, Hold::Sum)
            }
            Node::List(list) => write_list(f, list),
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) if is_bare(name) => write!(f, "{name} = {}", self.value),
            Some(name) => write!(f, "`{name}` = {}", self.value),
            None => write!(f, "{}", self.value),
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, if self.is_weeks { 'w' } else { 'd' })
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, list: &[Expression]) -> fmt::Result {
    f.write_str("[")?;
    separated(f, ", ", list, |f, value| write!(f, "{value}"))?;
    f.write_str("]")
}

fn separated<T>(
    f: &mut fmt::Formatter<'_>,
    between: &str,
    parts: &[T],
    write: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        write(f, part)?;
    }
    Ok(())
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for character in text.chars() {
        match character {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            other => write!(f, "{other}")?,
        }
    }
    f.write_str("\"")
}
