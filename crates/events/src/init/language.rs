//! Whether a shop speaks Chinese.

use super::words::Field;
use super::{Finding, Look};

/// Says so where half of the columns of an event file, or more than half of all texts, are Chinese.
pub(super) fn chinese(looks: &[Look]) -> Option<Finding> {
    let what = "names and report are in Chinese, money with ¥";
    let is_named = |look: &&Look| {
        let names = &look.sniffed.columns;
        look.roles.is_events() && is_chinese(names.iter().map(String::as_str), names.len())
    };
    if looks.iter().any(|look| is_named(&look)) {
        return Some(Finding::sure(what, "the columns have Chinese names"));
    }
    let used = looks.iter().filter(|look| look.roles.is_events() || look.roles.is_catalogue());
    let mut texts: Vec<&str> = Vec::new();
    for look in used {
        for field in [Field::Title, Field::Category, Field::Text] {
            for column in look.roles.all(field) {
                let cells =
                    look.sniffed.sample.iter().filter_map(|row| row.get(column)?.as_deref());
                texts.extend(cells.filter(|cell| cell.chars().any(char::is_alphabetic)));
            }
        }
    }
    let n_texts = texts.len();
    is_chinese(texts.into_iter(), n_texts).then(|| Finding::sure(what, "most texts are Chinese"))
}

/// At least half of `n` texts hold Chinese characters, and hardly one is Japanese.
fn is_chinese<'a>(texts: impl Iterator<Item = &'a str>, n: usize) -> bool {
    let (mut n_chinese, mut n_japanese) = (0, 0);
    for text in texts {
        n_chinese += usize::from(holds_chinese(text));
        n_japanese += usize::from(text.chars().any(|c| ('\u{3041}'..='\u{30fa}').contains(&c)));
    }
    n_chinese > 0 && n_chinese * 2 >= n && n_japanese * 20 <= n
}

/// Whether there is a Chinese character in a text.
pub(super) fn holds_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are_chinese(texts: &[&str]) -> bool {
        is_chinese(texts.iter().copied(), texts.len())
    }

    #[test]
    fn japanese_and_a_few_chinese_words_are_not_chinese() {
        assert!(are_chinese(&["有机蓝莓", "iPhone 手机壳", "Tea"]));
        assert!(!are_chinese(&["green tea", "black tea", "乌龙 oolong"]));
        assert!(!are_chinese(&["日本のお茶", "緑茶"]));
        assert!(!are_chinese(&[]));
    }
}
