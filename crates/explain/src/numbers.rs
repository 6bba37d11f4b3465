//! Numbers as a person writes them: 12,345 · 4.2 · 72 % · 3 days.

use fenqun_base::Language;

/// A whole number with a comma between thousands.
#[must_use]
pub fn whole(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0.0 && digits != "0" { format!("-{text}") } else { text }
}

/// Whole from 20 on, one digit after the point below, two below 1.
#[must_use]
pub fn count(number: f64) -> String {
    let places = match number.abs() {
        size if size >= 20.0 => return whole(number),
        size if size >= 0.995 => 1,
        _ => 2,
    };
    let text = format!("{number:.places$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Money: whole from 100 on, two digits below.
#[must_use]
pub fn money(number: f64, currency: &str) -> String {
    let digits =
        if number.abs() >= 100.0 { whole(number.abs()) } else { format!("{:.2}", number.abs()) };
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{currency}{digits}")
}

/// A share as a percentage: whole from 10 % on, one digit below.
#[must_use]
pub fn percent(share: f64) -> String {
    let hundredths = share * 100.0;
    if hundredths.abs() >= 9.95 || hundredths == 0.0 {
        format!("{hundredths:.0} %")
    } else if hundredths.abs() < 0.05 {
        "< 0.1 %".to_owned()
    } else {
        format!("{hundredths:.1} %")
    }
}

/// A duration in days.
#[must_use]
pub fn days(number: f64, language: Language) -> String {
    let rounded = count(number);
    let one = rounded == "1";
    match language {
        Language::En if one => "1 day".to_owned(),
        Language::En => format!("{rounded} days"),
        Language::Zh => format!("{rounded} 天"),
    }
}

/// How many times the average: one digit after the point, whole from 10 on.
#[must_use]
pub fn times(lift: f64) -> String {
    if lift >= 9.95 { format!("{lift:.0}×") } else { format!("{lift:.1}×") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(whole(1_469_307.0), "1,469,307");
        assert_eq!(whole(-12.4), "-12");
        assert_eq!(count(4.0), "4");
        assert_eq!(count(4.26), "4.3");
        assert_eq!(count(0.257), "0.26");
        assert_eq!(count(1234.0), "1,234");
        assert_eq!(count(10.0), "10");
        assert_eq!(money(1234.4, "£"), "£1,234");
        assert_eq!(money(-3.5, ""), "-3.50");
        assert_eq!(percent(0.724), "72 %");
        assert_eq!(percent(0.056), "5.6 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(days(1.0, Language::En), "1 day");
        assert_eq!(days(11.2, Language::Zh), "11.2 天");
        assert_eq!(times(2.34), "2.3×");
    }
}
