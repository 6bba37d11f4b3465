//! Numbers as shops write them: `12.5`, `1,234.50`, `£1,234.50`, `1.234,50 €`, `¥12`, `(3.00)`.

/// Reads a number whose decimal sign is `decimal`; the other sign may group thousands.
///
/// NaN and infinity, when written so, are read as such: the caller has a rule for them.
pub(crate) fn parse_number(text: &str, decimal: char) -> Option<f64> {
    if decimal == '.'
        && let Ok(number) = fast_float2::parse::<f64, _>(text.as_bytes())
    {
        return Some(number);
    }
    slow(text.trim(), decimal)
}

#[cold]
fn slow(text: &str, decimal: char) -> Option<f64> {
    let (text, in_brackets) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let (text, first_sign) = strip_sign(text);
    let text = strip_currency(text);
    let (text, second_sign) = strip_sign(text);
    let (text, last_sign) = match text.strip_suffix('-') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let n_signs = [in_brackets, first_sign, second_sign, last_sign].iter().filter(|&&s| s).count();
    if n_signs > 1 || text.is_empty() {
        return None;
    }
    let (whole, fraction) = match text.rsplit_once(decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut digits = String::with_capacity(text.len());
    ungroup(whole, decimal, &mut digits)?;
    if let Some(fraction) = fraction {
        digits.push('.');
        digits.push_str(fraction);
    }
    let number: f64 = fast_float2::parse(digits.as_bytes()).ok()?;
    Some(if n_signs == 1 { -number } else { number })
}

fn strip_sign(text: &str) -> (&str, bool) {
    let text = text.trim();
    match text.strip_prefix(['-', '−']) {
        Some(rest) => (rest.trim_start(), true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    }
}

/// Currency signs and codes, before or behind.
fn strip_currency(text: &str) -> &str {
    const WORDS: [&str; 16] = [
        "US$", "RMB", "CNY", "USD", "GBP", "EUR", "JPY", "£", "$", "€", "¥", "￥", "元", "₹", "₽",
        "kr",
    ];
    let mut text = text;
    for word in WORDS {
        let shorter = text.strip_prefix(word).or_else(|| text.strip_suffix(word));
        text = shorter.map_or(text, |shorter| shorter.trim());
    }
    text
}

/// Takes thousands separators out. Groups behind a separator must be three digits long, so that
/// `12,5` is never read as 125.
fn ungroup(whole: &str, decimal: char, digits: &mut String) -> Option<()> {
    let other = if decimal == '.' { ',' } else { '.' };
    let is_separator =
        |c: char| c == other || matches!(c, ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}');
    let separator = whole.chars().find(|&c| is_separator(c));
    let Some(separator) = separator else {
        digits.push_str(whole);
        return Some(());
    };
    for (index, group) in whole.split(separator).enumerate() {
        let length_fits =
            if index == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 };
        if !length_fits || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.push_str(group);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_as_people_write_them() {
        for (text, number) in [
            ("12.5", 12.5),
            (" 12.5 ", 12.5),
            ("-3", -3.0),
            ("1e3", 1000.0),
            ("£1,234.50", 1234.5),
            ("¥12.00", 12.0),
            ("12元", 12.0),
            ("1,234,567", 1_234_567.0),
            ("-$5.00", -5.0),
            ("$-5.00", -5.0),
            ("(5.00)", -5.0),
            ("1 234.5", 1234.5),
            ("USD 7", 7.0),
            (".5", 0.5),
        ] {
            assert_eq!(parse_number(text, '.'), Some(number), "{text}");
        }
        for (text, number) in
            [("1.234,50", 1234.5), ("12,5", 12.5), ("1.234", 1234.0), ("7", 7.0), ("3,99 €", 3.99)]
        {
            assert_eq!(parse_number(text, ','), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["", "abc", "12,5", "1,23,456", "1.2.3", "--3", "(-3)", "12 apples", "£", "1,2345"]
        {
            assert_eq!(parse_number(text, '.'), None, "{text}");
        }
        for text in ["1.5", "12.50", "1,2,3"] {
            assert_eq!(parse_number(text, ','), None, "{text}");
        }
        assert!(parse_number("NaN", '.').is_some_and(f64::is_nan));
        assert_eq!(parse_number("inf", '.'), Some(f64::INFINITY));
    }
}
