//! BERT and its relatives: tokens in, one vector a token out.
//!
//! **Idea.** Devlin, Chang, Lee and Toutanova, *BERT: Pre-training of Deep Bidirectional
//! Transformers for Language Understanding*, 2018 (upstream: `google-research/bert`; tensor names
//! as in `transformers`' `BertModel`). RoBERTa, XLM-RoBERTa, CamemBERT and DistilBERT differ by
//! configuration only, and are read by the same code.
//!
//! **Batches without padding.** The rows of all texts of a batch lie one after another, whatever
//! their lengths. The products with the weights, nine tenths of the time, do not care which row is whose;
//! only attention looks at the lengths. So there is no padding, no mask, and no wasted product.
//!
//! **Cost.** A token takes `layers · (8 h² + 4 h·i)` operations (`h` hidden, `i` inner width) plus
//! `4 h n` for a text of `n` tokens a layer: 21 million for six layers of 384. Memory: the layers as
//! `f32`, and for each worker some ten kilobytes a token of its batch. The word table stays in the
//! file.
//!
//! Products run in burn on its CPU device, one thread a batch: at these sizes two batches on two
//! cores are faster than two cores on one batch.

mod attention;
mod config;
mod layer;
mod names;
pub(crate) mod vector;

use burn::tensor::{Device, TensorData};

pub(crate) use self::config::Config;
use self::layer::{Layer, slice_mut, unreadable};
use self::names::Names;
use self::vector::{AddNorm, Norm, widest};
use crate::EncoderError;
use crate::weights::{Table, WeightFile};

/// A loaded model.
pub(crate) struct Bert {
    config: Config,
    device: Device,
    words: Table,
    /// A row a position, the vector of token type 0 already added.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

impl Bert {
    pub(crate) fn load(weights: &WeightFile, config: Config) -> Result<Self, EncoderError> {
        let device = Device::flex();
        let names = Names::find(config.family, weights);
        let &Config { hidden, vocabulary, types, epsilon, .. } = &config;
        let name = names.embeddings("word_embeddings.weight");
        let words = weights.table(&name, vocabulary, hidden)?;
        let name = names.embeddings("position_embeddings.weight");
        let mut positions = weights.read(&name, &[config.positions, hidden])?;
        if types > 0 {
            let name = names.embeddings("token_type_embeddings.weight");
            let first = weights.read(&name, &[types, hidden])?;
            for row in positions.chunks_exact_mut(hidden) {
                row.iter_mut().zip(&first).for_each(|(value, more)| *value += more);
            }
        }
        let norm = Norm {
            weight: weights.read(&names.embeddings("LayerNorm.weight"), &[hidden])?,
            bias: weights.read(&names.embeddings("LayerNorm.bias"), &[hidden])?,
            epsilon,
        };
        let layer = |number| Layer::load(weights, &names, &config, number, &device);
        let layers = (0..config.layers).map(layer).collect::<Result<_, _>>()?;
        Ok(Self { config, device, words, positions, norm, layers })
    }

    /// Width of the vectors.
    pub(crate) fn width(&self) -> usize {
        self.config.hidden
    }

    /// Words it has vectors for.
    pub(crate) fn n_words(&self) -> usize {
        self.words.n_rows()
    }

    /// One row a token for the tokens of all texts, one after another. A text has at least one token
    /// and at most [`Config::max_tokens`]; tokens are below [`Self::n_words`].
    pub(crate) fn forward(&self, texts: &[&[u32]]) -> Result<Vec<f32>, EncoderError> {
        let lengths: Vec<usize> = texts.iter().map(|tokens| tokens.len()).collect();
        let mut rows = self.embed(texts, lengths.iter().sum())?;
        for layer in &self.layers {
            rows = layer.forward(rows, &lengths, &self.device)?;
        }
        Ok(rows.as_slice().map_err(unreadable)?.to_vec())
    }

    /// Word and position, added and normalised.
    fn embed(&self, texts: &[&[u32]], n_tokens: usize) -> Result<TensorData, EncoderError> {
        let width = self.width();
        let mut words = vec![0.0; n_tokens * width];
        let mut places = Vec::with_capacity(n_tokens * width);
        let tokens = texts.iter().flat_map(|tokens| tokens.iter().enumerate());
        for ((place, &token), row) in tokens.zip(words.chunks_exact_mut(width)) {
            self.words.row(token as usize, row)?;
            let start = (self.config.first_position + place) * width;
            places.extend_from_slice(&self.positions[start..start + width]);
        }
        let bias = vec![0.0; width];
        let mut rows = TensorData::new(words, [n_tokens, width]);
        let values = slice_mut(&mut rows)?;
        widest(AddNorm { values, residual: &places, bias: &bias, norm: &self.norm });
        Ok(rows)
    }
}
