use std::fmt;

use bytemuck::{Pod, Zeroable};

/// A user as every room after `events` knows them: 128 bits of a keyed BLAKE3 hash of the raw id.
///
/// Without the key the raw id cannot be found by trying candidates; with it, the same raw id gives
/// the same pseudonym in every run. Shown as 32 hexadecimal digits; ordered by those digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Pod, Zeroable)]
#[repr(transparent)]
pub struct UserId(pub [u8; 16]);

impl UserId {
    /// The non-negative 63-bit integer that stands for this user in `client_ids.npy`.
    #[must_use]
    pub fn client_id(self) -> i64 {
        let mut head = [0u8; 8];
        head.copy_from_slice(&self.0[..8]);
        (u64::from_be_bytes(head) >> 1) as i64
    }

    /// Reads the 32 hexadecimal digits that [`fmt::Display`] writes.
    #[must_use]
    pub fn parse(digits: &str) -> Option<Self> {
        let digits = digits.as_bytes();
        if digits.len() != 32 {
            return None;
        }
        let mut bytes = [0u8; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let high = (pair[0] as char).to_digit(16)?;
            let low = (pair[1] as char).to_digit(16)?;
            *byte = (high * 16 + low) as u8;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_back() {
        let user = UserId(*b"0123456789abcdef");
        assert_eq!(UserId::parse(&user.to_string()), Some(user));
        assert_eq!(UserId::parse("zz"), None);
        assert!(UserId([255; 16]).client_id() > 0);
    }
}
