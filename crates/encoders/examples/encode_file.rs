//! Encodes the lines of a text file with a model folder and says how fast it went.
//!
//! `encode_file MODEL TEXTS [REPEATS] [OUT]`: `OUT` receives the vectors as little-endian `f32`, row
//! after row. The benchmark runs this against sentence-transformers on the same lines.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use fenqun_base::{Progress, TextEncoder};
use fenqun_encoders::{TextModel, TextModelParams};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, texts, rest @ ..] = arguments.as_slice() else {
        return Err("usage: encode_file MODEL TEXTS [REPEATS] [OUT]".into());
    };
    let repeats: usize = rest.first().map_or(Ok(5), |word| word.parse())?;
    let content = std::fs::read_to_string(texts)?;
    let texts: Vec<&str> = content.lines().collect();

    let start = Instant::now();
    let model = TextModel::open(model.as_ref(), &TextModelParams::default())?;
    println!("opened in {:.3} s", start.elapsed().as_secs_f64());

    let mut seconds = Vec::new();
    for repeat in 0..repeats.max(1) {
        let start = Instant::now();
        let vectors = model.encode(&texts, &Progress::silent())?;
        seconds.push(start.elapsed().as_secs_f64());
        if let (0, Some(path)) = (repeat, rest.get(1)) {
            let bytes = vectors.values().iter().flat_map(|value| value.to_le_bytes());
            std::fs::write(path, bytes.collect::<Vec<u8>>())?;
        }
    }
    seconds.sort_by(f64::total_cmp);
    let median = seconds[seconds.len() / 2];
    let (least, most) = (seconds[0], seconds[seconds.len() - 1]);
    println!(
        "{} texts in {median:.3} s (median of {}, {least:.3} to {most:.3}): {:.0} texts/s",
        texts.len(),
        seconds.len(),
        texts.len() as f64 / median
    );
    Ok(())
}
