//! A segment file: magic `FQV1`, width as u32, number of texts as u64, a 16-byte key a text, the
//! vectors as `f32` row after row, then the BLAKE3 hash of all that. Little endian.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use fenqun_base::{Matrix, artifact};

use crate::EncoderError;
use crate::weights::RandomAccess;

/// The first half of the BLAKE3 hash of a text.
pub(super) type Key = [u8; 16];

const MAGIC: &[u8; 4] = b"FQV1";
const HEAD: u64 = 16;
const HASH: u64 = 32;
const ENDING: &str = "vectors";

/// A segment whose vectors are read when asked for.
pub(super) struct Segment {
    file: RandomAccess,
    width: usize,
    n_texts: usize,
}

/// The key of a text.
pub(super) fn key(text: &str) -> Key {
    let mut key = Key::default();
    key.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
    key
}

/// The segment files of a folder, sorted by name; none when there is no folder.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, EncoderError> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(EncoderError::io(folder))?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(EncoderError::io(folder))?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

/// Writes a segment, named by its content.
pub(super) fn write(
    folder: &Path,
    keys: &[Key],
    vectors: &Matrix,
) -> Result<Segment, EncoderError> {
    let width = vectors.n_columns();
    let mut head = [0; HEAD as usize];
    head[..4].copy_from_slice(MAGIC);
    head[4..8].copy_from_slice(&(width as u32).to_le_bytes());
    head[8..].copy_from_slice(&(keys.len() as u64).to_le_bytes());
    let mut hasher = blake3::Hasher::new();
    hasher.update(&head);
    hasher.update(keys.as_flattened());
    let numbers = |row: &[f32]| -> Vec<u8> { row.iter().flat_map(|x| x.to_le_bytes()).collect() };
    vectors.rows().for_each(|row| {
        hasher.update(&numbers(row));
    });
    let hash = hasher.finalize();
    let path = folder.join(format!("{}.{ENDING}", &hash.to_hex()[..16]));
    std::fs::create_dir_all(folder).map_err(EncoderError::io(folder))?;
    artifact::write(&path, |writer| {
        writer.write_all(&head)?;
        writer.write_all(keys.as_flattened())?;
        vectors.rows().try_for_each(|row| writer.write_all(&numbers(row)))?;
        writer.write_all(hash.as_bytes())
    })
    .map_err(EncoderError::io(&path))?;
    Ok(Segment { file: RandomAccess::open(&path)?, width, n_texts: keys.len() })
}

impl Segment {
    /// Checks a segment from end to end; its keys in the order of its rows. The error says in words
    /// what is wrong.
    pub(super) fn open(path: &Path, width: usize) -> Result<(Self, Vec<Key>), String> {
        let words = |error: io::Error| error.to_string();
        let mut file = File::open(path).map_err(words)?;
        let n_bytes = file.metadata().map_err(words)?.len();
        let mut head = [0; HEAD as usize];
        file.read_exact(&mut head).map_err(words)?;
        let mut n_texts = [0; 8];
        n_texts.copy_from_slice(&head[8..]);
        let n_texts = u64::from_le_bytes(n_texts);
        if head[..4] != *MAGIC || head[4..8] != (width as u32).to_le_bytes() {
            return Err(format!("it does not hold vectors of {width} numbers"));
        }
        let expected = (16 + 4 * width as u64).checked_mul(n_texts);
        let expected = expected.and_then(|body| body.checked_add(HEAD + HASH));
        if expected != Some(n_bytes) {
            return Err(format!("{n_texts} texts do not fit {n_bytes} bytes"));
        }
        let mut keys = vec![Key::default(); n_texts as usize];
        file.read_exact(keys.as_flattened_mut()).map_err(words)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&head);
        hasher.update(keys.as_flattened());
        let n_vectors = 4 * width as u64 * n_texts;
        let mut rest = Read::by_ref(&mut file).take(n_vectors);
        let mut piece = vec![0; 1 << 18];
        loop {
            match rest.read(&mut piece).map_err(words)? {
                0 => break,
                n => hasher.update(&piece[..n]),
            };
        }
        let mut hash = [0; HASH as usize];
        file.read_exact(&mut hash).map_err(words)?;
        if *hasher.finalize().as_bytes() != hash {
            return Err("its checksum is wrong".to_owned());
        }
        let file = RandomAccess::open(path).map_err(|error| error.to_string())?;
        Ok((Self { file, width, n_texts: keys.len() }, keys))
    }

    /// Reads one vector.
    pub(super) fn read(&self, row: usize, vector: &mut [f32]) -> Result<(), EncoderError> {
        let mut bytes = vec![0; 4 * self.width];
        let start = HEAD + 16 * self.n_texts as u64;
        self.file.read_exact(start + (row * bytes.len()) as u64, &mut bytes)?;
        for (value, quad) in vector.iter_mut().zip(bytes.chunks_exact(4)) {
            *value = f32::from_le_bytes([quad[0], quad[1], quad[2], quad[3]]);
        }
        Ok(())
    }
}
