use serde::{Deserialize, Serialize};

/// How one vector is made of the vectors of a text's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The mean of all tokens.
    Mean,
    /// The first token, which stands for the whole text.
    Cls,
}

/// How a model is used. What is left out is taken from the model's folder.
///
/// ```
/// use fenqun_encoders::{Pooling, TextModelParams};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let params: TextModelParams = serde_json::from_str(r#"{ "pooling": "cls", "max_tokens": 64 }"#)?;
/// assert_eq!(params.pooling, Some(Pooling::Cls));
/// assert!(params.normalise);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TextModelParams {
    /// Left out: what `1_Pooling/config.json` says, or else the mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
    /// Put before every text. Left out: `query: ` for multilingual-e5-small, or else nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Tokens of a text that are read; the rest is cut off. Left out: what
    /// `sentence_bert_config.json` says, or else as many as the model has positions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<usize>,
    /// Whether vectors are scaled to length 1, so that their product is the cosine.
    pub normalise: bool,
}

impl Default for TextModelParams {
    fn default() -> Self {
        Self { pooling: None, prefix: None, max_tokens: None, normalise: true }
    }
}
