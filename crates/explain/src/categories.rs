//! One readable category an item, from whatever depth of category paths a shop has.

use std::collections::BTreeMap;

use fenqun_base::{Catalogue, NO_CODE};

use crate::distinct::Terms;
use crate::label;

/// More categories than this on a level, and a reader would be told of trifles.
const MOST_CATEGORIES: usize = 500;

/// A category that says nothing takes the name of the wider one when that has at most this many
/// other categories: "Fuel" may stand for its coupons, "Grocery" not for its sundries.
const MOST_SIBLINGS: usize = 2;

/// Terms that are categories, and which of them may stand in a name.
pub(crate) fn categories(catalogue: &Catalogue) -> Terms {
    let mut level = 0;
    for candidate in 0..catalogue.category_levels() {
        if catalogue.categories_at(candidate).1.len() <= MOST_CATEGORIES {
            level = candidate;
        }
    }
    let labels = labels(catalogue, level);
    let mut codes: BTreeMap<&str, u32> = BTreeMap::new();
    for label in labels.iter().filter(|label| !label.is_empty()) {
        codes.insert(label, 0);
    }
    for (code, entry) in codes.values_mut().enumerate() {
        *entry = code as u32;
    }
    let of_item =
        labels.iter().map(|label| codes.get(label.as_str()).copied().into_iter().collect());
    let of_item = of_item.collect();
    Terms { names: codes.keys().map(|name| (*name).to_owned()).collect(), of_item }
}

/// The label of every item at a level, or of a level beside it where that one says nothing.
fn labels(catalogue: &Catalogue, level: usize) -> Vec<String> {
    let (own_of, own_names) = catalogue.categories_at(level);
    let own: Vec<String> = own_names.iter().map(|name| label::full(name)).collect();
    let wider = (level > 0).then(|| catalogue.categories_at(level - 1));
    let narrower =
        (level + 1 < catalogue.category_levels()).then(|| catalogue.categories_at(level + 1));

    let mut siblings: Vec<Vec<u32>> = Vec::new();
    if let Some((wider_of, wider_names)) = &wider {
        siblings = vec![Vec::new(); wider_names.len()];
        for (&own_code, &wider_code) in own_of.iter().zip(wider_of) {
            if own_code != NO_CODE && wider_code != NO_CODE {
                let known = &mut siblings[wider_code as usize];
                if known.len() <= MOST_SIBLINGS + 1 && !known.contains(&own_code) {
                    known.push(own_code);
                }
            }
        }
    }
    let instead = |item: usize| -> Option<String> {
        if let Some((wider_of, wider_names)) = &wider {
            let code = wider_of[item];
            if code != NO_CODE && siblings[code as usize].len() <= MOST_SIBLINGS + 1 {
                let name = label::full(&wider_names[code as usize]);
                if !label::says_nothing(&name) {
                    return Some(name);
                }
            }
        }
        let (narrower_of, narrower_names) = narrower.as_ref()?;
        let name = label::full(narrower_names.get(narrower_of[item] as usize)?);
        (!label::says_nothing(&name)).then_some(name)
    };
    let label = |(item, &code): (usize, &u32)| match own.get(code as usize) {
        Some(name) if !label::says_nothing(name) => name.clone(),
        Some(name) => instead(item).unwrap_or_else(|| name.clone()),
        None => String::new(),
    };
    own_of.iter().enumerate().map(label).collect()
}

#[cfg(test)]
mod tests {
    use fenqun_base::Item;

    use super::*;

    #[test]
    fn a_category_that_says_nothing_takes_the_name_of_its_only_parent() {
        let item = |path: &[&str]| Item {
            category: path.iter().map(|word| (*word).into()).collect(),
            ..Item::default()
        };
        let items = vec![
            item(&["FUEL", "COUPON/MISC ITEMS", "GASOLINE"]),
            item(&["GROCERY", "SOFT DRINKS", "COLA"]),
            item(&["MISCELLANEOUS", "COUPON/MISC ITEMS", "ICE SCRAPERS"]),
            item(&[]),
        ];
        let terms = categories(&Catalogue { items });
        // With few enough categories the narrowest level is used, and it says something.
        assert_eq!(terms.names, ["Cola", "Gasoline", "Ice scrapers"]);
        assert_eq!(terms.of_item, [vec![1], vec![0], vec![2], vec![]]);

        let items = vec![
            item(&["FUEL", "COUPON/MISC ITEMS"]),
            item(&["GROCERY", "SOFT DRINKS"]),
            item(&["FUEL", "FUEL"]),
        ];
        let terms = categories(&Catalogue { items });
        assert_eq!(terms.names, ["Fuel", "Soft drinks"]);
    }
}
