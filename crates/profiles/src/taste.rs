//! Features that need the catalogue: how varied, how dear, which categories and brands.
//!
//! Interactions are the entries of `Profiles::items`, money those of `Profiles::spend`.
//!
//! | name | kind | formula |
//! |---|---|---|
//! | `distinct_items` | count | items with an interaction |
//! | `item_entropy` | entropy | entropy of interactions over items |
//! | `distinct_categories`, `category_entropy` | count, entropy | the same over the narrowest categories |
//! | `distinct_wide_categories`, `wide_category_entropy` | count, entropy | the same over the widest, where there are several levels |
//! | `brand_concentration` | share | largest share of interactions that one brand has |
//! | `brand_share:NAME` | share | share of interactions with the brand, where the catalogue knows few brands |
//! | `price_level` | share | mean percentile of the items' prices within their narrowest category, by interactions; ½ when unknown |
//! | `spend_share:NAME` | share | share of money in the widest category; the largest by name, the rest as `other` |

use fenqun_base::{Catalogue, NO_CODE};

use crate::categories::Categories;
use crate::feature::{Feature, FeatureKind};
use crate::shop::Shop;
use crate::statistics::{entropy, narrow, share};

use FeatureKind::{Count, Entropy, Share};

/// Name and formula of every feature of this table.
pub(crate) const FORMULAS: &[(&str, &str)] = &[
    ("distinct_items", "items with an interaction"),
    ("item_entropy", "entropy of interactions over items"),
    ("distinct_categories", "narrowest categories with an interaction"),
    ("category_entropy", "entropy of interactions over the narrowest categories"),
    ("distinct_wide_categories", "widest categories with an interaction"),
    ("wide_category_entropy", "entropy of interactions over the widest categories"),
    ("brand_concentration", "largest share of interactions that one brand has"),
    ("brand_share:{}", "share of interactions with the brand"),
    ("price_level", "mean percentile of the items' prices within their narrowest category"),
    ("spend_share:{}", "share of spend, net of refunds, in the widest category"),
];

/// Which features of this table a shop has, and the codes they are read by.
pub(crate) struct Taste<'a> {
    pub features: Vec<Feature>,
    /// Narrowest, then widest categories.
    categories: Vec<&'a (Vec<u32>, Vec<String>)>,
    /// Brand of every item, and how many there are.
    brands: Option<(Vec<u32>, usize)>,
    /// Codes of the brands that have a share of their own; `None` for one that nobody deals with.
    brand_shares: Vec<Option<usize>>,
    price_levels: Option<Vec<f32>>,
    place_of_item: Vec<u32>,
    n_places: usize,
}

/// Sums by code that are cleared by touching only what was touched.
#[derive(Default)]
pub(crate) struct Tally {
    sums: Vec<f64>,
    touched: Vec<u32>,
}

impl Tally {
    /// Sums the entries of one user by code; entries without one are left out.
    fn fill(&mut self, codes: &[u32], n_codes: usize, entries: (&[u32], &[f32])) {
        self.touched.iter().for_each(|&code| self.sums[code as usize] = 0.0);
        self.touched.clear();
        if self.sums.len() < n_codes {
            self.sums.resize(n_codes, 0.0);
        }
        for (&item, &value) in entries.0.iter().zip(entries.1) {
            let code = codes[item as usize];
            if code != NO_CODE {
                let sum = &mut self.sums[code as usize];
                if *sum == 0.0 {
                    self.touched.push(code);
                }
                *sum += f64::from(value);
            }
        }
    }

    /// The sums that are not zero, in the order of the items that led to them.
    fn sums(&self) -> Vec<f64> {
        self.touched.iter().map(|&code| self.sums[code as usize]).collect()
    }

    fn sum_of(&self, code: usize) -> f64 {
        self.sums[code]
    }
}

