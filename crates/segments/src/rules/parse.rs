//! From words and signs to a tree: recursive descent, one function a level of precedence.

use super::error::{RuleError, RuleFault, Span};
use super::expression::{Argument, Call, Expression, Node, Operation, Order};
use super::limits::{MAX_DEPTH, MAX_PARTS};
use super::token::{Token, tokens};

/// Reads a rule.
pub(super) fn parse(text: &str) -> Result<Expression, RuleError> {
    let tokens = tokens(text)?;
    let mut parser = Parser { text, tokens, at: 0, depth: 0, n_parts: 0 };
    let expression = parser.any()?;
    match parser.peek() {
        Token::End => Ok(expression),
        _ => Err(parser.expected("`and`, `or` or the end of the rule")),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, Span)>,
    at: usize,
    depth: usize,
    n_parts: usize,
}

type Parsed = Result<Expression, RuleError>;

impl Parser<'_> {
    /// `… or …`
    fn any(&mut self) -> Parsed {
        self.chain("or", Self::all, Node::Any)
    }

    /// `… and …`
    fn all(&mut self) -> Parsed {
        self.chain("and", Self::negation, Node::All)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Parsed,
        node: fn(Vec<Expression>) -> Node,
    ) -> Parsed {
        let first = part(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take_word(word) {
            parts.push(part(self)?);
        }
        let at = parts[0].at.to(parts[parts.len() - 1].at);
        self.part(node(parts), at)
    }

    /// `not …`
    fn negation(&mut self) -> Parsed {
        let start = self.span();
        if !self.take_word("not") {
            return self.comparison();
        }
        let inner = self.deeper(Self::negation)?;
        let at = start.to(inner.at);
        self.part(Node::Not(Box::new(inner)), at)
    }

    /// `… > …`, `… in […]`, `… between … and …`
    fn comparison(&mut self) -> Parsed {
        let left = self.sum()?;
        if let Some(order) = self.order() {
            self.at += 1;
            let right = self.sum()?;
            if self.order().is_some() {
                let expected = "`and` (a comparison has two sides; write a < b and b < c)";
                return Err(self.expected(expected));
            }
            let at = left.at.to(right.at);
            return self.part(Node::Compare(Box::new(left), order, Box::new(right)), at);
        }
        let is_not = self.is_word("not");
        self.at += usize::from(is_not);
        let value = Box::new(left);
        if self.take_word("in") {
            let (list, end) = self.list()?;
            let at = value.at.to(end);
            self.part(Node::Among { value, is_not, list }, at)
        } else if self.take_word("between") {
            let low = Box::new(self.sum()?);
            if !self.take_word("and") {
                return Err(self.expected("`and` (between has two ends: x between 1 and 5)"));
            }
            let high = Box::new(self.sum()?);
            let at = value.at.to(high.at);
            self.part(Node::Between { value, is_not, low, high }, at)
        } else if is_not {
            Err(self.expected("`in` or `between`"))
        } else {
            Ok(*value)
        }
    }

    /// `… + …`
    fn sum(&mut self) -> Parsed {
        let signs = [("+", Operation::Add), ("-", Operation::Subtract)];
        self.arithmetic(&signs, Self::product)
    }

    /// `… * …`
    fn product(&mut self) -> Parsed {
        let signs = [("*", Operation::Multiply), ("/", Operation::Divide)];
        self.arithmetic(&signs, Self::negative)
    }

    fn arithmetic(
        &mut self,
        signs: &[(&str, Operation)],
        operand: fn(&mut Self) -> Parsed,
    ) -> Parsed {
        let first = operand(self)?;
        let mut rest = Vec::new();
        while let Some(&(_, operation)) = signs.iter().find(|(sign, _)| self.is_sign(sign)) {
            self.at += 1;
            rest.push((operation, operand(self)?));
        }
        let Some((_, last)) = rest.last() else { return Ok(first) };
        let at = first.at.to(last.at);
        self.part(Node::Arithmetic(Box::new(first), rest), at)
    }

    /// `-…`
    fn negative(&mut self) -> Parsed {
        let start = self.span();
        if !self.take_sign("-") {
            return self.primary();
        }
        let inner = self.deeper(Self::negative)?;
        let at = start.to(inner.at);
        self.part(Node::Negative(Box::new(inner)), at)
    }

    /// A value, a function, a column, or anything in parentheses.
    fn primary(&mut self) -> Parsed {
        if self.take_sign("(") {
            let inner = self.deeper(Self::any)?;
            if !self.take_sign(")") {
                return Err(self.expected("`)`"));
            }
            return Ok(inner);
        }
        match self.value()? {
            Some(value) => Ok(value),
            None => Err(self.expected("a column, a function, a number or a text")),
        }
    }

    /// A value without parentheses around it.
    fn value(&mut self) -> Result<Option<Expression>, RuleError> {
        let at = self.span();
        let node = match self.peek().clone() {
            Token::Name(name) if self.next_is_sign("(") && !is_reserved(&name) => {
                self.at += 2;
                return self.deeper(|parser| parser.call(name, at)).map(Some);
            }
            Token::Name(name) => match name.to_ascii_lowercase().as_str() {
                "true" => Node::Truth(true),
                "false" => Node::Truth(false),
                word if is_reserved(word) => return Ok(None),
                _ => Node::Column(name),
            },
            Token::QuotedName(name) => Node::Column(name),
            Token::Text(text) => Node::Text(text),
            Token::Number(number) => Node::Number(number),
            Token::Duration(duration) => Node::Duration(duration),
            Token::Sign(_) | Token::End => return Ok(None),
        };
        self.at += 1;
        self.part(node, at).map(Some)
    }

    /// What stands between the parentheses of a function, and the closing one.
    fn call(&mut self, name: String, start: Span) -> Parsed {
        let mut arguments = Vec::new();
        while !self.is_sign(")") {
            arguments.push(self.argument()?);
            if !self.take_sign(",") && !self.is_sign(")") {
                return Err(self.expected("`,` or `)`"));
            }
        }
        let at = start.to(self.span());
        self.at += 1;
        self.part(Node::Call(Call { name, arguments }), at)
    }

    fn argument(&mut self) -> Result<Argument, RuleError> {
        let name = match self.peek() {
            Token::Name(name) | Token::QuotedName(name) if self.next_is_sign("=") => {
                let name = name.clone();
                self.at += 2;
                Some(name)
            }
            _ => None,
        };
        let start = self.span();
        let value = if self.is_sign("[") {
            let (list, end) = self.list()?;
            self.part(Node::List(list), start.to(end))?
        } else {
            self.signed("a value: a text, a number, a duration or a list")?
        };
        Ok(Argument { name, value })
    }

    /// `[a, b]`, and the place of the closing bracket.
    fn list(&mut self) -> Result<(Vec<Expression>, Span), RuleError> {
        if !self.take_sign("[") {
            return Err(self.expected("`[` (a list: in [1, 2])"));
        }
        let mut list = Vec::new();
        while !self.is_sign("]") {
            list.push(self.signed("a text, a number or `]`")?);
            if !self.take_sign(",") && !self.is_sign("]") {
                return Err(self.expected("`,` or `]`"));
            }
        }
        let end = self.span();
        if list.is_empty() {
            return Err(self.expected("at least one value"));
        }
        self.at += 1;
        Ok((list, end))
    }

    /// A value, or a number with a sign.
    fn signed(&mut self, expected: &'static str) -> Parsed {
        let start = self.span();
        let is_negative = self.take_sign("-");
        if is_negative && !matches!(self.peek(), Token::Number(_)) {
            return Err(self.expected("a number"));
        }
        let Some(value) = self.value()? else { return Err(self.expected(expected)) };
        if !is_negative {
            return Ok(value);
        }
        let at = start.to(value.at);
        self.part(Node::Negative(Box::new(value)), at)
    }

    fn part(&mut self, node: Node, at: Span) -> Parsed {
        self.n_parts += 1;
        if self.n_parts > MAX_PARTS {
            let fault = RuleFault::TooMuch { what: "parts", most: MAX_PARTS };
            return Err(RuleError::new(self.text, at, fault));
        }
        Ok(Expression { node, at })
    }

    fn deeper<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, RuleError>,
    ) -> Result<T, RuleError> {
        self.enter()?;
        let result = inner(self)?;
        self.depth -= 1;
        Ok(result)
    }

    fn enter(&mut self) -> Result<(), RuleError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let fault = RuleFault::TooMuch { what: "levels of nesting", most: MAX_DEPTH };
            return Err(RuleError::new(self.text, self.span(), fault));
        }
        Ok(())
    }

    fn order(&self) -> Option<Order> {
        let Token::Sign(sign) = self.peek() else { return None };
        let orders =
            [Order::Less, Order::AtMost, Order::More, Order::AtLeast, Order::Equal, Order::Unequal];
        orders.into_iter().find(|order| order.sign() == *sign)
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)].0
    }

    fn span(&self) -> Span {
        self.tokens[self.at.min(self.tokens.len() - 1)].1
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    fn next_is_sign(&self, sign: &str) -> bool {
        let next = self.tokens.get(self.at + 1);
        matches!(next, Some((Token::Sign(found), _)) if *found == sign)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is_here = self.is_sign(sign);
        self.at += usize::from(is_here);
        is_here
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(found) if found.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_here = self.is_word(word);
        self.at += usize::from(is_here);
        is_here
    }

    fn expected(&self, expected: &'static str) -> RuleError {
        let fault = RuleFault::Expected { expected, found: self.peek().words() };
        RuleError::new(self.text, self.span(), fault)
    }
}

/// Words that stand for themselves wherever a value could be.
fn is_reserved(word: &str) -> bool {
    ["and", "or", "not", "in", "between"].iter().any(|known| word.eq_ignore_ascii_case(known))
}
