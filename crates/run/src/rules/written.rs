//! Where a rule stands in the file that it was read from, also where the file folds and indents it.

/// A place in a text: line and column, both 1-based, columns in characters.
pub(super) type Place = (usize, usize);

/// A rule in a file, word by word: files change only the blanks between words.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    /// Where each word begins, in the rule and in the file.
    words: Vec<(Place, Place)>,
}

impl Written {
    /// The rule at a byte of a text, and the byte after it; `None` when it does not stand there.
    pub(super) fn at(text: &str, start: usize, rule: &str) -> Option<(Self, usize)> {
        let mut words = Vec::new();
        let mut at = start;
        for word in rule.split_whitespace() {
            let rest = text.get(at..)?;
            let blanks = rest.len() - rest.trim_start().len();
            if blanks == 0 && at > start {
                return None;
            }
            at += blanks;
            text[at..].strip_prefix(word)?;
            // A word is a part of the rule's own text.
            let within = word.as_ptr() as usize - rule.as_ptr() as usize;
            words.push((place(rule, within), place(text, at)));
            at += word.len();
        }
        (!words.is_empty()).then_some((Self { words }, at))
    }

    /// The rule below a key `rule:` of YAML at or after a byte, plain, quoted or as a block; the
    /// byte after it.
    pub(super) fn in_yaml(text: &str, from: usize, rule: &str) -> Option<(Self, usize)> {
        let mut at = from;
        loop {
            let key = at + text.get(at..)?.find("rule")?;
            at = key + "rule".len();
            let line = text[..key].rfind('\n').map_or(0, |newline| newline + 1);
            let is_comment = text[line..key].trim_start().starts_with('#');
            let after = text[at..].trim_start_matches(['"', '\'']);
            let Some(value) = after.strip_prefix(':').filter(|_| !is_comment) else { continue };
            let value = value.trim_start_matches([' ', '\t']);
            let value = match value.strip_prefix(['|', '>']) {
                // The rest of the line says how the block is indented and ended.
                Some(block) => block.find('\n').map_or("", |newline| &block[newline..]),
                None => value.trim_start_matches(['"', '\'']),
            };
            let found = Self::at(text, text.len() - value.len(), rule);
            if let Some(found) = found.filter(|found| ends(&text[found.1..])) {
                return Some(found);
            }
        }
    }

    /// Where a character of the rule stands in the file.
    pub(super) fn place(&self, (line, column): Place) -> Place {
        let before = self.words.iter().rev().find(|word| word.0 <= (line, column));
        let Some(&(own, in_file)) = before.or(self.words.first()) else { return (line, column) };
        let apart = if own.0 == line { column.saturating_sub(own.1) } else { 0 };
        (in_file.0, in_file.1 + apart)
    }
}

/// Whether a value of YAML can end before this: a longer rule is another one.
fn ends(rest: &str) -> bool {
    rest.chars().next().is_none_or(|next| next.is_whitespace() || "\"'},]".contains(next))
}

/// 1-based line and column, in characters, of a byte.
pub(super) fn place(text: &str, byte: usize) -> Place {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or("").chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_however_yaml_writes_it() {
        let rule = "spend > 3\n  and 茶 < 30\n";
        for (text, expected) in [
            ("  - rule: |\n      spend > 3\n        and 茶 < 30\n", (3, 13)),
            ("  - rule: >-\n      spend > 3\n\n      and 茶 < 30\n", (4, 11)),
            ("  - {rule: 'spend > 3 and 茶 < 30'}", (1, 27)),
            ("# rule: spend > 3 and 茶 < 30\n\"rule\": spend > 3\n  and 茶 < 30", (3, 7)),
        ] {
            let (written, end) = Written::in_yaml(text, 0, rule).expect(text);
            assert_eq!(written.place((2, 7)), expected, "{text}");
            assert!(text[..end].ends_with("30"), "{text}");
            assert!(Written::in_yaml(text, end, rule).is_none(), "{text}");
        }
    }

    #[test]
    fn a_rule_with_escapes_or_of_other_words_is_nowhere() {
        let other = "rule: |\n  spend > 30\n";
        assert!(Written::in_yaml(other, 0, "spend > 3 and true").is_none());
        assert!(Written::in_yaml(other, 0, "spend > 3").is_none());
        assert!(Written::in_yaml("rule: \"a = \\\"b\\\"\"", 0, "a = \"b\"").is_none());
        assert!(Written::in_yaml("rules: true", 0, "true").is_none());
        assert!(Written::in_yaml("rule: ", 0, "").is_none());
    }
}
