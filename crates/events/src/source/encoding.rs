//! Which encoding a text is in, told from its first bytes.

use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::{Encoding, SourceError};

/// The byte order mark of UTF-8.
pub const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// What was recognised: the encoding, or the name of one that cannot be read; why; how sure.
pub struct Recognised {
    /// The encoding, or the name of one that is not supported.
    pub encoding: Result<Encoding, String>,
    /// One sentence.
    pub why: String,
    /// False where another encoding is nearly as likely.
    pub is_sure: bool,
}

/// Recognises the encoding of a text from its first bytes.
pub fn recognise(head: &[u8]) -> Recognised {
    let sure = |encoding, why: &str| Recognised {
        encoding: Ok(encoding),
        why: why.to_owned(),
        is_sure: true,
    };
    if head.starts_with(UTF8_MARK) {
        return sure(Encoding::Utf8, "UTF-8: it begins with a byte order mark");
    }
    if head.starts_with(&[0xff, 0xfe]) {
        return sure(Encoding::Utf16le, "UTF-16 little-endian: it begins with a byte order mark");
    }
    if head.starts_with(&[0xfe, 0xff]) {
        return sure(Encoding::Utf16be, "UTF-16 big-endian: it begins with a byte order mark");
    }
    match utf16_by_nul(head) {
        Some(Encoding::Utf16le) => {
            return sure(Encoding::Utf16le, "UTF-16 little-endian: its NUL bytes say so");
        }
        Some(_) => return sure(Encoding::Utf16be, "UTF-16 big-endian: its NUL bytes say so"),
        None => {}
    }
    if head.is_ascii() {
        return sure(Encoding::Utf8, "UTF-8: all characters seen are ASCII");
    }
    if n_invalid_lines(head).0 == 0 {
        return sure(Encoding::Utf8, "UTF-8: every character seen is valid in it");
    }
    legacy(head)
}

/// Refuses a head that is evidently not in the declared encoding.
pub fn check(file: &Path, head: &[u8], declared: Encoding) -> Result<(), SourceError> {
    let recognised = recognise(head);
    let is_wrong = match declared {
        Encoding::Utf8 => {
            let (n_invalid, n_lines) = n_invalid_lines(head);
            let is_other = matches!(recognised.encoding, Ok(Encoding::Utf16le | Encoding::Utf16be));
            is_other || n_invalid * 2 > n_lines
        }
        Encoding::Utf16le | Encoding::Utf16be => {
            let has_mark = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
            let is_other = recognised.encoding != Ok(declared);
            // Without mark and without NUL there is no line break: no table is written so.
            (has_mark && is_other) || !head.contains(&0)
        }
        _ => {
            let marked = head.starts_with(UTF8_MARK);
            marked || matches!(recognised.encoding, Ok(Encoding::Utf16le | Encoding::Utf16be))
        }
    };
    if is_wrong {
        let looks_like = match recognised.encoding {
            Ok(encoding) if encoding == declared => "something that is no text".to_owned(),
            Ok(encoding) => encoding.to_string(),
            Err(name) => name,
        };
        return Err(SourceError::WrongEncoding { file: file.to_owned(), declared, looks_like });
    }
    Ok(())
}

/// ASCII is two bytes in UTF-16, one of them NUL: a text with many NULs on one side only is nothing
/// else. Chinese prose has few, and on both sides (U+4E00 is the most common of words); there the
/// line breaks tell, in bytes that are no UTF-8.
fn utf16_by_nul(head: &[u8]) -> Option<Encoding> {
    let (mut n_nul, mut n_breaks) = ([0usize; 2], [0usize; 2]);
    for pair in head.chunks_exact(2) {
        n_nul[0] += usize::from(pair[0] == 0);
        n_nul[1] += usize::from(pair[1] == 0);
        n_breaks[0] += usize::from(pair == b"\0\n");
        n_breaks[1] += usize::from(pair == b"\n\0");
    }
    let is_many = |n: usize| n >= 2 && n * 10 >= head.len() / 2;
    match n_nul {
        [even, odd] if is_many(odd) && even * 20 <= odd => return Some(Encoding::Utf16le),
        [even, odd] if is_many(even) && odd * 20 <= even => return Some(Encoding::Utf16be),
        _ => {}
    }
    let decodes = |encoding: &'static encoding_rs::Encoding| {
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let mut text = String::with_capacity(head.len() * 2);
        let (result, _) = decoder.decode_to_string_without_replacement(head, &mut text, false);
        result == encoding_rs::DecoderResult::InputEmpty
    };
    let is_other = n_invalid_lines(head).0 > 0;
    match (n_breaks[0], n_breaks[1]) {
        (0, 1..) if is_other && decodes(encoding_rs::UTF_16LE) => Some(Encoding::Utf16le),
        (1.., 0) if is_other && decodes(encoding_rs::UTF_16BE) => Some(Encoding::Utf16be),
        _ => None,
    }
}

/// Lines that are no UTF-8, and all lines. A last line cut by the end of the head counts as far
/// as it goes.
fn n_invalid_lines(head: &[u8]) -> (usize, usize) {
    let (mut n_invalid, mut n_lines) = (0, 0);
    let mut lines = head.split(|&byte| byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let is_last = lines.peek().is_none();
        if is_last && line.is_empty() {
            break;
        }
        n_lines += 1;
        if let Err(error) = std::str::from_utf8(line) {
            let is_cut = is_last && error.error_len().is_none();
            n_invalid += usize::from(!is_cut);
        }
    }
    (n_invalid, n_lines)
}

