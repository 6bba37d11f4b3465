//! The plain sentence at the head of a card.

use fenqun_base::Language;

use crate::card::{Card, CardParams, Distinct};
use crate::{label, numbers};

/// Size, value, choice and behaviour in one or two sentences.
pub(crate) fn sentence(card: &Card, params: &CardParams) -> String {
    let language = params.language;
    if card.n_users == 0 {
        return language.pick("No user is in this segment.", "该分群暂无用户。").to_owned();
    }
    let mut text = size(card, language);
    let telling = card.categories.iter().filter(|category| !label::says_nothing(&category.name));
    let mut chosen: Vec<&Distinct> = telling.take(2).collect();
    if chosen.is_empty() {
        chosen = card.words.iter().take(2).collect();
    }
    let share = |chosen: &Distinct| (numbers::percent(chosen.share), numbers::percent(chosen.base));
    let listed = chosen.iter().map(|chosen| match (language, share(chosen)) {
        (Language::En, (share, base)) => {
            format!("{} ({share} of theirs, {base} on average)", label::within(&chosen.name))
        }
        (Language::Zh, (share, base)) => {
            format!("“{}”（占 {share}，平均 {base}）", chosen.name)
        }
    });
    let listed: Vec<String> = listed.collect();
    if !listed.is_empty() {
        let list = listed.join(language.pick(" and ", "和"));
        text.push_str(&language.pick(format!(" They favour {list}."), format!("更偏爱{list}。")));
    }
    if let Some(strongest) = card.traits.first() {
        let told = &strongest.text;
        text.push_str(&language.pick(format!(" {}.", label::leading(told)), format!("{told}。")));
    }
    text
}

fn size(card: &Card, language: Language) -> String {
    let n_users = numbers::whole(card.n_users as f64);
    let (share, spend) = (numbers::percent(card.share), numbers::percent(card.spend_share));
    let (users, bring) = if card.n_users == 1 { ("user", "brings") } else { ("users", "bring") };
    let of_what = match card.value_basis.as_str() {
        "spend" => language.pick("spend", "消费额"),
        _ => language.pick("activity", "活跃度"),
    };
    match language {
        Language::En => {
            format!("{n_users} {users} ({share} of all) {bring} {spend} of {of_what}.")
        }
        Language::Zh => format!("{n_users} 位用户（占 {share}）贡献 {spend} 的{of_what}。"),
    }
}
