use std::io;
use std::path::{Path, PathBuf};

use fenqun_base::{Classify, DataError, ErrorKind, Interrupted};

/// What this room refuses, and what can fail under it.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// A file could not be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A model folder without one of its files.
    #[error(
        "{}: `{file}` is missing: a model folder holds config.json, tokenizer.json and \
         model.safetensors", folder.display()
    )]
    MissingFile {
        /// The model folder.
        folder: PathBuf,
        /// What was looked for in it.
        file: &'static str,
    },
    /// A file of the model folder that does not say what it must.
    #[error("{}: {reason}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// The rule and what came.
        reason: String,
    },
    /// A kind of model that is not built in.
    #[error("{}: {what} must be one of {known}, got `{found}`", path.display())]
    Unsupported {
        /// The file that says so.
        path: PathBuf,
        /// What is not supported: model type, activation, pooling.
        what: &'static str,
        /// What is.
        known: &'static str,
        /// What came.
        found: String,
    },
    /// Weights cut short, or no weights at all.
    #[error(
        "{}: weights cannot be read: {reason}; fetch the model again", path.display()
    )]
    Weights {
        /// The weights file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A tensor that the configuration asks for and the weights do not hold.
    #[error(
        "{}: tensor `{tensor}` of shape {expected:?} is missing: do config.json and the weights \
         belong together?", path.display()
    )]
    TensorMissing {
        /// The weights file.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// The shape that the configuration asks for.
        expected: Vec<usize>,
    },
    /// A tensor of another shape than the configuration asks for.
    #[error(
        "{}: tensor `{tensor}` must have shape {expected:?}, got {found:?}: do config.json and the \
         weights belong together?", path.display()
    )]
    TensorShape {
        /// The weights file.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// The shape that the configuration asks for.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A tensor of a number type that is not built in.
    #[error("{}: tensor `{tensor}` must be of type F32, F16 or BF16, got {found}", path.display())]
    TensorType {
        /// The weights file.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// The type in the file.
        found: String,
    },
    /// The tokenizer gave a token for which the model has no vector.
    #[error(
        "{}: token {token} is outside the model's vocabulary of {n_tokens}: do the tokenizer and \
         the weights belong together?", path.display()
    )]
    TokenOutOfRange {
        /// The tokenizer's file.
        path: PathBuf,
        /// The token.
        token: u32,
        /// Rows of the word table.
        n_tokens: usize,
    },
    /// The tokenizer refused a text. The text itself is not repeated here.
    #[error("{}: a text cannot be tokenised: {reason}", path.display())]
    Tokenise {
        /// The tokenizer's file.
        path: PathBuf,
        /// The tokenizer's words.
        reason: String,
    },
    /// A tensor did not come back from the device.
    #[error("the device gave no result: {reason}")]
    Device {
        /// Its words.
        reason: String,
    },
    /// Numbers that no model can work with.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Stopped on request.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl EncoderError {
    /// Wraps a file system error with the file it is about.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

impl Classify for EncoderError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { .. } => ErrorKind::Environment,
            Self::Interrupted(_) => ErrorKind::Interrupted,
            Self::Device { .. } => ErrorKind::Internal,
            Self::Data(error) => error.kind(),
            _ => ErrorKind::Input,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_shape_names_file_tensor_and_both_shapes() {
        let error = EncoderError::TensorShape {
            path: "models/m/model.safetensors".into(),
            tensor: "pooler.dense.weight".into(),
            expected: vec![384, 384],
            found: vec![768, 768],
        };
        let message = error.to_string();
        for word in
            ["models/m/model.safetensors", "pooler.dense.weight", "[384, 384]", "[768, 768]"]
        {
            assert!(message.contains(word), "{message}");
        }
        assert_eq!(error.kind(), ErrorKind::Input);
        assert_eq!(EncoderError::from(Interrupted).kind(), ErrorKind::Interrupted);
    }
}
