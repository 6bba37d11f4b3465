//! Parts of a decision, in words with both numbers.

use std::collections::BTreeMap;

use fenqun_base::Language;
use fenqun_profiles::Feature;
use serde::{Deserialize, Serialize};

use crate::card::CardParams;
use crate::traits::{beside_number, told_of_user};
use crate::{label, numbers};

/// What a part of a decision is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Thing {
    /// A feature of the profile.
    Feature(Feature),
    /// Purchases of a category or item, by the name that the shop wrote.
    Bought(String),
}

/// How much one thing added to a decision, and the numbers behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is.
    pub thing: Thing,
    /// Its share of the decision: positive speaks for the segment.
    pub amount: f64,
    /// The user's number.
    pub value: f64,
    /// The same, on average over those it is told beside.
    pub average: f64,
}

/// Whom a user's numbers are told beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The members of the own segment.
    Segment,
    /// Everybody.
    AllUsers,
}

/// A reason that a person can read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Name of the feature or category.
    pub name: String,
    /// In words, with the user's number and the segment's.
    pub text: String,
    /// What it and all that says much the same added to the decision.
    pub amount: f64,
}

/// A category, item or text as a person would write it: shops tend to shout.
#[must_use]
pub fn readable(name: &str) -> String {
    label::full(name)
}

/// The strongest reasons for a decision, strongest first: parts of one family (spend in 28 days,
/// spend in 91 days) are added up and told by the strongest of them. Only what speaks for the
/// segment is told.
#[must_use]
pub fn reasons(
    parts: &[Part],
    n_reasons: usize,
    beside: Beside,
    params: &CardParams,
) -> Vec<Reason> {
    let mut families: BTreeMap<String, (f64, usize, String)> = BTreeMap::new();
    for (at, part) in parts.iter().enumerate() {
        let Some((text, family)) = words(part, beside, params) else { continue };
        let entry = families.entry(family).or_insert((0.0, at, text.clone()));
        entry.0 += part.amount;
        if part.amount > parts[entry.1].amount {
            (entry.1, entry.2) = (at, text);
        }
    }
    let mut told: Vec<(f64, usize, String)> =
        families.into_values().filter(|family| family.0 > 0.0).collect();
    told.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    told.truncate(n_reasons);
    let reason = |(amount, at, text): (f64, usize, String)| Reason {
        name: match &parts[at].thing {
            Thing::Feature(feature) => feature.name.clone(),
            Thing::Bought(name) => name.clone(),
        },
        text,
        amount,
    };
    told.into_iter().map(reason).collect()
}

/// What to say of a part, and the family it belongs to; `None` for what is not for telling.
fn words(part: &Part, beside: Beside, params: &CardParams) -> Option<(String, String)> {
    let language = params.language;
    match &part.thing {
        Thing::Feature(feature) => told_of_user(feature, part.value, part.average, beside, params),
        Thing::Bought(name) => {
            let readable = label::full(name);
            let (value, average) = (numbers::count(part.value), numbers::count(part.average));
            let text = match language {
                Language::En => {
                    let times = match value.as_str() {
                        "0" => format!("never bought {readable}"),
                        "1" => format!("bought {readable} once"),
                        _ => format!("bought {readable} {value} times"),
                    };
                    format!("{times}{}", beside_number(beside, &average, language))
                }
                Language::Zh => {
                    format!(
                        "买过 {readable} {value} 次{}",
                        beside_number(beside, &average, language)
                    )
                }
            };
            Some((text, format!("bought {name}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use fenqun_profiles::FeatureKind;

    use super::*;

    fn part(name: &str, kind: FeatureKind, amount: f64, value: f64, average: f64) -> Part {
        Part { thing: Thing::Feature(Feature::new(name, kind)), amount, value, average }
    }

    fn bought(name: &str, amount: f64, value: f64, average: f64) -> Part {
        Part { thing: Thing::Bought(name.into()), amount, value, average }
    }

    #[test]
    fn families_are_added_up_and_told_by_their_strongest_part() {
        let parts = [
            part("spend_28d", FeatureKind::Money, 0.2, 50.0, 30.0),
            part("spend_91d", FeatureKind::Money, 0.3, 160.0, 90.0),
            bought("BABY FOODS", 0.4, 6.0, 0.4),
            part("recency", FeatureKind::Days, -0.9, 3.0, 4.0),
            part("hour_entropy", FeatureKind::Entropy, 9.0, 1.0, 2.0),
        ];
        let params = CardParams { currency: "$".into(), ..CardParams::default() };
        let told = reasons(&parts, 3, Beside::Segment, &params);
        let texts: Vec<&str> = told.iter().map(|reason| reason.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "spends $160 in the last 91 days; segment average $90.00",
                "bought Baby foods 6 times; segment average 0.4",
            ]
        );
        assert!((told[0].amount - 0.5).abs() < 1e-12, "both windows of spend");
        assert_eq!(told[1].name, "BABY FOODS");
    }

    #[test]
    fn reasons_come_in_chinese_and_what_was_bought_once_or_never_reads_so() {
        let zh = CardParams { language: Language::Zh, ..CardParams::default() };
        let parts = [bought("婴儿奶粉", 1.0, 6.0, 0.4)];
        assert_eq!(
            reasons(&parts, 1, Beside::Segment, &zh)[0].text,
            "买过 婴儿奶粉 6 次，本群平均 0.4"
        );
        let en = CardParams::default();
        let once = reasons(&[bought("tea", 1.0, 1.0, 0.4)], 1, Beside::Segment, &en);
        assert_eq!(once[0].text, "bought tea once; segment average 0.4");
        let beside_all = reasons(&[bought("tea", 1.0, 2.0, 0.4)], 1, Beside::AllUsers, &en);
        assert_eq!(beside_all[0].text, "bought tea 2 times; all users 0.4");
        let never = reasons(&[bought("tea", 1.0, 0.0, 0.4)], 1, Beside::Segment, &en);
        assert_eq!(never[0].text, "never bought tea; segment average 0.4");
        assert!(reasons(&[], 3, Beside::Segment, &en).is_empty());
    }
}
