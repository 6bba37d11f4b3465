/// SplitMix64 (Steele, Lea and Flood 2014): small, fast, and the same everywhere and for ever,
/// which is what files made twice from one seed need. Not for anything that must be secret.
pub struct Random(pub u64);

impl Random {
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Uniform in 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform below `n`; `n` is at least 1.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.draw()) * n as u128) >> 64) as usize
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A rank below `n`, the low ones often: density proportional to (rank + shift)^−exponent,
    /// by the inverse of its integral, so that no table is needed. The exponent is not 1.
    pub fn zipf(&mut self, n: usize, shift: f64, exponent: f64) -> usize {
        let power = 1.0 - exponent;
        let low = shift.powf(power);
        let high = (n as f64 + shift).powf(power);
        let at = (low + self.unit() * (high - low)).powf(1.0 / power) - shift;
        (at.max(0.0) as usize).min(n - 1)
    }

    /// The place in ascending sums of weights that a uniform draw falls on.
    pub fn weighted(&mut self, sums: &[f64]) -> usize {
        let at = self.unit() * sums.last().copied().unwrap_or(0.0);
        sums.partition_point(|&sum| sum <= at).min(sums.len().saturating_sub(1))
    }
}

/// Scrambles a number: what is fixed about a user or an item follows from its number this way,
/// and need not be stored.
pub fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
