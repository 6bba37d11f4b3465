//! Each distinct text is encoded once, ever.
//!
//! **Idea.** A text's vector depends on the text and the model only; so it is stored under the hash
//! of the text, in a folder named by the model's fingerprint. Another model, or the same with another
//! prefix, has another folder.
//!
//! **Files.** Immutable segments, each written whole or not at all; two programs may write at once. A
//! segment that is damaged is left aside with a warning, and its texts are encoded again. Vectors are
//! kept as `f32`, so that what comes from the cache is, bit for bit, what was encoded. Texts are not
//! stored.
//!
//! **Cost.** Opening reads every segment once to check it; 1.5 KB on disk a text of 384 numbers; 40
//! bytes in memory a text.

mod segment;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use fenqun_base::{Matrix, Progress, TextEncoder};
use rustc_hash::FxHashMap;

use self::segment::{Key, Segment};
use crate::EncoderError;

/// A text encoder that remembers.
pub struct Cached<E> {
    encoder: E,
    folder: PathBuf,
    stored: Mutex<Stored>,
}

/// What the folder holds.
#[derive(Default)]
struct Stored {
    segments: Vec<Segment>,
    /// Segment and row of each text.
    places: FxHashMap<Key, (u32, u32)>,
}

/// Texts encoded before they are written: what an interruption loses at most.
const PIECE: usize = 8192;

impl<E: TextEncoder> Cached<E> {
    /// Looks at what `folder` holds for this encoder. The folder need not exist: it is made when the
    /// first vectors are written.
    ///
    /// # Errors
    /// [`EncoderError::Io`] when the folder is there and cannot be listed.
    pub fn open(encoder: E, folder: &Path) -> Result<Self, EncoderError> {
        let folder = folder.join(encoder.fingerprint());
        let mut stored = Stored::default();
        for path in segment::list(&folder)? {
            match Segment::open(&path, encoder.width()) {
                Ok((segment, keys)) => stored.add(segment, keys),
                Err(reason) => {
                    let path = path.display();
                    tracing::warn!(
                        "{path}: left aside, its texts are encoded again: {reason}; \
                         delete the file to be rid of this warning"
                    );
                }
            }
        }
        Ok(Self { encoder, folder, stored: Mutex::new(stored) })
    }

    /// Texts whose vectors are stored.
    #[must_use]
    pub fn n_stored(&self) -> usize {
        self.lock().places.len()
    }

    /// The encoder behind it.
    #[must_use]
    pub fn encoder(&self) -> &E {
        &self.encoder
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Stored> {
        // Whoever panicked while holding it had only added what is on disk.
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores vectors. A cache that cannot be written costs time, not the result.
    fn store(&self, keys: &[Key], vectors: &Matrix) {
        match segment::write(&self.folder, keys, vectors) {
            Ok(segment) => self.lock().add(segment, keys.to_vec()),
            Err(error) => {
                let folder = self.folder.display();
                tracing::warn!("{folder}: text vectors cannot be stored: {error}");
            }
        }
    }
}

impl Stored {
    fn add(&mut self, segment: Segment, keys: Vec<Key>) {
        let number = self.segments.len() as u32;
        for (row, key) in keys.into_iter().enumerate() {
            self.places.entry(key).or_insert((number, row as u32));
        }
        self.segments.push(segment);
    }

    /// Fills `vector` if there is one for this text.
    fn read(&self, key: &Key, vector: &mut [f32]) -> bool {
        let Some(&(segment, row)) = self.places.get(key) else { return false };
        self.segments[segment as usize].read(row as usize, vector).is_ok()
    }
}

impl<E> TextEncoder for Cached<E>
where
    E: TextEncoder,
    EncoderError: From<E::Error>,
{
    type Error = EncoderError;

    fn width(&self) -> usize {
        self.encoder.width()
    }

    fn fingerprint(&self) -> &str {
        self.encoder.fingerprint()
    }

    fn encode(&self, texts: &[&str], progress: &Progress) -> Result<Matrix, EncoderError> {
        let mut vectors = Matrix::zeros(texts.len(), self.width());
        let mut first_row: FxHashMap<&str, usize> = FxHashMap::default();
        let mut repeated = Vec::new();
        let mut missing = Vec::new();
        {
            let stored = self.lock();
            for (row, &text) in texts.iter().enumerate() {
                if let Some(&first) = first_row.get(text) {
                    repeated.push((row, first));
                    continue;
                }
                first_row.insert(text, row);
                let key = segment::key(text);
                if !stored.read(&key, vectors.row_mut(row)) {
                    missing.push((row, key));
                }
            }
        }
        for piece in missing.chunks(PIECE) {
            let unknown: Vec<&str> = piece.iter().map(|&(row, _)| texts[row]).collect();
            let keys: Vec<Key> = piece.iter().map(|&(_, key)| key).collect();
            let encoded = self.encoder.encode(&unknown, progress)?;
            self.store(&keys, &encoded);
            for (&(row, _), vector) in piece.iter().zip(encoded.rows()) {
                vectors.row_mut(row).copy_from_slice(vector);
            }
        }
        for (row, first) in repeated {
            let vector = vectors.row(first).to_vec();
            vectors.row_mut(row).copy_from_slice(&vector);
        }
        Ok(vectors)
    }
}

#[cfg(test)]
mod tests;
