//! Parts of a decision, in words with both numbers.

use std::collections::BTreeMap;

use fenqun_base::{Action, Language};
use fenqun_profiles::Feature;
use serde::{Deserialize, Serialize};

use crate::card::CardParams;
use crate::traits::told_of_user;
use crate::{label, numbers};

/// What a part of a decision is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Thing {
    /// A feature of the profile.
    Feature(Feature),
    /// How often a category or item was bought, or another thing done to it.
    Did {
        /// What was done.
        action: Action,
        /// The category or item, by the name that the shop wrote.
        name: String,
        /// Over which time it is counted.
        window: Window,
    },
}

/// A time up to the run's day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// The last days.
    Days(u32),
    /// All days from this one on, as YYYY-MM-DD.
    Since(String),
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
    /// The same, on average over the users of the own segment or class.
    pub own: f64,
    /// The same, on average over all users.
    pub all: f64,
}

/// Whose average stands beside a user's number, before that of all users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beside {
    /// That of the own segment.
    Segment,
    /// That of the users who are told this class of a label, for example `tier = high`.
    Class(String),
}

impl Beside {
    /// Both averages, as they stand after the user's number.
    fn told(&self, own: &str, all: &str, language: Language) -> String {
        match self {
            Self::Segment => language.pick(
                format!("; segment average {own}, all users {all}"),
                format!("，本群平均 {own}，全体平均 {all}"),
            ),
            Self::Class(class) => language.pick(
                format!("; average {own} of those told {class}, {all} of all users"),
                format!("，判为 {class} 的用户平均 {own}，全体平均 {all}"),
            ),
        }
    }
}

/// A reason that a person can read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Name of the feature or category.
    pub name: String,
    /// In words, with the user's number, the segment's and that of all users.
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
    beside: &Beside,
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
            Thing::Did { name, .. } => name.clone(),
        },
        text,
        amount,
    };
    told.into_iter().map(reason).collect()
}

/// What to say of a part, and the family it belongs to; `None` for what is not for telling.
fn words(part: &Part, beside: &Beside, params: &CardParams) -> Option<(String, String)> {
    let language = params.language;
    match &part.thing {
        Thing::Feature(feature) => {
            let others = |written: &[String]| beside.told(&written[0], &written[1], language);
            told_of_user(feature, part.value, &[part.own, part.all], others, params)
        }
        Thing::Did { action, name, window } => {
            let [own, all] = [part.own, part.all].map(numbers::count);
            let did = did(part, *action, &label::full(name), window, language);
            Some((did + &beside.told(&own, &all, language), format!("did {name}")))
        }
    }
}

