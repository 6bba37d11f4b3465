//! Names that a person would use, and no two the same.

use std::collections::{BTreeMap, BTreeSet};

use fenqun_base::Language;

use crate::label;

/// The tier in words.
pub(crate) fn tier(tier: usize, n_tiers: usize, language: Language) -> String {
    let words = |en: &str, zh: &str| language.pick(en, zh).to_owned();
    match (n_tiers, tier) {
        (1, _) => words("All users", "全部用户"),
        (2, 0) | (3, 0) => words("High value", "高价值"),
        (2, _) | (3, 2) => words("Low value", "低价值"),
        (3, _) => words("Middle value", "中价值"),
        (n_tiers, tier) => language.pick(
            format!("Value tier {} of {n_tiers}", tier + 1),
            format!("价值第 {} 档（共 {n_tiers} 档）", tier + 1),
        ),
    }
}

/// A name from one or two things that users choose.
pub(crate) fn taste(labels: &[String], language: Language) -> String {
    let mut text = String::new();
    for (at, label) in labels.iter().enumerate() {
        if at == 0 {
            text.push_str(&label::leading(label));
        } else {
            text.push_str(language.pick(" & ", "、"));
            text.push_str(&language.pick(label::within(label), label.clone()));
        }
    }
    text
}

/// What a group without anything distinct is called.
pub(crate) fn nothing_distinct(language: Language) -> String {
    language.pick("Broad mix", "各类均衡").to_owned()
}

/// What a segment without users is called.
pub(crate) fn nobody(language: Language) -> String {
    language.pick("Nobody yet", "暂无用户").to_owned()
}

/// Two parts of a name.
pub(crate) fn joined(first: &str, second: &str, language: Language) -> String {
    match (first.is_empty(), second.is_empty()) {
        (true, _) => label::leading(second),
        (_, true) => first.to_owned(),
        _ => format!("{first} · {}", language.pick(label::within(second), second.to_owned())),
    }
}

/// At most two labels that do not say the same twice, from ranked candidates.
pub(crate) fn pick(ranked: &[(String, f64)], n_labels: usize) -> Vec<String> {
    let mut picked: Vec<String> = Vec::new();
    let best = ranked.first().map_or(0.0, |candidate| candidate.1);
    for (label, score) in ranked {
        if picked.len() == n_labels || *score < 0.25 * best {
            break;
        }
        if !picked.iter().any(|known| label::overlap(known, label)) {
            picked.push(label.clone());
        }
    }
    picked
}

/// Makes names differ: those that collide take on their next hint, one that no other of them
/// has where possible; when hints run out, a number.
pub(crate) fn settle(
    mut names: Vec<String>,
    hints: &[Vec<String>],
    language: Language,
) -> Vec<String> {
    let mut left: Vec<Vec<String>> =
        hints.iter().map(|own| own.iter().rev().cloned().collect()).collect();
    left.resize(names.len(), Vec::new());
    loop {
        let mut extended = false;
        for group in collisions(&names) {
            for &at in &group {
                let others: BTreeSet<&String> = group
                    .iter()
                    .filter(|&&other| other != at)
                    .flat_map(|&other| hints.get(other).into_iter().flatten())
                    .collect();
                let own = left[at].iter().rposition(|hint| !others.contains(hint));
                let Some(hint) = own.map(|own| left[at].remove(own)).or_else(|| left[at].pop())
                else {
                    continue;
                };
                extended = true;
                if !names[at].to_lowercase().contains(&hint.to_lowercase()) {
                    let comma = language.pick(", ", "，");
                    names[at] = format!("{}{comma}{}", names[at], label::within(&hint));
                }
            }
        }
        if !extended {
            break;
        }
    }
    number(names)
}

fn collisions(names: &[String]) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        places.entry(name).or_default().push(at);
    }
    places.into_values().filter(|group| group.len() > 1).collect()
}

fn number(mut names: Vec<String>) -> Vec<String> {
    let mut taken: BTreeSet<String> = names.iter().cloned().collect();
    for group in collisions(&names.clone()) {
        for &at in &group[1..] {
            let free = (2..).map(|n| format!("{} ({n})", names[at])).find(|n| !taken.contains(n));
            if let Some(free) = free {
                taken.insert(free.clone());
                names[at] = free;
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_collide_take_on_what_sets_them_apart() {
        let names = vec!["Tea".to_owned(), "Tea".to_owned(), "Coffee".to_owned()];
        let hint = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let hints = vec![hint(&["Weekend", "Evening"]), hint(&["Weekend", "Morning"]), hint(&[])];
        let settled = settle(names, &hints, Language::En);
        assert_eq!(settled, ["Tea, evening", "Tea, morning", "Coffee"]);
    }

    #[test]
    fn a_number_comes_only_when_nothing_differs() {
        let names = vec!["Tea".to_owned(), "Tea".to_owned(), "Tea (2)".to_owned()];
        assert_eq!(settle(names, &[], Language::En), ["Tea", "Tea (3)", "Tea (2)"]);
    }

    #[test]
    fn names_speak_both_languages() {
        let labels = ["Soft drinks".to_owned(), "DVD".to_owned(), "Pets".to_owned()];
        assert_eq!(taste(&labels, Language::En), "Soft drinks & DVD & pets");
        let chinese = taste(&["宠物".into(), "Snacks".into()], Language::Zh);
        assert_eq!(joined("高价值", &chinese, Language::Zh), "高价值 · 宠物、Snacks");
        assert_eq!(tier(1, 3, Language::En), "Middle value");
        assert_eq!(tier(4, 5, Language::Zh), "价值第 5 档（共 5 档）");
    }

    proptest! {
        #[test]
        fn settled_names_are_unique(
            names in prop::collection::vec("[ab]{1,2}( \\([23]\\))?", 0..12),
            hints in prop::collection::vec(prop::collection::vec("[abc]", 0..3), 0..14),
        ) {
            let settled = settle(names.clone(), &hints, Language::En);
            let distinct: BTreeSet<&String> = settled.iter().collect();
            prop_assert_eq!(distinct.len(), names.len());
        }
    }
}
