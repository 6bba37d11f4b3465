//! Where the delimiters, quotes and line breaks of a text are: one branch-free pass.

use super::window::SLACK;

/// Bytes looked at together.
const BLOCK: usize = 64;

const _: () = assert!(SLACK >= BLOCK);

/// Writes the places of any of three bytes in `text[..end]`, ascending. Behind `end` there must be
/// [`SLACK`] bytes.
///
/// Each block becomes 64 zeros and ones, which the compiler turns into vector comparisons, then
/// one integer of 64 bits, of which only the ones are visited.
pub fn find(text: &[u8], end: usize, needles: [u8; 3], places: &mut Vec<u32>) {
    places.clear();
    for (index, block) in text.chunks_exact(BLOCK).enumerate() {
        let base = index * BLOCK;
        if base >= end {
            return;
        }
        let mut mask = matches(block, needles);
        let n_left = end - base;
        if n_left < BLOCK {
            mask &= (1 << n_left) - 1;
        }
        places.reserve(BLOCK);
        while mask != 0 {
            places.push(base as u32 + mask.trailing_zeros());
            mask &= mask - 1;
        }
    }
    // Fewer than a block is left where the window is no multiple of it; the slack makes it whole.
    let base = text.len() / BLOCK * BLOCK;
    for (place, byte) in text.iter().enumerate().take(end).skip(base) {
        if needles.contains(byte) {
            places.push(place as u32);
        }
    }
}

/// A bit for each byte of a block: whether it is one of the needles.
fn matches(block: &[u8], [a, b, c]: [u8; 3]) -> u64 {
    let mut hits = [0u8; BLOCK];
    for (hit, &byte) in hits.iter_mut().zip(block) {
        *hit = u8::from(byte == a) | u8::from(byte == b) | u8::from(byte == c);
    }
    let mut mask = 0;
    for (index, hits) in hits.as_chunks::<8>().0.iter().enumerate() {
        // Gathers the lowest bit of each byte into the highest byte.
        let bits = u64::from_le_bytes(*hits).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        mask |= bits << (index * 8);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_are_those_a_plain_search_finds(
            mut text in proptest::collection::vec(prop_oneof![Just(b','), Just(b'\n'), Just(b'"'), any::<u8>()], 0..400),
        ) {
            let end = text.len();
            let wanted: Vec<u32> = (0..end as u32)
                .filter(|&place| b",\n\"".contains(&text[place as usize]))
                .collect();
            text.extend([b','; SLACK]);
            let mut places = vec![7];
            find(&text, end, *b",\n\"", &mut places);
            prop_assert_eq!(places, wanted);
        }
    }
}
