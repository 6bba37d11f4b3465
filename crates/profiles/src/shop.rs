use fenqun_base::{Catalogue, DataError, NO_CODE, SparseMatrix};

use crate::behaviour::Needs;
use crate::categories::Categories;
use crate::feature::{Feature, FeatureKind};
use crate::fold::Signals;
use crate::frame::Frame;
use crate::price::{ItemSales, price_levels};
use crate::value::{ValueBasis, choose};

/// What was learned of the shop as a whole from the events before one time: which features say
/// anything there, which categories get a share of their own, how dear each item is.
///
/// Kept in [`crate::Profiles`], so that profiles as of another time get the same columns.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Which behaviour features are kept.
    pub(crate) keeps: Vec<bool>,
    /// Categories with a share of spend of their own, the largest first.
    pub(crate) spend_categories: Vec<String>,
    /// Percentile of each item's price within its narrowest category; NaN when unknown.
    pub(crate) price_levels: Vec<f32>,
    pub(crate) has_prices: bool,
    pub(crate) value_basis: ValueBasis,
}

/// Unknown price levels are NaN, and equal all the same.
impl PartialEq for Shop {
    fn eq(&self, other: &Self) -> bool {
        let bits = |shop: &Self| shop.price_levels.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        self.keeps == other.keeps
            && self.spend_categories == other.spend_categories
            && self.has_prices == other.has_prices
            && self.value_basis == other.value_basis
            && bits(self) == bits(other)
    }
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
        let bit = |action: fenqun_base::Action| 1u16 << (action as u8);
        let bargains = bit(fenqun_base::Action::Purchase) | bit(fenqun_base::Action::Refund);
        let keeps = |needs: Needs| match needs {
            Needs::Nothing => true,
            Needs::Prices => has_prices,
            Needs::Discounts => has_discounts,
            Needs::Browsing => did & !bargains != 0,
            Needs::Did(action) => did & bit(action) != 0,
        };
        Ok(Self {
            keeps: frame.columns.iter().map(|column| keeps(column.needs)).collect(),
            spend_categories: largest(&categories.widest, spend, frame.params.n_spend_categories),
            price_levels: price_levels(catalogue, &categories.narrowest.0, sales),
            has_prices,
            value_basis: choose(frame.params.value, signals)?,
        })
    }

    /// Refuses a shop learned with other windows or from another catalogue.
    pub(crate) fn check(&self, frame: &Frame, catalogue: &Catalogue) -> Result<(), DataError> {
        let length = |what, expected, found| match expected == found {
            true => Ok(()),
            false => Err(DataError::WrongLength { what, expected, found }),
        };
        length("features of the shop", frame.columns.len(), self.keeps.len())?;
        length("price levels of the shop", catalogue.len(), self.price_levels.len())
    }

    /// The behaviour features kept.
    pub(crate) fn behaviour(&self, frame: &Frame) -> Vec<Feature> {
        let kept = frame.columns.iter().zip(&self.keeps).filter(|(_, keep)| **keep);
        kept.map(|(column, _)| column.feature.clone()).collect()
    }

    /// Features of shares of spend, and for every item which of them it counts in.
    pub(crate) fn spend_shares(&self, categories: &Categories) -> (Vec<Feature>, Vec<u32>) {
        let (codes, names) = &categories.widest;
        if self.spend_categories.is_empty() {
            return (Vec::new(), vec![NO_CODE; codes.len()]);
        }
        let n_named = self.spend_categories.len() as u32;
        let place = |name: &String| {
            let at = self.spend_categories.iter().position(|named| named == name);
            at.map_or(n_named, |at| at as u32)
        };
        let places: Vec<u32> = names.iter().map(place).collect();
        let place_of = |&code: &u32| places.get(code as usize).copied().unwrap_or(n_named);
        let place_of_item: Vec<u32> = codes.iter().map(place_of).collect();
        let mut names = self.spend_categories.clone();
        if place_of_item.contains(&n_named) {
            names.push(OTHER.into());
        }
        let feature =
            |name: &String| Feature::new(format!("spend_share:{name}"), FeatureKind::Share);
        (names.iter().map(feature).collect(), place_of_item)
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
