use super::config::Family;
use crate::weights::WeightFile;

/// What a family calls its tensors.
pub(super) struct Names {
    prefix: String,
    parts: &'static Parts,
}

struct Parts {
    layer: &'static str,
    query: &'static str,
    key: &'static str,
    value: &'static str,
    out: &'static str,
    norm: &'static str,
    up: &'static str,
    down: &'static str,
    last_norm: &'static str,
}

const BERT: Parts = Parts {
    layer: "encoder.layer.",
    query: "attention.self.query",
    key: "attention.self.key",
    value: "attention.self.value",
    out: "attention.output.dense",
    norm: "attention.output.LayerNorm",
    up: "intermediate.dense",
    down: "output.dense",
    last_norm: "output.LayerNorm",
};

const DISTILBERT: Parts = Parts {
    layer: "transformer.layer.",
    query: "attention.q_lin",
    key: "attention.k_lin",
    value: "attention.v_lin",
    out: "attention.out_lin",
    norm: "sa_layer_norm",
    up: "ffn.lin1",
    down: "ffn.lin2",
    last_norm: "output_layer_norm",
};

const WORDS: &str = "embeddings.word_embeddings.weight";

/// The places of a layer, by what they do.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Query,
    Key,
    Value,
    Out,
    Norm,
    Up,
    Down,
    LastNorm,
}

impl Names {
    /// Names as this file has them: with or without `bert.` or the like before them, whatever head
    /// the model was saved with.
    pub(super) fn find(family: Family, weights: &WeightFile) -> Self {
        let prefix = weights.names().find_map(|name| name.strip_suffix(WORDS));
        let parts = if family == Family::DistilBert { &DISTILBERT } else { &BERT };
        Self { prefix: prefix.unwrap_or_default().to_owned(), parts }
    }

    /// A tensor of the part that turns tokens into vectors, such as `LayerNorm.weight`.
    pub(super) fn embeddings(&self, name: &str) -> String {
        format!("{}embeddings.{name}", self.prefix)
    }

    /// A tensor of a layer; `kind` is `weight` or `bias`.
    pub(super) fn layer(&self, layer: usize, place: Place, kind: &str) -> String {
        let parts = self.parts;
        let part = match place {
            Place::Query => parts.query,
            Place::Key => parts.key,
            Place::Value => parts.value,
            Place::Out => parts.out,
            Place::Norm => parts.norm,
            Place::Up => parts.up,
            Place::Down => parts.down,
            Place::LastNorm => parts.last_norm,
        };
        format!("{}{}{layer}.{part}.{kind}", self.prefix, parts.layer)
    }
}
