use std::io::Write;
use std::path::Path;

use fenqun_base::{Matrix, UserId, artifact};
use half::f16;

use crate::RunError;

/// Widest user vector of the pair of files.
const WIDEST: usize = 2048;

/// Writes `client_ids.npy` (int64) and `embeddings.npy` (float16), one row a user in one order:
/// the pair of files of the RecSys Challenge 2025. Values beyond the range of float16 are cut to
/// its ends, so that every number is finite.
///
/// # Errors
/// [`RunError::Vectors`] when the vectors are too wide, not finite, or two users share an integer;
/// [`RunError::Write`].
pub fn write_vectors(folder: &Path, users: &[UserId], vectors: &Matrix) -> Result<(), RunError> {
    vectors.check_finite()?;
    if vectors.n_columns() > WIDEST {
        let reason = format!("at most {WIDEST} columns fit, got {}", vectors.n_columns());
        return Err(RunError::Vectors { reason });
    }
    let ids: Vec<i64> = users.iter().map(|user| user.client_id()).collect();
    // Users are sorted by pseudonym and the integer is its head, so equal ones are neighbours.
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        let reason = "two users share one integer id: use another key file".to_owned();
        return Err(RunError::Vectors { reason });
    }
    let ids_path = folder.join("client_ids.npy");
    artifact::write(&ids_path, |writer| {
        writer.write_all(&npy_header("<i8", &format!("({},)", ids.len())))?;
        ids.iter().try_for_each(|id| writer.write_all(&id.to_le_bytes()))
    })
    .map_err(RunError::writing(&ids_path))?;
    let path = folder.join("embeddings.npy");
    let shape = format!("({}, {})", vectors.n_rows(), vectors.n_columns());
    artifact::write(&path, |writer| {
        writer.write_all(&npy_header("<f2", &shape))?;
        vectors.values().iter().try_for_each(|&value| {
            let value = value.clamp(f16::MIN.to_f32(), f16::MAX.to_f32());
            writer.write_all(&f16::from_f32(value).to_le_bytes())
        })
    })
    .map_err(RunError::writing(&path))
}

/// The header of NumPy's format 1.0, padded so that data begins at a multiple of 64 bytes.
pub fn npy_header(kind: &str, shape: &str) -> Vec<u8> {
    let mut words = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let used = 10 + words.len() + 1;
    words.push_str(&" ".repeat(used.next_multiple_of(64) - used));
    words.push('\n');
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend_from_slice(&(words.len() as u16).to_le_bytes());
    header.extend_from_slice(words.as_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_what_numpy_writes() {
        let expected =
            b"\x93NUMPY\x01\x00v\x00{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }";
        let header = npy_header("<i8", "(3,)");
        assert_eq!(&header[..expected.len()], expected);
        assert_eq!(header.len(), 128);
        assert_eq!(header.last(), Some(&b'\n'));
    }

    #[test]
    fn what_float16_cannot_hold_is_cut_and_what_is_not_finite_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let users = [UserId([1; 16]), UserId([2; 16])];
        let vectors = Matrix::from_rows(&[[1e9, 0.5], [-1e9, 0.25]]).expect("rows");
        write_vectors(folder.path(), &users, &vectors).expect("written");
        let bytes = std::fs::read(folder.path().join("embeddings.npy")).expect("file");
        assert_eq!(bytes.len(), 128 + 8);
        let first = f16::from_le_bytes([bytes[128], bytes[129]]);
        assert_eq!(first, f16::MAX);
        let bad = Matrix::from_rows(&[[f32::NAN], [0.0]]).expect("rows");
        assert!(write_vectors(folder.path(), &users, &bad).is_err());
        let twins = [UserId([1; 16]), UserId([1; 16])];
        assert!(write_vectors(folder.path(), &twins, &vectors).is_err());
    }
}
