//! A model folder: which files are there, and what they say about how the model is used.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use fenqun_base::DataError;
use serde::Serialize;
use serde_json::Value;

use super::{Pooling, TextModelParams};
use crate::EncoderError;
use crate::bert::Config;
use crate::weights::{E5S1_FILE_NAME, WeightFile};

/// What a folder holds, not yet loaded.
pub(super) struct Folder {
    pub(super) weights_path: PathBuf,
    pub(super) weights: WeightFile,
    pub(super) config: Config,
    pub(super) tokenizer_path: PathBuf,
    pub(super) usage: Usage,
}

/// How the model is used: the folder's word where the parameters have none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Usage {
    pub(super) pooling: Pooling,
    pub(super) prefix: String,
    pub(super) max_tokens: usize,
    pub(super) normalise: bool,
    pub(super) lower_case: bool,
}

impl Folder {
    pub(super) fn open(folder: &Path, params: &TextModelParams) -> Result<Self, EncoderError> {
        let tokenizer_path = folder.join("tokenizer.json");
        let q4_path = folder.join(E5S1_FILE_NAME);
        let is_q4 = q4_path.is_file();
        let needed: &[&'static str] = match is_q4 {
            true => &["tokenizer.json"],
            false => &["config.json", "tokenizer.json", "model.safetensors"],
        };
        for &file in needed {
            if !folder.join(file).is_file() {
                return Err(EncoderError::MissingFile { folder: folder.to_owned(), file });
            }
        }
        let (weights_path, weights, config) = if is_q4 {
            let (weights, shape) = WeightFile::e5s1(&q4_path)?;
            let config = Config::of_e5s1(&q4_path, &shape)?;
            (q4_path, weights, config)
        } else {
            let config_path = folder.join("config.json");
            let config = Config::read(&config_path, &read(&config_path)?)?;
            let weights_path = folder.join("model.safetensors");
            let weights = WeightFile::safetensors(&weights_path)?;
            (weights_path, weights, config)
        };
        let mut usage = Usage {
            pooling: Pooling::Mean,
            prefix: if is_q4 { "query: ".to_owned() } else { String::new() },
            max_tokens: config.max_tokens(),
            normalise: params.normalise,
            lower_case: false,
        };
        usage.follow(folder)?;
        usage.obey(params, config.max_tokens())?;
        Ok(Self { weights_path, weights, config, tokenizer_path, usage })
    }
}

impl Usage {
    /// What the files of sentence-transformers say, where they are there.
    fn follow(&mut self, folder: &Path) -> Result<(), EncoderError> {
        let path = folder.join("modules.json");
        if let Some(Value::Array(modules)) = read_json(&path)? {
            let kinds = modules.iter().filter_map(|module| module["type"].as_str());
            let known = ["Transformer", "Pooling", "Normalize"];
            let is_known = |kind: &&str| known.contains(&kind.rsplit('.').next().unwrap_or(kind));
            if let Some(kind) = kinds.clone().find(|kind| !is_known(kind)) {
                let (what, known) = ("module", "Transformer, Pooling, Normalize");
                let found = kind.to_owned();
                return Err(EncoderError::Unsupported { path, what, known, found });
            }
        }
        let path = folder.join("1_Pooling").join("config.json");
        if let Some(Value::Object(modes)) = read_json(&path)? {
            for (mode, _) in modes.iter().filter(|(_, is_on)| **is_on == Value::Bool(true)) {
                match mode.as_str() {
                    "pooling_mode_mean_tokens" => self.pooling = Pooling::Mean,
                    "pooling_mode_cls_token" => self.pooling = Pooling::Cls,
                    mode if mode.starts_with("pooling_mode_") => {
                        let (what, found) = ("pooling", mode.to_owned());
                        let known = "pooling_mode_mean_tokens, pooling_mode_cls_token";
                        return Err(EncoderError::Unsupported { path, what, known, found });
                    }
                    _ => {}
                }
            }
        }
        if let Some(said) = read_json(&folder.join("sentence_bert_config.json"))? {
            if let Some(n) = said["max_seq_length"].as_u64().filter(|&n| n > 0) {
                self.max_tokens = self.max_tokens.min(usize::try_from(n).unwrap_or(usize::MAX));
            }
            self.lower_case = said["do_lower_case"] == Value::Bool(true);
        }
        Ok(())
    }

    /// What the parameters say goes before what the folder says.
    fn obey(&mut self, params: &TextModelParams, n_positions: usize) -> Result<(), EncoderError> {
        self.pooling = params.pooling.unwrap_or(self.pooling);
        if let Some(prefix) = &params.prefix {
            self.prefix.clone_from(prefix);
        }
        if let Some(max_tokens) = params.max_tokens {
            if !(3..=n_positions).contains(&max_tokens) {
                let rule = format!("between 3 and the model's {n_positions} positions");
                let (name, found) = ("max_tokens", max_tokens.to_string());
                return Err(DataError::Parameter { name, rule, found }.into());
            }
            self.max_tokens = max_tokens;
        }
        Ok(())
    }
}

/// A hash of the parts that decide what a text's vector is.
pub(super) fn fingerprint(
    weights: &Path,
    tokenizer: &[u8],
    config: &Config,
    usage: &Usage,
) -> Result<String, EncoderError> {
    let mut all = blake3::Hasher::new();
    // Counts up when the same files begin to give other vectors.
    all.update(b"fenqun text model, version 1");
    all.update(hash_file(weights)?.as_bytes());
    all.update(blake3::hash(tokenizer).as_bytes());
    all.update(format!("{config:?}").as_bytes());
    all.update(serde_json::to_string(usage).unwrap_or_default().as_bytes());
    Ok(all.finalize().to_hex()[..32].to_owned())
}

/// Reads in pieces that fit the cache and are long enough for the hash to work on many blocks at once.
fn hash_file(path: &Path) -> Result<blake3::Hash, EncoderError> {
    let mut file = std::fs::File::open(path).map_err(EncoderError::io(path))?;
    let mut hasher = blake3::Hasher::new();
    let mut piece = vec![0; 1 << 18];
    loop {
        match file.read(&mut piece).map_err(EncoderError::io(path))? {
            0 => return Ok(hasher.finalize()),
            n => hasher.update(&piece[..n]),
        };
    }
}

/// Reads a small file whole.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, EncoderError> {
    std::fs::read(path).map_err(EncoderError::io(path))
}

/// Reads a JSON file, if there is one.
fn read_json(path: &Path) -> Result<Option<Value>, EncoderError> {
    if !path.is_file() {
        return Ok(None);
    }
    let parsed = serde_json::from_slice(&read(path)?);
    parsed.map(Some).map_err(|error: serde_json::Error| {
        let reason = error.to_string();
        EncoderError::Config { path: path.to_owned(), reason }
    })
}
