use std::collections::{BTreeMap, BTreeSet};

use strsim::damerau_levenshtein;

/// Above so many names the nearest is not looked for: it would take longer than the rule.
const MOST_COMPARED: usize = 20_000;

/// The names that rules may use: what a rule is checked against.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// Columns of numbers.
    pub numbers: BTreeSet<String>,
    /// Columns of words, and the words of each.
    pub words: BTreeMap<String, BTreeSet<String>>,
    /// Segments of the run by number and name; `None` where there is no run.
    pub own_segments: Option<Vec<(u32, String)>>,
    /// Whether events are at hand.
    pub has_events: bool,
    /// What the shop sells; `None` where that is not known, and any name is taken.
    pub shop: Option<ShopNames>,
    /// Segments that are defined together with the rule.
    pub defined: BTreeSet<String>,
    /// Columns are not known: any name is taken, as numbers or words, whatever the rule needs.
    pub is_open: bool,
}

/// Names of the items of a shop.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShopNames {
    /// Categories at all levels, by their lower-case form.
    pub categories: BTreeMap<String, String>,
    /// Brands, by their lower-case form.
    pub brands: BTreeMap<String, String>,
    /// Ids of items.
    pub items: BTreeSet<String>,
}

impl Schema {
    /// A schema that takes any column: for rules whose shop is not at hand.
    #[must_use]
    pub fn open() -> Self {
        Self { is_open: true, has_events: true, ..Self::default() }
    }

    /// The column nearest to a name that is none.
    pub(super) fn nearest_column(&self, name: &str) -> Option<String> {
        nearest(name, self.numbers.iter().chain(self.words.keys()))
    }
}

/// The name that is most like another, when it is like it at all: at most a third of its
/// characters differ, case ignored. Among equals, one whose characters only changed places.
#[must_use]
pub fn nearest<'a>(
    name: &str,
    names: impl Iterator<Item = &'a (impl AsRef<str> + ?Sized + 'a)>,
) -> Option<String> {
    let sorted = |name: &str| {
        let mut characters: Vec<char> = name.chars().collect();
        characters.sort_unstable();
        characters
    };
    let wanted = name.to_lowercase();
    let most = (wanted.chars().count() / 3).max(1);
    let letters = sorted(&wanted);
    let near = |known: &str| {
        let known = known.to_lowercase();
        (damerau_levenshtein(&wanted, &known), sorted(&known) != letters)
    };
    let known = names.take(MOST_COMPARED).map(AsRef::as_ref);
    let best = known.map(|known| (near(known), known)).min_by_key(|&(near, _)| near);
    best.filter(|&((distance, _), _)| distance <= most).map(|(_, known)| known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_what_is_like_the_name_is_suggested() {
        let names = ["spend_14d", "spend_91d", "visits_91d", "recency"];
        assert_eq!(nearest("spend_19d", names.iter()).as_deref(), Some("spend_91d"));
        assert_eq!(nearest("Recency", names.iter()).as_deref(), Some("recency"));
        assert_eq!(nearest("colour", names.iter()), None);
    }
}
