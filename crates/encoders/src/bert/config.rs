use std::path::Path;

use serde::Deserialize;

use crate::EncoderError;
use crate::weights::E5s1Shape;

/// Which relative of BERT: they differ in tensor names and in where positions begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// BERT: Devlin and others, 2018. Also multilingual-e5-small, which is built the same way.
    Bert,
    /// RoBERTa and XLM-RoBERTa: positions begin after the padding token's number.
    Roberta,
    /// DistilBERT: other names, no token types.
    DistilBert,
}

/// What stands between the two halves of a layer's inner part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activation {
    /// x · Φ(x), by the error function.
    Gelu,
    /// The same by its tanh approximation.
    GeluTanh,
    /// max(x, 0).
    Relu,
}

/// The measures of a model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Config {
    pub(crate) family: Family,
    pub(crate) hidden: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    pub(crate) inner: usize,
    pub(crate) vocabulary: usize,
    /// Rows of the position table.
    pub(crate) positions: usize,
    /// The row of the first token's position.
    pub(crate) first_position: usize,
    /// Rows of the table of token types; 0 when there is none.
    pub(crate) types: usize,
    pub(crate) epsilon: f32,
    pub(crate) activation: Activation,
}

/// config.json as it is found: of its many entries those that matter. DistilBERT's words differ.
#[derive(Deserialize)]
struct File {
    model_type: String,
    #[serde(alias = "dim")]
    hidden_size: usize,
    #[serde(alias = "n_layers")]
    num_hidden_layers: usize,
    #[serde(alias = "n_heads")]
    num_attention_heads: usize,
    #[serde(alias = "hidden_dim")]
    intermediate_size: usize,
    vocab_size: usize,
    max_position_embeddings: usize,
    #[serde(default)]
    type_vocab_size: usize,
    #[serde(default = "usual_epsilon")]
    layer_norm_eps: f32,
    #[serde(alias = "activation", default = "usual_activation")]
    hidden_act: String,
    #[serde(default)]
    pad_token_id: Option<usize>,
    #[serde(default)]
    position_embedding_type: Option<String>,
}

fn usual_epsilon() -> f32 {
    1e-12
}

fn usual_activation() -> String {
    "gelu".to_owned()
}

impl Config {
    /// Reads and checks config.json.
    pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Self, EncoderError> {
        let broken = |reason: String| EncoderError::Config { path: path.to_owned(), reason };
        let unsupported = |what, known, found: &str| {
            let (path, found) = (path.to_owned(), found.to_owned());
            EncoderError::Unsupported { path, what, known, found }
        };
        // The type is looked at first: a model of another kind has other entries too.
        let value: serde_json::Value =
            serde_json::from_slice(bytes).map_err(|error| broken(error.to_string()))?;
        let model_type = value.get("model_type").and_then(serde_json::Value::as_str);
        let family = match model_type.unwrap_or_default() {
            "bert" => Family::Bert,
            "roberta" | "xlm-roberta" | "camembert" => Family::Roberta,
            "distilbert" => Family::DistilBert,
            other => {
                let known = "bert, roberta, xlm-roberta, camembert, distilbert";
                return Err(unsupported("`model_type`", known, other));
            }
        };
        let file: File =
            serde_json::from_value(value).map_err(|error| broken(error.to_string()))?;
        let activation = match file.hidden_act.as_str() {
            "gelu" => Activation::Gelu,
            "gelu_new" | "gelu_pytorch_tanh" => Activation::GeluTanh,
            "relu" => Activation::Relu,
            other => {
                let known = "gelu, gelu_new, gelu_pytorch_tanh, relu";
                return Err(unsupported("`hidden_act`", known, other));
            }
        };
        match file.position_embedding_type.as_deref() {
            None | Some("absolute") => {}
            Some(other) => {
                return Err(unsupported("`position_embedding_type`", "absolute", other));
            }
        }
        let first_position = match family {
            Family::Roberta => file.pad_token_id.unwrap_or(1) + 1,
            _ => 0,
        };
        let config = Self {
            family,
            hidden: file.hidden_size,
            layers: file.num_hidden_layers,
            heads: file.num_attention_heads,
            inner: file.intermediate_size,
            vocabulary: file.vocab_size,
            positions: file.max_position_embeddings,
            first_position,
            types: if family == Family::DistilBert { 0 } else { file.type_vocab_size },
            epsilon: file.layer_norm_eps,
            activation,
        };
        config.check().map_err(|reason| {
            let model_type = file.model_type;
            broken(format!("{reason} (model type `{model_type}`)"))
        })?;
        Ok(config)
    }

    /// The measures that stand in the 4-bit file of multilingual-e5-small.
    pub(crate) fn of_e5s1(path: &Path, shape: &E5s1Shape) -> Result<Self, EncoderError> {
        let config = Self {
            family: Family::Bert,
            hidden: shape.hidden,
            layers: shape.layers,
            heads: shape.heads,
            inner: shape.inner,
            vocabulary: shape.vocabulary,
            positions: shape.positions,
            first_position: 0,
            types: shape.types,
            epsilon: shape.epsilon,
            activation: Activation::Gelu,
        };
        let broken = |reason| EncoderError::Config { path: path.to_owned(), reason };
        config.check().map_err(broken)?;
        Ok(config)
    }

    /// Tokens that a text may have.
    pub(crate) fn max_tokens(&self) -> usize {
        self.positions - self.first_position
    }

    /// Every measure between 1 and 2²⁴, so that no product of two overflows.
    fn check(&self) -> Result<(), String> {
        let measures = [
            ("hidden_size", self.hidden),
            ("num_hidden_layers", self.layers),
            ("num_attention_heads", self.heads),
            ("intermediate_size", self.inner),
            ("vocab_size", self.vocabulary),
            ("max_position_embeddings", self.positions),
        ];
        for (name, value) in measures {
            if !(1..1 << 24).contains(&value) {
                return Err(format!("`{name}` must be between 1 and 2^24, got {value}"));
            }
        }
        let Self { hidden, heads, positions, first_position, epsilon, .. } = self;
        if hidden % heads != 0 {
            return Err(format!(
                "`hidden_size` must be a multiple of `num_attention_heads`, got {hidden} and {heads}"
            ));
        }
        if positions <= first_position {
            return Err(format!(
                "`max_position_embeddings` must be above {first_position}, got {positions}"
            ));
        }
        if !(epsilon.is_finite() && *epsilon >= 0.0) {
            return Err(format!("`layer_norm_eps` must be a small number, got {epsilon}"));
        }
        Ok(())
    }
}