impl<'a> Taste<'a> {
    pub fn new(catalogue: &Catalogue, all: &'a Categories, shop: &Shop) -> Self {
        let mut features =
            vec![Feature::new("distinct_items", Count), Feature::new("item_entropy", Entropy)];
        let mut categories = Vec::new();
        if all.n_levels > 0 {
            categories.push(&all.narrowest);
            features.push(Feature::new("distinct_categories", Count));
            features.push(Feature::new("category_entropy", Entropy));
        }
        if all.n_levels > 1 {
            categories.push(&all.widest);
            features.push(Feature::new("distinct_wide_categories", Count));
            features.push(Feature::new("wide_category_entropy", Entropy));
        }
        let (codes, names) = brands(catalogue);
        if shop.has_brands {
            features.push(Feature::new("brand_concentration", Share));
        }
        let feature = |name: &String| Feature::new(format!("brand_share:{name}"), Share);
        features.extend(shop.brands.iter().map(feature));
        let code_of = |name: &String| names.binary_search(name).ok();
        let brand_shares = shop.brands.iter().map(code_of).collect();
        let knows_prices = shop.knows_prices();
        if knows_prices {
            features.push(Feature::new("price_level", Share));
        }
        let (shares, place_of_item) = shop.spend_shares(all);
        let n_places = shares.len();
        features.extend(shares);
        Self {
            features,
            categories,
            brands: shop.has_brands.then_some((codes, names.len())),
            brand_shares,
            price_levels: knows_prices.then(|| shop.price_levels_of(catalogue)),
            place_of_item,
            n_places,
        }
    }

    /// The features of one user, in the order of `features`.
    pub fn append(
        &self,
        items: (&[u32], &[f32]),
        spend: (&[u32], &[f32]),
        tally: &mut Tally,
        values: &mut Vec<f32>,
    ) {
        let weights: Vec<f64> = items.1.iter().map(|&weight| f64::from(weight)).collect();
        values.extend([weights.len() as f32, narrow(entropy(&weights))]);
        for (codes, names) in &self.categories {
            tally.fill(codes, names.len(), items);
            let sums = tally.sums();
            values.extend([sums.len() as f32, narrow(entropy(&sums))]);
        }
        if let Some((codes, n_codes)) = &self.brands {
            tally.fill(codes, *n_codes, items);
            let sums = tally.sums();
            let total: f64 = sums.iter().sum();
            let largest = sums.iter().copied().fold(0.0, f64::max);
            values.push(narrow(share(largest, total)));
            let sum = |code: &Option<usize>| code.map_or(0.0, |code| tally.sum_of(code));
            values.extend(self.brand_shares.iter().map(|code| narrow(share(sum(code), total))));
        }
        if let Some(levels) = &self.price_levels {
            values.push(narrow(price_level(levels, items)));
        }
        if self.n_places > 0 {
            tally.fill(&self.place_of_item, self.n_places, spend);
            let total: f64 = tally.sums().iter().sum();
            values.extend((0..self.n_places).map(|at| narrow(share(tally.sum_of(at), total))));
        }
    }
}

fn price_level(levels: &[f32], items: (&[u32], &[f32])) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for (&item, &weight) in items.0.iter().zip(items.1) {
        let level = f64::from(levels[item as usize]);
        if !level.is_nan() {
            sum += f64::from(weight) * level;
            total += f64::from(weight);
        }
    }
    if total > 0.0 { sum / total } else { 0.5 }
}

/// For every item the code of its brand, and the brands, sorted.
pub(crate) fn brands(catalogue: &Catalogue) -> (Vec<u32>, Vec<String>) {
    let named = || catalogue.items.iter().map(|item| &item.brand);
    let mut names: Vec<String> = named().filter(|name| !name.is_empty()).cloned().collect();
    names.sort_unstable();
    names.dedup();
    let code = |name: &String| names.binary_search(name).map_or(NO_CODE, |at| at as u32);
    (named().map(code).collect(), names)
}
