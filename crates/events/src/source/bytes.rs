//! From a path to a stream of unpacked UTF-8 bytes.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::decode::Decode;
use super::{Compression, Dialect, SourceError, encoding, magic};

/// How many unpacked bytes are looked at before the first row is read.
const HEAD: usize = 64 << 10;

/// Read size below the decompressors.
const DISK_BUFFER: usize = 128 << 10;

/// A text file, unpacked but not decoded, with its first bytes at hand.
pub struct Unpacked {
    /// The file as the user named it.
    pub file: PathBuf,
    /// How it is packed.
    pub compression: Compression,
    /// The first unpacked bytes, at most 64 KiB.
    pub head: Vec<u8>,
    rest: Box<dyn Read + Send>,
    n_read: Arc<AtomicU64>,
    n_total: u64,
}

/// A stream of UTF-8 bytes, where the file is what its dialect says.
pub struct Text {
    /// The file as the user named it.
    pub file: PathBuf,
    /// How it is packed.
    pub compression: Compression,
    reader: Box<dyn Read + Send>,
    n_read: Arc<AtomicU64>,
    n_total: u64,
}

impl Unpacked {
    /// Opens a file, unpacks it by its first bytes and reads its head.
    ///
    /// # Errors
    /// [`SourceError`] for what is missing, empty, cut short, damaged, or no text at all.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let mut disk = open_file(path)?;
        let unreadable = |source| SourceError::Unreadable { file: path.to_owned(), source };
        let n_total = disk.metadata().map_err(unreadable)?.len();
        let n_read = Arc::new(AtomicU64::new(0));

        let mut first = Vec::new();
        disk.by_ref().take(8).read_to_end(&mut first).map_err(unreadable)?;
        let compression = magic::compression(&first);
        n_read.store(first.len() as u64, Ordering::Relaxed);
        let counted = Counted { inner: disk, n_read: Arc::clone(&n_read) };
        let whole = Cursor::new(first).chain(counted);
        let mut rest: Box<dyn Read + Send> = match compression {
            Compression::None => Box::new(whole),
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(
                BufReader::with_capacity(DISK_BUFFER, whole),
            )),
            Compression::Zstd => Box::new(
                zstd::stream::read::Decoder::with_buffer(BufReader::with_capacity(
                    DISK_BUFFER,
                    whole,
                ))
                .map_err(unreadable)?,
            ),
        };
        let mut head = Vec::with_capacity(HEAD);
        rest.by_ref()
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .map_err(|error| read_error(path, compression, error))?;
        if head.is_empty() {
            return Err(SourceError::Empty { file: path.to_owned() });
        }
        magic::refuse_foreign(path, &head)?;
        Ok(Self { file: path.to_owned(), compression, head, rest, n_read, n_total })
    }

    /// Decodes as the dialect says, after a look at the head tells that it can be.
    ///
    /// # Errors
    /// [`SourceError::WrongEncoding`], [`SourceError::UnknownFormat`] for Parquet called text,
    /// [`SourceError::Damaged`] for plain bytes called packed.
    pub fn into_text(self, dialect: &Dialect) -> Result<Text, SourceError> {
        let Self { file, compression, head, rest, n_read, n_total } = self;
        if compression == Compression::None && head.starts_with(magic::PARQUET) {
            let looks_like = "a Parquet file".to_owned();
            let remedy = "set `dialect.format = \"parquet\"`".to_owned();
            return Err(SourceError::UnknownFormat { file, looks_like, remedy });
        }
        if compression == Compression::None && dialect.compression != Compression::None {
            let reason = format!("it does not begin as {} data does", dialect.compression);
            return Err(SourceError::Damaged { file, compression: dialect.compression, reason });
        }
        encoding::check(&file, &head, dialect.encoding)?;
        let head = Cursor::new(head);
        let reader: Box<dyn Read + Send> = match dialect.encoding.decoder() {
            None => Box::new(head.chain(rest)),
            Some(decoder) => Box::new(Decode::new(head.chain(rest), decoder)),
        };
        Ok(Text { file, compression, reader, n_read, n_total })
    }
}

impl Text {
    /// Opens a file as its dialect says.
    ///
    /// # Errors
    /// Those of [`Unpacked::open`] and [`Unpacked::into_text`].
    pub fn open(path: &Path, dialect: &Dialect) -> Result<Self, SourceError> {
        Unpacked::open(path)?.into_text(dialect)
    }

    /// Text that is at hand, or generated.
    pub fn from_reader(reader: impl Read + Send + 'static) -> Self {
        Self {
            file: PathBuf::from("generated"),
            compression: Compression::None,
            reader: Box::new(reader),
            n_read: Arc::default(),
            n_total: 0,
        }
    }

    /// Fills as much of `buffer` as the file still gives.
    ///
    /// # Errors
    /// [`SourceError::Truncated`], [`SourceError::Damaged`], [`SourceError::Unreadable`].
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, SourceError> {
        let mut n = 0;
        while n < buffer.len() {
            match self.reader.read(&mut buffer[n..]) {
                Ok(0) => break,
                Ok(more) => n += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(read_error(&self.file, self.compression, error)),
            }
        }
        Ok(n)
    }

    /// Bytes taken from disk so far.
    pub fn bytes_read(&self) -> u64 {
        self.n_read.load(Ordering::Relaxed)
    }

    /// Size of the file on disk.
    pub fn bytes_total(&self) -> u64 {
        self.n_total
    }
}

/// Opens a file for reading; a folder is none.
pub fn open_file(path: &Path) -> Result<File, SourceError> {
    let file = || path.to_owned();
    let opened = File::open(path).and_then(|disk| {
        if disk.metadata()?.is_dir() {
            return Err(io::Error::other("it is a folder, not a file"));
        }
        Ok(disk)
    });
    opened.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => SourceError::NotFound { file: file() },
        _ => SourceError::Unreadable { file: file(), source },
    })
}

fn read_error(file: &Path, compression: Compression, error: io::Error) -> SourceError {
    let file = file.to_owned();
    if compression == Compression::None || error.raw_os_error().is_some() {
        SourceError::Unreadable { file, source: error }
    } else if error.kind() == io::ErrorKind::UnexpectedEof {
        SourceError::Truncated { file, compression }
    } else {
        SourceError::Damaged { file, compression, reason: error.to_string() }
    }
}

/// Counts what is read from disk, below all unpacking.
struct Counted {
    inner: File,
    n_read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.n_read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
