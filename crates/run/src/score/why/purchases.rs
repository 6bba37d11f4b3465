//! Parts of a decision that are purchases, gathered from the blocks that are sums over them.

use std::collections::BTreeMap;

use fenqun_base::{Catalogue, NO_CODE};
use fenqun_explain::why::Part;

use super::Shop;
use super::counts::one_each;
use crate::RunError;
use crate::steps::blocks::{Columns, Counted, Source, Sources};
use crate::steps::texts::Texts;

/// What purchases of each category, or of each item where there are none, add to a decision.
pub(super) struct Purchases {
    things: Things,
    /// One a thing.
    amounts: Vec<f64>,
}

impl Purchases {
    /// Nothing yet.
    pub fn of(shop: &Shop) -> Self {
        let things = Things::of(shop.table.catalogue(), shop.texts.as_ref());
        let amounts = vec![0.0; things.names.len()];
        Self { things, amounts }
    }

    /// Adds what sources of a block add: place of the source and amount.
    pub fn add(&mut self, sources: &Sources, amounts: impl IntoIterator<Item = (usize, f64)>) {
        for (source, amount) in amounts {
            if let Some(thing) = self.things.of_source(&sources.names[source]) {
                self.amounts[thing] += amount;
            }
        }
    }

    /// One part a thing that adds something, with how often the user and others did it.
    pub fn parts(self, shop: &Shop, row: usize, group: u32) -> Result<Vec<Part>, RunError> {
        let catalogue = shop.table.catalogue();
        let each: Vec<u32> = (0..catalogue.len() as u32).collect();
        let each = one_each(&each, catalogue.len())?;
        let of_item = self.things.columns.counts(catalogue, &each)?;
        shop.did(row, group, &of_item, &self.things.names, &self.amounts)
    }
}

/// What purchases are told as: categories, or items where there are none.
struct Things {
    columns: Columns,
    names: Vec<String>,
    at: BTreeMap<(Option<usize>, String), usize>,
    /// The narrowest thing of every item.
    of_item: Vec<u32>,
    /// Rows of the catalogue by id, and the first item of every text.
    items: BTreeMap<String, usize>,
    item_of_text: Vec<Option<usize>>,
}

impl Things {
    fn of(catalogue: &Catalogue, texts: Option<&Texts>) -> Self {
        let n_levels = catalogue.category_levels();
        let levels = usize::from(n_levels > 1)..n_levels;
        let columns = match n_levels {
            0 => Columns::all(catalogue, Counted::Items),
            _ => Columns::beside(
                // The narrowest first: items are told by it.
                levels.rev().map(|it| Columns::all(catalogue, Counted::Categories(it))).collect(),
            ),
        };
        let key = |counted: Counted, name: &str| (level(counted), name.to_owned());
        let at = columns.counted().enumerate();
        let at = at.map(|(at, (counted, name))| (key(counted, name), at)).collect();
        let rows = catalogue.items.iter().enumerate();
        let items: BTreeMap<String, usize> =
            rows.map(|(row, item)| (item.id.clone(), row)).collect();
        let mut names: Vec<String> = columns.names().map(str::to_owned).collect();
        let mut item_of_text = Vec::new();
        if let Some(texts) = texts {
            item_of_text = vec![None; texts.read.len()];
            for (item, &text) in texts.text_of.iter().enumerate() {
                let Some(first) = item_of_text.get_mut(text as usize) else { continue };
                first.get_or_insert(item);
                if n_levels == 0
                    && let Some(&row) = items.get(&catalogue.items[item].id)
                {
                    names[row].clone_from(&texts.read[text as usize]);
                }
            }
        }
        let of_item = columns.of_items(catalogue);
        Self { columns, names, at, of_item, items, item_of_text }
    }

    fn of_source(&self, source: &Source) -> Option<usize> {
        let of_item = |item: usize| {
            let thing = self.of_item.get(item).copied().filter(|&code| code != NO_CODE);
            thing.map(|code| code as usize)
        };
        match source {
            Source::Counted(Counted::Items, id) => of_item(*self.items.get(id)?),
            Source::Counted(counted, name) => {
                self.at.get(&(level(*counted), name.clone())).copied()
            }
            Source::Text(text) => of_item((*self.item_of_text.get(*text)?)?),
        }
    }
}

fn level(counted: Counted) -> Option<usize> {
    match counted {
        Counted::Items => None,
        Counted::Categories(level) => Some(level),
    }
}
