//! What items and texts are called, and which of them a question means.

use std::collections::BTreeMap;

use fenqun_base::Catalogue;
use rayon::prelude::*;

use super::condition::Behaviour;
use super::schema::ShopNames;

/// What items and texts are called, in lower case where case is ignored.
#[derive(Debug, Default)]
pub(super) struct Shop {
    item_ids: Vec<String>,
    titles: Vec<String>,
    /// Items of each category, at any level.
    categories: BTreeMap<String, Vec<u32>>,
    brands: BTreeMap<String, Vec<u32>>,
    texts: Vec<String>,
    pub(super) names: ShopNames,
}

/// Which titles and which texts hold one of the words asked for.
pub(super) struct Words {
    pub(super) titles: Vec<bool>,
    pub(super) texts: Vec<bool>,
}

impl Shop {
    pub(super) fn new(catalogue: &Catalogue, texts: &[String]) -> Self {
        let mut shop = Self {
            texts: texts.iter().map(|text| text.to_lowercase()).collect(),
            ..Self::default()
        };
        for (code, item) in catalogue.items.iter().enumerate() {
            shop.item_ids.push(item.id.clone());
            shop.names.items.insert(item.id.clone());
            shop.titles.push(item.title.to_lowercase());
            for name in &item.category {
                shop.names.categories.entry(name.to_lowercase()).or_insert_with(|| name.clone());
                add(&mut shop.categories, name, code);
            }
            if !item.brand.is_empty() {
                let brand = &item.brand;
                shop.names.brands.entry(brand.to_lowercase()).or_insert_with(|| brand.clone());
                add(&mut shop.brands, brand, code);
            }
        }
        shop
    }

    /// Items, and one more for events without one.
    pub(super) fn n_slots(&self) -> usize {
        self.titles.len() + 1
    }

    /// Items that meet every filter on items, ascending; `None` without such a filter.
    pub(super) fn chosen(&self, behaviour: &Behaviour) -> Option<Vec<u32>> {
        let union = |names: &[String], items: &BTreeMap<String, Vec<u32>>| {
            let mut all: Vec<u32> =
                names.iter().filter_map(|name| items.get(name)).flatten().copied().collect();
            all.sort_unstable();
            all.dedup();
            (!names.is_empty()).then_some(all)
        };
        let by_id = || {
            let code = |id: &String| self.item_ids.binary_search(id).ok().map(|code| code as u32);
            let mut all: Vec<u32> = behaviour.items.iter().filter_map(code).collect();
            all.sort_unstable();
            (!behaviour.items.is_empty()).then_some(all)
        };
        let filters = [
            union(&behaviour.categories, &self.categories),
            union(&behaviour.brands, &self.brands),
            by_id(),
        ];
        filters.into_iter().flatten().reduce(|mut left, right| {
            left.retain(|code| right.binary_search(code).is_ok());
            left
        })
    }

    pub(super) fn words(&self, words: &[String]) -> Words {
        let holds = |text: &String| words.iter().any(|word| text.contains(word));
        Words {
            titles: self.titles.par_iter().map(holds).collect(),
            texts: self.texts.par_iter().map(holds).collect(),
        }
    }
}

fn add(items: &mut BTreeMap<String, Vec<u32>>, name: &str, code: usize) {
    let codes = items.entry(name.to_lowercase()).or_default();
    if codes.last() != Some(&(code as u32)) {
        codes.push(code as u32);
    }
}
