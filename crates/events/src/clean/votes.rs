//! Which title, brand and category an item has, where rows disagree: the most frequent one, among
//! equally frequent ones the first in the order of text. A catalogue file wins over event rows.

use std::collections::BTreeMap;

use fenqun_base::{Catalogue, Item, NO_CODE};

use crate::mapping::{Detail, Items, parse_number};

pub(super) struct Votes<'a> {
    details: &'a [&'a str],
    /// From catalogue files: item, detail, number; sorted by item.
    files: Vec<(u32, u32, u64)>,
    events: Vec<(u32, u32, u64)>,
}

impl<'a> Votes<'a> {
    pub(super) fn new(
        items: &Items,
        item_ranks: &[u32],
        detail_ranks: &[u32],
        details: &'a [&'a str],
    ) -> Self {
        let mut files: Vec<(u32, u32, u64)> = items
            .catalogue
            .iter()
            .map(|&(item, detail)| (item_ranks[item as usize], detail_ranks[detail as usize], 1))
            .filter(|vote| vote.0 != NO_CODE)
            .collect();
        merge(&mut files);
        Self { details, files, events: Vec::new() }
    }

    pub(super) fn add(&mut self, votes: &[(u32, u32, u64)]) {
        self.events.extend_from_slice(votes);
        // Kept small by merging whenever it has doubled.
        if self.events.len() >= 1 << 20 && self.events.len() >= self.events.capacity() / 2 {
            merge(&mut self.events);
        }
    }

    /// The items with these ids, described.
    pub(super) fn catalogue(mut self, ids: &[&str]) -> Catalogue {
        merge(&mut self.events);
        let (mut files, mut events) = (&self.files[..], &self.events[..]);
        let items = ids.iter().enumerate().map(|(row, &id)| {
            let told = Told {
                files: next(&mut files, row as u32),
                events: next(&mut events, row as u32),
                details: self.details,
            };
            let price = told.best(|detail| detail.price);
            Item {
                id: id.to_owned(),
                title: told.best(|detail| detail.title).to_owned(),
                category: Detail::words(told.best(|detail| detail.category)),
                brand: told.best(|detail| detail.brand).to_owned(),
                price: parse_number(price, '.')
                    .filter(|price| price.is_finite())
                    .unwrap_or(f64::NAN),
            }
        });
        Catalogue { items: items.collect() }
    }
}

/// Sorts votes and adds up those for the same.
fn merge(votes: &mut Vec<(u32, u32, u64)>) {
    votes.sort_unstable();
    votes.dedup_by(|next, kept| {
        let is_same = (next.0, next.1) == (kept.0, kept.1);
        if is_same {
            kept.2 += next.2;
        }
        is_same
    });
}

/// Takes the votes of an item off the front.
fn next<'v>(votes: &mut &'v [(u32, u32, u64)], item: u32) -> &'v [(u32, u32, u64)] {
    let end = votes.iter().position(|vote| vote.0 != item).unwrap_or(votes.len());
    let (own, rest) = votes.split_at(end);
    *votes = rest;
    own
}

/// What was told of one item.
struct Told<'a> {
    files: &'a [(u32, u32, u64)],
    events: &'a [(u32, u32, u64)],
    details: &'a [&'a str],
}

impl<'a> Told<'a> {
    fn best(&self, field: impl Fn(&Detail<'a>) -> &'a str) -> &'a str {
        let most = |votes: &[(u32, u32, u64)]| {
            let mut counts: BTreeMap<&'a str, u64> = BTreeMap::new();
            for &(_, detail, n) in votes {
                let value = field(&Detail::parse(self.details[detail as usize]));
                if !value.is_empty() {
                    *counts.entry(value).or_default() += n;
                }
            }
            let best = counts.into_iter().max_by_key(|&(value, n)| (n, std::cmp::Reverse(value)));
            best.map(|(value, _)| value)
        };
        most(self.files).or_else(|| most(self.events)).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Cleaning, ItemRules};

    #[test]
    fn the_most_frequent_title_wins_and_ties_go_by_text() {
        let items = Items::new(ItemRules::new(&Cleaning::default()).expect("compiles"));
        let details = ["Cup\u{1f}Acme", "Mug", "Tea"];
        let mut votes = Votes::new(&items, &[], &[], &details);
        votes.add(&[(0, 0, 1), (0, 1, 2), (2, 2, 1)]);
        votes.add(&[(0, 0, 1), (2, 1, 1)]);
        let catalogue = votes.catalogue(&["a", "b", "c"]);
        let titles: Vec<&str> = catalogue.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, ["Cup", "", "Mug"]);
        assert_eq!(catalogue.items[0].brand, "Acme");
    }

    #[test]
    fn a_catalogue_file_wins_over_event_rows() {
        let mut items = Items::new(ItemRules::new(&Cleaning::default()).expect("compiles"));
        items.catalogue.push((0, 1));
        let details = ["Cup", "Mug\u{1f}\u{1f}1.5\u{1f}Kitchen\u{1f}Cups"];
        let mut votes = Votes::new(&items, &[0], &[0, 1], &details);
        votes.add(&[(0, 0, 100)]);
        let catalogue = votes.catalogue(&["a"]);
        assert_eq!(catalogue.items[0].title, "Mug");
        assert_eq!(catalogue.items[0].category, ["Kitchen", "Cups"]);
        assert_eq!(catalogue.items[0].price, 1.5);
    }
}
