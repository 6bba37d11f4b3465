use std::fmt;

use fenqun_base::{Classify, ErrorKind};
use unicode_width::UnicodeWidthStr;

/// Bytes `start..end` of a rule's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

impl Span {
    /// From the start of this to the end of the other.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end.max(self.start) }
    }
}

/// What is wrong with a rule, free of where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// Something else should stand here.
    #[error("{expected} expected, found {found}")]
    Expected {
        /// What could stand here.
        expected: &'static str,
        /// What stands here.
        found: String,
    },
    /// A character that no rule has.
    #[error("`{character}` has no meaning in a rule{hint}")]
    Character {
        /// The character.
        character: char,
        /// What was meant perhaps, with its own punctuation; else empty.
        hint: &'static str,
    },
    /// A quote that is never closed.
    #[error("this {what} is not closed: {quote} is missing")]
    NotClosed {
        /// Text or name.
        what: &'static str,
        /// The character that ends it.
        quote: char,
    },
    /// A number, a duration or an escape that cannot be read.
    #[error("{what} must be {rule}, got {found}")]
    Value {
        /// What is told.
        what: &'static str,
        /// Its rule, after "must be".
        rule: String,
        /// What came.
        found: String,
    },
    /// Larger than a rule may be.
    #[error(
        "a rule may have at most {most} {what}: split it, and refer to the parts with segment(\"…\")"
    )]
    TooMuch {
        /// What is counted.
        what: &'static str,
        /// The bound.
        most: usize,
    },
    /// A name that nothing has.
    #[error("unknown {what} `{name}`{}", suggestion(.near))]
    Unknown {
        /// What was looked for: column, function, segment, category.
        what: &'static str,
        /// The name.
        name: String,
        /// What is nearest to it.
        near: Option<String>,
    },
    /// An argument that a function does not take.
    #[error("`{function}` takes no `{name}`{}; it takes {takes}", suggestion(.near))]
    Argument {
        /// The function.
        function: String,
        /// The argument.
        name: String,
        /// What is nearest to it.
        near: Option<String>,
        /// All that it takes.
        takes: String,
    },
    /// An argument that came twice.
    #[error("`{name}` is given twice; give a list, as in {name} = [\"a\", \"b\"]")]
    Twice {
        /// The argument.
        name: String,
    },
    /// A number where a yes or no should be, a text where a number should be.
    #[error("{expected} expected, but this is {found}")]
    Type {
        /// What could stand here.
        expected: &'static str,
        /// What stands here, and what to do.
        found: String,
    },
    /// Conditions that nobody can ever meet.
    #[error("nobody can ever meet this: {reason}")]
    Impossible {
        /// Why.
        reason: String,
    },
    /// Segments that are defined by themselves.
    #[error("segments refer to one another in a circle: {}", .path.join(" → "))]
    Circle {
        /// Names from one to the same again.
        path: Vec<String>,
    },
}

fn suggestion(near: &Option<String>) -> String {
    near.as_ref().map_or(String::new(), |near| format!(", did you mean `{near}`?"))
}

/// What is wrong with a rule, and where: shown as a sentence, the line, and carets under the
/// characters at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// What is wrong; boxed, so that a result is not much larger than what it usually holds.
    pub fault: Box<RuleFault>,
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
    /// The line at fault, and carets below it.
    pub snippet: String,
}

impl RuleError {
    /// A fault at a place in a text.
    #[must_use]
    pub fn new(text: &str, at: Span, fault: RuleFault) -> Self {
        let start = floor(text, at.start);
        let first = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let last = text[start..].find('\n').map_or(text.len(), |length| start + length);
        let end = floor(text, at.end).clamp(start, last);
        let line = text[..start].matches('\n').count() + 1;
        let column = text[first..start].chars().count() + 1;
        // Tabs and wide characters: carets stand below what they point at in a terminal.
        let shown = |part: &str| part.replace('\t', " ").replace('\r', "");
        let indent = shown(&text[first..start]).width();
        let carets = shown(&text[start..end]).width().max(1);
        let snippet = format!(
            "  | {}\n  | {}{}",
            shown(&text[first..last]),
            " ".repeat(indent),
            "^".repeat(carets)
        );
        Self { fault: Box::new(fault), line, column, snippet }
    }

    /// The same error of a text that begins at a line and column of a file, both 1-based.
    #[must_use]
    pub fn below(mut self, line: usize, column: usize) -> Self {
        if self.line == 1 {
            self.column += column.saturating_sub(1);
        }
        self.line += line.saturating_sub(1);
        self
    }
}

/// The nearest boundary of a character at or before a byte.
fn floor(text: &str, mut byte: usize) -> usize {
    byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}\n{}", self.line, self.column, self.fault, self.snippet)
    }
}

impl std::error::Error for RuleError {}

impl Classify for RuleError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Input
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_below_the_characters_at_fault_also_after_wide_ones() {
        let text = "spend > 3\n  and 品类 > 2";
        let start = text.find("品类").expect("there");
        let fault = RuleFault::Unknown { what: "column", name: "品类".into(), near: None };
        let error = RuleError::new(text, Span { start, end: start + 6 }, fault);
        assert_eq!((error.line, error.column), (2, 7));
        assert_eq!(error.snippet, "  |   and 品类 > 2\n  |       ^^^^");
        let in_file = error.below(12, 9);
        assert_eq!((in_file.line, in_file.column), (13, 7));
    }

    #[test]
    fn places_outside_the_text_are_bent_to_its_end() {
        let fault = || RuleFault::TooMuch { what: "parts", most: 1 };
        let error = RuleError::new("é", Span { start: 1, end: 99 }, fault());
        assert_eq!((error.line, error.column), (1, 1));
        assert_eq!(RuleError::new("", Span { start: 9, end: 3 }, fault()).snippet, "  | \n  | ^");
    }
}
