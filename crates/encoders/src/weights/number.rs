use half::{bf16, f16};

/// How numbers are stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Number {
    F32,
    F16,
    Bf16,
    /// Blocks of 32 numbers in 18 bytes: a scale `d` as `f16`, then 16 bytes; byte `j` holds number
    /// `j` in its low half and `j + 16` in its high half; a number is (half − 8) · d.
    Q4,
    /// A type that no model here has weights in; kept until somebody asks for the tensor.
    Unknown(String),
}

/// Numbers in a [`Number::Q4`] block.
pub(super) const Q4_BLOCK: usize = 32;
const Q4_BYTES: usize = 18;

impl Number {
    /// Bytes that `n` numbers take; a Q4 run is a whole number of blocks.
    pub(super) fn n_bytes(&self, n: usize) -> usize {
        match self {
            Self::F32 => n * 4,
            Self::F16 | Self::Bf16 => n * 2,
            Self::Q4 => n / Q4_BLOCK * Q4_BYTES,
            Self::Unknown(_) => 0,
        }
    }

    /// Fills `values` from exactly the bytes that they take.
    pub(super) fn decode(&self, bytes: &[u8], values: &mut [f32]) {
        let pairs = bytes.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
        match self {
            Self::F32 => {
                for (value, quad) in values.iter_mut().zip(bytes.chunks_exact(4)) {
                    *value = f32::from_le_bytes([quad[0], quad[1], quad[2], quad[3]]);
                }
            }
            Self::F16 => {
                let numbers = pairs.map(|pair| f16::from_le_bytes(pair).to_f32());
                values.iter_mut().zip(numbers).for_each(|(value, number)| *value = number);
            }
            Self::Bf16 => {
                let numbers = pairs.map(|pair| bf16::from_le_bytes(pair).to_f32());
                values.iter_mut().zip(numbers).for_each(|(value, number)| *value = number);
            }
            Self::Q4 => {
                let blocks = bytes.chunks_exact(Q4_BYTES);
                for (values, block) in values.chunks_exact_mut(Q4_BLOCK).zip(blocks) {
                    decode_q4(block, values);
                }
            }
            Self::Unknown(_) => {}
        }
    }
}

fn decode_q4(block: &[u8], values: &mut [f32]) {
    let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
    let (low, high) = values.split_at_mut(Q4_BLOCK / 2);
    for ((&byte, low), high) in block[2..].iter().zip(low).zip(high) {
        *low = (f32::from(byte & 15) - 8.0) * scale;
        *high = (f32::from(byte >> 4) - 8.0) * scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_widths_and_floats_are_read_little_endian() {
        let mut values = [0.0; 2];
        Number::F16.decode(&[0x00, 0x3c, 0x00, 0xc0], &mut values);
        assert_eq!(values, [1.0, -2.0]);
        Number::Bf16.decode(&[0x80, 0x3f, 0x00, 0xc0], &mut values);
        assert_eq!(values, [1.0, -2.0]);
        Number::F32.decode(&[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], &mut values);
        assert_eq!(values, [1.0, -2.0]);
    }

    #[test]
    fn a_four_bit_block_holds_the_low_halves_first() {
        let mut block = [0u8; Q4_BYTES];
        block[..2].copy_from_slice(&f16::from_f32(0.5).to_le_bytes());
        block[2] = 0xf0;
        block[17] = 0x8a;
        let mut values = [0.0; Q4_BLOCK];
        Number::Q4.decode(&block, &mut values);
        assert_eq!((values[0], values[16]), (-4.0, 3.5));
        assert_eq!((values[15], values[31]), (1.0, 0.0));
        assert_eq!(Number::Q4.n_bytes(64), 36);
    }
}
