use std::sync::Arc;

use arrow::array::{ArrayRef, NullBufferBuilder, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow::error::ArrowError;

use super::BATCH_ROWS;
use super::window::SLACK;

/// Up to this length a field is copied as a block of fixed size, which needs no call.
const SHORT: usize = 16;

const _: () = assert!(SLACK >= SHORT);

/// Grows one text column of a batch. An empty text is null.
pub struct TextColumn {
    values: Vec<u8>,
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl TextColumn {
    pub fn new() -> Self {
        Self::with_room(0)
    }

    fn with_room(n_bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(BATCH_ROWS + 1);
        offsets.push(0);
        Self {
            values: Vec::with_capacity(n_bytes + SHORT),
            offsets,
            nulls: NullBufferBuilder::new(BATCH_ROWS),
        }
    }

    /// Appends `text[start..end]`. Behind `end` there must be [`SLACK`] bytes.
    #[inline]
    pub fn push_span(&mut self, text: &[u8], start: usize, end: usize) {
        let n = end - start;
        if n <= SHORT {
            let at = self.values.len() + n;
            self.values.extend_from_slice(&text[start..start + SHORT]);
            self.values.truncate(at);
        } else {
            self.values.extend_from_slice(&text[start..end]);
        }
        self.finish_value(n > 0);
    }

    /// Appends whatever `write` appends to the bytes.
    pub fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let before = self.values.len();
        write(&mut self.values);
        self.finish_value(self.values.len() > before);
    }

    /// Appends a null.
    pub fn push_null(&mut self) {
        self.finish_value(false);
    }

    /// The column so far; the next batch begins empty.
    ///
    /// # Errors
    /// Arrow's, when the bytes are no UTF-8: callers have checked that before.
    pub fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let room = self.values.len() + self.values.len() / 8;
        let done = std::mem::replace(self, Self::with_room(room));
        let offsets = OffsetBuffer::new(ScalarBuffer::from(done.offsets));
        let values = Buffer::from_vec(done.values);
        Ok(Arc::new(StringArray::try_new(offsets, values, done.nulls.build())?))
    }

    #[inline]
    fn finish_value(&mut self, is_there: bool) {
        // A batch holds at most 8 MiB and one record of 16 MiB: far below 2 GiB.
        self.offsets.push(self.values.len() as i32);
        self.nulls.append(is_there);
    }
}
