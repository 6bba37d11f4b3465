use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use fenqun_base::{DataError, Labels, NO_CODE};

use super::condition::{Behaviour, Measure};
use super::events_index::EventsIndex;
use super::schema::Schema;

/// What is known of users: whatever a rule can ask.
///
/// Row `r` of every answer is the same user.
pub trait Facts: Sync {
    /// Number of users.
    fn n_users(&self) -> usize;

    /// A column of numbers; NaN where one is missing.
    fn numbers(&self, column: &str) -> Option<&[f32]>;

    /// A column of words.
    fn words(&self, column: &str) -> Option<&Labels>;

    /// What events say, one number a user; `None` when no events are at hand.
    fn measure(&self, measure: Measure, behaviour: &Behaviour) -> Option<Arc<Vec<f32>>>;
}

/// Answers about behaviour that are kept; the oldest makes room.
const MOST_ANSWERS: usize = 64;

/// Facts in memory: columns, and an index over events that keeps its latest answers.
#[derive(Debug, Default)]
pub struct FactTable {
    n_users: usize,
    numbers: BTreeMap<String, Vec<f32>>,
    words: BTreeMap<String, Labels>,
    /// Columns that are 0 for everyone; one column stands for all of them.
    zeros: BTreeSet<String>,
    zero: Vec<f32>,
    own_segments: Option<Vec<(u32, String)>>,
    events: Option<EventsIndex>,
    answers: Mutex<Vec<Answer>>,
}

/// A question about behaviour and one number a user.
type Answer = ((Measure, Behaviour), Arc<Vec<f32>>);

impl FactTable {
    /// Facts of so many users, still without any.
    #[must_use]
    pub fn new(n_users: usize) -> Self {
        Self { n_users, ..Self::default() }
    }

    /// The same, with a column of numbers.
    ///
    /// # Errors
    /// [`DataError::WrongLength`].
    pub fn with_numbers(mut self, name: &str, values: Vec<f32>) -> Result<Self, DataError> {
        self.check_length("a column of facts", values.len())?;
        self.numbers.insert(name.to_owned(), values);
        Ok(self)
    }

    /// The same, with columns that are 0 for everyone. They take no room, and a column of the same
    /// name goes before.
    #[must_use]
    pub fn with_zeros<'a>(mut self, names: impl Iterator<Item = &'a str>) -> Self {
        self.zeros.extend(names.map(str::to_owned));
        if !self.zeros.is_empty() {
            self.zero = vec![0.0; self.n_users];
        }
        self
    }

    /// The same, with a column of words.
    ///
    /// # Errors
    /// [`DataError::WrongLength`]; [`DataError::Parameter`] for a code outside its classes.
    pub fn with_words(mut self, name: &str, words: Labels) -> Result<Self, DataError> {
        self.check_length("a column of facts", words.codes.len())?;
        let words = Labels::new(words.classes, words.codes)?;
        self.words.insert(name.to_owned(), words);
        Ok(self)
    }

    /// The same, with the segments that a run found: the columns `segment_number`,
    /// `segment_name` and `score`, for `in_segment(…)`. The number of a user in none is [`NO_CODE`]:
    /// it is missing then, and the user in no segment of any name.
    ///
    /// # Errors
    /// [`DataError::WrongLength`].
    pub fn with_segments(
        self,
        numbers: &[u32],
        names: &[String],
        scores: Vec<f32>,
    ) -> Result<Self, DataError> {
        self.check_length("names of segments", names.len())?;
        let mut own: Vec<(u32, String)> =
            numbers.iter().copied().zip(names.iter().cloned()).collect();
        own.retain(|(number, _)| *number != NO_CODE);
        own.sort_unstable();
        own.dedup();
        let words: Vec<Option<&String>> = names.iter().map(Some).collect();
        let code = |&number: &u32| if number == NO_CODE { f32::NAN } else { number as f32 };
        let codes = numbers.iter().map(code).collect();
        let mut table = self
            .with_numbers("segment_number", codes)?
            .with_numbers("score", scores)?
            .with_words("segment_name", Labels::from_words(&words))?;
        table.own_segments = Some(own);
        Ok(table)
    }

    /// The same, with what events say.
    ///
    /// # Errors
    /// [`DataError::WrongLength`] for an index of another number of users.
    pub fn with_events(mut self, events: EventsIndex) -> Result<Self, DataError> {
        self.check_length("users of the events", events.n_users())?;
        self.events = Some(events);
        Ok(self)
    }

    /// The index over events.
    #[must_use]
    pub fn events(&self) -> Option<&EventsIndex> {
        self.events.as_ref()
    }

    /// The names that rules over these facts may use.
    #[must_use]
    pub fn schema(&self) -> Schema {
        let words = self.words.iter();
        let words =
            words.map(|(name, words)| (name.clone(), words.classes.iter().cloned().collect()));
        Schema {
            numbers: self.numbers.keys().chain(&self.zeros).cloned().collect(),
            words: words.collect(),
            own_segments: Some(self.own_segments.clone().unwrap_or_default()),
            has_events: self.events.is_some(),
            shop: self.events.as_ref().map(EventsIndex::names),
            ..Schema::default()
        }
    }

    fn check_length(&self, what: &'static str, found: usize) -> Result<(), DataError> {
        match found == self.n_users {
            true => Ok(()),
            false => Err(DataError::WrongLength { what, expected: self.n_users, found }),
        }
    }
}

impl Facts for FactTable {
    fn n_users(&self) -> usize {
        self.n_users
    }

    fn numbers(&self, column: &str) -> Option<&[f32]> {
        let zero = || self.zeros.contains(column).then_some(&self.zero);
        self.numbers.get(column).or_else(zero).map(Vec::as_slice)
    }

    fn words(&self, column: &str) -> Option<&Labels> {
        self.words.get(column)
    }

    fn measure(&self, measure: Measure, behaviour: &Behaviour) -> Option<Arc<Vec<f32>>> {
        let events = self.events.as_ref()?;
        let question = (measure, behaviour.clone());
        let kept = |answers: &Vec<Answer>| {
            answers.iter().find(|answer| answer.0 == question).map(|answer| Arc::clone(&answer.1))
        };
        if let Some(answer) = self.answers.lock().ok().as_deref().and_then(kept) {
            return Some(answer);
        }
        let answer = Arc::new(events.measure(measure, behaviour));
        if let Ok(mut answers) = self.answers.lock() {
            if answers.len() == MOST_ANSWERS {
                answers.remove(0);
            }
            answers.push((question, Arc::clone(&answer)));
        }
        Some(answer)
    }
}
