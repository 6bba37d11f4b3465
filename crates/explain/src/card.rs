use fenqun_base::Language;
use serde::{Deserialize, Serialize};

use crate::why::ShortRule;

/// Whether segments are the cells of a grid or stand for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Shape {
    /// Segments without further order.
    Flat,
    /// Value × taste: segment = tier × `n_tastes` + taste, and tier 0 is the highest value.
    TwoAxes {
        /// Number of value tiers.
        n_tiers: usize,
        /// Number of taste groups.
        n_tastes: usize,
    },
}

/// How much a card says, and in which language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CardParams {
    /// Language of names and sentences; words of the catalogue stay as the shop wrote them.
    pub language: Language,
    /// Written before every sum of money, for example `£`. Empty: sums stand alone.
    pub currency: String,
    /// Most categories on a card.
    pub n_categories: usize,
    /// Most words on a card.
    pub n_words: usize,
    /// Most behaviour traits on a card.
    pub n_traits: usize,
    /// Most typical users on a card.
    pub n_typical: usize,
    /// A category or word is named only when at least this many users of the segment chose it.
    pub min_users: usize,
    /// A category or word is named only when its share is at least this many times the average.
    pub min_lift: f64,
    /// A trait is told only when its effect (−1..=1) is at least this far from 0.
    pub min_effect: f64,
}

impl Default for CardParams {
    fn default() -> Self {
        Self {
            language: Language::En,
            currency: String::new(),
            n_categories: 6,
            n_words: 8,
            n_traits: 6,
            n_typical: 5,
            min_users: 5,
            min_lift: 1.15,
            min_effect: 0.15,
        }
    }
}

/// Everything a person needs to know of one segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Number of the segment in the assignment.
    pub segment: u32,
    /// What to call it; no two segments of a run share a name.
    pub name: String,
    /// One plain sentence or two.
    pub summary: String,
    /// Place on the value axis, 0 highest; absent for flat segments.
    pub tier: Option<u32>,
    /// Place on the taste axis; absent for flat segments.
    pub taste: Option<u32>,
    /// The value tier in words.
    pub value_tier: Option<String>,
    /// The taste group in words: the same in every tier.
    pub taste_name: Option<String>,
    /// Users in the segment.
    pub n_users: usize,
    /// Of all users, 0..=1.
    pub share: f64,
    /// Purchases of the segment in money; without prices, weighted actions.
    pub spend: f64,
    /// Of all spend, 0..=1.
    pub spend_share: f64,
    /// Spend a user.
    pub mean_spend: f64,
    /// Whether `spend` is money (`spend`) or weighted actions (`activity`).
    pub value_basis: String,
    /// Categories that set it apart, most distinctive first.
    pub categories: Vec<Distinct>,
    /// Words of item titles that set it apart, most distinctive first.
    pub words: Vec<Distinct>,
    /// Behaviour that sets it apart, strongest first.
    pub traits: Vec<Trait>,
    /// A short rule that tells its users approximately, and how well; absent where none does.
    #[serde(default)]
    pub rule: Option<ShortRule>,
    /// Pseudonyms of the users nearest to its middle.
    pub typical: Vec<String>,
}

/// A category or word that a segment chooses more than everybody does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distinct {
    /// The category or word, readable.
    pub name: String,
    /// Mean share of it in what a user of the segment buys or does, 0..=1.
    pub share: f64,
    /// The same over all users.
    pub base: f64,
    /// `share / base`, drawn towards 1 where few users stand behind it.
    pub lift: f64,
    /// Part of the segment's users that chose it at all, 0..=1.
    pub reach: f64,
    /// What the list is sorted by: class-based TF-IDF × ln(lift) × √reach.
    pub score: f64,
}

/// A behaviour in which a segment differs from everybody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trait {
    /// Name of the feature.
    pub feature: String,
    /// The difference in words, with both numbers.
    pub text: String,
    /// The segment's value: mean for shares, median otherwise.
    pub value: f64,
    /// The same over all users.
    pub average: f64,
    /// Cliff's delta in −1..=1: how often a user of the segment lies above one of the others,
    /// less how often below.
    pub effect: f64,
}
