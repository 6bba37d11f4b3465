//! Words and pairs of words of item titles, without those that name no kind of thing: stop words,
//! numbers, colours, sizes and units.

use std::collections::BTreeMap;

use fenqun_base::Catalogue;

use crate::distinct::Terms;

/// A word must stand in at least this many items.
const LEAST_ITEMS: u32 = 2;

/// Most words kept, the commonest ones.
const MOST_WORDS: usize = 20_000;

/// Longest run of Chinese characters that counts as one word; longer ones are cut into pairs.
const LONGEST_CHINESE_WORD: usize = 4;

const STOP_WORDS: &[&str] = &[
    "a",
    "all",
    "an",
    "and",
    "as",
    "assorted",
    "asst",
    "at",
    "be",
    "black",
    "blue",
    "box",
    "boxed",
    "brown",
    "by",
    "cm",
    "colour",
    "color",
    "coloured",
    "cream",
    "design",
    "extra",
    "for",
    "from",
    "gold",
    "green",
    "grey",
    "gray",
    "in",
    "inch",
    "is",
    "it",
    "ivory",
    "kg",
    "large",
    "lb",
    "lge",
    "light",
    "lilac",
    "litre",
    "med",
    "medium",
    "mini",
    "mixed",
    "ml",
    "navy",
    "new",
    "no",
    "of",
    "off",
    "on",
    "or",
    "orange",
    "oz",
    "pack",
    "pair",
    "pc",
    "pcs",
    "piece",
    "pieces",
    "pink",
    "purple",
    "red",
    "regular",
    "set",
    "silver",
    "size",
    "sm",
    "small",
    "std",
    "style",
    "tan",
    "the",
    "this",
    "to",
    "turquoise",
    "up",
    "value",
    "white",
    "with",
    "without",
    "xl",
    "xs",
    "yellow",
    "your",
    "款",
    "新款",
    "包邮",
    "正品",
    "红色",
    "黑色",
    "白色",
    "蓝色",
    "绿色",
    "粉色",
    "大号",
    "小号",
    "中号",
    "套装",
];

/// Terms that are words of the titles. Empty where no item has a title that differs from its
/// category.
pub(crate) fn words(catalogue: &Catalogue) -> Terms {
    let mut titles: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for item in &catalogue.items {
        if !item.title.is_empty() && !item.category.contains(&item.title) {
            titles.entry(&item.title).or_insert_with_key(|title| words_of(title));
        }
    }
    let mut n_items: BTreeMap<&str, u32> = BTreeMap::new();
    for item in &catalogue.items {
        for word in titles.get(item.title.as_str()).into_iter().flatten() {
            *n_items.entry(word).or_default() += 1;
        }
    }
    let mut kept: Vec<(&str, u32)> =
        n_items.into_iter().filter(|&(_, n_items)| n_items >= LEAST_ITEMS).collect();
    kept.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    kept.truncate(MOST_WORDS);
    let mut names: Vec<String> = kept.iter().map(|(word, _)| (*word).to_owned()).collect();
    names.sort_unstable();
    let code = |word: &String| names.binary_search(word).ok().map(|code| code as u32);
    let of_item = catalogue.items.iter().map(|item| {
        titles.get(item.title.as_str()).into_iter().flatten().filter_map(code).collect()
    });
    let of_item = of_item.collect();
    Terms { names, of_item }
}

/// Distinct words and neighbouring pairs of one title, sorted.
fn words_of(title: &str) -> Vec<String> {
    let lower = title.to_lowercase();
    let mut words = Vec::new();
    let mut before: Option<String> = None;
    for word in lower.split(|character: char| !character.is_alphanumeric() && character != '\'') {
        let word = word.trim_matches('\'').trim_end_matches("'s");
        if word.is_empty() {
            continue;
        }
        if word.chars().any(is_chinese) {
            chinese_words(word, &mut words);
            before = None;
        } else if is_telling(word) {
            if let Some(before) = &before {
                words.push(format!("{before} {word}"));
            }
            words.push(word.to_owned());
            before = Some(word.to_owned());
        } else {
            before = None;
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

fn chinese_words(run: &str, words: &mut Vec<String>) {
    let characters: Vec<char> = run.chars().filter(|&character| is_chinese(character)).collect();
    if (2..=LONGEST_CHINESE_WORD).contains(&characters.len()) {
        words.push(characters.iter().collect());
    } else {
        words.extend(characters.windows(2).map(|pair| pair.iter().collect::<String>()));
    }
    words.retain(|word| !STOP_WORDS.contains(&word.as_str()));
}

fn is_telling(word: &str) -> bool {
    let letters = word.chars().filter(|character| character.is_alphabetic()).count();
    letters >= 3 && !word.chars().any(char::is_numeric) && !STOP_WORDS.contains(&word)
}

fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use fenqun_base::Item;

    use super::*;

    #[test]
    fn colours_sizes_and_numbers_are_left_out() {
        let words = words_of("SET OF 3 RED Retrospot Lunch Bag 20CM, Children's");
        assert_eq!(
            words,
            [
                "bag",
                "bag children",
                "children",
                "lunch",
                "lunch bag",
                "retrospot",
                "retrospot lunch"
            ]
            .iter()
            .filter(|word| **word != "bag children")
            .copied()
            .collect::<Vec<_>>()
        );
    }

    #[test]
    fn chinese_titles_give_words() {
        assert_eq!(words_of("有机 蓝莓"), ["有机", "蓝莓"]);
        assert_eq!(words_of("智利进口蓝莓"), ["利进", "口蓝", "智利", "蓝莓", "进口"]);
    }

    #[test]
    fn a_word_of_one_item_is_no_term() {
        let item = |title: &str| Item { title: title.into(), ..Item::default() };
        let items = vec![item("green tea"), item("black tea"), item("teapot"), item("")];
        let terms = words(&Catalogue { items });
        assert_eq!(terms.names, ["tea"]);
        assert_eq!(terms.of_item, [vec![0], vec![0], vec![], vec![]]);
    }
}
