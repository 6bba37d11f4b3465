//! From findings to names: what is chosen first, how users behave where that says nothing.

use crate::card::CardParams;
use crate::findings::{Findings, Group};
use crate::{label, name};

/// Most things named in one name.
const N_LABELS: usize = 2;

/// A pair of words tells more than a word: "jumbo bag" against "bag".
const PAIR_FAVOUR: f64 = 2.5;

/// What a segment is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Called {
    pub name: String,
    pub tier: Option<u32>,
    pub taste: Option<u32>,
    pub tier_name: Option<String>,
    pub taste_name: Option<String>,
}

/// Names of value × taste: the taste part is that of the taste group over all tiers.
pub(crate) fn two_axes(
    tastes: &[Group],
    found: &Findings,
    n_tiers: usize,
    params: &CardParams,
) -> Vec<Called> {
    let language = params.language;
    let named = tastes.iter().map(|group| {
        let labels = labels(group, found);
        if group.n_users == 0 {
            name::nobody(language)
        } else if !labels.is_empty() {
            name::taste(&labels, language)
        } else {
            let hint = group.told.iter().find_map(|told| told.hint);
            hint.map_or_else(|| name::nothing_distinct(language), str::to_owned)
        }
    });
    let hints: Vec<Vec<String>> = tastes.iter().map(|group| hints(group, found)).collect();
    let names = name::settle(named.collect(), &hints, language);

    let mut called = Vec::with_capacity(n_tiers * tastes.len());
    for tier in 0..n_tiers {
        for (taste, taste_name) in names.iter().enumerate() {
            let tier_name = name::tier(tier, n_tiers, language);
            let name = match (n_tiers, names.len()) {
                (1, _) => taste_name.clone(),
                (_, 1) => tier_name.clone(),
                _ => name::joined(&tier_name, taste_name, language),
            };
            called.push(Called {
                name,
                tier: Some(tier as u32),
                taste: Some(taste as u32),
                tier_name: Some(tier_name),
                taste_name: Some(taste_name.clone()),
            });
        }
    }
    called
}

/// Names of segments without axes: how their users behave, then what they choose.
pub(crate) fn flat(segments: &[Group], found: &Findings, params: &CardParams) -> Vec<Called> {
    let language = params.language;
    let named = segments.iter().map(|group| {
        let behaviour = group.told.iter().find_map(|told| told.hint).unwrap_or_default();
        let choice = name::taste(&labels(group, found), language);
        match (behaviour.is_empty(), choice.is_empty()) {
            _ if group.n_users == 0 => name::nobody(language),
            (true, true) => name::nothing_distinct(language),
            _ => name::joined(behaviour, &choice, language),
        }
    });
    let hints: Vec<Vec<String>> = segments.iter().map(|group| hints(group, found)).collect();
    let names = name::settle(named.collect(), &hints, language);
    names.into_iter().map(|name| Called { name, ..Called::default() }).collect()
}

/// At most two categories, or words where categories say nothing, that this group leads in.
fn labels(group: &Group, found: &Findings) -> Vec<String> {
    let picked = name::pick(&candidates(group, found, true), N_LABELS);
    if picked.is_empty() { name::pick(&candidates(group, found, false), N_LABELS) } else { picked }
}

fn candidates(group: &Group, found: &Findings, categories: bool) -> Vec<(String, f64)> {
    let (scored, terms) = match categories {
        true => (&group.categories, &found.categories),
        false => (&group.words, &found.words),
    };
    let mut named: Vec<(String, f64)> = scored
        .iter()
        .filter(|scored| scored.leads)
        .map(|scored| (terms.names[scored.term].as_str(), scored.score))
        .filter(|(name, _)| !label::says_nothing(name))
        .map(|(name, score)| match !categories && name.contains(' ') {
            true => (name.to_owned(), PAIR_FAVOUR * score),
            false => (label::short(name), score),
        })
        .collect();
    named.sort_by(|a, b| b.1.total_cmp(&a.1));
    named
}

/// Everything that could tell a group from one of the same name, best first.
fn hints(group: &Group, found: &Findings) -> Vec<String> {
    let behaviour = group.told.iter().filter_map(|told| told.hint).map(str::to_owned);
    let categories = candidates(group, found, true).into_iter().map(|(label, _)| label);
    behaviour.chain(categories).collect()
}
