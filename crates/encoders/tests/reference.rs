//! Agreement with the reference Python library on real texts: cosine at least 0.9999 for each.
//!
//! `fixtures/reference-MODEL.txt` holds a text a line, `fixtures/reference-MODEL.safetensors` its
//! vectors as the reference library made them. The weights themselves are too large to commit: they
//! are looked for where `fenqun models` keeps them.

// A test that is skipped says so.
#![allow(clippy::print_stderr)]

use std::path::PathBuf;

use fenqun_base::{Progress, TextEncoder};
use fenqun_encoders::{TextModel, TextModelParams};
use half::f16;
use safetensors::SafeTensors;

#[test]
fn minilm_agrees_with_the_reference_library() {
    check("minilm", 300);
}

#[test]
fn e5_small_agrees_with_the_reference_library_in_chinese_and_english() {
    check("e5-small", 250);
}

fn check(model: &str, at_least: usize) {
    let folder = cache().join("models").join(model);
    if !folder.join("tokenizer.json").is_file() {
        eprintln!("SKIPPED {model} against the reference: {} is absent", folder.display());
        return;
    }
    let fixtures = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"));
    let texts = std::fs::read_to_string(fixtures.join(format!("reference-{model}.txt")));
    let texts = texts.expect("the texts are committed");
    let texts: Vec<&str> = texts.lines().collect();
    assert!(texts.len() >= at_least, "{} texts", texts.len());
    let bytes = std::fs::read(fixtures.join(format!("reference-{model}.safetensors")));
    let bytes = bytes.expect("the vectors are committed");
    let file = SafeTensors::deserialize(&bytes).expect("reads");
    let expected = file.tensor("vectors").expect("vectors");
    assert_eq!(expected.shape()[0], texts.len());

    let encoder = TextModel::open(&folder, &TextModelParams::default()).expect("opens");
    assert_eq!(expected.shape()[1], encoder.width());
    let vectors = encoder.encode(&texts, &Progress::silent()).expect("encodes");
    let expected: Vec<f64> = expected
        .data()
        .chunks_exact(2)
        .map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f64())
        .collect();
    let rows = vectors.rows().zip(expected.chunks_exact(encoder.width()));
    for ((vector, expected), text) in rows.zip(&texts) {
        let cosine = cosine(vector, expected);
        assert!(cosine >= 0.9999, "{text:?}: cosine {cosine}");
    }
}

fn cache() -> PathBuf {
    match std::env::var_os("FENQUN_CACHE") {
        Some(folder) => folder.into(),
        None => PathBuf::from(std::env::var_os("HOME").unwrap_or_default())
            .join(".cache")
            .join("fenqun"),
    }
}

fn cosine(a: &[f32], b: &[f64]) -> f64 {
    let dot: f64 = a.iter().zip(b).map(|(&x, y)| f64::from(x) * y).sum();
    let length_a = a.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
    let length_b = b.iter().map(|y| y * y).sum::<f64>().sqrt();
    dot / (length_a * length_b)
}