fn legacy(head: &[u8]) -> Recognised {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, false);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let chinese = chinese_share(head);
    let (encoding, is_sure) = if guess == encoding_rs::BIG5 {
        (Ok(Encoding::Big5), chinese.is_none_or(|share| share < 0.5))
    } else if let Some(share) = chinese.filter(|share| *share > 0.8) {
        // Decodes without a fault, and to common characters: the detector may still prefer a
        // Latin or Korean reading when there is little text.
        (Ok(Encoding::Gb18030), guess == encoding_rs::GBK || share > 0.95)
    } else if guess == encoding_rs::GBK || guess == encoding_rs::GB18030 {
        (Ok(Encoding::Gb18030), chinese.is_some())
    } else if guess == encoding_rs::WINDOWS_1252 {
        (Ok(Encoding::Windows1252), true)
    } else {
        (Err(guess.name().to_lowercase()), false)
    };
    let why = match &encoding {
        Ok(Encoding::Gb18030) => {
            "GB18030: not valid UTF-8, and reads as common Chinese characters".to_owned()
        }
        Ok(Encoding::Big5) => "Big5: not valid UTF-8, and reads as traditional Chinese".to_owned(),
        Ok(_) => "Windows-1252: not valid UTF-8, and reads as western European text".to_owned(),
        Err(name) => format!("{name}: not valid UTF-8, and most likely this"),
    };
    Recognised { encoding, why, is_sure }
}

/// Share of common Chinese characters among all that are not ASCII, read as GB18030; `None` when
/// the bytes are no GB18030.
fn chinese_share(head: &[u8]) -> Option<f64> {
    // The last line may be cut inside a character.
    let whole = memchr::memrchr(b'\n', head).map_or(head, |end| &head[..end]);
    let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(whole)?;
    let (mut n_chinese, mut n_all) = (0usize, 0usize);
    for character in text.chars().filter(|character| !character.is_ascii()) {
        n_all += 1;
        let is_chinese = matches!(character, '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{301f}'
            | '\u{ff00}'..='\u{ffef}');
        n_chinese += usize::from(is_chinese);
    }
    (n_all > 0).then(|| n_chinese as f64 / n_all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Result<Encoding, String> {
        recognise(bytes).encoding
    }

    fn gb18030(text: &str) -> Vec<u8> {
        encoding_rs::GB18030.encode(text).0.into_owned()
    }

    fn utf16le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn encodings_are_recognised_with_and_without_mark() {
        let text = "用户,商品,价格\n张三,红色连衣裙,199\n李四,蓝牙耳机,89\n";
        assert_eq!(of(text.as_bytes()), Ok(Encoding::Utf8));
        assert_eq!(of(&[UTF8_MARK, text.as_bytes()].concat()), Ok(Encoding::Utf8));
        assert_eq!(of(&gb18030(text)), Ok(Encoding::Gb18030));
        assert_eq!(of(&utf16le(text)), Ok(Encoding::Utf16le));
        assert_eq!(of(&utf16le(&format!("\u{feff}{text}"))), Ok(Encoding::Utf16le));
        let big_endian: Vec<u8> = "a,b\n1,2\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(of(&big_endian), Ok(Encoding::Utf16be));
        assert_eq!(of(b"id,title\n1,CAF\xc9 NO\xcbL MUG \xa34\n"), Ok(Encoding::Windows1252));
        assert_eq!(of(b"id,title\n1,mug\n"), Ok(Encoding::Utf8));
    }

    #[test]
    fn a_character_cut_by_the_end_of_the_head_is_no_fault() {
        let text = "用户".repeat(100);
        assert_eq!(of(&text.as_bytes()[..text.len() - 1]), Ok(Encoding::Utf8));
    }

    #[test]
    fn a_wrong_declaration_is_refused_with_what_it_looks_like() {
        let file = Path::new("shop.csv");
        let text = "用户,商品\n张三,红色连衣裙\n李四,蓝牙耳机\n";
        let refused =
            |bytes: &[u8], declared| check(file, bytes, declared).expect_err("refused").to_string();
        let message = refused(&gb18030(text), Encoding::Utf8);
        assert!(message.contains("is not utf8, it looks like gb18030"), "{message}");
        assert!(refused(&utf16le(text), Encoding::Utf8).contains("looks like utf16le"));
        assert!(refused(text.as_bytes(), Encoding::Utf16le).contains("looks like utf8"));
        assert!(check(file, text.as_bytes(), Encoding::Utf8).is_ok());
    }

    #[test]
    fn chinese_prose_in_utf16_is_told_by_its_few_line_breaks() {
        let text = format!("{}\r\n", "质量很好一次物流也快下次还会再来一次".repeat(8)).repeat(4);
        assert_eq!(of(&utf16le(&text)), Ok(Encoding::Utf16le));
        assert_eq!(of(b"a,b\n1,2\n3\0\0,4\n5,6\n7,8\n"), Ok(Encoding::Utf8));
    }

    #[test]
    fn one_bad_row_does_not_make_the_encoding_wrong() {
        let bytes = b"id,title\n1,mug\n2,caf\xe9\n3,cup\n";
        assert!(check(Path::new("f"), bytes, Encoding::Utf8).is_ok());
    }
}
