//! Makes the shop's category words readable: `FRZN MEAT/MEAT DINNERS` becomes
//! "Frozen meat / meat dinners" on a card and "Frozen meat" in a name.

/// Abbreviations of retail catalogues, spelt out.
const SPELT_OUT: [(&str, &str); 35] = [
    ("bev", "beverages"),
    ("bkd", "baked"),
    ("bn", "beans"),
    ("brkfst", "breakfast"),
    ("btr", "butter"),
    ("ckys", "cookies"),
    ("cleang", "cleaning"),
    ("cnd", "canned"),
    ("cndy", "candy"),
    ("cntrl", "central"),
    ("conc", "concentrate"),
    ("crkr", "crackers"),
    ("crystl", "crystal"),
    ("dnr", "dinner"),
    ("drnk", "drink"),
    ("drnks", "drinks"),
    ("drsng", "dressing"),
    ("dsh", "dishes"),
    ("elect", "electrical"),
    ("fd", "food"),
    ("flvrd", "flavoured"),
    ("frzn", "frozen"),
    ("hh", "household"),
    ("jce", "juice"),
    ("mxs", "mixes"),
    ("pckgd", "packaged"),
    ("pkgd", "packaged"),
    ("pnt", "peanut"),
    ("pwdr", "powder"),
    ("refrgratd", "refrigerated"),
    ("sald", "salad"),
    ("sndwch", "sandwich"),
    ("snks", "snacks"),
    ("whlsm", "wholesome"),
    ("wtr", "water"),
];

/// Words that stay in capitals.
const CAPITALS: [&str; 12] =
    ["bbq", "cd", "diy", "dvd", "gm", "hbc", "led", "pc", "tv", "uk", "usa", "usb"];

/// First words of labels that say nothing about taste.
const SAYS_NOTHING: [&str; 12] = [
    "misc",
    "miscellaneous",
    "other",
    "others",
    "unknown",
    "coupon",
    "coupons",
    "none",
    "n",
    "null",
    "undefined",
    "default",
];

/// Whole labels that name a shelf and no kind of thing.
const SAYS_LITTLE: [&str; 8] =
    ["continuities", "fresh", "frozen", "new age", "processed", "refrigerated", "seasonal", "dry"];

/// The same in Chinese, anywhere in the label.
const SAYS_NOTHING_ZH: [&str; 6] = ["其他", "其它", "未知", "默认", "优惠券", "补差价"];

/// The whole label, readable.
pub(crate) fn full(raw: &str) -> String {
    let raw = raw.trim();
    if raw.chars().any(char::is_lowercase) || !raw.chars().any(char::is_uppercase) {
        return raw.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let mut spaced = String::with_capacity(raw.len() + 8);
    let characters: Vec<char> = raw.chars().collect();
    for (at, &character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1).copied();
        match character {
            '/' | '&' => {
                spaced.push(' ');
                spaced.push(character);
                spaced.push(' ');
            }
            ':' | ',' => {
                spaced.push(character);
                spaced.push(' ');
            }
            // A dash between words with a space on either side, or after a long word.
            '-' if before == Some(' ') || after == Some(' ') => spaced.push_str(" – "),
            '_' => spaced.push(' '),
            _ => spaced.push(character),
        }
    }
    let words: Vec<String> = spaced.split_whitespace().map(spell_out).collect();
    leading(&words.join(" ").replace(" :", ":").replace(" ,", ","))
}

/// The first part of a label, for names.
pub(crate) fn short(full: &str) -> String {
    let cut = full
        .char_indices()
        .find(|&(at, character)| {
            at > 0
                && matches!(character, '/' | '&' | ':' | ',' | '(' | '–' | ';' | '|' | '（' | '、')
        })
        .map_or(full.len(), |(at, _)| at);
    let head = full[..cut].trim();
    if head.chars().count() >= 2 { head.to_owned() } else { full.to_owned() }
}

