//! The encoding of a file whose beginning is plain ASCII and whose rest is no UTF-8.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use crate::source::Encoding;

const CHUNK: usize = 1 << 18;

/// The most likely of the encodings that can be read, told from the whole file. Packed files are
/// not looked into.
pub(super) fn of_whole(file: &Path) -> Option<Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut file = File::open(file).ok()?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let n = file.read(&mut chunk).ok()?;
        detector.feed(&chunk[..n], n == 0);
        if n == 0 {
            break;
        }
    }
    match detector.guess(None, Utf8Detection::Deny).name() {
        "GBK" | "gb18030" => Some(Encoding::Gb18030),
        "Big5" => Some(Encoding::Big5),
        "windows-1252" => Some(Encoding::Windows1252),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Option<Encoding> {
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        std::fs::write(file.path(), bytes).expect("written");
        of_whole(file.path())
    }

    #[test]
    fn a_few_signs_far_into_the_file_tell_the_encoding() {
        let plain = "id,title\n1,tea\n".repeat(10_000).into_bytes();
        let with = |rest: &[u8]| [plain.as_slice(), rest].concat();
        assert_eq!(
            of(&with(&encoding_rs::GB18030.encode("2,Voucher £30\n3,茶杯\n").0)),
            Some(Encoding::Gb18030)
        );
        assert_eq!(
            of(&with(&encoding_rs::GB18030.encode("2,Voucher £30\n").0)),
            Some(Encoding::Gb18030)
        );
        assert_eq!(
            of(&with(b"2,caf\xe9 cr\xe8me\n3,\xa330 voucher\n")),
            Some(Encoding::Windows1252)
        );
    }
}
