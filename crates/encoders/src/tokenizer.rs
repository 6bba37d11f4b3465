//! Texts to token numbers, by the model's own tokenizer.json.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tokenizers::TruncationParams;

use crate::EncoderError;

/// A tokenizer that cuts at a given number of tokens and never pads.
pub(crate) struct Tokenizer {
    path: PathBuf,
    inner: tokenizers::Tokenizer,
    max_tokens: usize,
}

impl Tokenizer {
    /// Reads tokenizer.json. The truncation and the padding that the file may carry are put aside:
    /// a file that pads every text to 128 tokens would cost ten times the time.
    pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Self, EncoderError> {
        let broken = |error: tokenizers::Error| {
            let reason = format!("no tokenizer can be read from it: {error}");
            EncoderError::Config { path: path.to_owned(), reason }
        };
        let mut inner = tokenizers::Tokenizer::from_bytes(bytes).map_err(broken)?;
        inner.with_padding(None);
        inner.with_truncation(None).map_err(broken)?;
        Ok(Self { path: path.to_owned(), inner, max_tokens: usize::MAX })
    }

    /// Keeps at most `max_tokens` of a text, those that mark its begin and end included.
    pub(crate) fn cut_at(&mut self, max_tokens: usize) -> Result<(), EncoderError> {
        let truncation = TruncationParams { max_length: max_tokens, ..Default::default() };
        self.max_tokens = max_tokens;
        self.inner.with_truncation(Some(truncation)).map(drop).map_err(|error| {
            let reason = format!("`max_tokens` = {max_tokens} cannot be kept: {error}");
            EncoderError::Config { path: self.path.clone(), reason }
        })
    }

    /// The file it came from.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Token numbers of every text, in order, on all threads.
    pub(crate) fn tokens(&self, texts: &[String]) -> Result<Vec<Vec<u32>>, EncoderError> {
        let refused = |error: tokenizers::Error| EncoderError::Tokenise {
            path: self.path.clone(),
            reason: error.to_string(),
        };
        let one = |text: &String| {
            let encoding = self.inner.encode_fast(self.head(text), true).map_err(refused)?;
            Ok(encoding.get_ids().to_vec())
        };
        texts.par_iter().map(one).collect()
    }

    /// The part of a text that can matter: a text of megabytes is cut before it is tokenised. At 64
    /// bytes a token nothing is lost that a person would write.
    fn head<'a>(&self, text: &'a str) -> &'a str {
        let limit = self.max_tokens.saturating_mul(64).max(4096);
        if text.len() <= limit { text } else { &text[..text.floor_char_boundary(limit)] }
    }
}