/// Whether a label names no kind of thing: numbers only, "miscellaneous", "other".
pub(crate) fn says_nothing(label: &str) -> bool {
    if !label.chars().any(char::is_alphabetic) {
        return true;
    }
    let lower = label.to_lowercase();
    let first = lower.split(|character: char| !character.is_alphanumeric()).next().unwrap_or("");
    SAYS_NOTHING.contains(&first)
        || SAYS_LITTLE.contains(&lower.as_str())
        || SAYS_NOTHING_ZH.iter().any(|word| lower.contains(word))
}

/// A label within a name: lower case first letter unless the word is written in capitals.
pub(crate) fn within(label: &str) -> String {
    let mut characters = label.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() => {
            first.to_lowercase().chain(label.chars().skip(1)).collect()
        }
        _ => label.to_owned(),
    }
}

/// A label at the start of a name.
pub(crate) fn leading(label: &str) -> String {
    let mut characters = label.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Words of two labels without plural endings, to see whether they say the same.
pub(crate) fn overlap(one: &str, other: &str) -> bool {
    let stems = |label: &str| -> Vec<String> {
        let lower = label.to_lowercase();
        let words = lower.split(|character: char| !character.is_alphanumeric());
        words.filter(|word| word.chars().count() > 1).map(stem).collect()
    };
    let other = stems(other);
    stems(one).iter().any(|word| other.contains(word))
}

fn stem(word: &str) -> String {
    word.strip_suffix("es").or(word.strip_suffix('s')).unwrap_or(word).trim_end_matches('e').into()
}

fn spell_out(word: &str) -> String {
    let lower = word.to_lowercase();
    let bare = lower.trim_end_matches(['.', ',', ':']);
    match SPELT_OUT.binary_search_by_key(&bare, |entry| entry.0) {
        Ok(at) => format!("{}{}", SPELT_OUT[at].1, lower[bare.len()..].trim_start_matches('.')),
        Err(_) if CAPITALS.contains(&bare) => word.to_uppercase(),
        Err(_) => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shouted_labels_become_readable() {
        for (raw, whole, name) in [
            ("FRZN ICE", "Frozen ice", "Frozen ice"),
            ("SOFT DRINKS", "Soft drinks", "Soft drinks"),
            ("BREAD:ITALIAN/FRENCH", "Bread: italian / french", "Bread"),
            ("FRZN MEAT/MEAT DINNERS", "Frozen meat / meat dinners", "Frozen meat"),
            ("CHIPS&SNACKS", "Chips & snacks", "Chips"),
            ("CANDY - PACKAGED", "Candy – packaged", "Candy"),
            ("MISC. DAIRY", "Misc. dairy", "Misc. dairy"),
            ("CIGARETTES", "Cigarettes", "Cigarettes"),
            ("Home  Décor", "Home Décor", "Home Décor"),
            ("酒店/住宿", "酒店/住宿", "酒店"),
        ] {
            assert_eq!(full(raw), whole);
            assert_eq!(short(&full(raw)), name);
        }
    }

    #[test]
    fn labels_that_say_nothing_are_known() {
        for label in
            ["Miscellaneous", "Coupon / misc items", "Frozen", "4756105", "其他", "n/a", ""]
        {
            assert!(says_nothing(label), "{label}");
        }
        for label in ["Fuel", "Frozen pizza", "Pet care supplies", "水果", "Nuts"] {
            assert!(!says_nothing(label), "{label}");
        }
    }

    #[test]
    fn plural_and_singular_overlap() {
        assert!(overlap("Cheese", "Cheeses"));
        assert!(overlap("Frozen pizza", "Pizza"));
        assert!(!overlap("Soft drinks", "Cat food"));
    }

    #[test]
    fn the_abbreviations_are_sorted_for_the_search() {
        assert!(SPELT_OUT.is_sorted_by_key(|entry| entry.0));
    }
}
