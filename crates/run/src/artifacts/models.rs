use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use fenqun_base::{ModelState, Stored, Tensor, artifact};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::json::{read_json, write_json};
use crate::RunError;

/// Writes a fitted model as `NAME.json` and, where it has tensors, `NAME.safetensors`.
///
/// # Errors
/// [`RunError::Write`].
pub fn write_model<M: Stored>(folder: &Path, name: &str, model: &M) -> Result<(), RunError> {
    let state = model.state();
    write_json(&folder.join(format!("{name}.json")), &state)?;
    if state.tensors.is_empty() {
        return Ok(());
    }
    let path = folder.join(format!("{name}.safetensors"));
    let broken = |reason: String| RunError::Broken { path: path.clone(), reason };
    let bytes: BTreeMap<&str, Vec<u8>> = state
        .tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), little_endian(&tensor.values)))
        .collect();
    let mut views = Vec::with_capacity(bytes.len());
    for (name, tensor) in &state.tensors {
        let view = TensorView::new(Dtype::F32, tensor.shape.clone(), &bytes[name.as_str()])
            .map_err(|error| broken(error.to_string()))?;
        views.push((name.as_str(), view));
    }
    let file = safetensors::serialize(views, None).map_err(|error| broken(error.to_string()))?;
    artifact::write(&path, |writer| writer.write_all(&file)).map_err(RunError::writing(&path))
}

/// Reads a model that a run wrote into its folder `model`.
///
/// # Errors
/// [`RunError::Read`], [`RunError::Broken`], or what the model refuses.
pub fn read_model<M: Stored>(folder: &Path, name: &str) -> Result<M, RunError> {
    let mut state: ModelState = read_json(&folder.join(format!("{name}.json")))?;
    let path = folder.join(format!("{name}.safetensors"));
    if path.exists() {
        let bytes = std::fs::read(&path).map_err(RunError::reading(&path))?;
        let broken = |reason: String| RunError::Broken { path: path.clone(), reason };
        let file = SafeTensors::deserialize(&bytes).map_err(|error| broken(error.to_string()))?;
        for (name, view) in file.tensors() {
            if view.dtype() != Dtype::F32 {
                return Err(broken(format!("tensor `{name}` is {:?}, not F32", view.dtype())));
            }
            let values = view.data().chunks_exact(4).map(four_bytes).collect();
            let tensor = Tensor { shape: view.shape().to_vec(), values };
            state.tensors.insert(name.clone(), tensor);
        }
    }
    Ok(M::from_state(&state)?)
}

fn little_endian(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn four_bytes(bytes: &[u8]) -> f32 {
    f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use fenqun_base::{Fitted, Seed, Segmenter, contract};
    use fenqun_segments::{KMeans, KMeansModel};

    #[test]
    fn a_model_is_read_back_bit_for_bit_and_a_damaged_one_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let users = contract::blobs(3, 20, 4, Seed(1));
        let params = KMeans { n_segments: 3, ..KMeans::default() };
        let model = params.fit(&users, Seed(7)).expect("fits");
        write_model(folder.path(), "segments", &model).expect("written");
        let read: KMeansModel = read_model(folder.path(), "segments").expect("read");
        assert_eq!(read.assign(&users), model.assign(&users));

        let path = folder.path().join("segments.safetensors");
        let bytes = std::fs::read(&path).expect("file");
        std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
        let damaged = read_model::<KMeansModel>(folder.path(), "segments");
        assert!(matches!(damaged, Err(RunError::Broken { .. })));
    }
}
