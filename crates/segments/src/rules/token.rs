//! A rule's text as words and signs, each with its place.

use super::error::{RuleError, RuleFault, Span};
use super::expression::Duration;
use super::limits::{MAX_DAYS, MAX_LENGTH};

/// A word or sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A bare name, not yet told from `and`, `or`, `not`.
    Name(String),
    /// A name in backticks, never a keyword.
    QuotedName(String),
    Text(String),
    Number(f32),
    Duration(Duration),
    /// A sign as written; `==` is given as `=`.
    Sign(&'static str),
    End,
}

/// Words that cannot be bare names of columns.
pub(super) const KEYWORDS: [&str; 7] = ["and", "or", "not", "in", "between", "true", "false"];

/// Longest first, so that `<=` is not read as `<`.
const SIGNS: [&str; 17] =
    ["<=", ">=", "!=", "==", "<>", "<", ">", "=", "(", ")", "[", "]", ",", "+", "-", "*", "/"];

impl Token {
    /// In a message about what was found.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Name(name) | Self::QuotedName(name) => format!("`{name}`"),
            Self::Text(text) => format!("the text \"{}\"", short(text)),
            Self::Number(number) => format!("the number {number}"),
            Self::Duration(duration) => format!("the duration {duration}"),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end of the rule".into(),
        }
    }
}

fn short(text: &str) -> String {
    let mut start: String = text.chars().take(24).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

/// Whether a name needs no backticks.
pub(super) fn is_bare(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(begins_name)
        && characters.all(continues_name)
        && !KEYWORDS.contains(&name.to_ascii_lowercase().as_str())
}

fn begins_name(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

fn continues_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == ':'
}

/// All words and signs of a text; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Span)>, RuleError> {
    if text.len() > MAX_LENGTH {
        let at = Span { start: MAX_LENGTH, end: MAX_LENGTH };
        let fault = RuleFault::TooMuch { what: "bytes", most: MAX_LENGTH };
        return Err(RuleError::new(text, at, fault));
    }
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let (token, span) = lexer.next()?;
        let is_end = token == Token::End;
        tokens.push((token, span));
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<(Token, Span), RuleError> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        let start = self.at;
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            // Right after what was written, not on the empty line below it.
            let start = self.text.trim_end().len();
            return Ok((Token::End, Span { start, end: start }));
        };
        let is_decimal = |rest: &str| rest[1..].starts_with(|next: char| next.is_ascii_digit());
        let token = if first.is_ascii_digit() || (first == '.' && is_decimal(rest)) {
            self.number()?
        } else if begins_name(first) {
            let name: String = rest.chars().take_while(|&c| continues_name(c)).collect();
            self.at += name.len();
            Token::Name(name)
        } else if first == '"' || first == '\'' {
            Token::Text(self.quoted(first, "text")?)
        } else if first == '`' {
            Token::QuotedName(self.quoted(first, "name")?)
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            self.at += sign.len();
            Token::Sign(match sign {
                "==" => "=",
                "<>" => "!=",
                sign => sign,
            })
        } else {
            return Err(self.stranger(first));
        };
        Ok((token, Span { start, end: self.at }))
    }

    /// `12`, `.5`, `1e6`, `90d`, `12w`.
    fn number(&mut self) -> Result<Token, RuleError> {
        let rest = &self.text[self.at..];
        let digits =
            |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count() + from;
        let mut end = digits(0);
        if rest[end..].starts_with('.') {
            end = digits(end + 1);
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            let exponent = digits(end + 1 + sign);
            if exponent > end + 1 + sign {
                end = exponent;
            }
        }
        let tail: String = rest[end..].chars().take_while(|&c| continues_name(c)).collect();
        let word = &rest[..end + tail.len()];
        let span = Span { start: self.at, end: self.at + word.len() };
        let refused = |what, rule: String| {
            let found = format!("`{}`", short(word));
            Err(RuleError::new(self.text, span, RuleFault::Value { what, rule, found }))
        };
        self.at = span.end;
        if !tail.is_empty() {
            return match Duration::parse(word) {
                Some(duration) if duration.days() <= MAX_DAYS => Ok(Token::Duration(duration)),
                _ => refused("a duration", duration_rule()),
            };
        }
        match word.parse::<f32>() {
            Ok(number) if number.is_finite() => Ok(Token::Number(number)),
            _ => refused("a number", "plain and below 3.4e38".into()),
        }
    }

    /// What stands between quotes. In texts `\` takes the next character as it is, and `\n`, `\t`
    /// are a line and a tab; names have no escapes.
    fn quoted(&mut self, quote: char, what: &'static str) -> Result<String, RuleError> {
        let start = self.at;
        let mut found = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((at, character)) = characters.next() {
            if character == quote {
                self.at = start + 1 + at + 1;
                if what == "name" && found.is_empty() {
                    let span = Span { start, end: self.at };
                    let (expected, found) = ("a name", "empty backticks".to_owned());
                    let fault = RuleFault::Expected { expected, found };
                    return Err(RuleError::new(self.text, span, fault));
                }
                return Ok(found);
            }
            if character != '\\' || what == "name" {
                found.push(character);
                continue;
            }
            let Some((_, escaped)) = characters.next() else { break };
            found.push(match escaped {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '"' | '\'' | '\\' => escaped,
                _ => {
                    let start = start + 1 + at;
                    let span = Span { start, end: start + 1 + escaped.len_utf8() };
                    let fault = RuleFault::Value {
                        what: "an escape",
                        rule: r#"one of \" \' \\ \n \t \r"#.into(),
                        found: format!("`\\{escaped}`"),
                    };
                    return Err(RuleError::new(self.text, span, fault));
                }
            });
        }
        let span = Span { start, end: start + 1 };
        Err(RuleError::new(self.text, span, RuleFault::NotClosed { what, quote }))
    }

    fn stranger(&self, character: char) -> RuleError {
        let hint = match character {
            '&' => ": write `and`",
            '|' => ": write `or`",
            '!' => ": write `not`, or `!=` for unequal",
            '（' => ": write `(`",
            '）' => ": write `)`",
            '，' | '、' | ';' | '；' => ": write `,`",
            '“' | '”' | '‘' | '’' | '「' | '」' | '《' | '》' => ": write `\"`",
            '＞' | '〉' => ": write `>`",
            '＜' | '〈' => ": write `<`",
            '＝' => ": write `=`",
            '≥' => ": write `>=`",
            '≤' => ": write `<=`",
            '≠' => ": write `!=`",
            '【' => ": write `[`",
            '】' => ": write `]`",
            '×' => ": write `*`",
            '÷' => ": write `/`",
            '%' => ": write a share as a number, 0.2 for 20 %",
            '$' | '¥' | '￥' | '€' | '£' => ": write the number without its currency",
            '{' | '}' => ": write `(` or `[`",
            '.' => ": names of columns have no dot, numbers begin with a digit",
            _ => "",
        };
        let span = Span { start: self.at, end: self.at + character.len_utf8() };
        RuleError::new(self.text, span, RuleFault::Character { character, hint })
    }
}

/// The rule of durations, wherever one is refused.
pub(super) fn duration_rule() -> String {
    format!("days or weeks, as 90d or 12w, at most {MAX_DAYS} days")
}
