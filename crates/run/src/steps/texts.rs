//! The catalogue's texts: which of them are read, by which model, into which vectors.

use std::path::{Path, PathBuf};

use fenqun_base::{
    Catalogue, DataError, Matrix, ModelState, NO_CODE, Progress, SparseMatrix, Stored, TextEncoder,
};
use fenqun_encoders::{Cached, TextModel, TextModelParams};
use fenqun_profiles::Profiles;

use crate::config::TextConfig;
use crate::manifest::TextModelFacts;
use crate::packages::{self, State};
use crate::{RunError, packages::PackageError};

/// Above this part of texts with letters beyond Latin, `auto` takes the multilingual model.
const MANY: f64 = 0.1;

/// What the language model made of the catalogue.
#[derive(Clone)]
pub(crate) struct Texts {
    /// For every item the row of its text in `vectors`, or [`NO_CODE`].
    pub text_of: Vec<u32>,
    /// The texts that were read, sorted.
    pub read: Vec<String>,
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

    /// The same texts and vectors for the items of another catalogue.
    pub fn for_catalogue(mut self, catalogue: &Catalogue) -> Self {
        let (text_of, texts) = catalogue.texts();
        let row = |text: &String| self.read.binary_search(text).map_or(NO_CODE, |at| at as u32);
        let rows: Vec<u32> = texts.iter().map(row).collect();
        let row_of = |&text: &u32| rows.get(text as usize).copied().unwrap_or(NO_CODE);
        self.text_of = text_of.iter().map(row_of).collect();
        self
    }
}

/// Texts and vectors, without a catalogue: what is read back fits none until
/// [`Texts::for_catalogue`].
impl Stored for Texts {
    const NAME: &'static str = "texts";

    fn state(&self) -> ModelState {
        ModelState::new((&self.facts, &self.read)).matrix("vectors", &self.vectors)
    }

    fn from_state(state: &ModelState) -> Result<Self, DataError> {
        let (facts, read): (TextModelFacts, Vec<String>) = state.read_config(Self::NAME)?;
        let vectors = state.read_matrix(Self::NAME, "vectors")?;
        vectors.check_finite()?;
        if read.len() != vectors.n_rows() || !read.is_sorted() {
            let reason = "texts must be sorted and have one vector each".to_owned();
            return Err(DataError::Model { model: Self::NAME, reason });
        }
        Ok(Self { text_of: Vec::new(), read, vectors, facts })
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
    let encoder = cached(open(model, cache)?, cache)?;
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
    let read = kept.iter().map(|&text| texts[text].clone()).collect();
    Ok(Ok(Texts { text_of, read, vectors, facts }))
}

/// Opens a model: a package of the cache by its id, or a folder.
pub(crate) fn open(model: &str, cache: &Path) -> Result<TextModel, RunError> {
    let folder = match packages::find(model) {
        Some(package) => {
            let folder = package.folder(cache);
            if !folder.exists() {
                return Err(PackageError::NotHere { id: package.id }.into());
            }
            folder
        }
        None => PathBuf::from(model),
    };
    Ok(TextModel::open(&folder, &TextModelParams::default())?)
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
