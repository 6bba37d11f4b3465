//! The 4-bit format of multilingual-e5-small, written by the book, and the same numbers as `f32`.

use std::path::Path;

use half::f16;

use crate::tiny::{
    EPSILON, HEADS, HIDDEN, INNER, LAYERS, POSITIONS, Tensors, Variant, WORDS, tokenizer,
    write_json,
};

/// Short names of a layer's parts, in the order of [`Variant::parts`].
const PARTS: [&str; 8] = ["q", "k", "v", "ao", "aln", "fi", "fo", "oln"];

/// Writes the model, matrices whose rows are whole blocks in 4 bits, and returns it as it was rounded.
pub fn write(folder: &Path, variant: &Variant) -> Tensors {
    let mut tensors = variant.tensors();
    let names = short_names(variant);
    let mut directory = Vec::new();
    let mut data = Vec::new();
    for (short, name) in &names {
        let (shape, values) = tensors.get_mut(name).expect("there");
        let is_q4 = shape.len() == 2 && shape[1].is_multiple_of(32);
        let bytes = if is_q4 { quantise(values) } else { plain(values) };
        directory.push((short.clone(), u8::from(is_q4), values.len(), bytes.len()));
        data.push(bytes);
    }
    let mut file = head();
    file.extend((names.len() as i32).to_le_bytes());
    let n_directory: usize = names.iter().map(|(short, _)| 2 + short.len() + 1 + 4 + 8 + 8).sum();
    let mut offset = file.len() + n_directory;
    for (short, kind, n_values, n_bytes) in directory {
        file.extend((short.len() as u16).to_le_bytes());
        file.extend(short.as_bytes());
        file.push(kind);
        file.extend((n_values as u32).to_le_bytes());
        file.extend((offset as u64).to_le_bytes());
        file.extend((n_bytes as u64).to_le_bytes());
        offset += n_bytes;
    }
    file.extend(data.concat());
    std::fs::write(folder.join("e5-small-q4.bin"), file).expect("written");
    write_json(&folder.join("tokenizer.json"), &tokenizer());
    tensors
}

/// Measures, a vocabulary of two pieces and a normalisation map of one entry.
fn head() -> Vec<u8> {
    let mut file = b"E5S1".to_vec();
    file.extend(1u32.to_le_bytes());
    for measure in [HIDDEN, LAYERS, HEADS, INNER, WORDS.len(), POSITIONS, 2] {
        file.extend((measure as i32).to_le_bytes());
    }
    file.extend((EPSILON as f32).to_le_bytes());
    for number in [32i32, 2, 0, 1, 2, 3] {
        file.extend(number.to_le_bytes());
    }
    file.extend(4u64.to_le_bytes());
    for number in [0u32, 2, 4] {
        file.extend(number.to_le_bytes());
    }
    file.extend([0; 8]);
    file.extend(b"teas");
    file.extend(1i32.to_le_bytes());
    file.extend(9u32.to_le_bytes());
    file.extend([0; 9]);
    file
}

fn short_names(variant: &Variant) -> Vec<(String, String)> {
    let tables = [
        ("emb.word", "word_embeddings.weight"),
        ("emb.pos", "position_embeddings.weight"),
        ("emb.type", "token_type_embeddings.weight"),
        ("emb.ln.w", "LayerNorm.weight"),
        ("emb.ln.b", "LayerNorm.bias"),
    ];
    let mut names: Vec<(String, String)> =
        tables.map(|(short, name)| (short.to_owned(), variant.embeddings(name))).into();
    for layer in 0..LAYERS {
        for (short, part) in PARTS.iter().zip(variant.parts()) {
            for (short_kind, kind) in [("w", "weight"), ("b", "bias")] {
                let name = variant.layer(layer, &format!("{part}.{kind}"));
                names.push((format!("l{layer}.{short}.{short_kind}"), name));
            }
        }
    }
    names
}

fn plain(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Rounds `values` to what 4 bits hold, and packs them.
fn quantise(values: &mut [f32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for block in values.chunks_exact_mut(32) {
        let largest = block.iter().fold(0f32, |largest, value| largest.max(value.abs()));
        let scale = f16::from_f32(largest / 7.0);
        let half = |value: f32| (value / scale.to_f32()).round().clamp(-8.0, 7.0) as i8;
        let halves: Vec<i8> = block.iter().map(|&value| half(value)).collect();
        bytes.extend(scale.to_le_bytes());
        let pair = |j: usize| (halves[j] + 8) as u8 | ((halves[j + 16] + 8) as u8) << 4;
        bytes.extend((0..16).map(pair));
        for (value, half) in block.iter_mut().zip(halves) {
            *value = f32::from(half) * scale.to_f32();
        }
    }
    bytes
}
