//! A model of two layers, 32 wide, with random weights from a fixed seed, written in the usual layout.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};

pub const HIDDEN: usize = 32;
pub const HEADS: usize = 4;
pub const INNER: usize = 40;
pub const LAYERS: usize = 2;
pub const POSITIONS: usize = 24;
pub const EPSILON: f64 = 1e-5;
pub const WORDS: [&str; 14] = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "green", "oolong", "tea", "绿茶", "power", "drill", "of",
    "the", "query:", "shop",
];

/// How the model is saved and what it calls its parts.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    pub model_type: &'static str,
    pub prefix: &'static str,
    pub activation: &'static str,
    pub first_position: usize,
    pub n_types: usize,
}

pub const BERT: Variant =
    Variant { model_type: "bert", prefix: "", activation: "gelu", first_position: 0, n_types: 2 };

pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

impl Variant {
    /// The names of a layer's eight parts: q, k, v, out, norm, up, down, last norm.
    pub fn parts(&self) -> [&'static str; 8] {
        match self.model_type {
            "distilbert" => [
                "attention.q_lin",
                "attention.k_lin",
                "attention.v_lin",
                "attention.out_lin",
                "sa_layer_norm",
                "ffn.lin1",
                "ffn.lin2",
                "output_layer_norm",
            ],
            _ => [
                "attention.self.query",
                "attention.self.key",
                "attention.self.value",
                "attention.output.dense",
                "attention.output.LayerNorm",
                "intermediate.dense",
                "output.dense",
                "output.LayerNorm",
            ],
        }
    }

    pub fn layer(&self, layer: usize, part: &str) -> String {
        let stack = if self.model_type == "distilbert" { "transformer" } else { "encoder" };
        format!("{}{stack}.layer.{layer}.{part}", self.prefix)
    }

    pub fn embeddings(&self, name: &str) -> String {
        format!("{}embeddings.{name}", self.prefix)
    }

    pub fn tensors(&self) -> Tensors {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut tensors = Tensors::new();
        let mut add = |name: String, shape: &[usize], centre: f32, spread: f32| {
            let mut number = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                centre + spread * ((state >> 40) as f32 / (1u64 << 24) as f32 - 0.5)
            };
            let values = (0..shape.iter().product()).map(|_| number()).collect();
            tensors.insert(name, (shape.to_vec(), values));
        };
        let table = |name: &str| self.embeddings(&format!("{name}_embeddings.weight"));
        add(table("word"), &[WORDS.len(), HIDDEN], 0.0, 2.0);
        add(table("position"), &[POSITIONS, HIDDEN], 0.0, 1.0);
        if self.n_types > 0 {
            add(table("token_type"), &[self.n_types, HIDDEN], 0.0, 1.0);
        }
        add(self.embeddings("LayerNorm.weight"), &[HIDDEN], 1.0, 0.5);
        add(self.embeddings("LayerNorm.bias"), &[HIDDEN], 0.0, 0.5);
        for layer in 0..LAYERS {
            for (number, part) in self.parts().into_iter().enumerate() {
                let (outputs, inputs) = match number {
                    5 => (INNER, HIDDEN),
                    6 => (HIDDEN, INNER),
                    _ => (HIDDEN, HIDDEN),
                };
                let name = |kind: &str| self.layer(layer, &format!("{part}.{kind}"));
                match number {
                    4 | 7 => add(name("weight"), &[HIDDEN], 1.0, 0.5),
                    _ => add(name("weight"), &[outputs, inputs], 0.0, 1.0),
                }
                add(name("bias"), &[outputs], 0.0, 0.5);
            }
        }
        tensors
    }

    pub fn config(&self) -> Value {
        if self.model_type == "distilbert" {
            return json!({
                "model_type": "distilbert", "dim": HIDDEN, "n_layers": LAYERS, "n_heads": HEADS,
                "hidden_dim": INNER, "vocab_size": WORDS.len(),
                "max_position_embeddings": POSITIONS, "activation": self.activation,
                "layer_norm_eps": EPSILON, "architectures": ["DistilBertModel"],
            });
        }
        json!({
            "model_type": self.model_type, "hidden_size": HIDDEN, "num_hidden_layers": LAYERS,
            "num_attention_heads": HEADS, "intermediate_size": INNER, "vocab_size": WORDS.len(),
            "max_position_embeddings": POSITIONS, "type_vocab_size": self.n_types,
            "hidden_act": self.activation, "layer_norm_eps": EPSILON,
            "pad_token_id": self.first_position.saturating_sub(1), "torch_dtype": "float32",
        })
    }

    /// Writes config.json, tokenizer.json and model.safetensors.
    pub fn write(&self, folder: &Path) {
        write_json(&folder.join("config.json"), &self.config());
        write_json(&folder.join("tokenizer.json"), &tokenizer());
        write_tensors(&folder.join("model.safetensors"), &self.tensors());
    }
}

/// Words by blanks, `[CLS] … [SEP]` around them; with a padding and a truncation that must be put
/// aside.
pub fn tokenizer() -> Value {
    let vocabulary: BTreeMap<&str, usize> =
        WORDS.iter().enumerate().map(|(id, &word)| (word, id)).collect();
    let special = |id: usize| {
        json!({ "id": id, "content": WORDS[id], "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": true })
    };
    let mark = |id: usize| json!({ "id": WORDS[id], "ids": [id], "tokens": [WORDS[id]] });
    json!({
        "version": "1.0",
        "truncation": { "direction": "Right", "max_length": 5, "strategy": "LongestFirst",
                        "stride": 0 },
        "padding": { "strategy": { "Fixed": 12 }, "direction": "Right", "pad_to_multiple_of": null,
                     "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]" },
        "added_tokens": [special(0), special(1), special(2), special(3)],
        "normalizer": null,
        "pre_tokenizer": { "type": "WhitespaceSplit" },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{ "SpecialToken": { "id": "[CLS]", "type_id": 0 } },
                       { "Sequence": { "id": "A", "type_id": 0 } },
                       { "SpecialToken": { "id": "[SEP]", "type_id": 0 } }],
            "pair": [{ "Sequence": { "id": "A", "type_id": 0 } },
                     { "Sequence": { "id": "B", "type_id": 1 } }],
            "special_tokens": { "[CLS]": mark(2), "[SEP]": mark(3) },
        },
        "decoder": null,
        "model": { "type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]" },
    })
}

pub fn write_json(path: &Path, value: &Value) {
    std::fs::write(path, value.to_string()).expect("written");
}

pub fn write_tensors(path: &Path, tensors: &Tensors) {
    let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = tensors
        .iter()
        .map(|(name, (shape, values))| {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            (name.clone(), shape.clone(), bytes)
        })
        .collect();
    let views = bytes.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes).expect("fits its shape");
        (name.clone(), view)
    });
    let file = safetensors::serialize(views, None).expect("serialises");
    std::fs::write(path, file).expect("written");
}
