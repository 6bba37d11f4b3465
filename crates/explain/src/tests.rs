//! Cards of a small made shop, whole, in both languages.

use std::collections::BTreeSet;

use fenqun_base::{Assignment, Catalogue, Item, Language, Matrix, SparseMatrix, UserId};
use fenqun_profiles::{Feature, FeatureKind};
use proptest::prelude::*;

use crate::card::{Card, CardParams, Shape};
use crate::cards::{Evidence, write};

/// A shop of three items and as many users as rows: frequency, then units of each item.
struct Shop {
    users: Vec<UserId>,
    features: Vec<Feature>,
    values: Matrix,
    spend: SparseMatrix,
    catalogue: Catalogue,
    in_money: bool,
}

impl Shop {
    fn new(rows: &[(f32, [f32; 3])]) -> Self {
        let item = |id: &str, category: &str| Item {
            id: id.into(),
            category: vec![category.into()],
            ..Item::default()
        };
        let items =
            vec![item("1", "PET FOOD/SUPPLIES"), item("2", "SOFT DRINKS"), item("3", "BREAD")];
        let mut spend = SparseMatrix::with_width(3);
        for (_, units) in rows {
            let mut entries: Vec<(u32, f32)> = (0..).zip(units.iter().copied()).collect();
            spend.push_row(&mut entries).expect("three items");
        }
        let values: Vec<[f32; 1]> = rows.iter().map(|row| [row.0]).collect();
        Self {
            users: (0..rows.len()).map(|n| UserId((n as u128 + 1).to_be_bytes())).collect(),
            features: vec![Feature::new("frequency", FeatureKind::Count)],
            values: Matrix::from_rows(&values).expect("rows"),
            spend,
            catalogue: Catalogue { items },
            in_money: true,
        }
    }

    fn cards(
        &self,
        segments: &[u32],
        n_segments: usize,
        shape: Shape,
        language: Language,
    ) -> Vec<Card> {
        let scores = vec![1.0; segments.len()];
        let assignment = Assignment::new(segments.to_vec(), n_segments, scores).expect("fits");
        self.cards_of(&assignment, shape, language)
    }

    fn cards_of(&self, assignment: &Assignment, shape: Shape, language: Language) -> Vec<Card> {
        let evidence = Evidence {
            users: &self.users,
            features: &self.features,
            values: &self.values,
            items: &self.spend,
            spend: &self.spend,
            in_money: self.in_money,
        };
        evidence.check(&self.catalogue, assignment, &shape, &self.values).expect("fits");
        let params = CardParams { language, currency: "£".into(), ..CardParams::default() };
        write(&evidence, &self.catalogue, assignment, &shape, &self.values, &params)
    }
}

/// Forty users: two tiers (many visits, few) × two tastes (pets, drinks), ten each.
fn grid() -> (Shop, Vec<u32>) {
    let mut rows = Vec::new();
    let mut segments = Vec::new();
    for segment in 0..4u32 {
        for user in 0..10 {
            let visits = if segment < 2 { 20.0 } else { 2.0 } + user as f32;
            let units = if segment % 2 == 0 { [6.0, 1.0, 3.0] } else { [1.0, 6.0, 3.0] };
            rows.push((visits, units.map(|units: f32| units * visits)));
            segments.push(segment);
        }
    }
    (Shop::new(&rows), segments)
}

const GRID: Shape = Shape::TwoAxes { n_tiers: 2, n_tastes: 2 };

#[test]
fn users_in_no_segment_count_in_averages_and_in_no_card() {
    let (shop, segments) = grid();
    let scores = vec![1.0; segments.len()];
    let all = Assignment::new(segments, 4, scores).expect("fits");
    let is_out: Vec<bool> = (0..40).map(|row| row % 10 == 3).collect();
    let some = all.clone().with_unassigned(is_out).expect("fits");
    let (before, after) = (
        shop.cards_of(&all, Shape::Flat, Language::En),
        shop.cards_of(&some, Shape::Flat, Language::En),
    );
    let users = |cards: &[Card]| cards.iter().map(|card| card.n_users).sum::<usize>();
    assert_eq!((users(&before), users(&after)), (40, 36));
    let share = |cards: &[Card]| cards.iter().map(|card| card.spend_share).sum::<f64>();
    assert!((share(&before) - 1.0).abs() < 1e-9);
    assert!(share(&after) < 0.95, "what the others spend is part of all spend");
    let base = |cards: &[Card]| cards[0].categories.first().map(|category| category.base);
    assert_eq!(base(&before), base(&after), "averages are over everybody");
    let fourth = shop.users[3].to_string();
    assert!(after.iter().all(|card| !card.typical.contains(&fourth)));
}

