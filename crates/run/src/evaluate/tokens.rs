//! The classic text baseline, asked on every split: a user's record as a bag of words.

use std::collections::HashMap;

use fenqun_base::{DataError, Event, Labels, NO_CODE, Progress, Seed, SparseMatrix, Unit, UserId};
use fenqun_encoders::token_baseline::TokenBaseline;
use fenqun_evaluate::compare::{Contender, Predictions};
use fenqun_profiles::Parts;
use rayon::prelude::*;

use crate::RunError;

/// Tokens of a user that are read: the newest so many. The bag has no length, and a year of a
/// household's groceries tells more than its last months.
const MOST_TOKENS: usize = 4096;

/// Tokens of the behaviour record → embedding → dropout → batch norm → dense → softmax.
///
/// It knows of a user what a reader of the last pages of the record knows, and of the shop only
/// what the users it learns from did: a token that none of them has is not read.
pub(super) struct Tokens<'a> {
    name: String,
    params: TokenBaseline,
    /// One a row of the labels: tokens in the order of time, newest last; none without a label.
    records: Vec<Vec<u32>>,
    labels: &'a Labels,
}

impl<'a> Tokens<'a> {
    /// Reads the records of `users`, in their order, from the events before `as_of`. A token is the
    /// narrowest category of an event's item; in a shop without categories, the item.
    ///
    /// # Errors
    /// [`RunError::Profiles`] when events cannot be read; [`RunError::Data`] unless there is one
    /// label a user.
    pub fn new<P: Parts>(
        name: &str,
        parts: &P,
        as_of: i64,
        users: &[UserId],
        labels: &'a Labels,
        progress: &Progress,
    ) -> Result<Self, RunError> {
        if labels.codes.len() != users.len() {
            let (expected, found) = (users.len(), labels.codes.len());
            return Err(DataError::WrongLength { what: "labels", expected, found }.into());
        }
        let tokens = Vocabulary::of(parts);
        let places: HashMap<UserId, usize> =
            users.iter().enumerate().map(|(row, &user)| (user, row)).collect();
        let step = progress.begin("tokens", parts.n_parts() as u64, Unit::Count);
        let of_part = |part: usize| -> Result<Vec<(usize, Vec<u32>)>, RunError> {
            progress.check()?;
            let events = parts.part(part)?;
            step.advance(1);
            let of_user = |events: &[Event]| {
                let row = *places.get(&events.first()?.user)?;
                // Nobody learns from a user without a label, and nobody asks.
                let is_asked = labels.codes[row] != NO_CODE;
                is_asked.then(|| (row, tokens.record(events, as_of)))
            };
            Ok(events.chunk_by(|a, b| a.user == b.user).filter_map(of_user).collect())
        };
        let found: Vec<Vec<(usize, Vec<u32>)>> =
            (0..parts.n_parts()).into_par_iter().map(of_part).collect::<Result<_, _>>()?;
        let mut records = vec![Vec::new(); users.len()];
        for (row, record) in found.into_iter().flatten() {
            records[row] = record;
        }
        Ok(Self { name: name.to_owned(), params: TokenBaseline::default(), records, labels })
    }

    /// The bags of these rows, in the columns of `known`, which is sorted.
    fn bags(&self, rows: &[usize], known: &[u32]) -> Result<SparseMatrix, DataError> {
        let mut bags = SparseMatrix::with_width(known.len());
        for &row in rows {
            let columns =
                self.records[row].iter().filter_map(|token| known.binary_search(token).ok());
            let mut entries: Vec<(u32, f32)> = columns.map(|column| (column as u32, 1.0)).collect();
            bags.push_row(&mut entries)?;
        }
        Ok(bags)
    }
}

impl Contender for Tokens<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_baseline(&self) -> bool {
        true
    }

    fn probabilities(
        &self,
        train: &[usize],
        test: &[usize],
        seed: Seed,
    ) -> Result<Predictions, DataError> {
        let mut known: Vec<u32> =
            train.iter().flat_map(|&row| self.records[row].iter().copied()).collect();
        known.sort_unstable();
        known.dedup();
        // Where nobody has a token, a column of nothing leaves the shares of the classes.
        if known.is_empty() {
            known.push(NO_CODE);
        }
        let bags = self.bags(train, &known)?;
        let model = self.params.fit(&bags, &self.labels.select(train), seed)?;
        Ok(Predictions::likeliest(model.probabilities(&self.bags(test, &known)?)?))
    }
}

/// The token of every item of the shop.
struct Vocabulary {
    /// One an item; [`NO_CODE`] for none.
    token_of: Option<Vec<u32>>,
}

impl Vocabulary {
    fn of<P: Parts>(parts: &P) -> Self {
        let catalogue = parts.catalogue();
        let token_of = match catalogue.category_levels() {
            0 => None,
            n_levels => Some(catalogue.categories_at(n_levels - 1).0),
        };
        Self { token_of }
    }

    /// The newest tokens of one user's events, which are in the order of time.
    fn record(&self, events: &[Event], as_of: i64) -> Vec<u32> {
        let before = &events[..events.partition_point(|event| event.time < as_of)];
        let token = |event: &Event| match &self.token_of {
            Some(token_of) => token_of.get(event.item()?).copied(),
            None => Some(event.item),
        };
        let newest = before.iter().rev().filter_map(token).filter(|&token| token != NO_CODE);
        let mut record: Vec<u32> = newest.take(MOST_TOKENS).collect();
        record.reverse();
        record
    }
}

#[cfg(test)]
mod tests {
    use fenqun_base::{Action, Catalogue, Item};
    use fenqun_profiles::EventsInMemory;

    use super::*;

    const DAY: i64 = 86_400_000;
    const AS_OF: i64 = 100 * DAY;

