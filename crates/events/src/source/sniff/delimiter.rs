//! Which character separates fields: the one that cuts all rows alike.

use super::{Findings, rows};
use crate::source::Dialect;

/// Usual delimiters, and rare ones that are only believed where none of the usual ones fits: a
/// colon also cuts times of day.
const USUAL: [char; 4] = [',', '\t', ';', '|'];
const RARE: [char; 5] = ['\u{1}', '\u{1f}', '^', '~', ':'];

/// Rows looked at, and bytes.
const ROWS: usize = 500;
const BYTES: usize = 128 << 10;

/// Share of rows that must have the most common number of fields.
const EVEN: f64 = 0.8;

/// What was chosen.
pub struct Choice {
    pub delimiter: char,
    pub quote: char,
}

struct Cut {
    delimiter: char,
    n_fields: usize,
    /// Share of rows with that many fields; nothing when the first row, be it header or data, has
    /// another number.
    evenness: f64,
}

/// Chooses the delimiter that cuts the most rows alike; among equally good ones the one that gives
/// more fields.
pub fn choose(sample: &[u8], is_whole: bool, findings: &mut Findings) -> Choice {
    let quote = if is_single_quoted(sample) { '\'' } else { '"' };
    if quote == '\'' {
        findings.add(false, "Quote is ': most fields begin and end with it.".to_owned());
    }
    let is_whole = is_whole && sample.len() <= BYTES;
    let sample = &sample[..sample.len().min(BYTES)];
    let best = |candidates: &[char]| {
        let cuts = candidates.iter().filter_map(|&mark| cut(sample, is_whole, mark, quote));
        let mut cuts: Vec<Cut> = cuts.filter(|cut| cut.evenness >= EVEN).collect();
        // Stable: earlier candidates win ties.
        cuts.sort_by_key(|cut| std::cmp::Reverse(((cut.evenness * 20.0) as u32, cut.n_fields)));
        cuts
    };
    let mut cuts = best(&USUAL);
    if cuts.is_empty() {
        cuts = best(&RARE);
    }
    let Some(found) = cuts.first() else {
        let sentence = "Delimiter is taken to be a comma: no character cuts the rows alike, or \
                        there is a single column.";
        findings.add(false, sentence.to_owned());
        return Choice { delimiter: ',', quote };
    };
    let share = (found.evenness * 100.0).floor();
    let sentence = format!(
        "Delimiter is {}: it cuts {share} % of the first rows into {} fields.",
        name(found.delimiter),
        found.n_fields
    );
    let rival = cuts.get(1).filter(|rival| rival.n_fields * 2 > found.n_fields);
    let is_sure = rival.is_none() && found.evenness > 0.95;
    findings.add(is_sure, sentence);
    Choice { delimiter: found.delimiter, quote }
}

fn cut(sample: &[u8], is_whole: bool, delimiter: char, quote: char) -> Option<Cut> {
    let dialect = Dialect { delimiter, quote, ..Dialect::default() };
    let rows = rows(sample, is_whole, &dialect, ROWS).ok()?;
    let n_fields = rows.first()?.len();
    let n_even = rows.iter().filter(|row| row.len() == n_fields).count();
    let evenness = n_even as f64 / rows.len() as f64;
    (n_fields > 1).then_some(Cut { delimiter, n_fields, evenness })
}

/// Some exports put values in single quotes; English text has apostrophes, but not so many that
/// open a field.
fn is_single_quoted(sample: &[u8]) -> bool {
    let sample = &sample[..sample.len().min(BYTES)];
    let (mut n_single, mut n_double, mut n_lines) = (0usize, 0usize, 0usize);
    for line in sample.split(|&byte| byte == b'\n').take(ROWS) {
        n_lines += usize::from(!line.is_empty());
        let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| b",;\t|\r".contains(byte));
        for (place, &byte) in line.iter().enumerate() {
            let opens = is_edge(place.checked_sub(1).and_then(|before| line.get(before)));
            let closes = is_edge(line.get(place + 1));
            n_single += usize::from(byte == b'\'' && (opens || closes));
            n_double += usize::from(byte == b'"' && (opens || closes));
        }
    }
    n_single >= n_lines * 2 && n_double == 0 && n_lines > 1
}

fn name(delimiter: char) -> String {
    match delimiter {
        ',' => "a comma".to_owned(),
        '\t' => "a tab".to_owned(),
        ';' => "a semicolon".to_owned(),
        '|' => "a vertical bar".to_owned(),
        ':' => "a colon".to_owned(),
        other if other.is_control() => format!("the control character {}", other.escape_default()),
        other => format!("`{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str) -> (char, char, bool) {
        let mut findings = Findings::default();
        let choice = choose(text.as_bytes(), true, &mut findings);
        (choice.delimiter, choice.quote, findings.unsure.is_empty())
    }

    #[test]
    fn the_delimiter_that_cuts_all_rows_alike_wins() {
        assert_eq!(chosen("a,b,c\n1,2,3\n4,5,6\n"), (',', '"', true));
        assert_eq!(chosen("a\tb\n1\t2,5\n3\t4,5\n"), ('\t', '"', true));
        assert_eq!(chosen("id;name;price\n1;mug;1,50\n2;cup;2,50\n"), (';', '"', true));
        assert_eq!(chosen("a|b\n1|x, y\n2|z\n"), ('|', '"', true));
        assert_eq!(chosen("a^b\n1^x\n2^y\n").0, '^');
    }

    #[test]
    fn delimiters_inside_quotes_do_not_count() {
        let text = "id;title\n1;\"a, b; c\"\n2;\"d, e\"\n3;\"f; g, h\"\n";
        assert_eq!(chosen(text), (';', '"', true));
        assert_eq!(chosen("'a','b'\n'1','x, y'\n'2','z'\n").1, '\'');
    }

    #[test]
    fn times_of_day_do_not_make_a_colon_the_delimiter() {
        assert_eq!(chosen("a,b\n1,10:20:30\n2,11:21:31\n").0, ',');
    }

    #[test]
    fn a_single_column_is_unsure() {
        assert_eq!(chosen("user\nanna\nbob\n"), (',', '"', false));
    }
}
