use std::path::Path;

use fenqun_base::Place;

use super::bytes::Text;
use super::{MalformedReason, SourceError, encoding};

/// The longest record (CSV) or line (JSONL) that is read, in bytes of UTF-8.
pub const LONGEST_RECORD: usize = 16 << 20;

/// Bytes behind the text that may be read, so that fixed-size loads need no case for the end.
pub const SLACK: usize = 64;

/// What the window holds while records are short: text and index fit a core's own cache.
const USUAL: usize = 256 << 10;

/// A stretch of text sliding over a file. It grows only for records longer than itself.
pub struct Window {
    text: Text,
    buffer: Vec<u8>,
    end: usize,
    is_begun: bool,
    is_eof: bool,
    is_clean: bool,
    /// Ends a record: a line feed, or a carriage return in files of old Macs.
    pub terminator: u8,
}

/// What an attempt to get more text came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// There is more text.
    More,
    /// There was nothing more to read.
    End,
    /// The record under way is longer than [`LONGEST_RECORD`].
    TooLong,
}

impl Window {
    /// A window at the beginning of a text, filled once.
    pub fn open(text: Text) -> Result<Self, SourceError> {
        let mut window = Self {
            text,
            buffer: vec![0; USUAL + SLACK],
            end: 0,
            is_begun: false,
            is_eof: false,
            is_clean: true,
            terminator: b'\n',
        };
        if window.fill(0)? == Filled::End {
            return Err(SourceError::Empty { file: window.text.file });
        }
        Ok(window)
    }

    /// Drops what lies before `start`, where the record under way begins, and reads on; the record
    /// then begins at 0. At the end of the file the last record gets the terminator it may lack.
    pub fn fill(&mut self, start: usize) -> Result<Filled, SourceError> {
        if self.is_eof {
            return Ok(Filled::End);
        }
        self.buffer.copy_within(start..self.end, 0);
        self.end -= start;
        if self.end > LONGEST_RECORD {
            return Ok(Filled::TooLong);
        }
        let room = self.buffer.len() - SLACK;
        if self.end > room / 2 {
            self.buffer.resize((room * 2).min(LONGEST_RECORD + USUAL) + SLACK, 0);
        }
        let room = self.buffer.len() - SLACK;
        let n = self.text.read(&mut self.buffer[self.end..room])?;
        self.end += n;
        self.is_eof = self.end < room;
        if !std::mem::replace(&mut self.is_begun, true) {
            self.drop_mark();
            self.choose_terminator();
        }
        let n_added = if self.is_eof { self.terminate() } else { 0 };
        self.is_clean = is_clean(&self.buffer[..self.end], self.is_eof);
        Ok(if n + n_added > 0 { Filled::More } else { Filled::End })
    }

    /// The text from the beginning of the window, and [`SLACK`] bytes of no meaning behind it.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// Where the text ends.
    pub fn end(&self) -> usize {
        self.end
    }

    /// Why the record at a place cannot be text, if so. Costs nothing in a clean window.
    pub fn fault(&self, start: usize, end: usize) -> Option<MalformedReason> {
        if self.is_clean {
            return None;
        }
        let record = &self.buffer[start..end];
        if memchr::memchr(0, record).is_some() {
            Some(MalformedReason::NulByte)
        } else if std::str::from_utf8(record).is_err() {
            Some(MalformedReason::BadEncoding)
        } else {
            None
        }
    }

    /// The file as the user named it.
    pub fn file(&self) -> &Path {
        &self.text.file
    }

    /// A line of the file.
    pub fn place(&self, line: u64) -> Place {
        Place::file(self.file()).line(line)
    }

    /// Bytes taken from disk so far.
    pub fn bytes_read(&self) -> u64 {
        self.text.bytes_read()
    }

    /// Size of the file on disk.
    pub fn bytes_total(&self) -> u64 {
        self.text.bytes_total()
    }

    /// A byte order mark, whatever encoding it was written in, is one character by now.
    fn drop_mark(&mut self) {
        let mark = encoding::UTF8_MARK;
        if self.buffer[..self.end].starts_with(mark) {
            self.buffer.copy_within(mark.len()..self.end, 0);
            self.end -= mark.len();
        }
    }

    fn choose_terminator(&mut self) {
        let seen = &self.buffer[..self.end];
        if memchr::memchr(b'\n', seen).is_none() && memchr::memchr(b'\r', seen).is_some() {
            self.terminator = b'\r';
        }
    }

    fn terminate(&mut self) -> usize {
        let is_missing = self.end > 0 && self.buffer[self.end - 1] != self.terminator;
        if is_missing {
            self.buffer[self.end] = self.terminator;
            self.end += 1;
        }
        usize::from(is_missing)
    }
}

/// Whether a text is valid UTF-8 without NUL. A character cut by the end is no fault unless the
/// file ends there.
fn is_clean(text: &[u8], is_whole: bool) -> bool {
    let is_utf8 = match std::str::from_utf8(text) {
        Ok(_) => true,
        Err(error) => !is_whole && error.error_len().is_none(),
    };
    is_utf8 && memchr::memchr(0, text).is_none()
}
