//! What a user could do differently, in words.

use fenqun_base::{Action, Language};
use fenqun_profiles::Feature;
use serde::{Deserialize, Serialize};

use crate::card::CardParams;
use crate::traits::{feature_label, written};
use crate::{label, numbers};

/// Something that a user could do more of, or a number that could be another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Deed {
    /// Spends money.
    Spend {
        /// On one category or item; `None`: on anything.
        on: Option<String>,
    },
    /// Comes once more, each time on another day.
    Come {
        /// Money of each time, where one can only come to buy.
        spending: Option<f64>,
    },
    /// Does something.
    Act {
        /// What.
        action: Action,
        /// To one category or item; `None`: to anything.
        on: Option<String>,
    },
    /// Does nothing for so many days.
    StayAway,
    /// A number of the profile differs by so much.
    Differ {
        /// Which.
        feature: Feature,
        /// What it is now.
        now: f64,
    },
}

impl Deed {
    /// So much of it, in words.
    #[must_use]
    pub fn told(&self, amount: f64, params: &CardParams) -> String {
        let language = params.language;
        let money = |amount: f64| numbers::money(amount, &params.currency);
        match self {
            Self::Spend { on: None } => {
                let money = money(amount);
                language.pick(format!("spending {money} more"), format!("多消费 {money}"))
            }
            Self::Spend { on: Some(on) } => {
                let (money, on) = (money(amount), label::full(on));
                language.pick(
                    format!("spending {money} more on {on}"),
                    format!("在 {on} 上多消费 {money}"),
                )
            }
            Self::Come { spending: None } => language.pick(
                format!("coming {}", more(amount, language)),
                format!("再来 {}", more(amount, language)),
            ),
            Self::Come { spending: Some(each) } => {
                let (more, each) = (more(amount, language), money(*each));
                language.pick(
                    format!("coming {more} and spending the usual {each} each time"),
                    format!("再来购买 {more}，每次照常消费 {each}"),
                )
            }
            Self::Act { action, on } => acted(*action, on.as_deref(), amount, language),
            Self::StayAway => {
                let days = numbers::days(amount, language);
                language.pick(format!("staying away for {days}"), format!("{days}不来"))
            }
            Self::Differ { feature, now } => {
                let name = feature_label(&feature.name, language);
                let [now, then] = [*now, now + amount].map(|it| written(feature, it, params));
                language.pick(
                    format!("{name}: {then} in place of {now}"),
                    format!("{name}从 {now} 变为 {then}"),
                )
            }
        }
    }
}

/// An action so many times more.
fn acted(action: Action, on: Option<&str>, amount: f64, language: Language) -> String {
    let more = more(amount, language);
    let on = on.map(label::full);
    let thing = on.as_deref().unwrap_or_else(|| language.pick("an item", "商品"));
    let (en, zh) = match action {
        Action::Purchase => (format!("buying {thing} {more}"), format!("再买 {thing} {more}")),
        Action::View => (format!("looking at {thing} {more}"), format!("再浏览 {thing} {more}")),
        Action::Favourite => {
            (format!("marking {thing} as a favourite {more}"), format!("再收藏 {thing} {more}"))
        }
        Action::Cart => {
            (format!("putting {thing} into the cart {more}"), format!("再加购 {thing} {more}"))
        }
        Action::Review => (format!("reviewing {thing} {more}"), format!("再评价 {thing} {more}")),
        Action::Search => (format!("searching {more}"), format!("再搜索 {more}")),
        other => {
            let name = other.name();
            (format!("{name} of {thing} {more}"), format!("{name} {thing} {more}"))
        }
    };
    language.pick(en, zh)
}

fn more(amount: f64, language: Language) -> String {
    let number = numbers::count(amount);
    match language {
        Language::En if number == "1" => "once more".to_owned(),
        Language::En => format!("{number} more times"),
        Language::Zh => format!("{number} 次"),
    }
}

#[cfg(test)]
mod tests {
    use fenqun_profiles::FeatureKind;

    use super::*;

    #[test]
    fn every_deed_reads_as_a_person_would_say_it() {
        let on = || Some("BABY FOODS".to_owned());
        let act = |action, on| Deed::Act { action, on };
        let refunds = Feature::new("refund_share", FeatureKind::Share);
        for (deed, amount, en, zh) in [
            (Deed::Spend { on: None }, 50.0, "spending $50.00 more", "多消费 $50.00"),
            (
                Deed::Spend { on: on() },
                120.0,
                "spending $120 more on Baby foods",
                "在 Baby foods 上多消费 $120",
            ),
            (Deed::Come { spending: None }, 1.0, "coming once more", "再来 1 次"),
            (
                Deed::Come { spending: Some(35.2) },
                3.0,
                "coming 3 more times and spending the usual $35.20 each time",
                "再来购买 3 次，每次照常消费 $35.20",
            ),
            (
                act(Action::Purchase, on()),
                2.0,
                "buying Baby foods 2 more times",
                "再买 Baby foods 2 次",
            ),
            (
                act(Action::View, None),
                20.0,
                "looking at an item 20 more times",
                "再浏览 商品 20 次",
            ),
            (act(Action::Search, None), 1.0, "searching once more", "再搜索 1 次"),
            (Deed::StayAway, 30.0, "staying away for 30 days", "30 天不来"),
            (
                Deed::Differ { feature: refunds, now: 0.31 },
                -0.11,
                "share sent back: 20 % in place of 31 %",
                "退货占比从 31 % 变为 20 %",
            ),
        ] {
            let told = |language| {
                let params = CardParams { language, currency: "$".into(), ..CardParams::default() };
                deed.told(amount, &params)
            };
            assert_eq!(told(Language::En), en);
            assert_eq!(told(Language::Zh), zh);
        }
    }
}
