use fenqun_base::{Action, Catalogue, DataError, NO_CODE, SparseMatrix};

use crate::behaviour::{Needs, is_zero_without};
use crate::categories::Categories;
use crate::feature::{Feature, FeatureKind};
use crate::fold::Signals;
use crate::frame::Frame;
use crate::price::{ItemSales, known_levels};
use crate::taste::brands;
use crate::value::{ValueBasis, ValueRanks, choose};

/// What was learned of the shop as a whole from the events before one time: which features say
/// anything there, which categories get a share of their own, how dear each item is, how users rank
/// by value.
///
/// Everything is kept by name (feature, category, brand, item id), so that it applies to another
/// catalogue of the same shop. Kept in [`crate::Profiles`] and, as a [`fenqun_base::Stored`] model,
/// beside a run: [`crate::build_like`] gives the same columns and the same numbers again.
#[derive(Clone, Debug, PartialEq)]
pub struct Shop {
    /// The time it was learned as of.
    pub(crate) as_of: i64,
    /// Every behaviour feature, and whether it is kept.
    pub(crate) behaviour: Vec<(String, bool)>,
    /// Depth of the deepest category path.
    pub(crate) n_levels: usize,
    pub(crate) has_brands: bool,
    /// Brands with a share of their own.
    pub(crate) brands: Vec<String>,
    /// Categories with a share of spend of their own, the largest first.
    pub(crate) spend_categories: Vec<String>,
    /// Whether the rest has a share too.
    pub(crate) has_other: bool,
    /// Percentile of each item's price within its narrowest category, by item id.
    pub(crate) price_levels: Vec<(String, f32)>,
    /// Whether there is a price level at all.
    pub(crate) has_levels: bool,
    pub(crate) value_basis: ValueBasis,
    pub(crate) value_ranks: ValueRanks,
}

impl Shop {
    pub(crate) fn learn(
        frame: &Frame,
        catalogue: &Catalogue,
        categories: &Categories,
        signals: &[Signals],
        sales: &ItemSales,
        spend: &SparseMatrix,
    ) -> Result<Self, DataError> {
        let has_prices = signals.iter().any(|user| user.bought > 0.0);
        let has_discounts = signals.iter().any(|user| user.discount > 0.0);
        let did = signals.iter().fold(0, |did, user| did | user.did);
        let bit = |action: Action| 1u16 << (action as u8);
        let bargains = bit(Action::Purchase) | bit(Action::Refund);
        let keeps = |needs: Needs| match needs {
            Needs::Nothing => true,
            Needs::Prices => has_prices,
            Needs::Discounts => has_discounts,
            Needs::Channels => frame.has_channels(),
            Needs::Browsing => did & !bargains != 0,
            Needs::Did(action) => did & bit(action) != 0,
        };
        let columns = frame.columns.iter();
        let price_levels = known_levels(catalogue, &categories.narrowest.0, sales);
        let value_basis = choose(frame.params.value, signals)?;
        let named = brands(catalogue).1;
        let mut shop = Self {
            as_of: frame.as_of,
            behaviour: columns.map(|it| (it.feature.name.clone(), keeps(it.needs))).collect(),
            n_levels: categories.n_levels,
            has_brands: !named.is_empty(),
            brands: if (2..=frame.params.max_brand_shares).contains(&named.len()) {
                named
            } else {
                Vec::new()
            },
            spend_categories: largest(&categories.widest, spend, frame.params.n_spend_categories),
            has_other: true,
            has_levels: !price_levels.is_empty(),
            price_levels,
            value_basis,
            value_ranks: ValueRanks::of(value_basis, signals),
        };
        let n_named = shop.spend_categories.len() as u32;
        shop.has_other = n_named > 0 && shop.spend_shares(categories).1.contains(&n_named);
        Ok(shop)
    }

    /// The time this was learned as of, in milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn as_of(&self) -> i64 {
        self.as_of
    }

    /// Behaviour features that are left out because they are 0 for everyone here: nobody did what
    /// they count, or nothing has a price.
    pub fn zero_features(&self) -> impl Iterator<Item = &str> {
        let left_out = self.behaviour.iter().filter(|(_, is_kept)| !is_kept);
        left_out.map(|(name, _)| name.as_str()).filter(|name| is_zero_without(name))
    }

    /// Refuses a shop learned with other windows.
    pub(crate) fn check(&self, frame: &Frame) -> Result<(), DataError> {
        let names = frame.columns.iter().map(|column| &column.feature.name);
        if names.eq(self.behaviour.iter().map(|column| &column.0)) {
            return Ok(());
        }
        Err(DataError::Parameter {
            name: "windows_days",
            rule: "those with which the shop was learned".into(),
            found: format!("{:?}", frame.params.windows_days),
        })
    }

    /// The behaviour features kept.
    pub(crate) fn behaviour_features(&self, frame: &Frame) -> Vec<Feature> {
        let kept = frame.columns.iter().zip(&self.behaviour).filter(|(_, column)| column.1);
        kept.map(|(column, _)| column.feature.clone()).collect()
    }

    pub(crate) fn knows_prices(&self) -> bool {
        self.has_levels
    }

    /// The price level of every item of a catalogue; NaN where none is known.
    pub(crate) fn price_levels_of(&self, catalogue: &Catalogue) -> Vec<f32> {
        let level = |id: &String| {
            let at = self.price_levels.binary_search_by(|known| known.0.cmp(id));
            at.map_or(f32::NAN, |at| self.price_levels[at].1)
        };
        catalogue.items.iter().map(|item| level(&item.id)).collect()
    }

    /// Features of shares of spend, and for every item which of them it counts in.
    pub(crate) fn spend_shares(&self, categories: &Categories) -> (Vec<Feature>, Vec<u32>) {
        let (codes, names) = &categories.widest;
        if self.spend_categories.is_empty() {
            return (Vec::new(), vec![NO_CODE; codes.len()]);
        }
        let rest = if self.has_other { self.spend_categories.len() as u32 } else { NO_CODE };
        let place = |name: &String| {
            let at = self.spend_categories.iter().position(|named| named == name);
            at.map_or(rest, |at| at as u32)
        };
        let places: Vec<u32> = names.iter().map(place).collect();
        let place_of = |&code: &u32| places.get(code as usize).copied().unwrap_or(rest);
        let place_of_item: Vec<u32> = codes.iter().map(place_of).collect();
        let other = self.has_other.then(|| OTHER.to_owned());
        let feature =
            |name: &String| Feature::new(format!("spend_share:{name}"), FeatureKind::Share);
        (self.spend_categories.iter().chain(&other).map(feature).collect(), place_of_item)
    }
}

/// What is not named on its own; a category that bears this very name counts here too.
const OTHER: &str = "other";

/// The widest categories with most spend, the largest first; equal ones by name.
fn largest(
    (codes, names): &(Vec<u32>, Vec<String>),
    spend: &SparseMatrix,
    n_largest: usize,
) -> Vec<String> {
    let mut sums = vec![0.0f64; names.len()];
    for row in 0..spend.n_rows() {
        for (item, amount) in spend.entries(row) {
            if let Some(sum) = sums.get_mut(codes[item] as usize) {
                *sum += f64::from(amount);
            }
        }
    }
    let mut order: Vec<usize> =
        (0..names.len()).filter(|&code| sums[code] > 0.0 && names[code] != OTHER).collect();
    order.sort_by(|&a, &b| sums[b].total_cmp(&sums[a]).then(a.cmp(&b)));
    order.truncate(n_largest);
    order.into_iter().map(|code| names[code].clone()).collect()
}
