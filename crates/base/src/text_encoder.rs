use crate::{Matrix, Progress};

/// A pretrained model that turns texts into vectors of length 1.
pub trait TextEncoder {
    /// Its room's error.
    type Error;

    /// Width of the vectors.
    fn width(&self) -> usize;

    /// Names weights, tokenizer, pooling and prefix: equal fingerprints, equal vectors.
    fn fingerprint(&self) -> &str;

    /// One vector a text, in the order given. Texts need not be distinct or sorted; each distinct
    /// one is encoded once.
    ///
    /// # Errors
    /// Whatever the model refuses; being interrupted.
    fn encode(&self, texts: &[&str], progress: &Progress) -> Result<Matrix, Self::Error>;
}
