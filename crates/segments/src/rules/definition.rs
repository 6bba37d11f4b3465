//! Segments defined by rules, as files hold them; several together may refer to one another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use fenqun_base::{Assignment, Classify, DataError, ErrorKind, ModelState, Stored};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use super::Rule;
use super::condition::Condition;
use super::error::{RuleError, RuleFault, Span};
use super::expression::{Expression, Node};
use super::facts::Facts;
use super::limits::MAX_DEFINITIONS;
use super::members::members;
use super::schema::{Schema, nearest};

/// Longest name of a segment, in characters.
const MAX_NAME: usize = 100;

/// One segment as a file defines it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What other rules and commands call it.
    pub name: String,
    /// What reports call it; empty: the name.
    #[serde(default)]
    pub title: String,
    /// Who is in it.
    pub rule: String,
    /// Why it is there, for whoever reads the file.
    #[serde(default)]
    pub description: String,
}

impl Definition {
    /// What reports call it.
    #[must_use]
    pub fn title(&self) -> &str {
        if self.title.is_empty() { &self.name } else { &self.title }
    }
}

/// What is wrong with one of several definitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionError {
    /// Its place among the definitions, from 0.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// What is wrong.
    pub fault: DefinitionFault,
}

/// What is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionFault {
    /// Its rule.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Its name.
    #[error(
        "the name of a segment must be 1 to {MAX_NAME} characters without line breaks or spaces at its ends"
    )]
    Name,
    /// A name that another has.
    #[error("this name is taken by segment {} of the same files: names must differ", .first + 1)]
    Taken {
        /// The place of the other, from 0.
        first: usize,
    },
    /// Too many, or none.
    #[error("between 1 and {MAX_DEFINITIONS} segments can be defined together, got {found}")]
    Number {
        /// How many came.
        found: usize,
    },
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault {
            DefinitionFault::Number { .. } => write!(f, "{}", self.fault),
            _ => write!(f, "segment `{}`: {}", self.name, self.fault),
        }
    }
}

impl std::error::Error for DefinitionError {}

impl Classify for DefinitionError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Input
    }
}

/// Segments whose rules can be read and whose references lead somewhere and never in a circle.
#[derive(Clone, Debug, PartialEq)]
pub struct Definitions {
    definitions: Vec<Definition>,
    rules: Vec<Rule>,
    /// Every segment after those it refers to.
    order: Vec<usize>,
}

