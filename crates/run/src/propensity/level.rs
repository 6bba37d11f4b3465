//! Which categories of the catalogue are asked about.

use fenqun_base::{Catalogue, NO_CODE};
use fenqun_profiles::{ItemCategories, PairHistory};

/// Names of all categories of one level, and which level that is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    /// 0 is the widest; `None`: every item is a category of its own.
    pub(super) level: Option<usize>,
    /// In the order of their codes.
    pub(super) names: Vec<String>,
}

impl Level {
    /// The widest level with at least `n_wanted` categories, else the one with the most.
    pub(super) fn choose(catalogue: &Catalogue, n_wanted: usize) -> Self {
        let names = |level| catalogue.categories_at(level).1;
        let levels: Vec<(usize, Vec<String>)> =
            (0..catalogue.category_levels()).map(|level| (level, names(level))).collect();
        let wide_enough = levels.iter().find(|(_, names)| names.len() >= n_wanted);
        let most = levels.iter().rev().max_by_key(|(_, names)| names.len());
        match wide_enough.or(most) {
            Some((level, names)) if names.len() > 1 => {
                Self { level: Some(*level), names: names.clone() }
            }
            _ => {
                let names = catalogue.items.iter().map(|item| item.id.clone()).collect();
                Self { level: None, names }
            }
        }
    }

    /// The categories of a catalogue's items, also of another catalogue than the one chosen from:
    /// they are found again by name.
    pub(super) fn of(&self, catalogue: &Catalogue) -> ItemCategories {
        let (codes, names) = match self.level {
            Some(level) => catalogue.categories_at(level),
            None => {
                let names = catalogue.items.iter().map(|item| item.id.clone());
                ((0..catalogue.len() as u32).collect(), names.collect())
            }
        };
        let known = |name: &String| self.names.binary_search(name).map_or(NO_CODE, |at| at as u32);
        let renamed: Vec<u32> = names.iter().map(known).collect();
        let code = |code: &u32| renamed.get(*code as usize).copied().unwrap_or(NO_CODE);
        let of_item = codes.iter().map(code).collect();
        ItemCategories { of_item, n_categories: self.names.len() }
    }
}

/// The categories in most baskets, most first, the first by name among equals; none that nobody
/// bought.
pub(super) fn most_bought(history: &PairHistory, n_wanted: usize) -> Vec<u32> {
    let mut baskets = vec![0u64; history.n_categories()];
    for row in 0..history.n_users() {
        for pair in history.pairs(row) {
            baskets[pair.category as usize] += u64::from(pair.n_baskets);
        }
    }
    let mut order: Vec<u32> = (0..baskets.len() as u32).collect();
    order.retain(|&category| baskets[category as usize] > 0);
    order.sort_by_key(|&category| (std::cmp::Reverse(baskets[category as usize]), category));
    order.truncate(n_wanted);
    order
}
