//! The shop as a model on disk: words as settings, numbers as tensors.

use fenqun_base::{DataError, ModelState, Stored};
use serde::{Deserialize, Serialize};

use crate::shop::Shop;
use crate::statistics::Ranks;
use crate::value::{ValueBasis, ValueRanks};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    as_of: i64,
    behaviour: Vec<(String, bool)>,
    n_levels: usize,
    has_brands: bool,
    brands: Vec<String>,
    spend_categories: Vec<String>,
    has_other: bool,
    has_levels: bool,
    value_basis: ValueBasis,
    /// Items whose price level is known, by id.
    items: Vec<String>,
}

impl Stored for Shop {
    const NAME: &'static str = "shop";

    fn state(&self) -> ModelState {
        let (items, levels): (Vec<String>, Vec<f32>) = self.price_levels.iter().cloned().unzip();
        let words = Words {
            as_of: self.as_of,
            behaviour: self.behaviour.clone(),
            n_levels: self.n_levels,
            has_brands: self.has_brands,
            brands: self.brands.clone(),
            spend_categories: self.spend_categories.clone(),
            has_other: self.has_other,
            has_levels: self.has_levels,
            value_basis: self.value_basis,
            items,
        };
        ModelState::new(words)
            .vector("price_levels", &levels)
            .vector("baskets", self.value_ranks.baskets.sorted())
            .vector("spend", self.value_ranks.spend.sorted())
            .vector("recency", self.value_ranks.recency.sorted())
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let words: Words = state.read_config(Self::NAME)?;
        let wrong = |reason: &str| DataError::Model { model: Self::NAME, reason: reason.into() };
        let levels = state.read_vector(Self::NAME, "price_levels")?;
        let items = words.items;
        if items.len() != levels.len() {
            return Err(wrong("items and price levels do not fit together"));
        }
        if !items.is_sorted() || levels.iter().any(|level| !(0.0..=1.0).contains(level)) {
            return Err(wrong("items must be sorted by id, and price levels lie in 0..=1"));
        }
        let ranks = |name: &str| {
            let sorted = state.read_vector(Self::NAME, name)?;
            Ranks::from_sorted(sorted).ok_or_else(|| wrong("ranks must be finite and rise"))
        };
        Ok(Self {
            as_of: words.as_of,
            behaviour: words.behaviour,
            n_levels: words.n_levels,
            has_brands: words.has_brands,
            brands: words.brands,
            spend_categories: words.spend_categories,
            has_other: words.has_other,
            has_levels: words.has_levels,
            price_levels: items.into_iter().zip(levels).collect(),
            value_basis: words.value_basis,
            value_ranks: ValueRanks {
                baskets: ranks("baskets")?,
                spend: ranks("spend")?,
                recency: ranks("recency")?,
            },
        })
    }
}
