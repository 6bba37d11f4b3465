use std::fmt;

use serde::{Deserialize, Serialize};

use super::SourceError;

/// How a file is written: found by [`super::sniff`], kept in the config so that a run never
/// guesses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dialect {
    /// Kind of file.
    pub format: Format,
    /// What it is packed with.
    pub compression: Compression,
    /// How its text is encoded; of no meaning for Parquet.
    pub encoding: Encoding,
    /// What separates two fields of a CSV row: one ASCII character.
    pub delimiter: char,
    /// What encloses a field that contains delimiters: one ASCII character, or NUL (`"\u0000"`)
    /// where quotes mean nothing.
    pub quote: char,
    /// Whether the first row names the columns. Without it they are called `1`, `2`, …
    pub header: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            format: Format::Csv,
            compression: Compression::None,
            encoding: Encoding::Utf8,
            delimiter: ',',
            quote: '"',
            header: true,
        }
    }
}

impl Dialect {
    /// Delimiter and quote as bytes, checked. No quoting is `None`.
    pub(super) fn marks(&self) -> Result<(u8, Option<u8>), SourceError> {
        let refuse = |name, rule, found: char| {
            Err(SourceError::Dialect { name, rule, found: found.escape_default().to_string() })
        };
        let ascii = |mark: char| {
            u8::try_from(mark).ok().filter(|byte| byte.is_ascii() && !b"\r\n".contains(byte))
        };
        let Some(delimiter) = ascii(self.delimiter).filter(|byte| *byte != 0) else {
            let rule = "one ASCII character other than a line break or NUL";
            return refuse("delimiter", rule, self.delimiter);
        };
        let Some(quote) = ascii(self.quote) else {
            return refuse("quote", "one ASCII character other than a line break", self.quote);
        };
        if quote == delimiter {
            return refuse("quote", "another character than `delimiter`", self.quote);
        }
        Ok((delimiter, Some(quote).filter(|byte| *byte != 0)))
    }
}

/// Kind of file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Rows of fields with any delimiter; TSV is one of them.
    #[default]
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

/// What a file is packed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Nothing.
    #[default]
    None,
    /// gzip, also of several members.
    Gzip,
    /// Zstandard, also of several frames.
    Zstd,
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        })
    }
}

/// How text is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8, with or without byte order mark; ASCII is part of it.
    #[default]
    Utf8,
    /// UTF-16, low byte first: what Windows programs call "Unicode text".
    Utf16le,
    /// UTF-16, high byte first.
    Utf16be,
    /// GB18030, which contains GBK and GB2312.
    Gb18030,
    /// Big5, for traditional Chinese.
    Big5,
    /// Windows-1252, which contains Latin-1 (ISO-8859-1).
    Windows1252,
}

impl Encoding {
    /// The decoder's name for it; UTF-8 needs none.
    pub(super) fn decoder(self) -> Option<&'static encoding_rs::Encoding> {
        match self {
            Self::Utf8 => None,
            Self::Utf16le => Some(encoding_rs::UTF_16LE),
            Self::Utf16be => Some(encoding_rs::UTF_16BE),
            Self::Gb18030 => Some(encoding_rs::GB18030),
            Self::Big5 => Some(encoding_rs::BIG5),
            Self::Windows1252 => Some(encoding_rs::WINDOWS_1252),
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "utf8",
            Self::Utf16le => "utf16le",
            Self::Utf16be => "utf16be",
            Self::Gb18030 => "gb18030",
            Self::Big5 => "big5",
            Self::Windows1252 => "windows1252",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_struct_is_the_toml_schema() {
        let dialect: Dialect =
            toml::from_str("format = \"csv\"\ndelimiter = \"\\t\"\nencoding = \"utf16le\"")
                .expect("parses");
        assert_eq!(dialect.delimiter, '\t');
        assert_eq!(dialect.encoding, Encoding::Utf16le);
        assert!(dialect.header);
        let text = toml::to_string(&dialect).expect("serialises");
        assert_eq!(toml::from_str::<Dialect>(&text).expect("parses"), dialect);
        assert!(toml::from_str::<Dialect>("delimeter = \";\"").is_err());
    }

    #[test]
    fn marks_that_cannot_work_are_refused() {
        let with = |delimiter, quote| Dialect { delimiter, quote, ..Dialect::default() }.marks();
        assert_eq!(with(';', '\'').expect("fine"), (b';', Some(b'\'')));
        assert_eq!(with(',', '\0').expect("fine"), (b',', None));
        assert!(with('，', '"').is_err());
        assert!(with('\n', '"').is_err());
        assert!(with('"', '"').is_err());
        assert!(with(',', '“').is_err());
    }
}
