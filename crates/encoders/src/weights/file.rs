use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::EncoderError;

/// A file read at places, from any thread, without a cursor and without a memory map: reading a row
/// of a few hundred bytes from the page cache takes under a microsecond, and needs no `unsafe`.
pub(crate) struct RandomAccess {
    path: PathBuf,
    file: File,
    n_bytes: u64,
}

impl RandomAccess {
    pub(crate) fn open(path: &Path) -> Result<Self, EncoderError> {
        let file = File::open(path).map_err(EncoderError::io(path))?;
        let n_bytes = file.metadata().map_err(EncoderError::io(path))?.len();
        Ok(Self { path: path.to_owned(), file, n_bytes })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Length of the file when it was opened.
    pub(crate) fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Fills `bytes` from `offset` on.
    pub(crate) fn read_exact(&self, offset: u64, bytes: &mut [u8]) -> Result<(), EncoderError> {
        read_exact_at(&self.file, offset, bytes).map_err(EncoderError::io(&self.path))
    }

    /// Reads a span, after making sure that the file holds it: a length that is wrong in the file
    /// must not become an allocation.
    pub(crate) fn read(&self, offset: u64, n_bytes: u64) -> Result<Vec<u8>, EncoderError> {
        let end = offset.checked_add(n_bytes).filter(|&end| end <= self.n_bytes);
        if end.is_none() {
            let found = self.n_bytes;
            let reason = format!("{n_bytes} bytes at {offset} are needed, it ends at {found}");
            return Err(self.broken(reason));
        }
        let mut bytes = vec![0; n_bytes as usize];
        self.read_exact(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// An error about what the file holds.
    pub(crate) fn broken(&self, reason: impl Into<String>) -> EncoderError {
        EncoderError::Weights { path: self.path.clone(), reason: reason.into() }
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut offset: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let n = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        offset += n as u64;
        bytes = &mut bytes[n..];
    }
    Ok(())
}
