//! NumPy files as a stream of rows, once their header holds to the rules.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::VectorFault;
use crate::RunError;

/// Longest header that is read: real ones have 118 bytes.
const LONGEST_HEADER: usize = 1 << 16;

/// What a file must be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Type of the numbers as NumPy writes it.
    pub kind: &'static str,
    /// The same in words.
    pub kind_name: &'static str,
    /// Bytes of a number.
    pub size: usize,
    /// Number of dimensions.
    pub n_dimensions: usize,
}

/// A `.npy` file whose header holds to the rules.
pub(super) struct Npy {
    path: PathBuf,
    reader: BufReader<File>,
    n_rows: usize,
    width: usize,
    size: usize,
}

impl Npy {
    /// Reads and checks the header alone, and that the file is as long as it says.
    pub fn open(path: &Path, wanted: Wanted) -> Result<Self, RunError> {
        let refused =
            |rule: &str, found: String| RunError::from(VectorFault::of(path, rule, found));
        let file = File::open(path).map_err(RunError::reading(path))?;
        let length = file.metadata().map_err(RunError::reading(path))?.len();
        let mut reader = BufReader::with_capacity(1 << 18, file);
        let mut read = |n: usize| -> Result<Vec<u8>, RunError> {
            let mut bytes = Vec::new();
            let n_read = reader.by_ref().take(n as u64).read_to_end(&mut bytes);
            if n_read.map_err(RunError::reading(path))? < n {
                return Err(refused("a whole NumPy file", format!("an end after {length} bytes")));
            }
            Ok(bytes)
        };
        let head = read(8)?;
        if &head[..6] != b"\x93NUMPY" {
            return Err(refused("a NumPy file (.npy)", "other bytes at its start".to_owned()));
        }
        let (n_header, n_before) = match head[6] {
            1 => {
                let bytes = read(2)?;
                (usize::from(u16::from_le_bytes([bytes[0], bytes[1]])), 10)
            }
            2 | 3 => {
                let bytes = read(4)?;
                (u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize, 12)
            }
            other => return Err(refused("NumPy's format 1, 2 or 3", format!("format {other}"))),
        };
        if n_header > LONGEST_HEADER {
            return Err(refused("a header of at most 65536 bytes", format!("{n_header} bytes")));
        }
        let header = String::from_utf8_lossy(&read(n_header)?).into_owned();
        let Some(Header { descr, fortran_order, shape }) = Header::parse(&header) else {
            let found = "a header that says something else".to_owned();
            return Err(refused("a header with descr, fortran_order and shape", found));
        };
        let Wanted { kind, kind_name, size, n_dimensions } = wanted;
        if descr != kind {
            return Err(refused(&format!("{kind_name} numbers (`{kind}`)"), format!("`{descr}`")));
        }
        if shape.len() != n_dimensions {
            let plural = if n_dimensions == 1 { "" } else { "s" };
            let rule = format!("{n_dimensions} dimension{plural}");
            return Err(refused(&rule, format!("{shape:?}")));
        }
        if fortran_order && n_dimensions > 1 {
            let found = "column after column".to_owned();
            return Err(refused("row after row (`numpy.ascontiguousarray`)", found));
        }
        let n_bytes = shape.iter().try_fold(size, |n, &extent| n.checked_mul(extent));
        let n_there = length.saturating_sub((n_before + n_header) as u64);
        if n_bytes.is_none_or(|n_bytes| n_bytes as u64 != n_there) {
            let rule = format!("as many bytes as the shape {shape:?} needs");
            return Err(refused(&rule, format!("{n_there} bytes")));
        }
        let n_rows = shape.first().copied().unwrap_or_default();
        let width = shape.get(1).copied().unwrap_or(1);
        Ok(Self { path: path.to_owned(), reader, n_rows, width, size })
    }

    /// Rows, or numbers where there is one dimension.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Numbers of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Gives the bytes of every row, one row in memory at a time.
    pub fn each_row(
        mut self,
        mut take: impl FnMut(usize, &[u8]) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let mut bytes = vec![0; self.width * self.size];
        for row in 0..self.n_rows {
            self.reader.read_exact(&mut bytes).map_err(RunError::reading(&self.path))?;
            take(row, &bytes)?;
        }
        Ok(())
    }
}

/// What a header says: `{'descr': '<f2', 'fortran_order': False, 'shape': (3, 4), }`.
struct Header {
    descr: String,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl Header {
    fn parse(text: &str) -> Option<Self> {
        let after = |key: &str| {
            let at = text.find(&format!("'{key}'"))?;
            text[at + key.len() + 2..].trim_start().strip_prefix(':').map(str::trim_start)
        };
        let descr = after("descr")?.strip_prefix('\'')?.split_once('\'')?.0.to_owned();
        let order = after("fortran_order")?;
        let fortran_order = order.starts_with("True");
        if !fortran_order && !order.starts_with("False") {
            return None;
        }
        let inside = after("shape")?.strip_prefix('(')?.split_once(')')?.0;
        let extents = inside.split(',').map(str::trim).filter(|extent| !extent.is_empty());
        let shape = extents.map(|extent| extent.parse().ok()).collect::<Option<_>>()?;
        Some(Self { descr, fortran_order, shape })
    }
}
