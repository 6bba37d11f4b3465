//! The 4-bit file of multilingual-e5-small (`E5S1`, version 1, little endian).
//!
//! Magic `E5S1`, u32 version, i32 hidden, layers, heads, inner width, vocabulary, positions, token
//! types, f32 epsilon, i32 block size; a vocabulary block and a normalisation map, both skipped
//! (tokenizer.json is used); then the directory of tensors, and the tensors.

use std::collections::BTreeMap;

use super::number::{Number, Q4_BLOCK};
use super::{Entry, RandomAccess};
use crate::EncoderError;

/// What the file is called in a model folder.
pub(crate) const FILE_NAME: &str = "e5-small-q4.bin";

/// The model's measures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) hidden: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    pub(crate) inner: usize,
    pub(crate) vocabulary: usize,
    pub(crate) positions: usize,
    pub(crate) types: usize,
    pub(crate) epsilon: f32,
}

/// Reads the measures and where each tensor lies.
pub(super) fn read_directory(
    file: &RandomAccess,
) -> Result<(Shape, BTreeMap<String, Entry>), EncoderError> {
    let mut reader = Reader { file, at: 0 };
    if reader.bytes(4)? != b"E5S1" {
        return Err(file.broken("it does not begin with `E5S1`"));
    }
    let version = reader.u32()?;
    if version != 1 {
        return Err(file.broken(format!("format version must be 1, got {version}")));
    }
    let shape = reader.shape()?;
    let block = reader.count("block size")?;
    if block != Q4_BLOCK || !shape.hidden.is_multiple_of(Q4_BLOCK) {
        let reason = format!("blocks must be of {Q4_BLOCK} numbers and fill rows, got {block}");
        return Err(file.broken(reason));
    }
    reader.skip_vocabulary()?;
    let n_tensors = reader.count("tensors")?;
    let mut tensors = BTreeMap::new();
    for _ in 0..n_tensors {
        let (name, entry) = reader.tensor(&shape)?;
        tensors.insert(name, entry);
    }
    Ok((shape, tensors))
}

/// A cursor that refuses to pass the file's end.
struct Reader<'a> {
    file: &'a RandomAccess,
    at: u64,
}

impl Reader<'_> {
    fn bytes(&mut self, n: u64) -> Result<Vec<u8>, EncoderError> {
        let bytes = self.file.read(self.at, n)?;
        self.at += n;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], EncoderError> {
        let mut array = [0; N];
        array.copy_from_slice(&self.bytes(N as u64)?);
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32, EncoderError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, EncoderError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A signed number that counts something, at most 2²⁴: no model of this family has more.
    fn count(&mut self, what: &str) -> Result<usize, EncoderError> {
        let value = i32::from_le_bytes(self.array()?);
        match usize::try_from(value) {
            Ok(count) if (1..1 << 24).contains(&count) => Ok(count),
            _ => Err(self.file.broken(format!("{what} must be in 1..2^24, got {value}"))),
        }
    }

    fn shape(&mut self) -> Result<Shape, EncoderError> {
        Ok(Shape {
            hidden: self.count("hidden width")?,
            layers: self.count("layers")?,
            heads: self.count("heads")?,
            inner: self.count("inner width")?,
            vocabulary: self.count("vocabulary")?,
            positions: self.count("positions")?,
            types: self.count("token types")?,
            epsilon: f32::from_le_bytes(self.array()?),
        })
    }

    fn skip_vocabulary(&mut self) -> Result<(), EncoderError> {
        let n_pieces = self.count("pieces")? as u64;
        self.at += 4 * 4;
        let n_text = self.u64()?;
        let skipped = [4 * (n_pieces + 1), 4 * n_pieces, n_text];
        self.at = skipped.iter().fold(self.at, |at, n| at.saturating_add(*n));
        let _n_map_entries = self.u32()?;
        let n_map_bytes = self.u32()?;
        self.at = self.at.saturating_add(u64::from(n_map_bytes));
        Ok(())
    }

    fn tensor(&mut self, measures: &Shape) -> Result<(String, Entry), EncoderError> {
        let n_name = u16::from_le_bytes(self.array()?);
        let short = self.bytes(u64::from(n_name))?;
        let short = String::from_utf8_lossy(&short).into_owned();
        let [kind] = self.array()?;
        let n_values = self.u32()? as usize;
        let offset = self.u64()?;
        let n_bytes = self.u64()?;
        let number = match kind {
            0 => Number::F32,
            1 => Number::Q4,
            other => Number::Unknown(format!("kind {other}")),
        };
        let file = self.file;
        let Some((name, shape)) = full_name(&short, measures) else {
            return Err(file.broken(format!("tensor `{short}` is not of this model")));
        };
        let expected: usize = shape.iter().product();
        let is_whole = number != Number::Q4 || n_values.is_multiple_of(Q4_BLOCK);
        if n_values != expected || !is_whole || number.n_bytes(n_values) as u64 != n_bytes {
            let reason =
                format!("tensor `{short}` must be {shape:?}, got {n_values} in {n_bytes} bytes");
            return Err(file.broken(reason));
        }
        if offset.checked_add(n_bytes).is_none_or(|end| end > file.n_bytes()) {
            let reason = format!(
                "tensor `{short}` of {n_bytes} bytes at {offset} passes the end at {}",
                file.n_bytes()
            );
            return Err(file.broken(reason));
        }
        Ok((name, Entry { number, shape, offset }))
    }
}

/// The usual name of a tensor, and its shape.
fn full_name(short: &str, measures: &Shape) -> Option<(String, Vec<usize>)> {
    let &Shape { hidden, inner, vocabulary, positions, types, .. } = measures;
    let table = |name: &str, shape: Vec<usize>| Some((format!("embeddings.{name}"), shape));
    match short {
        "emb.word" => return table("word_embeddings.weight", vec![vocabulary, hidden]),
        "emb.pos" => return table("position_embeddings.weight", vec![positions, hidden]),
        "emb.type" => return table("token_type_embeddings.weight", vec![types, hidden]),
        "emb.ln.w" => return table("LayerNorm.weight", vec![hidden]),
        "emb.ln.b" => return table("LayerNorm.bias", vec![hidden]),
        _ => {}
    }
    let (layer, part) = short.strip_prefix('l')?.split_once('.')?;
    let layer: usize = layer.parse().ok()?;
    let (part, kind) = part.split_once('.')?;
    let (name, rows, columns) = match part {
        "q" => ("attention.self.query", hidden, hidden),
        "k" => ("attention.self.key", hidden, hidden),
        "v" => ("attention.self.value", hidden, hidden),
        "ao" => ("attention.output.dense", hidden, hidden),
        "fi" => ("intermediate.dense", inner, hidden),
        "fo" => ("output.dense", hidden, inner),
        "aln" => ("attention.output.LayerNorm", hidden, 0),
        "oln" => ("output.LayerNorm", hidden, 0),
        _ => return None,
    };
    let (kind, shape) = match kind {
        "w" if columns > 0 => ("weight", vec![rows, columns]),
        "w" => ("weight", vec![rows]),
        "b" => ("bias", vec![rows]),
        _ => return None,
    };
    Some((format!("encoder.layer.{layer}.{name}.{kind}"), shape))
}
