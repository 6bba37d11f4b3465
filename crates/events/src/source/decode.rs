use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// Bytes decoded at a time.
const CHUNK: usize = 64 << 10;

/// Stands for what cannot be decoded. No UTF-8 text holds this byte, so the row is found malformed
/// like one of a UTF-8 file.
const UNDECODABLE: u8 = 0xff;

/// Another encoding in, UTF-8 out.
pub struct Decode<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    ready: Vec<u8>,
    ready_at: usize,
    ready_end: usize,
    is_last: bool,
    is_done: bool,
}

impl<R: Read> Decode<R> {
    pub fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; CHUNK],
            raw_at: 0,
            raw_end: 0,
            ready: vec![0; CHUNK],
            ready_at: 0,
            ready_end: 0,
            is_last: false,
            is_done: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        if self.raw_at == self.raw_end && !self.is_last {
            self.raw_at = 0;
            self.raw_end = self.inner.read(&mut self.raw)?;
            self.is_last = self.raw_end == 0;
        }
        let raw = &self.raw[self.raw_at..self.raw_end];
        // One byte is kept back for the mark of a malformed sequence.
        let room = self.ready.len() - 1;
        let (result, n_in, n_out) = self.decoder.decode_to_utf8_without_replacement(
            raw,
            &mut self.ready[..room],
            self.is_last,
        );
        self.raw_at += n_in;
        self.ready_at = 0;
        self.ready_end = n_out;
        match result {
            DecoderResult::InputEmpty => self.is_done = self.is_last,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                self.ready[n_out] = UNDECODABLE;
                self.ready_end += 1;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decode<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.ready_at == self.ready_end {
            if self.is_done {
                return Ok(0);
            }
            self.refill()?;
        }
        let n = buffer.len().min(self.ready_end - self.ready_at);
        buffer[..n].copy_from_slice(&self.ready[self.ready_at..self.ready_at + n]);
        self.ready_at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every character is cut.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(1).min(buffer.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn decoded(bytes: &[u8], encoding: &'static Encoding) -> Vec<u8> {
        let mut text = Vec::new();
        Decode::new(Trickle(bytes), encoding).read_to_end(&mut text).expect("reads");
        text
    }

    #[test]
    fn characters_cut_by_reads_come_out_whole_and_the_mark_is_gone() {
        let utf16 = [0xff, 0xfe, b'a', 0, 0x2d, 0x4e, 0x3d, 0xd8, 0x00, 0xde];
        assert_eq!(decoded(&utf16, encoding_rs::UTF_16LE), "a中😀".as_bytes());
        assert_eq!(decoded(&[0xd6, 0xd0], encoding_rs::GB18030), "中".as_bytes());
    }

    #[test]
    fn what_cannot_be_decoded_is_marked_in_place() {
        assert_eq!(decoded(&[b'a', 0xff, b'\n', b'b'], encoding_rs::GB18030), b"a\xff\nb");
        // Half a surrogate pair, then an odd byte at the end.
        assert_eq!(decoded(&[0x3d, 0xd8, b'a', 0, b'b'], encoding_rs::UTF_16LE), b"\xffa\xff");
    }

    #[test]
    fn long_texts_pass_through_unchanged() {
        let text = "分群 fenqun\n".repeat(20_000);
        let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
        let mut read = Vec::new();
        let mut decode = Decode::new(bytes.as_ref(), encoding_rs::GB18030);
        decode.read_to_end(&mut read).expect("reads");
        assert_eq!(read, text.as_bytes());
    }
}
