use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use fenqun_base::{Matrix, Progress, TextEncoder};

use super::Cached;
use crate::EncoderError;

/// Encodes a text as its length and first byte, and counts what it is asked.
#[derive(Default)]
struct Counting {
    n_encoded: AtomicUsize,
}

impl TextEncoder for Counting {
    type Error = EncoderError;

    fn width(&self) -> usize {
        2
    }

    fn fingerprint(&self) -> &str {
        "counting"
    }

    fn encode(&self, texts: &[&str], _: &Progress) -> Result<Matrix, EncoderError> {
        self.n_encoded.fetch_add(texts.len(), Ordering::Relaxed);
        Ok(Matrix::from_rows(&texts.iter().map(|text| vector(text)).collect::<Vec<_>>())?)
    }
}

fn vector(text: &str) -> [f32; 2] {
    [text.len() as f32, f32::from(text.bytes().next().unwrap_or(0)) / 3.0]
}

fn cached(folder: &Path) -> Cached<Counting> {
    Cached::open(Counting::default(), folder).expect("opens")
}

/// Encodes, checks every vector, and returns how many texts reached the encoder.
fn encode(cached: &Cached<Counting>, texts: &[&str]) -> usize {
    let before = cached.encoder().n_encoded.load(Ordering::Relaxed);
    let vectors = cached.encode(texts, &Progress::silent()).expect("encodes");
    assert_eq!(vectors.n_rows(), texts.len());
    for (row, text) in texts.iter().enumerate() {
        assert_eq!(vectors.row(row), vector(text), "vector of {text:?}");
    }
    cached.encoder().n_encoded.load(Ordering::Relaxed) - before
}

fn only_segment(folder: &Path) -> std::path::PathBuf {
    let files = super::segment::list(&folder.join("counting")).expect("listed");
    assert_eq!(files.len(), 1);
    files[0].clone()
}

#[test]
fn a_second_run_encodes_nothing() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let texts = ["tea", "绿茶", "", "tea", "coffee"];
    let first = cached(folder.path());
    assert_eq!(encode(&first, &texts), 4, "distinct texts only");
    assert_eq!(encode(&first, &texts), 0, "the same program again");
    let second = cached(folder.path());
    assert_eq!(second.n_stored(), 4);
    assert_eq!(encode(&second, &["coffee", "tea", "绿茶"]), 0, "another program");
    assert_eq!(encode(&second, &["coffee", "milk"]), 1, "only what is new");
    assert_eq!(encode(&cached(folder.path()), &["milk", "tea", ""]), 0);
}

#[test]
fn nothing_to_encode_is_no_error_and_writes_nothing() {
    let folder = tempfile::tempdir().expect("temporary folder");
    assert_eq!(encode(&cached(folder.path()), &[]), 0);
    assert!(!folder.path().join("counting").exists());
}

#[test]
fn a_damaged_segment_is_left_aside_and_encoded_again() {
    let folder = tempfile::tempdir().expect("temporary folder");
    encode(&cached(folder.path()), &["tea", "coffee"]);
    let path = only_segment(folder.path());
    let whole = std::fs::read(&path).expect("read");
    for at in [0, 5, 9, 20, 50, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        std::fs::write(&path, &damaged).expect("written");
        assert_eq!(cached(folder.path()).n_stored(), 0, "byte {at} flipped");
    }
    for length in [0, 15, 40, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).expect("written");
        assert_eq!(cached(folder.path()).n_stored(), 0, "cut at {length}");
    }
    let again = cached(folder.path());
    assert_eq!(encode(&again, &["tea", "coffee"]), 2);
    assert_eq!(cached(folder.path()).n_stored(), 2, "the damaged file was replaced");
}

#[test]
fn a_folder_that_cannot_be_written_costs_time_and_not_the_result() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, b"no folder").expect("written");
    let error = Cached::open(Counting::default(), &blocked).err().expect("not a folder");
    assert!(matches!(error, EncoderError::Io { .. }));
    let cached = cached(folder.path());
    std::fs::write(folder.path().join("counting"), b"no folder").expect("written");
    assert_eq!(encode(&cached, &["tea"]), 1);
    assert_eq!(encode(&cached, &["tea"]), 1, "nothing was stored");
}
