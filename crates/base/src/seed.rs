use rand_chacha::rand_core::SeedableRng;

/// The generator behind every random choice; its stream is fixed across versions and machines.
pub type Rng = rand_chacha::ChaCha8Rng;

/// The only source of randomness. Each step derives its own seed by name, so that adding a step
/// leaves the others' streams untouched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of a named step.
    #[must_use]
    pub fn derive(self, step: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0.to_le_bytes());
        hasher.update(step.as_bytes());
        Self(first_u64(hasher.finalize()))
    }

    /// The seed of a numbered repetition.
    #[must_use]
    pub fn nth(self, repetition: usize) -> Self {
        self.derive(&format!("#{repetition}"))
    }

    /// A generator that starts here.
    #[must_use]
    pub fn rng(self) -> Rng {
        Rng::seed_from_u64(self.0)
    }
}

fn first_u64(hash: blake3::Hash) -> u64 {
    let mut head = [0u8; 8];
    head.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_differ_and_repeat() {
        let seed = Seed(7);
        assert_eq!(seed.derive("k_means"), seed.derive("k_means"));
        assert_ne!(seed.derive("k_means"), seed.derive("svd"));
        assert_ne!(seed.nth(0), seed.nth(1));
    }
}