/// How often something was done, and in which time.
fn did(part: &Part, action: Action, name: &str, window: &Window, language: Language) -> String {
    let count = numbers::count(part.value);
    let is_bought = action == Action::Purchase;
    // What speaks for a group by being little would read as if it spoke against it.
    let is_little = part.value < part.own.min(part.all);
    match language {
        Language::En => {
            let window = match window {
                Window::Days(days) => format!("in the last {days} days"),
                Window::Since(day) => format!("since {day}"),
            };
            let (done, never) = match is_bought {
                true => ("bought", "has not bought"),
                false => ("looked at", "has not looked at"),
            };
            let only = if is_little { "only " } else { "" };
            match count.as_str() {
                "0" => format!("{never} {name} {window}"),
                "1" => format!("{done} {name} {only}once {window}"),
                _ => format!("{done} {name} {only}{count} times {window}"),
            }
        }
        Language::Zh => {
            let window = match window {
                Window::Days(days) => format!("近 {days} 天"),
                Window::Since(day) => format!("自 {day} 起"),
            };
            let done = if is_bought { "买" } else { "浏览" };
            let only = if is_little { "只" } else { "" };
            match count.as_str() {
                "0" => format!("{window}没有{done}过 {name}"),
                _ => format!("{window}{only}{done}过 {name} {count} 次"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use fenqun_profiles::FeatureKind;

    use super::*;

    fn part(name: &str, kind: FeatureKind, amount: f64, [value, own, all]: [f64; 3]) -> Part {
        Part { thing: Thing::Feature(Feature::new(name, kind)), amount, value, own, all }
    }

    fn did(action: Action, name: &str, window: Window, value: f64) -> Part {
        let thing = Thing::Did { action, name: name.into(), window };
        Part { thing, amount: 0.4, value, own: 4.2, all: 0.4 }
    }

    fn bought(name: &str, value: f64) -> Part {
        did(Action::Purchase, name, Window::Days(90), value)
    }

    fn told(part: Part, beside: &Beside, language: Language) -> String {
        let params = CardParams { language, ..CardParams::default() };
        reasons(&[part], 1, beside, &params)[0].text.clone()
    }

    #[test]
    fn families_are_added_up_and_told_by_their_strongest_part() {
        let parts = [
            part("spend_28d", FeatureKind::Money, 0.2, [50.0, 30.0, 20.0]),
            part("spend_91d", FeatureKind::Money, 0.3, [160.0, 90.0, 0.0]),
            bought("BABY FOODS", 6.0),
            part("recency", FeatureKind::Days, -0.9, [3.0, 4.0, 5.0]),
            part("hour_entropy", FeatureKind::Entropy, 9.0, [1.0, 2.0, 3.0]),
        ];
        let params = CardParams { currency: "$".into(), ..CardParams::default() };
        let told = reasons(&parts, 3, &Beside::Segment, &params);
        let texts: Vec<&str> = told.iter().map(|reason| reason.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "spends $160 in the last 91 days; segment average $90.00, all users $0.00",
                "bought Baby foods 6 times in the last 90 days; segment average 4.2, all users 0.4",
            ]
        );
        assert!((told[0].amount - 0.5).abs() < 1e-12, "both windows of spend");
        assert_eq!(told[1].name, "BABY FOODS");
        assert!(reasons(&[], 3, &Beside::Segment, &params).is_empty());
    }

    #[test]
    fn what_was_done_says_how_often_when_and_whose_numbers_stand_beside() {
        use Language::{En, Zh};
        let (segment, class) = (Beside::Segment, Beside::Class("tier = high".into()));
        let since = || Window::Since("2026-01-03".into());
        for (part, beside, en, zh) in [
            (
                bought("奶粉", 6.0),
                &segment,
                "bought 奶粉 6 times in the last 90 days; segment average 4.2, all users 0.4",
                "近 90 天买过 奶粉 6 次，本群平均 4.2，全体平均 0.4",
            ),
            (
                did(Action::Purchase, "tea", since(), 1.0),
                &class,
                "bought tea once since 2026-01-03; average 4.2 of those told tier = high, 0.4 of all users",
                "自 2026-01-03 起买过 tea 1 次，判为 tier = high 的用户平均 4.2，全体平均 0.4",
            ),
            (
                Part { own: 2.0, all: 4.1, ..bought("tea", 1.0) },
                &segment,
                "bought tea only once in the last 90 days; segment average 2, all users 4.1",
                "近 90 天只买过 tea 1 次，本群平均 2，全体平均 4.1",
            ),
            (
                bought("tea", 0.0),
                &segment,
                "has not bought tea in the last 90 days; segment average 4.2, all users 0.4",
                "近 90 天没有买过 tea，本群平均 4.2，全体平均 0.4",
            ),
            (
                did(Action::View, "tea", since(), 3.0),
                &segment,
                "looked at tea 3 times since 2026-01-03; segment average 4.2, all users 0.4",
                "自 2026-01-03 起浏览过 tea 3 次，本群平均 4.2，全体平均 0.4",
            ),
        ] {
            assert_eq!(told(part.clone(), beside, En), en);
            assert_eq!(told(part, beside, Zh), zh);
        }
    }
}
