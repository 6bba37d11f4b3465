//! Texts to vectors by a pretrained model of the BERT family.
//!
//! **Idea.** Tokenise, run the model ([`crate::bert`]), pool the tokens' vectors into one, scale it
//! to length 1: the way of Reimers and Gurevych, *Sentence-BERT*, 2019, and of Wang and others,
//! *Multilingual E5 Text Embeddings*, 2024. Texts that mean alike lie near, in the languages that the
//! model was trained on.
//!
//! **When to use.** Short texts: titles, categories, search words, reviews. All of a text beyond
//! `max_tokens` is unread. A word that the training never met (a shop's own abbreviation) is read by
//! its spelling only.
//!
//! **Cost.** Linear in tokens; see [`crate::bert`]. Distinct texts are encoded once, sorted by length
//! and put into batches without padding; batches run on all threads, and their make-up does not
//! depend on how many there are.

mod batch;
mod folder;
mod params;

use std::path::{Path, PathBuf};

use fenqun_base::{Matrix, Progress, TextEncoder, Unit};
use rayon::prelude::*;

pub use self::params::{Pooling, TextModelParams};

use self::folder::{Folder, Usage};
use crate::EncoderError;
use crate::bert::Bert;
use crate::tokenizer::Tokenizer;

/// A pretrained model, ready to encode.
///
/// ```no_run
/// use fenqun_base::{Progress, TextEncoder};
/// use fenqun_encoders::{TextModel, TextModelParams};
/// # fn main() -> Result<(), fenqun_encoders::EncoderError> {
/// let model = TextModel::open("models/minilm".as_ref(), &TextModelParams::default())?;
/// let vectors = model.encode(&["green tea", "oolong tea", "drill"], &Progress::silent())?;
/// let cosine = |a: usize, b: usize| -> f32 {
///     vectors.row(a).iter().zip(vectors.row(b)).map(|(x, y)| x * y).sum()
/// };
/// assert!(cosine(0, 1) > cosine(0, 2));
/// # Ok(())
/// # }
/// ```
pub struct TextModel {
    weights_path: PathBuf,
    bert: Bert,
    tokenizer: Tokenizer,
    usage: Usage,
    fingerprint: String,
}

/// Texts tokenised between two looks at whether to stop.
const PIECE: usize = 4096;

impl TextModel {
    /// Opens a folder in the usual layout: config.json, tokenizer.json, model.safetensors, and if
    /// they are there `1_Pooling/config.json`, sentence_bert_config.json and modules.json. A folder
    /// with `e5-small-q4.bin` and tokenizer.json is the other layout that is known.
    ///
    /// The weights' layers are read into memory; the word table is not.
    ///
    /// # Errors
    /// [`EncoderError`]: a file that is missing, broken or of an unknown kind; a tensor that is
    /// missing or of another shape than config.json says; a parameter outside its rule.
    pub fn open(folder: &Path, params: &TextModelParams) -> Result<Self, EncoderError> {
        let Folder { weights_path, weights, config, tokenizer_path, usage } =
            Folder::open(folder, params)?;
        let tokenizer_bytes = folder::read(&tokenizer_path)?;
        // Reading the layers, reading the tokenizer and hashing the weights take about as long.
        let ((bert, fingerprint), tokenizer) = rayon::join(
            || {
                let fingerprint =
                    folder::fingerprint(&weights_path, &tokenizer_bytes, &config, &usage);
                (Bert::load(&weights, config), fingerprint)
            },
            || Tokenizer::read(&tokenizer_path, &tokenizer_bytes),
        );
        let (bert, fingerprint, mut tokenizer) = (bert?, fingerprint?, tokenizer?);
        tokenizer.cut_at(usage.max_tokens)?;
        Ok(Self { weights_path, bert, tokenizer, usage, fingerprint })
    }

    /// Token numbers of texts, prefix included.
    fn tokens(&self, texts: &[&str], progress: &Progress) -> Result<Vec<Vec<u32>>, EncoderError> {
        let mut tokens = Vec::with_capacity(texts.len());
        for piece in texts.chunks(PIECE) {
            progress.check()?;
            let whole: Vec<String> = piece.iter().map(|text| self.usage.whole(text)).collect();
            tokens.extend(self.tokenizer.tokens(&whole)?);
        }
        let n_tokens = self.bert.n_words();
        let mut all = tokens.iter().flatten();
        if let Some(&token) = all.find(|&&token| token as usize >= n_tokens) {
            let path = self.tokenizer.path().to_owned();
            return Err(EncoderError::TokenOutOfRange { path, token, n_tokens });
        }
        Ok(tokens)
    }

    /// One vector a text of a batch.
    fn vectors(&self, texts: &[&[u32]]) -> Result<Vec<f32>, EncoderError> {
        let width = self.bert.width();
        let rows = self.bert.forward(texts)?;
        let mut vectors = vec![0.0; texts.len() * width];
        let mut start = 0;
        for (tokens, vector) in texts.iter().zip(vectors.chunks_exact_mut(width)) {
            let rows = &rows[start * width..(start + tokens.len()) * width];
            self.usage.pool(rows, vector);
            start += tokens.len();
        }
        Ok(vectors)
    }
}

impl TextEncoder for TextModel {
    type Error = EncoderError;

    fn width(&self) -> usize {
        self.bert.width()
    }

    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn encode(&self, texts: &[&str], progress: &Progress) -> Result<Matrix, EncoderError> {
        let (number_of, distinct) = batch::distinct(texts);
        let tokens = self.tokens(&distinct, progress)?;
        let lengths: Vec<usize> = tokens.iter().map(Vec::len).collect();
        let step = progress.begin("encode texts", distinct.len() as u64, Unit::Count);
        let encode = |batch: Vec<usize>| {
            progress.check()?;
            let texts: Vec<&[u32]> = batch.iter().map(|&text| tokens[text].as_slice()).collect();
            let vectors = self.vectors(&texts)?;
            step.advance(batch.len() as u64);
            Ok((batch, vectors))
        };
        let batches = batch::plan(&lengths).into_par_iter().with_max_len(1);
        let encoded: Vec<_> = batches.map(encode).collect::<Result<_, EncoderError>>()?;
        let mut once = Matrix::zeros(distinct.len(), self.width());
        for (batch, vectors) in encoded {
            for (text, vector) in batch.into_iter().zip(vectors.chunks_exact(self.width())) {
                once.row_mut(text).copy_from_slice(vector);
            }
        }
        if once.check_finite().is_err() {
            let reason = "a vector that is not finite came out of them".to_owned();
            return Err(EncoderError::Weights { path: self.weights_path.clone(), reason });
        }
        Ok(once.select_rows(&number_of))
    }
}

impl Usage {
    /// What the tokenizer gets.
    fn whole(&self, text: &str) -> String {
        let whole = format!("{}{text}", self.prefix);
        if self.lower_case { whole.to_lowercase() } else { whole }
    }

    /// One vector out of those of a text's tokens.
    fn pool(&self, rows: &[f32], vector: &mut [f32]) {
        let width = vector.len();
        match self.pooling {
            Pooling::Cls => vector.copy_from_slice(&rows[..width]),
            Pooling::Mean => {
                for row in rows.chunks_exact(width) {
                    vector.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                }
                let scale = 1.0 / (rows.len() / width) as f32;
                vector.iter_mut().for_each(|sum| *sum *= scale);
            }
        }
        if self.normalise {
            let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
            if length > 0.0 {
                vector.iter_mut().for_each(|value| *value /= length);
            }
        }
    }
}