    fn event(user: u8, day: i64, item: u32) -> Event {
        Event {
            user: UserId([user; 16]),
            time: day * DAY,
            session: 0,
            quantity: 1.0,
            price: 1.0,
            discount: 0.0,
            item,
            text: NO_CODE,
            attributes: NO_CODE,
            rating: f32::NAN,
            offset_minutes: 0,
            action: Action::Purchase as u8,
            padding: [0; 5],
        }
    }

    /// Items in twos: 0 and 1 are of one narrow category, 2 and 3 of the next.
    fn catalogue(n_items: u32, has_categories: bool) -> Catalogue {
        let category = |at: u32| match has_categories {
            true => vec!["all".into(), format!("category {:02}", at / 2)],
            false => Vec::new(),
        };
        let item = |at| Item { id: format!("{at:02}"), category: category(at), ..Item::default() };
        Catalogue { items: (0..n_items).map(item).collect() }
    }

    fn users(n: u8) -> Vec<UserId> {
        (0..n).map(|user| UserId([user; 16])).collect()
    }

    /// 90 users who buy ten times from the half of the shop that their label names, and once from
    /// the other; after `AS_OF` all of them buy the last item only.
    fn shop() -> (EventsInMemory, Labels) {
        let mut parts = vec![Vec::new(), Vec::new()];
        for user in 0..90u8 {
            let part: &mut Vec<Event> = &mut parts[usize::from(user) / 45];
            let half = u32::from(user % 2) * 8;
            for nth in 0..10 {
                let item = half + (u32::from(user) * 3 + nth * 5) % 8;
                part.push(event(user, 1 + i64::from(nth), item));
            }
            part.push(event(user, 20, (half + 8) % 16));
            part.push(event(user, 101, 15));
        }
        let words: Vec<Option<&str>> =
            (0..90).map(|user| (user != 7).then_some(["even", "odd"][user % 2])).collect();
        (EventsInMemory { parts, catalogue: catalogue(16, true) }, Labels::from_words(&words))
    }

    fn tokens<'a>(parts: &EventsInMemory, labels: &'a Labels) -> Tokens<'a> {
        let users = users(labels.codes.len() as u8);
        Tokens::new("tokens", parts, AS_OF, &users, labels, &Progress::silent()).expect("reads")
    }

    #[test]
    fn a_record_is_the_newest_narrow_categories_before_the_moment() {
        let mut events: Vec<Event> = (0..5000).map(|_| event(0, 1, 2)).collect();
        events.extend([event(0, 2, 0), event(0, 3, NO_CODE), event(0, 4, 1), event(0, 100, 3)]);
        let parts = EventsInMemory { parts: vec![events], catalogue: catalogue(4, true) };
        let labels = Labels::from_words(&[Some("a")]);
        let record = &tokens(&parts, &labels).records[0];
        assert_eq!(record.len(), MOST_TOKENS);
        // Both items of the first category, the newest last; nothing of day 100.
        assert_eq!(record[MOST_TOKENS - 3..], [1, 0, 0]);
        let plain = EventsInMemory { catalogue: catalogue(4, false), ..parts };
        let record = &tokens(&plain, &labels).records[0];
        assert_eq!(record[MOST_TOKENS - 3..], [2, 0, 1]);
    }

    #[test]
    fn it_tells_labels_that_stand_in_the_record() {
        let (parts, labels) = shop();
        let contender = tokens(&parts, &labels);
        assert!(contender.is_baseline() && contender.records[7].is_empty());
        let train: Vec<usize> = labels.labelled().into_iter().filter(|row| *row < 70).collect();
        let test: Vec<usize> = (70..90).collect();
        let found = contender.probabilities(&train, &test, Seed(3)).expect("learns");
        let n_right =
            test.iter().zip(&found.decided).filter(|&(&row, &told)| told == labels.codes[row]);
        assert!(n_right.count() >= 19, "{:?}", found.decided);
        let again = contender.probabilities(&train, &test, Seed(3)).expect("learns");
        assert_eq!(found, again);
        // A user's answer does not hang on who else is asked.
        let alone = contender.probabilities(&train, &[80], Seed(3)).expect("learns");
        assert_eq!(alone.probabilities.row(0), found.probabilities.row(10));
    }

    #[test]
    fn words_come_from_the_users_learned_from_alone() {
        let (mut parts, labels) = shop();
        let train: Vec<usize> = (0..70).filter(|&row| row != 7).collect();
        let before = tokens(&parts, &labels).probabilities(&train, &[80], Seed(3)).expect("learns");
        // A category that only the user asked about has is no word: nothing changes.
        parts.catalogue = catalogue(18, true);
        let place = parts.parts[1].iter().position(|event| event.user == UserId([80; 16]));
        parts.parts[1].insert(place.expect("buys"), event(80, 0, 17));
        let after = tokens(&parts, &labels).probabilities(&train, &[80], Seed(3)).expect("learns");
        assert_eq!(before, after);
    }

    #[test]
    fn records_without_tokens_leave_the_shares_of_the_classes() {
        let events: Vec<Event> = (0..30).map(|user| event(user, 1, NO_CODE)).collect();
        let parts = EventsInMemory { parts: vec![events], catalogue: catalogue(4, true) };
        let words: Vec<Option<&str>> = (0..30).map(|user| Some(["a", "b"][user % 2])).collect();
        let labels = Labels::from_words(&words);
        let rows: Vec<usize> = (0..30).collect();
        let found = tokens(&parts, &labels).probabilities(&rows, &[0, 1], Seed(1)).expect("learns");
        assert_eq!(found.probabilities.row(0), found.probabilities.row(1));
        let users = users(3);
        let refused = Tokens::new("tokens", &parts, AS_OF, &users, &labels, &Progress::silent());
        assert!(refused.is_err());
    }
}
