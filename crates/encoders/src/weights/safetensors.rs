use std::collections::BTreeMap;

use safetensors::Dtype;
use safetensors::tensor::Metadata;

use super::number::Number;
use super::{Entry, RandomAccess};
use crate::EncoderError;

/// Reads where each tensor lies. The file begins with the length of a JSON header as 8 bytes, then
/// the header, then the data.
pub(super) fn read_directory(file: &RandomAccess) -> Result<BTreeMap<String, Entry>, EncoderError> {
    let head = file.read(0, 8)?;
    let mut length = [0; 8];
    length.copy_from_slice(&head);
    let n_header = u64::from_le_bytes(length);
    let header = file.read(8, n_header)?;
    let metadata: Metadata =
        serde_json::from_slice(&header).map_err(|error| file.broken(error.to_string()))?;
    let start = 8 + n_header;
    let mut tensors = BTreeMap::new();
    for (name, info) in metadata.tensors() {
        let number = match info.dtype {
            Dtype::F32 => Number::F32,
            Dtype::F16 => Number::F16,
            Dtype::BF16 => Number::Bf16,
            other => Number::Unknown(other.to_string()),
        };
        let (from, to) = (info.data_offsets.0 as u64, info.data_offsets.1 as u64);
        if to > file.n_bytes() - start || from > to {
            let end = start.saturating_add(to);
            let reason =
                format!("tensor `{name}` ends at byte {end}, the file at {}", file.n_bytes());
            return Err(file.broken(reason));
        }
        let n_values = info.shape.iter().try_fold(1usize, |n, &extent| n.checked_mul(extent));
        let n_bytes = n_values.and_then(|n| n.checked_mul(4)).and(n_values);
        let known = !matches!(number, Number::Unknown(_));
        if known && n_bytes.map(|n| number.n_bytes(n) as u64) != Some(to - from) {
            let reason =
                format!("tensor `{name}` of shape {:?} lies in {} bytes", info.shape, to - from);
            return Err(file.broken(reason));
        }
        let entry = Entry { number, shape: info.shape.clone(), offset: start + from };
        tensors.insert(name, entry);
    }
    Ok(tensors)
}
