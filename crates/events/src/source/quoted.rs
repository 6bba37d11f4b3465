//! Fields in quotes.

/// A field that began with a quote.
pub struct Quoted {
    /// The delimiter or terminator behind it.
    pub end: usize,
    /// First byte of its value, or of the raw field.
    pub from: usize,
    /// Behind the last byte of its value, or of the raw field.
    pub until: usize,
    /// Whether quotes are still in it.
    pub is_raw: bool,
    /// Line breaks inside.
    pub n_breaks: u64,
    /// Places walked over.
    pub n_places: usize,
}

impl Quoted {
    /// Walks over a field from the place of its opening quote, given the places behind it in
    /// `text[..end]`. `None` when the text ends inside it.
    pub fn walk(
        text: &[u8],
        end: usize,
        opening: usize,
        places: &[u32],
        terminator: u8,
    ) -> Option<Self> {
        let quote = text[opening];
        let mut n_breaks = 0;
        let mut has_doubled = false;
        let mut rest = places.iter().map(|&place| place as usize).enumerate();
        let close = loop {
            let (_, place) = rest.next()?;
            if text[place] == terminator {
                n_breaks += 1;
            } else if text[place] == quote {
                if place + 1 >= end {
                    // Whether this quote closes is told by the byte behind it.
                    return None;
                }
                if text[place + 1] != quote {
                    break place;
                }
                has_doubled = true;
                rest.next();
            }
        };
        let (index, place) = rest.find(|&(_, place)| text[place] != quote)?;
        let has_return = text[place] == terminator && text[place - 1] == b'\r' && place > close + 1;
        let behind = if has_return { place - 1 } else { place };
        let is_raw = has_doubled || behind != close + 1;
        let (from, until) = if is_raw { (opening, behind) } else { (opening + 1, close) };
        Some(Self { end: place, from, until, is_raw, n_breaks, n_places: index + 1 })
    }
}

/// Appends the value of a raw field: without its quotes, doubled ones halved, and whatever follows
/// the closing quote as it is.
pub fn unquote(raw: &[u8], quote: u8, value: &mut Vec<u8>) {
    let mut rest = raw.strip_prefix(&[quote]).unwrap_or(raw);
    while let Some(at) = memchr::memchr(quote, rest) {
        value.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if rest.first() != Some(&quote) {
            break;
        }
        value.push(quote);
        rest = &rest[1..];
    }
    value.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_taken_off_and_the_rest_is_left_as_it_is() {
        let value = |raw: &str| {
            let mut value = Vec::new();
            unquote(raw.as_bytes(), b'"', &mut value);
            String::from_utf8(value).expect("text")
        };
        assert_eq!(value("\"a\"\"b\""), "a\"b");
        assert_eq!(value("\"\"\"\""), "\"");
        assert_eq!(value("\"ab\"cd"), "abcd");
        assert_eq!(value("\"ab\"c\"d\""), "abc\"d\"");
        assert_eq!(value("\"\""), "");
    }
}
