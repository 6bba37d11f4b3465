//! The catalogue's texts: which of them are read, by which model, into which vectors.

use std::path::{Path, PathBuf};

use fenqun_base::{Catalogue, Matrix, NO_CODE, Progress, SparseMatrix, TextEncoder};
use fenqun_encoders::{Cached, TextModel, TextModelParams};
use fenqun_profiles::Profiles;

use crate::config::TextConfig;
use crate::manifest::TextModelFacts;
use crate::packages::{self, State};
use crate::{RunError, packages::PackageError};

/// Above this part of texts with letters beyond Latin, `auto` takes the multilingual model.
const MANY: f64 = 0.1;

/// What the language model made of the catalogue.
pub(crate) struct Texts {
    /// For every item the row of its text in `vectors`, or [`NO_CODE`].
    pub text_of: Vec<u32>,
    /// One vector a text.
    pub vectors: Matrix,
    /// For the manifest.
    pub facts: TextModelFacts,
}

impl Texts {
    /// Users × texts that were read: weighted interactions.
    pub fn weights(&self, profiles: &Profiles) -> Result<SparseMatrix, RunError> {
        let n_texts = self.vectors.n_rows();
        profiles.items.regroup(&self.text_of, n_texts).map_err(RunError::step("texts"))
    }
}

/// Reads the catalogue's texts, most used first; `None` with the reason where there is nothing to
/// read or nothing to read it with.
pub(crate) fn read(
    config: &TextConfig,
    catalogue: &Catalogue,
    profiles: &Profiles,
    cache: &Path,
    progress: &Progress,
) -> Result<Result<Texts, String>, RunError> {
    let (text_of, texts) = catalogue.texts();
    if config.model == "none" {
        return Ok(Err("text is switched off".into()));
    }
    if texts.len() < 2 {
        return Ok(Err("the catalogue has no titles or categories to read".into()));
    }
    if are_codes(&texts) {
        return Ok(Err("titles and categories are codes, not words".into()));
    }
    let model = match config.model.as_str() {
        "auto" => {
            let id = if is_latin(&texts) { "minilm" } else { "e5-small" };
            let present = packages::find(id)
                .is_some_and(|package| packages::state(package, cache) == State::Present);
            if !present {
                let reason = format!("model {id} is not here: `fenqun models fetch {id}`");
                return Ok(Err(reason));
            }
            id
        }
        named => named,
    };
    let encoder = cached(open(&folder_of(model, cache))?, cache)?;
    let weights = profiles.items.regroup(&text_of, texts.len()).map_err(RunError::step("texts"))?;
    let (code_of, kept, coverage) = most_used(&weights, config.max_texts);
    let words: Vec<&str> = kept.iter().map(|&text| texts[text].as_str()).collect();
    let vectors = encoder.encode(&words, progress)?;
    let facts = TextModelFacts {
        model: model.to_owned(),
        fingerprint: encoder.fingerprint().to_owned(),
        n_texts: texts.len(),
        n_read: kept.len(),
        coverage,
    };
    let row_of = |text: &u32| code_of.get(*text as usize).copied().unwrap_or(NO_CODE);
    let text_of = text_of.iter().map(row_of).collect();
    Ok(Ok(Texts { text_of, vectors, facts }))
}

/// The folder of a model: a package's place in the cache, or a folder by itself.
pub(crate) fn folder_of(model: &str, cache: &Path) -> PathBuf {
    packages::find(model).map_or_else(|| PathBuf::from(model), |package| package.folder(cache))
}

/// Opens a model.
pub(crate) fn open(folder: &Path) -> Result<TextModel, RunError> {
    let package = packages::ALL
        .iter()
        .find(|package| folder == package.folder(&packages::cache_folder()) && !folder.exists());
    if let Some(package) = package {
        return Err(PackageError::NotHere { id: package.id }.into());
    }
    Ok(TextModel::open(folder, &TextModelParams::default())?)
}

/// Puts the cache of vectors before a model.
pub(crate) fn cached(model: TextModel, cache: &Path) -> Result<Cached<TextModel>, RunError> {
    Ok(Cached::open(model, &cache.join("texts"))?)
}

/// Whether so few texts have a letter that there is nothing to understand.
fn are_codes(texts: &[String]) -> bool {
    let n_words = texts.iter().filter(|text| text.chars().any(char::is_alphabetic)).count();
    n_words * 2 < texts.len()
}

fn is_latin(texts: &[String]) -> bool {
    let is_other =
        |text: &&String| text.chars().any(|letter| letter.is_alphabetic() && letter > '\u{24f}');
    let n_other = texts.iter().filter(is_other).count();
    (n_other as f64) < MANY * texts.len() as f64
}

/// Codes of the `n` texts with the most interactions (ties by text order), which they are, and
/// the part of all interactions they cover.
fn most_used(weights: &SparseMatrix, n: usize) -> (Vec<u32>, Vec<usize>, f64) {
    let mut use_of = vec![0.0_f64; weights.n_columns()];
    for row in 0..weights.n_rows() {
        for (text, weight) in weights.entries(row) {
            use_of[text] += f64::from(weight);
        }
    }
    let mut kept: Vec<usize> = (0..use_of.len()).filter(|&text| use_of[text] > 0.0).collect();
    kept.sort_by(|&a, &b| use_of[b].total_cmp(&use_of[a]).then(a.cmp(&b)));
    kept.truncate(n);
    kept.sort_unstable();
    let mut code_of = vec![NO_CODE; use_of.len()];
    for (code, &text) in kept.iter().enumerate() {
        code_of[text] = code as u32;
    }
    let all: f64 = use_of.iter().sum();
    let covered: f64 = kept.iter().map(|&text| use_of[text]).sum();
    (code_of, kept, if all > 0.0 { covered / all } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_used_texts_are_kept_in_text_order() {
        let mut weights = SparseMatrix::with_width(4);
        weights.push_row(&mut [(0, 1.0), (1, 5.0), (3, 2.0)]).expect("fits");
        let (code_of, kept, coverage) = most_used(&weights, 2);
        assert_eq!(kept, [1, 3]);
        assert_eq!(code_of, [NO_CODE, 0, NO_CODE, 1]);
        assert!((coverage - 7.0 / 8.0).abs() < 1e-9);
    }

    #[test]
    fn numbers_are_nothing_to_read() {
        assert!(are_codes(&["2520377".into(), "149192".into(), "tea".into()]));
        assert!(!are_codes(&["绿茶".into(), "149192".into()]));
    }

    #[test]
    fn chinese_texts_ask_for_the_multilingual_model() {
        assert!(is_latin(&["Café au lait".into(), "tea".into()]));
        assert!(!is_latin(&["绿茶".into(), "tea".into()]));
    }
}