impl Definitions {
    /// Reads the rules of several definitions.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the definitions: never an empty list.
    pub fn new(definitions: Vec<Definition>) -> Result<Self, Vec<DefinitionError>> {
        if !(1..=MAX_DEFINITIONS).contains(&definitions.len()) {
            let fault = DefinitionFault::Number { found: definitions.len() };
            return Err(vec![DefinitionError { index: 0, name: String::new(), fault }]);
        }
        let mut errors = Vec::new();
        let mut rules = Vec::with_capacity(definitions.len());
        let mut index_of: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, definition) in definitions.iter().enumerate() {
            let name = definition.name.as_str();
            let mut refuse = |fault| {
                errors.push(DefinitionError { index, name: name.to_owned(), fault });
            };
            let length = name.chars().count();
            if !(1..=MAX_NAME).contains(&length)
                || name.trim() != name
                || name.chars().any(char::is_control)
            {
                refuse(DefinitionFault::Name);
            } else if let Some(&first) = index_of.get(name) {
                refuse(DefinitionFault::Taken { first });
            }
            index_of.entry(name).or_insert(index);
            match Rule::parse(&definition.rule) {
                Ok(rule) => rules.push(rule),
                Err(error) => refuse(error.into()),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let order = order(&definitions, &rules, &index_of)?;
        Ok(Self { definitions, rules, order })
    }

    /// The definitions, in the order given.
    #[must_use]
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// Their rules, in the order given.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Looks up every name in every rule.
    ///
    /// # Errors
    /// The first fault of every rule that has one, in the order of the definitions: never an
    /// empty list.
    pub fn check(&self, schema: &Schema) -> Result<RuleSegments, Vec<DefinitionError>> {
        let names = self.definitions.iter().map(|definition| definition.name.clone());
        let schema = Schema { defined: names.collect(), ..schema.clone() };
        let mut errors = Vec::new();
        let mut conditions = Vec::with_capacity(self.rules.len());
        for (index, rule) in self.rules.iter().enumerate() {
            match rule.check(&schema) {
                Ok(condition) => conditions.push(condition),
                Err(error) => errors.push(self.error(index, error)),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let names = self.definitions.iter().map(|definition| definition.name.clone()).collect();
        Ok(RuleSegments { names, conditions, order: self.order.clone() })
    }

    fn error(&self, index: usize, error: RuleError) -> DefinitionError {
        let name = self.definitions[index].name.clone();
        DefinitionError { index, name, fault: error.into() }
    }
}

impl Stored for Definitions {
    const NAME: &'static str = "rules";

    fn state(&self) -> ModelState {
        ModelState::new(&self.definitions)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        Self::new(state.read_config(Self::NAME)?).map_err(|errors| {
            let reason = errors.first().map(ToString::to_string).unwrap_or_default();
            DataError::Model { model: Self::NAME, reason }
        })
    }
}

/// Segments whose every name is known: ready to be asked who is in them.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSegments {
    names: Vec<String>,
    conditions: Vec<Condition>,
    order: Vec<usize>,
}

impl RuleSegments {
    /// Names, in the order of the definitions.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What each rule means, in the order of the definitions.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Rows of the users of every segment, in the order of the definitions. A user may be in
    /// several, or in none.
    ///
    /// # Errors
    /// [`DataError::Parameter`] for facts that lack what a rule asks for.
    pub fn members(&self, facts: &dyn Facts) -> Result<Vec<RoaringBitmap>, DataError> {
        let mut found: BTreeMap<&str, RoaringBitmap> = BTreeMap::new();
        for &index in &self.order {
            let rows = members(&self.conditions[index], facts, &found)?;
            found.insert(&self.names[index], rows);
        }
        Ok(self.names.iter().map(|name| found.remove(name.as_str()).unwrap_or_default()).collect())
    }

    /// Every user in the first segment whose rule fits, in the order of the definitions; whoever
    /// fits none is unassigned. A rule fits or does not: scores are 1 inside, 0 outside.
    ///
    /// # Errors
    /// What [`Self::members`] refuses.
    pub fn assign(&self, facts: &dyn Facts) -> Result<Assignment, DataError> {
        let n_users = facts.n_users();
        let mut segments = vec![0u32; n_users];
        let mut scores = vec![0.0f32; n_users];
        let mut unassigned = vec![true; n_users];
        for (segment, rows) in self.members(facts)?.iter().enumerate() {
            for row in rows.iter().map(|row| row as usize) {
                if std::mem::take(&mut unassigned[row]) {
                    segments[row] = segment as u32;
                    scores[row] = 1.0;
                }
            }
        }
        Assignment::new(segments, self.names.len(), scores)?.with_unassigned(unassigned)
    }
}

/// Every definition after those it refers to; a circle, or a reference to nothing, is an error.
fn order(
    definitions: &[Definition],
    rules: &[Rule],
    index_of: &BTreeMap<&str, usize>,
) -> Result<Vec<usize>, Vec<DefinitionError>> {
    let mut errors = Vec::new();
    let mut uses: Vec<Vec<(usize, Span)>> = Vec::with_capacity(rules.len());
    for (index, rule) in rules.iter().enumerate() {
        let mut found = Vec::new();
        references(rule.expression(), &mut found);
        let mut used = Vec::new();
        for (name, at) in found {
            match index_of.get(name) {
                Some(&other) => used.push((other, at)),
                None => {
                    let near = nearest(name, index_of.keys().copied());
                    let what = "segment";
                    let fault = RuleFault::Unknown { what, name: name.to_owned(), near };
                    let fault = RuleError::new(rule.text(), at, fault).into();
                    let name = definitions[index].name.clone();
                    errors.push(DefinitionError { index, name, fault });
                }
            }
        }
        uses.push(used);
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut order = Vec::with_capacity(rules.len());
    let mut placed = BTreeSet::new();
    // Rounds instead of recursion: a chain of references may be as long as the list.
    while order.len() < rules.len() {
        let before = order.len();
        for (index, used) in uses.iter().enumerate() {
            let is_ready = used.iter().all(|(other, _)| placed.contains(other));
            if is_ready && placed.insert(index) {
                order.push(index);
            }
        }
        if order.len() == before {
            return Err(vec![circle(definitions, rules, &uses, &placed)]);
        }
    }
    Ok(order)
}

/// The circle that keeps the rest from being placed.
fn circle(
    definitions: &[Definition],
    rules: &[Rule],
    uses: &[Vec<(usize, Span)>],
    placed: &BTreeSet<usize>,
) -> DefinitionError {
    let next = |index: usize| uses[index].iter().find(|(other, _)| !placed.contains(other));
    let first = (0..rules.len()).find(|index| !placed.contains(index)).unwrap_or(0);
    let mut path = vec![first];
    while let Some(&(other, _)) = path.last().and_then(|&last| next(last)) {
        let seen = path.iter().position(|&index| index == other);
        path.push(other);
        if let Some(start) = seen {
            path.drain(..start);
            break;
        }
    }
    let index = path[0];
    let at = next(index).map_or(Span::default(), |(_, at)| *at);
    let name = |&index: &usize| definitions[index].name.clone();
    let fault = RuleFault::Circle { path: path.iter().map(name).collect() };
    let fault = RuleError::new(rules[index].text(), at, fault).into();
    DefinitionError { index, name: name(&index), fault }
}

/// Every `segment("…")` of a rule, and where its name stands.
fn references<'a>(expression: &'a Expression, found: &mut Vec<(&'a str, Span)>) {
    match &expression.node {
        Node::Call(call) => {
            for argument in &call.arguments {
                match &argument.value.node {
                    Node::Text(name) if call.name == "segment" && argument.name.is_none() => {
                        found.push((name, argument.value.at));
                    }
                    _ => references(&argument.value, found),
                }
            }
        }
        Node::Not(inner) | Node::Negative(inner) => references(inner, found),
        Node::All(parts) | Node::Any(parts) | Node::List(parts) => {
            parts.iter().for_each(|part| references(part, found));
        }
        Node::Compare(left, _, right) => {
            references(left, found);
            references(right, found);
        }
        Node::Arithmetic(first, rest) => {
            references(first, found);
            rest.iter().for_each(|(_, value)| references(value, found));
        }
        Node::Among { value, list, .. } => {
            references(value, found);
            list.iter().for_each(|item| references(item, found));
        }
        Node::Between { value, low, high, .. } => {
            [value, low, high].into_iter().for_each(|part| references(part, found));
        }
        Node::Truth(_) | Node::Number(_) | Node::Duration(_) | Node::Text(_) | Node::Column(_) => {}
    }
}
