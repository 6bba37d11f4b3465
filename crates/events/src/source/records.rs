use super::bytes::Text;
use super::quoted::{Quoted, unquote};
use super::window::{Filled, LONGEST_RECORD, Window};
use super::{Dialect, MalformedReason, SourceError, structure};

/// The records of a CSV text, one after the other.
///
/// Quotes follow RFC 4180, leniently: a field that begins with a quote ends with it, a doubled
/// quote stands for one, whatever follows the closing quote is taken as it is, and a quote inside a
/// bare field is an ordinary character. Blank lines are no records.
pub struct Records {
    window: Window,
    /// Where the next record begins in the window.
    start: usize,
    delimiter: u8,
    quote: Option<u8>,
    /// Places of delimiters, quotes and terminators in the window.
    places: Vec<u32>,
    /// The first place not yet walked over.
    cursor: usize,
    /// Line of the next record.
    line: u64,
    fields: Vec<Field>,
}

/// One record; its fields are in [`Records`] until the next one is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// 1-based line on which it begins.
    pub line: u64,
    /// Its first byte in the window.
    pub start: usize,
    /// Its terminator in the window.
    pub end: usize,
    cursor: usize,
}

/// Where a field is in the window.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its first byte.
    pub start: u32,
    /// Behind its last byte.
    pub end: u32,
    /// Its quotes are still in it: see [`unquote`].
    pub is_raw: bool,
}

enum Walked {
    Record(Record),
    /// The window ends inside a record; the line of a quote that is open.
    Cut(Option<u64>),
}

impl Records {
    /// # Errors
    /// [`SourceError::Dialect`], [`SourceError::Empty`] and those of reading.
    pub fn open(text: Text, dialect: &Dialect) -> Result<Self, SourceError> {
        let (delimiter, quote) = dialect.marks()?;
        let window = Window::open(text)?;
        let (places, fields) = (Vec::new(), Vec::new());
        let (start, cursor, line) = (0, 0, 1);
        let mut records = Self { window, start, delimiter, quote, places, cursor, line, fields };
        records.index();
        Ok(records)
    }

    /// The next record, or `None` at the end.
    ///
    /// # Errors
    /// [`SourceError::UnclosedQuote`], [`SourceError::LineTooLong`] and those of reading.
    #[allow(clippy::should_implement_trait, reason = "can fail, and lends its fields")]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Record>, SourceError> {
        loop {
            let open_quote = match self.walk() {
                Walked::Record(record) => return Ok(Some(record)),
                Walked::Cut(open_quote) => open_quote,
            };
            let filled = self.window.fill(self.start)?;
            if filled == Filled::More {
                self.start = 0;
                self.index();
                continue;
            }
            return match (open_quote, self.quote, filled) {
                (Some(line), Some(quote), _) => {
                    let (place, quote) = (self.window.place(line), char::from(quote));
                    Err(SourceError::UnclosedQuote { place, quote })
                }
                (_, _, Filled::TooLong) => {
                    let place = self.window.place(self.line);
                    Err(SourceError::LineTooLong { place, limit: LONGEST_RECORD })
                }
                _ => Ok(None),
            };
        }
    }

    /// Steps back to before the record that was given last.
    pub fn unread(&mut self, record: Record) {
        self.start = record.start;
        self.cursor = record.cursor;
        self.line = record.line;
    }

    /// The fields of the record given last.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Number of fields of the record given last.
    pub fn n_fields(&self) -> usize {
        self.fields.len()
    }

    /// The fields of the record given last, as texts.
    pub fn texts(&self) -> Vec<String> {
        let bytes = self.window.bytes();
        let text = |field: &Field| {
            let raw = &bytes[field.start as usize..field.end as usize];
            let mut value = Vec::new();
            match self.quote.filter(|_| field.is_raw) {
                Some(quote) => unquote(raw, quote, &mut value),
                None => value.extend_from_slice(raw),
            }
            String::from_utf8_lossy(&value).into_owned()
        };
        self.fields.iter().map(text).collect()
    }

    /// The text that the fields lie in.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// The quote, where quotes mean something.
    pub fn quote(&self) -> Option<u8> {
        self.quote
    }

    /// Why the record cannot be text, if so.
    pub fn fault(&self, record: Record) -> Option<MalformedReason> {
        self.window.fault(record.start, record.end)
    }

    fn index(&mut self) {
        let quote = self.quote.unwrap_or(self.delimiter);
        let needles = [self.delimiter, self.window.terminator, quote];
        structure::find(self.window.bytes(), self.window.end(), needles, &mut self.places);
        self.cursor = 0;
    }

    /// Walks over the structure of one record. Nothing but blank lines is consumed unless the
    /// record is whole.
    #[inline]
    fn walk(&mut self) -> Walked {
        let bytes = self.window.bytes();
        let terminator = self.window.terminator;
        let mut first = self.start;
        let mut first_cursor = self.cursor;
        let mut cursor = first_cursor;
        let mut start = first;
        let mut n_breaks = 0;
        self.fields.clear();
        loop {
            let Some(&place) = self.places.get(cursor) else { return Walked::Cut(None) };
            cursor += 1;
            let mut end = place as usize;
            let mut is_raw = false;
            let mut is_quoted = false;
            let (mut from, mut until) = (start, end);
            if Some(bytes[end]) == self.quote {
                if end != start {
                    continue;
                }
                let places = &self.places[cursor..];
                let stop = self.window.end();
                let Some(quoted) = Quoted::walk(bytes, stop, start, places, terminator) else {
                    return Walked::Cut(Some(self.line + n_breaks));
                };
                n_breaks += quoted.n_breaks;
                cursor += quoted.n_places;
                (end, from, until, is_raw) = (quoted.end, quoted.from, quoted.until, quoted.is_raw);
                is_quoted = true;
            }
            let is_last = bytes[end] == terminator;
            if is_last && !is_quoted && until > from && bytes[until - 1] == b'\r' {
                until -= 1;
            }
            if !is_last {
                self.fields.push(Field { start: from as u32, end: until as u32, is_raw });
                start = end + 1;
                continue;
            }
            let line = self.line;
            self.line += n_breaks + 1;
            self.start = end + 1;
            self.cursor = cursor;
            if self.fields.is_empty() && !is_quoted && from == until {
                first = end + 1;
                first_cursor = cursor;
                start = first;
                continue;
            }
            self.fields.push(Field { start: from as u32, end: until as u32, is_raw });
            return Walked::Record(Record { line, start: first, end, cursor: first_cursor });
        }
    }
}