/// A card as plain text, for golden tests.
fn plain(card: &Card) -> String {
    let mut text = format!("{} | {}\n  {}\n", card.segment, card.name, card.summary);
    for category in &card.categories {
        let (share, base, lift) = (category.share, category.base, category.lift);
        text += &format!("  + {} {share:.2} of {base:.2}, lift {lift:.2}\n", category.name);
    }
    for told in &card.traits {
        text += &format!("  ~ {} ({:+.2})\n", told.text, told.effect);
    }
    text + &format!("  @ {}\n", card.typical.first().map_or("", String::as_str))
}

#[test]
fn cards_of_a_grid_in_english() {
    let (shop, segments) = grid();
    let cards = shop.cards(&segments, 4, GRID, Language::En);
    let text: String = cards.iter().map(plain).collect();
    assert_eq!(text, include_str!("../tests/golden/grid.en.txt"));
}

#[test]
fn cards_of_a_grid_in_chinese() {
    let (shop, segments) = grid();
    let cards = shop.cards(&segments, 4, GRID, Language::Zh);
    let text: String = cards.iter().map(plain).collect();
    assert_eq!(text, include_str!("../tests/golden/grid.zh.txt"));
}

#[test]
fn shares_add_up_and_tiers_share_the_words_of_their_taste() {
    let (shop, segments) = grid();
    let cards = shop.cards(&segments, 4, GRID, Language::En);
    assert!((cards.iter().map(|card| card.share).sum::<f64>() - 1.0).abs() < 1e-12);
    assert!((cards.iter().map(|card| card.spend_share).sum::<f64>() - 1.0).abs() < 1e-12);
    assert_eq!(cards[0].taste_name, cards[2].taste_name);
    assert_eq!(cards[1].taste_name, cards[3].taste_name);
    assert_ne!(cards[0].taste_name, cards[1].taste_name);
    let written = serde_json::to_string(&cards).expect("serialises");
    assert_eq!(serde_json::from_str::<Vec<Card>>(&written).expect("reads back"), cards);
}

#[test]
fn categories_that_are_numbers_leave_the_naming_to_behaviour() {
    let (mut shop, segments) = grid();
    for (item, code) in shop.catalogue.items.iter_mut().zip(["417", "88", "5"]) {
        item.category = vec![code.into()];
    }
    shop.in_money = false;
    let tiers: Vec<u32> = segments.iter().map(|segment| segment / 2).collect();
    let cards = shop.cards(&tiers, 2, Shape::Flat, Language::En);
    assert_eq!(cards[0].name, "Frequent shoppers");
    assert_eq!(cards[1].name, "Rare shoppers");
    assert!(cards[0].summary.contains("of activity"), "{}", cards[0].summary);
}

#[test]
fn a_segment_without_users_gets_a_card_too() {
    let (shop, segments) = grid();
    let cards = shop.cards(&segments, 5, Shape::Flat, Language::En);
    assert_eq!((cards[4].n_users, cards[4].name.as_str()), (0, "Nobody yet"));
    assert!(cards[4].typical.is_empty() && cards[4].categories.is_empty());
}

#[test]
fn tables_that_do_not_fit_are_refused() {
    let (shop, segments) = grid();
    let evidence = Evidence {
        users: &shop.users,
        features: &shop.features,
        values: &shop.values,
        items: &shop.spend,
        spend: &shop.spend,
        in_money: true,
    };
    let assignment = Assignment::new(segments, 4, vec![1.0; 40]).expect("fits");
    let refused = |shape: Shape, space: &Matrix| {
        evidence
            .check(&shop.catalogue, &assignment, &shape, space)
            .expect_err("refused")
            .to_string()
    };
    let three = Shape::TwoAxes { n_tiers: 3, n_tastes: 2 };
    assert!(refused(three, &shop.values).contains("3 × 2 is not 4"));
    let short = Matrix::zeros(39, 1);
    assert!(refused(Shape::Flat, &short).contains("space must have 40 entries, got 39"));
    let mut bad = shop.values.clone();
    bad.row_mut(0)[0] = f32::NAN;
    assert!(refused(Shape::Flat, &bad).contains("must be finite"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn names_are_unique_and_cards_repeat(
        rows in prop::collection::vec((0.0f32..50.0, prop::array::uniform3(0.0f32..9.0), 0u32..6), 1..60),
        two_axes: bool,
        chinese: bool,
    ) {
        let users: Vec<(f32, [f32; 3])> = rows.iter().map(|row| (row.0, row.1)).collect();
        let segments: Vec<u32> = rows.iter().map(|row| row.2).collect();
        let language = if chinese { Language::Zh } else { Language::En };
        let shape = match two_axes {
            true => Shape::TwoAxes { n_tiers: 3, n_tastes: 2 },
            false => Shape::Flat,
        };
        let shop = Shop::new(&users);
        let cards = shop.cards(&segments, 6, shape, language);
        let names: BTreeSet<&str> = cards.iter().map(|card| card.name.as_str()).collect();
        prop_assert_eq!(names.len(), cards.len());
        prop_assert!(cards.iter().all(|card| !card.name.is_empty() && !card.summary.is_empty()));
        prop_assert_eq!(shop.cards(&segments, 6, shape, language), cards);
    }
}
